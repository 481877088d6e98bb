// Every key that does something, in one list.
import { Dialog } from '@/ui/Dialog'

interface Shortcut {
  keys: readonly string[]
  what: string
}

const GROUPS: readonly { title: string; shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['Ctrl K', '⌘ K'], what: 'Search servers, pages and settings' },
      { keys: ['?'], what: 'This list' },
      { keys: ['Esc'], what: 'Close what is open' },
      { keys: ['Tab'], what: 'Go through all that can be pressed; the first leads past the header' },
    ],
  },
  {
    title: 'Lists and maps',
    shortcuts: [
      { keys: ['/'], what: 'Filter' },
      { keys: ['↑', '↓'], what: 'In the filter: through what may come next. In the list: from row to row' },
      { keys: ['Home', 'End'], what: 'In the list and the map: to the first, to the last' },
      { keys: ['←', '→', '↑', '↓'], what: 'In the map: from server to server' },
      { keys: ['Enter'], what: 'Open the server' },
    ],
  },
  {
    title: 'Server',
    shortcuts: [
      { keys: ['j', 'k'], what: 'Next and previous server' },
      { keys: ['[', ']'], what: 'Shorter and longer range' },
    ],
  },
  {
    title: 'Explore',
    shortcuts: [
      { keys: ['Enter'], what: 'Run the expression' },
      { keys: ['Shift Enter'], what: 'A new line' },
    ],
  },
]

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose} className="w-140">
      {GROUPS.map(({ title, shortcuts }) => (
        <section key={title} aria-label={title}>
          <h3 className="text-xs font-semibold text-ink-soft">{title}</h3>
          <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 py-1 max-sm:grid-cols-[6rem_minmax(0,1fr)]">
            {shortcuts.map(({ keys, what }) => (
              <div key={what} className="contents">
                <dt className="flex flex-wrap items-start gap-1">
                  {keys.map((it) => (
                    <kbd
                      key={it}
                      className="rounded border border-line-strong bg-surface px-1.5 font-sans text-xs whitespace-nowrap"
                    >
                      {it}
                    </kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
