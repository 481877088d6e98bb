// A button: quiet by default, `primary` for the one thing a place is for.
import type { ButtonHTMLAttributes } from 'react'

import { classes } from '@/ui/classes'

type Look = 'quiet' | 'outlined' | 'primary'

const LOOKS: Record<Look, string> = {
  quiet: 'text-ink-soft hover:bg-hover hover:text-ink',
  outlined: 'border border-line-strong bg-surface text-ink hover:bg-hover',
  primary: 'bg-accent text-accent-ink hover:opacity-90',
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look
}

export function Button({ look = 'quiet', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={classes(
        'inline-flex h-7 items-center justify-center gap-1.5 rounded px-2 font-medium whitespace-nowrap disabled:opacity-50',
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  )
}
