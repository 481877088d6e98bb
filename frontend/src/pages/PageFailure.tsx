// A page that broke: says so in its place, while the rest of the frame stays usable.
import type { ErrorComponentProps } from '@tanstack/react-router'

import { Button } from '@/ui/Button'
import { Failure } from '@/ui/Message'

export function PageFailure({ error }: ErrorComponentProps) {
  return (
    <Failure title="This page broke." error={error instanceof Error ? error : new Error(String(error))}>
      <Button
        look="outlined"
        onClick={() => {
          // A page's script may be gone because the gateway was updated: a new start finds the new one.
          location.reload()
        }}
      >
        Load it again
      </Button>
    </Failure>
  )
}
