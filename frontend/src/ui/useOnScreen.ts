// Whether an element is on screen, or soon will be: what is not needs no data and no drawing.
import { useEffect, useState, type RefObject } from 'react'

export function useOnScreen(element: RefObject<HTMLElement | null>): boolean {
  const [onScreen, setOnScreen] = useState(false)
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        setOnScreen(entry?.isIntersecting ?? false)
      },
      { rootMargin: '200px' },
    )
    observer.observe(element.current)
    return () => {
      observer.disconnect()
    }
  }, [element])
  return onScreen
}
