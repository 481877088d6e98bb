// A titled dialog over the page: Escape and a press beside it close it, and the keyboard stays in it.
import { useEffect, useId, useRef, type ReactNode } from 'react'

import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'

interface DialogProps {
  title: string
  onClose: () => void
  className?: string
  children: ReactNode
}

export function Dialog({ title, onClose, className = 'w-96', children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      // `closedby` is not in every browser yet: a press on the backdrop is one on the dialog itself.
      onPointerDown={(event) => {
        if (event.target === dialog.current) dialog.current.close()
      }}
      className={classes(
        'm-auto max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] rounded-lg border border-line-strong bg-raised p-0 text-ink shadow-xl backdrop:bg-black/40',
        className,
      )}
    >
      <div className="flex flex-col gap-2 p-4">
        <header className="flex items-center gap-2">
          <h2 id={id} className="text-base font-semibold">
            {title}
          </h2>
          <Button aria-label="Close" className="ml-auto" onClick={() => dialog.current?.close()}>
            <Icon name="cross" />
          </Button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
