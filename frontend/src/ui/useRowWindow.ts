// Which rows of a long list in the page are on screen, as the page scrolls and resizes.
import { useLayoutEffect, useState, type RefObject } from 'react'

import { clampRows, visibleRows, type RowWindow } from '@/lib/windowing'

/** Of a list that nobody has measured yet. */
const AT_FIRST: RowWindow = { first: 0, end: 40 }

export function useRowWindow(list: RefObject<HTMLElement | null>, rowHeight: number, count: number): RowWindow {
  const [rows, setRows] = useState<RowWindow>(AT_FIRST)
  // Before the first picture, so that no row is drawn that nobody sees.
  useLayoutEffect(() => {
    const measure = () => {
      if (!list.current) return
      const next = visibleRows(-list.current.getBoundingClientRect().top, window.innerHeight, rowHeight)
      setRows((old) => (old.first === next.first && old.end === next.end ? old : next))
    }
    window.addEventListener('scroll', measure, { passive: true })
    window.addEventListener('resize', measure)
    measure()
    // What stands above the list may grow or shrink and move it.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => {
      window.removeEventListener('scroll', measure)
      window.removeEventListener('resize', measure)
      observer.disconnect()
    }
  }, [list, rowHeight])
  return clampRows(rows, count)
}
