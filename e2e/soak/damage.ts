import type { Random } from '../../scripts/demo/random.ts'

/** Each may change the bytes that it is given. */
const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  function truncate(bytes, random) {
    return bytes.subarray(0, whole(random, bytes.length))
  },
  function flipBytes(bytes, random) {
    for (let n = 1 + whole(random, 20); n > 0; n--)
      bytes[whole(random, bytes.length)] = random.between(0, 256)
    return bytes
  },
  function damageHeader(bytes, random) {
    for (let n = 1 + whole(random, 6); n > 0; n--)
      bytes[whole(random, Math.min(200, bytes.length))] = random.between(0, 256)
    return bytes
  },
  function writeExtremeNumber(bytes, random) {
    const at = whole(random, Math.max(1, Math.min(400, bytes.length - 4)))
    const value = random.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0x10000])
    if (bytes.length < 4) return bytes
    if (random.chance(0.5)) bytes.writeUInt32LE(value, at)
    else bytes.writeUInt32BE(value, at)
    return bytes
  },
  function clear(bytes, random) {
    const from = whole(random, bytes.length)
    bytes.subarray(from, from + 1 + whole(random, 300)).fill(random.chance(0.5) ? 0 : 0xff)
    return bytes
  },
  function repeat(bytes, random) {
    const from = whole(random, bytes.length)
    const part = bytes.subarray(from, from + whole(random, 500))
    return Buffer.concat([bytes.subarray(0, from), part, part, bytes.subarray(from)])
  },
  function remove(bytes, random) {
    const from = whole(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + whole(random, 100))])
  },
]

/** A copy of a file with one or two kinds of damage. */
export function damage(good: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(good)
  for (let times = random.chance(0.3) ? 2 : 1; times > 0; times--)
    bytes = random.pick(MUTATIONS)(bytes, random)
  return bytes
}

/** A whole number from 0 up to the end, without it. */
function whole(random: Random, end: number): number {
  return Math.floor(random.between(0, end))
}
