// Where PromQL is written: colours, completion and complaints as one types. The only file that knows CodeMirror.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { PromQLExtension } from '@prometheus-io/codemirror-promql'
import { useEffect, useLayoutEffect, useRef } from 'react'

import { PROMETHEUS } from '@/api/promql'

interface PromqlEditorProps {
  label: string
  value: string
  onChange: (value: string) => void
  /** Enter: the reader wants the answer. */
  onRun: (value: string) => void
}

export function PromqlEditor({ label, value, onChange, onRun }: PromqlEditorProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const newest = useRef({ value, onChange, onRun })
  useLayoutEffect(() => {
    newest.current = { value, onChange, onRun }
  }, [value, onChange, onRun])

  useEffect(() => {
    if (!box.current) return
    // In a shadow tree its styles are adopted sheets, which a strict content security policy allows.
    const root = box.current.shadowRoot ?? box.current.attachShadow({ mode: 'open' })
    const promql = new PromQLExtension().setComplete({ remote: { url: PROMETHEUS, httpMethod: 'GET' } })
    const run = Prec.highest(
      keymap.of([
        {
          key: 'Enter',
          run: ({ state }) => {
            newest.current.onRun(state.doc.toString())
            return true
          },
        },
        { key: 'Shift-Enter', run: insertNewlineAndIndent },
      ]),
    )
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: newest.current.value,
        extensions: [
          // Before `run`: while completions are open, Enter takes the chosen one.
          Prec.highest(keymap.of(completionKeymap)),
          run,
          keymap.of([...closeBracketsKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
          history(),
          closeBrackets(),
          bracketMatching(),
          autocompletion(),
          promql.asExtension(),
          syntaxHighlighting(HIGHLIGHT),
          THEME,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
          placeholder('An expression, such as node_load1'),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) newest.current.onChange(state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => {
      editor.destroy()
      promql.destroy()
      view.current = null
    }
  }, [label])

  // What came from elsewhere, as from the URL; what was typed is there already.
  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  return <div ref={box} className="min-w-0 flex-1 rounded border border-line-strong bg-surface" />
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.function(tags.variableName), tags.keyword, tags.modifier], color: 'var(--series-4)' },
  { tag: [tags.labelName, tags.propertyName], color: 'var(--series-3)' },
  { tag: tags.string, color: 'var(--bad)' },
  { tag: [tags.number, tags.unit], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--ink-faint)' },
  { tag: tags.invalid, color: 'var(--bad)' },
])

const THEME = EditorView.theme({
  '&': { color: 'var(--ink)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px', borderRadius: '3px' },
  '.cm-content': {
    fontFamily: 'var(--font-mono, ui-monospace, monospace)',
    caretColor: 'var(--ink)',
    padding: '6px 0',
  },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--accent-soft)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { background: 'var(--accent-soft)' },
  '.cm-tooltip': {
    background: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionDetail, .cm-completionInfo': { color: 'var(--ink-soft)', fontStyle: 'normal' },
})
