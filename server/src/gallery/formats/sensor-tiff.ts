const SUB_IFDS = 330
const PHOTOMETRIC_INTERPRETATION = 262
const COMPRESSION = 259
const DNG_VERSION = 50706
/** Colour filter array, and linear raw: Adobe, "Digital Negative Specification", 1.7. */
const SENSOR_INTERPRETATIONS = [32803, 34892]
/** Signatures of Sony, Olympus, Samsung, Nikon, Kodak and Pentax. */
const SENSOR_COMPRESSIONS = [32767, 32769, 32770, 34713, 65000, 65535]
/** More directories than any camera writes, and few enough to read quickly. */
const MAX_DIRECTORIES = 32

/**
 * Whether a file built as a TIFF (TIFF 6.0, section 2) contains the sensor data of a camera: most raw photos are such files,
 * with the picture in a directory of its own among previews.
 */
export function isOfSensor(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLittle = bytes[0] === 0x49
  const short = (at: number) => (at + 2 <= view.byteLength ? view.getUint16(at, isLittle) : 0)
  const long = (at: number) => (at + 4 <= view.byteLength ? view.getUint32(at, isLittle) : 0)
  const directories = [long(4)]
  for (let n = 0; n < directories.length && n < MAX_DIRECTORIES; n++) {
    const at = directories[n]!
    const count = short(at)
    if (at < 8 || at + 2 + count * 12 > view.byteLength) continue
    for (let entry = at + 2; entry < at + 2 + count * 12; entry += 12) {
      const [tag, values, value] = [short(entry), long(entry + 4), entry + 8]
      if (tag === DNG_VERSION) return true
      if (tag === PHOTOMETRIC_INTERPRETATION && SENSOR_INTERPRETATIONS.includes(short(value))) return true
      if (tag === COMPRESSION && SENSOR_COMPRESSIONS.includes(short(value))) return true
      if (tag !== SUB_IFDS) continue
      // One offset stands in the entry itself, several stand elsewhere.
      const list = values === 1 ? value : long(value)
      for (let i = 0; i < Math.min(values, MAX_DIRECTORIES); i++) directories.push(long(list + 4 * i))
    }
    directories.push(long(at + 2 + count * 12))
  }
  return false
}
