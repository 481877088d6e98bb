// Makes a screenshot small: at most 256 colours and the best compression that zlib has, which halves a picture of a page.
import { writeFile } from 'node:fs/promises'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const MOST_COLORS = 256

interface Picture {
  width: number
  height: number
  /** Three bytes a pixel. */
  pixels: Buffer
}

export async function shrink(png: Buffer, path: string): Promise<void> {
  await writeFile(path, encode(decode(png)))
}

/** What Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced. */
function decode(png: Buffer): Picture {
  const data: Buffer[] = []
  let [width, height, channels] = [0, 0, 3]
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') {
      width = body.readUInt32BE(0)
      height = body.readUInt32BE(4)
      if (body[8] !== 8 || body[12] !== 0 || (body[9] !== 2 && body[9] !== 6)) {
        throw new Error(`a PNG of ${body[8] ?? 0} bits and colour type ${body[9] ?? 0}: not what a screenshot is`)
      }
      channels = body[9] === 6 ? 4 : 3
    }
    if (type === 'IDAT') data.push(body)
    at += length + 12
  }
  const raw = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels)
  if (channels === 3) return { width, height, pixels: raw }
  const pixels = Buffer.alloc(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel += 1) raw.copy(pixels, pixel * 3, pixel * 4, pixel * 4 + 3)
  return { width, height, pixels }
}

function unfilter(data: Buffer, stride: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(stride * height)
  for (let row = 0; row < height; row += 1) {
    const filter = data[row * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x += 1) {
      const at = row * stride + x
      const left = x >= channels ? (out[at - channels] ?? 0) : 0
      const up = row > 0 ? (out[at - stride] ?? 0) : 0
      const corner = x >= channels && row > 0 ? (out[at - stride - channels] ?? 0) : 0
      const value = data[row * (stride + 1) + 1 + x] ?? 0
      out[at] = (value + predicted(filter, left, up, corner)) & 255
    }
  }
  return out
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function encode({ width, height, pixels }: Picture): Buffer {
  const { palette, indexes } = quantize(pixels)
  const rows = Buffer.alloc((width + 1) * height)
  for (let row = 0; row < height; row += 1) indexes.copy(rows, row * (width + 1) + 1, row * width, (row + 1) * width)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const data = deflateSync(rows, { level: 9, memLevel: 9 })
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const out = Buffer.alloc(named.length + 8)
  out.writeUInt32BE(body.length, 0)
  named.copy(out, 4)
  out.writeUInt32BE(crc32(named), named.length + 4)
  return out
}

/**
 * The colours that are there most often, and of the rest the commonest of each region of colours: the edges of letters are
 * many greys, and must not push out the few dots that tell one curve from another. Every other becomes the nearest of them.
 */
function quantize(pixels: Buffer): { palette: Buffer; indexes: Buffer } {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 3) {
    const color = pixels.readUIntBE(at, 3)
    counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  const byCount = [...counts].toSorted((a, b) => b[1] - a[1]).map(([color]) => color)
  const common = byCount.slice(0, MOST_COLORS / 2)
  const regions = new Set<number>()
  const others = byCount.slice(common.length).filter((color) => {
    const isNew = !regions.has(regionOf(color))
    regions.add(regionOf(color))
    return isNew
  })
  const kept = [...common, ...others].slice(0, MOST_COLORS)
  const nearest = new Map(kept.map((color, index) => [color, index]))
  const indexOf = (color: number) => {
    const known = nearest.get(color)
    if (known !== undefined) return known
    const distances = kept.map((it) => distance(it, color))
    const index = distances.indexOf(Math.min(...distances))
    nearest.set(color, index)
    return index
  }
  const indexes = Buffer.alloc(pixels.length / 3)
  for (let at = 0; at < indexes.length; at += 1) indexes[at] = indexOf(pixels.readUIntBE(at * 3, 3))
  const palette = Buffer.alloc(kept.length * 3)
  kept.forEach((color, index) => palette.writeUIntBE(color, index * 3, 3))
  return { palette, indexes }
}

/** The upper three bits of each channel. */
function regionOf(color: number): number {
  return color & 0xe0e0e0
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [16, 8, 0].map((shift) => ((a >> shift) & 255) - ((b >> shift) & 255)) as [
    number,
    number,
    number,
  ]
  return red * red + green * green + blue * blue
}
