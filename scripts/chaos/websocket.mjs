// A WebSocket client by hand: a good one that keeps what it saw, and the ways to be a bad one.

import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10

/** A frame from client to server, masked as the protocol demands. */
export function frame(payload, opcode = TEXT) {
  const body = Buffer.from(payload)
  const mask = randomBytes(4)
  const head = body.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | body.length]) : Buffer.alloc(4)
  if (body.length >= 126) {
    head[0] = 0x80 | opcode
    head[1] = 0x80 | 126
    head.writeUInt16BE(body.length, 2)
  }
  const masked = body.map((byte, at) => byte ^ mask[at % 4])
  return Buffer.concat([head, mask, masked])
}

/** An upgraded socket on `/api/v1/live`, and what the gateway had sent by then. */
export function upgrade(address) {
  const [host, port] = address.split(':')
  const key = randomBytes(16).toString('base64')
  const expected = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), host)
    let head = Buffer.alloc(0)
    const fail = (error) => {
      socket.destroy()
      reject(error)
    }
    const look = (chunk) => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', look).off('error', fail).off('close', fail).setTimeout(0)
      const text = head.subarray(0, end).toString()
      if (!text.startsWith('HTTP/1.1 101') || !text.includes(expected)) return fail(new Error(text.split('\r\n')[0]))
      socket.on('error', () => socket.destroy())
      resolve({ socket, rest: head.subarray(end + 4) })
    }
    socket.setTimeout(5000, () => fail(new Error('no answer to the upgrade')))
    socket.once('error', fail).once('close', fail).on('data', look)
    socket.write(
      `GET /api/v1/live HTTP/1.1\r\nhost: ${address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    )
  })
}

/**
 * A browser: subscribed to `resources`, with deltas or without, it hands every message to `see` and comes back when its
 * connection ends.
 */
export function browser(address, resources, see, deltas = false) {
  let socket = null
  let ended = false
  let connections = 0
  let timer = null

  async function connect() {
    if (ended) return
    try {
      const upgraded = await upgrade(address)
      socket = upgraded.socket
      connections += 1
      const take = reader(socket, see)
      socket.on('data', take).once('close', again)
      for (const resource of resources) socket.write(frame(JSON.stringify({ subscribe: resource, deltas })))
      take(upgraded.rest)
    } catch {
      again()
    }
  }
  function again() {
    socket = null
    if (!ended) timer = setTimeout(connect, 100 + Math.random() * 300)
  }
  void connect()
  return {
    connected: () => socket !== null,
    connections: () => connections,
    end: () => {
      ended = true
      clearTimeout(timer)
      socket?.destroy()
    },
  }
}

/** Puts frames together from the bytes of the gateway; messages go to `see`, pings are answered. */
function reader(socket, see) {
  let bytes = Buffer.alloc(0)
  return (chunk) => {
    bytes = bytes.length ? Buffer.concat([bytes, chunk]) : chunk
    for (;;) {
      if (bytes.length < 2) return
      const short = bytes[1] & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length < head) return
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
      if (bytes.length < head + length) return
      const payload = bytes.subarray(head, head + length)
      const opcode = bytes[0] & 0x0f
      bytes = bytes.subarray(head + length)
      if (opcode === TEXT) see(JSON.parse(payload.toString()))
      else if (opcode === PING) socket.write(frame(payload, PONG))
      else if (opcode === CLOSE) return socket.destroy()
    }
  }
}
