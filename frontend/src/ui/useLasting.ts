// What is over in a moment need not be shown.
import { useEffect, useState } from 'react'

/** True once the flag has been true for so long. */
export function useLasting(flag: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!flag) return
    const timer = setTimeout(() => {
      setLasting(true)
    }, ms)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [flag, ms])
  return flag && lasting
}
