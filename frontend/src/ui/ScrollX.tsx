// Lets what is too wide scroll sideways in its own box; the box takes the keyboard only when there is something to scroll.
import { useEffect, useRef, useState, type ReactNode } from 'react'

export function ScrollX({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const [wide, setWide] = useState(false)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      setWide(element.scrollWidth > element.clientWidth)
    })
    observer.observe(element)
    if (element.firstElementChild) observer.observe(element.firstElementChild)
    return () => {
      observer.disconnect()
    }
  }, [])
  return (
    <div
      ref={box}
      className="relative min-w-0 overflow-x-auto"
      {...(wide ? { role: 'region', 'aria-label': label, tabIndex: 0 } : {})}
    >
      {children}
    </div>
  )
}
