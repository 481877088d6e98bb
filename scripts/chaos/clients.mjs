// Clients that behave badly: they flood, stall, send garbage, and come back again and again.

import { randomBytes } from 'node:crypto'
import net from 'node:net'

import { sleep } from '../stack.mjs'
import { frame, upgrade } from './websocket.mjs'

/** All of it at once for `milliseconds`, and then all of them are gone. */
export async function harmClients(address, resource, random, milliseconds) {
  const sockets = []
  const open = async () => {
    const { socket } = await upgrade(address)
    sockets.push(socket)
    return socket
  }
  const ends = Date.now() + milliseconds
  await Promise.all([
    ...times(5, () => flood(open, resource, ends)),
    ...times(10, () => stall(open, resource)),
    ...times(10, () => garbage(address, open, random, ends)),
    ...times(20, () => reconnect(open, resource, ends)),
  ])
  await sleep(Math.max(0, ends - Date.now()))
  for (const socket of sockets) socket.destroy()
}

function times(count, make) {
  return Array.from({ length: count }, make)
}

/** Subscribes to ever new things, as fast as it can, and never lets go. */
async function flood(open, resource, ends) {
  let socket = await open()
  socket.resume()
  for (let number = 0; Date.now() < ends; number += 1) {
    if (socket.destroyed) {
      socket = await open().catch(() => socket)
      socket.resume()
    }
    const isTaken = socket.write(frame(JSON.stringify({ subscribe: `${resource}&offset=${number % 500}` })))
    if (!isTaken || number % 100 === 0) await sleep(5)
  }
}

/** Wants more than any buffer holds, and reads nothing. */
async function stall(open, resource) {
  const socket = await open()
  socket.pause()
  for (let offset = 0; offset < 32; offset += 1) {
    socket.write(frame(JSON.stringify({ subscribe: `${resource}&offset=${offset}` })))
  }
}

/** Says what is no WebSocket, no JSON, or no HTTP. */
async function garbage(address, open, random, ends) {
  const messages = [
    () => randomBytes(64),
    () => frame('{"subscribe":'),
    () => frame('{"subscribe":"/api/v1/nothing"}'),
    () => frame(Buffer.from([0xff, 0xfe, 0xfd])),
    () => frame('x'.repeat(9_000)),
    () => frame(randomBytes(20), 3),
    () => Buffer.from([0x81, 0x02, 0x61, 0x62]), // not masked
    () => Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), // a length beyond all bounds
  ]
  while (Date.now() < ends) {
    if (random() < 0.3) {
      const [host, port] = address.split(':')
      const socket = net.connect(Number(port), host)
      socket.on('error', () => {}).write(random() < 0.5 ? randomBytes(200) : 'GET /api/v1/live HTTP/1.1\r\nx: ')
      await sleep(50)
      socket.destroy()
    } else {
      const socket = await open().catch(() => null)
      socket?.resume().write(messages[Math.floor(random() * messages.length)]())
      await sleep(50)
      socket?.destroy()
    }
  }
}

/** Comes, subscribes, and leaves without a word. */
async function reconnect(open, resource, ends) {
  while (Date.now() < ends) {
    const socket = await open().catch(() => null)
    socket?.resume().write(frame(JSON.stringify({ subscribe: resource })))
    await sleep(30)
    socket?.destroy()
  }
}
