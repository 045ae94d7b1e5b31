import { describe, expect, it } from 'vitest'
import { byteLengthOf, canonicalPath, decodeName, displayName, toSystemPath } from './file-names.ts'

const bytesOf = (path: string) => Buffer.from(toSystemPath(path))

describe('names of files', () => {
  it.each([
    ['UTF-8', Buffer.from('café 🖌️ \ufffd.png')],
    ['Latin-1', Buffer.from('caf\xe9.png', 'latin1')],
    ['a sequence that is cut off', Buffer.from([0x61, 0xe2, 0x82, 0x2e, 0x70])],
    ['an overlong sequence and a surrogate', Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80])],
    ['the escape itself, as a real name', Buffer.from('caf\ufffd\u{e0169}.png')],
    ['an escape after a byte', Buffer.concat([Buffer.from([0xef, 0xbf]), Buffer.from('\ufffd\u{e0100}')])],
  ])('keeps the bytes of %s', (_, bytes) => {
    expect(bytesOf(decodeName(bytes)).equals(bytes)).toBe(true)
    expect(byteLengthOf(decodeName(bytes))).toBe(bytes.length)
    expect(canonicalPath(decodeName(bytes))).toBe(decodeName(bytes))
  })

  it('gives different bytes different names, also for 2,000 random ones', () => {
    const names = new Map<string, string>()
    let state = 1
    const next = () => {
      state = (state * 48_271) % 2_147_483_647
      return state
    }
    const pieces = [
      [0x61],
      [0xe9],
      [0xef, 0xbf, 0xbd],
      [0xf3, 0xa0, 0x84, 0x80],
      [0xbf],
      [0xc3, 0xa9],
      [0xf3],
    ]
    for (let n = 0; n < 2_000; n++) {
      const bytes = Buffer.from(Array.from({ length: 1 + (next() % 5) }, () => pieces[next() % 7]!).flat())
      const name = decodeName(bytes)
      expect(bytesOf(name).equals(bytes)).toBe(true)
      expect(names.get(name) ?? bytes.toString('hex')).toBe(bytes.toString('hex'))
      names.set(name, bytes.toString('hex'))
    }
  })

  it('shows a replacement character for each byte that is not UTF-8', () => {
    const name = decodeName(Buffer.from('caf\xe9.png', 'latin1'))
    expect(displayName(name)).toBe('caf\ufffd.png')
    expect(JSON.parse(JSON.stringify(name))).toBe(name)
    expect(decodeURIComponent(encodeURIComponent(name))).toBe(name)
  })

  it('has one spelling for each path that a client can send', () => {
    const e = Buffer.from('é')
    const spelledByBytes = `caf\ufffd${String.fromCodePoint(0xe0100 + e[0]! - 0x80)}\ufffd${String.fromCodePoint(0xe0100 + e[1]! - 0x80)}`
    expect(canonicalPath(spelledByBytes)).toBe('café')
  })
})
