// A key that works wherever the reader is, unless they are typing.
import { useEffect } from 'react'

/** @param key as in `KeyboardEvent.key`; with `command`, together with Ctrl or ⌘. `act` must keep its identity. */
export function useShortcut(key: string, act: () => void, { command = false } = {}): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key || event.altKey) return
      if ((event.ctrlKey || event.metaKey) !== command) return
      if (!command && isTyping(event.target)) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
    }
  }, [key, act, command])
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}
