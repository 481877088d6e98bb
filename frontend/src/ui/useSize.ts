// The size of an element, as it changes.
import { useLayoutEffect, useState, type RefObject } from 'react'

export interface Size {
  width: number
  height: number
}

/** Null until the element was measured. */
export function useSize(element: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null)
  // Before the first picture: what depends on the size is drawn once, and not twice.
  useLayoutEffect(() => {
    if (!element.current) return
    const learn = ({ width, height }: Size) => {
      setSize((old) => (old?.width === width && old.height === height ? old : { width, height }))
    }
    learn(element.current.getBoundingClientRect())
    const observer = new ResizeObserver(([entry]) => {
      if (entry) learn(entry.contentRect)
    })
    observer.observe(element.current)
    return () => {
      observer.disconnect()
    }
  }, [element])
  return size
}
