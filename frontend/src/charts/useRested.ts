// A value that changes often, for what need not change as often.
import { useEffect, useRef, useState } from 'react'

/** The value, followed at once after a rest of `restMs` and not sooner: the last one always comes. */
export function useRested<Value>(value: Value, restMs: number): Value {
  const [shown, setShown] = useState(value)
  const taken = useRef(-Infinity)
  useEffect(() => {
    const wait = Math.max(0, taken.current + restMs - performance.now())
    const timer = setTimeout(() => {
      taken.current = performance.now()
      setShown(() => value)
    }, wait)
    return () => {
      clearTimeout(timer)
    }
  }, [value, restMs])
  return shown
}
