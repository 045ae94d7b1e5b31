/** The headers of a BMP (Microsoft: "BITMAPINFOHEADER structure", "BITMAPV5HEADER structure"; IBM: OS/2 "BITMAPINFOHEADER2"). */
export interface BmpHeader {
  width: number
  height: number
  isTopDown: boolean
  bitsPerPixel: number
  /** First byte of the pixels. */
  offset: number
  packing: Packing
  paletteAt: number
  /** 3, or 4 with an unused one. */
  paletteEntryBytes: 3 | 4
  paletteColours: number
  masks: Masks
}

type Packing = 'none' | 'runs' | 'runs of 24 bits' | 'huffman' | 'masks' | 'jpeg' | 'png'

/** The bits of a pixel that are its red, green, blue and alpha. */
type Masks = [red: number, green: number, blue: number, alpha: number]

const FILE_HEADER = 14
const OS2_HEADER = 12
const INFO_HEADER = 40
/** Size of the header of OS/2 2.x, which may also be cut after any field from 16 bytes on. */
const OS2_V2_HEADER = 64
const PACKINGS: readonly Packing[] = ['none', 'runs', 'runs', 'masks', 'jpeg', 'png', 'masks']
const OS2_PACKINGS: readonly Packing[] = ['none', 'runs', 'runs', 'huffman', 'runs of 24 bits']
const MASKS_555: Masks = [0x7c00, 0x03e0, 0x001f, 0]
/** The fourth byte is unused in headers that define no alpha, even if it is not zero. */
const MASKS_888: Masks = [0xff0000, 0xff00, 0xff, 0]
const ENDS_EARLY = 'the file ends within its header'

/** Adds the first header to a BMP that has none; it states no place of the pixels, which follow the headers then. */
export function withFileHeader(bytes: Uint8Array): Uint8Array {
  const signature = Buffer.from('BM')
  if (signature.equals(bytes.subarray(0, signature.length))) return bytes
  const file = Buffer.alloc(FILE_HEADER + bytes.length)
  signature.copy(file)
  file.set(bytes, FILE_HEADER)
  return file
}

/** @throws {Error} the reason, if it is damaged or of an unsupported kind */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < FILE_HEADER + OS2_HEADER) throw new Error(ENDS_EARLY)
  const headerBytes = view.getUint32(FILE_HEADER, true)
  if (view.byteLength < FILE_HEADER + headerBytes) throw new Error(ENDS_EARLY)
  return withOffset(
    headerBytes === OS2_HEADER ? readCoreHeader(view) : readInfoHeader(view, headerBytes),
    view,
  )
}

/** A header whose `offset` is the first byte behind it, its masks and its whole palette. */
function readCoreHeader(view: DataView): BmpHeader {
  const bitsPerPixel = view.getUint16(24, true)
  const paletteAt = FILE_HEADER + OS2_HEADER
  const paletteColours = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    isTopDown: false,
    bitsPerPixel,
    offset: paletteAt + 3 * paletteColours,
    packing: 'none',
    paletteAt,
    paletteEntryBytes: 3,
    paletteColours,
    masks: bitsPerPixel === 16 ? MASKS_555 : MASKS_888,
  }
}

function readInfoHeader(view: DataView, headerBytes: number): BmpHeader {
  const field = (at: number) => (at + 4 <= headerBytes ? view.getUint32(FILE_HEADER + at, true) : 0)
  const height = view.getInt32(22, true)
  const bitsPerPixel = view.getUint16(28, true)
  const isOs2 = headerBytes === OS2_V2_HEADER || headerBytes < INFO_HEADER
  const code = field(16)
  const packing = (isOs2 ? OS2_PACKINGS : PACKINGS)[code]
  if (packing === undefined) throw new Error(`a BMP with compression ${code} is not supported`)
  const masksFollow = packing === 'masks' && headerBytes === INFO_HEADER
  const paletteAt = FILE_HEADER + headerBytes + (masksFollow ? 12 : 0)
  const mostColours = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0
  const stated = field(32)
  const paletteColours = stated > 0 && stated < mostColours ? stated : mostColours
  return {
    width: Math.abs(view.getInt32(18, true)),
    height: Math.abs(height),
    isTopDown: height < 0,
    bitsPerPixel,
    offset: paletteAt + 4 * paletteColours,
    packing,
    paletteAt,
    paletteEntryBytes: 4,
    paletteColours,
    masks: packing === 'masks' ? readMasks(view, headerBytes) : bitsPerPixel === 16 ? MASKS_555 : MASKS_888,
  }
}

function readMasks(view: DataView, headerBytes: number): Masks {
  const at = FILE_HEADER + INFO_HEADER
  if (view.byteLength < at + 16) throw new Error(ENDS_EARLY)
  const mask = (n: number) => view.getUint32(at + 4 * n, true)
  return [mask(0), mask(1), mask(2), headerBytes > INFO_HEADER + 12 ? mask(3) : 0]
}

/**
 * Decides where the pixels begin. Some writers leave the field 0, or 54 although a palette follows; others store fewer
 * colours than they state, and the field is right.
 */
function withOffset(header: BmpHeader, view: DataView): BmpHeader {
  const stated = view.getUint32(10, true)
  const behindPalette = header.offset
  if (stated >= behindPalette) return { ...header, offset: stated }
  const { width, height, bitsPerPixel, packing, paletteAt, paletteEntryBytes } = header
  const needed = packing === 'none' ? Math.ceil((width * bitsPerPixel) / 32) * 4 * height : 0
  const hasRoom = view.byteLength - behindPalette >= needed - 3
  const isInHeader = stated < paletteAt || stated === FILE_HEADER + INFO_HEADER
  if (isInHeader && (hasRoom || stated < paletteAt)) return { ...header, offset: behindPalette }
  const paletteColours = Math.floor((stated - paletteAt) / paletteEntryBytes)
  return { ...header, offset: stated, paletteColours }
}
