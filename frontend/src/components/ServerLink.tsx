// From a row to the page of its server. A link of the router works its address out anew at each change of the location, of
// which a letter in the filter is one; this one has always the same, and there are as many as there are rows.
import { useRouter } from '@tanstack/react-router'
import { useMemo, type MouseEvent, type ReactNode } from 'react'

interface ServerLinkProps {
  id: string
  title?: string
  className: string
  children: ReactNode
}

export function ServerLink({ id, title, className, children }: ServerLinkProps) {
  const router = useRouter()
  const page = useMemo(() => ({ to: '/servers/$id', params: { id } }) as const, [id])
  const href = useMemo(() => router.buildLocation(page).href, [router, page])
  const preload = () => {
    // Should it not come now, then the click asks again.
    router.preloadRoute(page).catch(() => undefined)
  }
  return (
    <a
      href={href}
      title={title}
      data-row-link
      className={className}
      onMouseEnter={preload}
      onFocus={preload}
      onTouchStart={preload}
      onClick={(event) => {
        if (!isPlain(event)) return
        event.preventDefault()
        void router.navigate(page)
      }}
    >
      {children}
    </a>
  )
}

/** Others open a tab or a window, or save. */
function isPlain({ button, metaKey, altKey, ctrlKey, shiftKey }: MouseEvent): boolean {
  return button === 0 && !metaKey && !altKey && !ctrlKey && !shiftKey
}
