// A small curve without axes, for the eye alone: the number stands beside it. A gap stays a gap.
import { useEffect, useRef } from 'react'

import { resolveTokens } from '@/ui/token'
import { useColorScheme } from '@/ui/useTheme'

interface SparklineProps {
  values: readonly (number | null)[]
  /** Top of the scale; the largest value when left out. */
  maximum?: number
  /** Points that fit the width; fewer values stand at the right end, where now is. */
  length: number
  width: number
  height: number
}

export function Sparkline({ values, maximum, length, width, height }: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useColorScheme()
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context) return
    const scale = window.devicePixelRatio
    canvas.current.width = Math.round(width * scale)
    canvas.current.height = Math.round(height * scale)
    context.scale(scale, scale)
    const { 'series-1': color } = resolveTokens(['series-1'])
    const top = maximum ?? Math.max(1e-9, ...values.map((it) => it ?? 0))
    const x = (index: number) => width - ((values.length - 1 - index) / (length - 1)) * width
    const y = (value: number) => height - 1 - Math.min(1, value / top) * (height - 2)
    context.strokeStyle = color
    context.lineWidth = 1.25
    context.lineJoin = 'round'
    context.beginPath()
    values.forEach((value, index) => {
      if (value === null) return
      if (typeof values[index - 1] === 'number') context.lineTo(x(index), y(value))
      else context.moveTo(x(index), y(value))
    })
    context.stroke()
  }, [values, maximum, length, width, height, scheme])
  return <canvas ref={canvas} aria-hidden="true" style={{ width, height }} className="block" />
}
