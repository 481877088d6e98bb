// Many cells of few colours, drawn as one small picture made large: ten thousand rectangles take twenty times as long.

/** `rgb(r, g, b)` as a pixel of an ImageData, whose bytes are r, g, b, a. */
function pixelOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number)
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

export interface Cells {
  columns: number
  rows: number
  count: number
  /** The colours there are, as `rgb(…)`. */
  palette: readonly string[]
  /** Which of them a cell has, by rows; undefined leaves it clear. */
  colorOf: (cell: number) => number | undefined
}

/** One for all drawings, which follow one another: a canvas of its own for each costs more than the drawing. */
let scratch: CanvasRenderingContext2D | null = null

interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Fills the box with the cells, without gaps between them. */
export function drawCells(context: CanvasRenderingContext2D, cells: Cells, box: Box): void {
  const { columns, rows, count, palette, colorOf } = cells
  scratch ??= document.createElement('canvas').getContext('2d')
  if (!scratch) return
  const small = scratch.canvas
  if (small.width !== columns) small.width = columns
  if (small.height !== rows) small.height = rows
  const picture = new ImageData(columns, rows)
  const pixels = new Uint32Array(picture.data.buffer)
  const colors = palette.map(pixelOf)
  for (let cell = 0; cell < count; cell += 1) {
    const color = colorOf(cell)
    if (color !== undefined) pixels[cell] = colors[color] ?? 0
  }
  scratch.putImageData(picture, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(small, box.left, box.top, box.width, box.height)
}
