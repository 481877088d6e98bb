// Which rows of a long list in the page are on screen, as the page scrolls and resizes.
import { useEffect, useState, type RefObject } from 'react'

import { visibleRows, type RowWindow } from '@/lib/windowing'

export function useRowWindow(list: RefObject<HTMLElement | null>, rowHeight: number, count: number): RowWindow {
  const [rows, setRows] = useState<RowWindow>({ first: 0, end: Math.min(count, 40) })
  useEffect(() => {
    const measure = () => {
      if (!list.current) return
      const next = visibleRows(-list.current.getBoundingClientRect().top, window.innerHeight, rowHeight, count)
      setRows((old) => (old.first === next.first && old.end === next.end ? old : next))
    }
    measure()
    window.addEventListener('scroll', measure, { passive: true })
    window.addEventListener('resize', measure)
    // What stands above the list may grow or shrink and move it.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => {
      window.removeEventListener('scroll', measure)
      window.removeEventListener('resize', measure)
      observer.disconnect()
    }
  }, [list, rowHeight, count])
  return rows
}
