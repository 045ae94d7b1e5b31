import { createRequire } from 'node:module'
import type { MainModule as Library } from 'libheif-js/libheif-wasm/libheif.d.ts'
import sharp, { type Raw, type Sharp } from 'sharp'
import { withProfile } from './with-profile.ts'

/** Result of a call of the library. After success, `code` is absent or an enumerated zero. */
interface HeifError {
  code?: { value: number } | number
  message?: string
}

interface DecodedHeic {
  image: object
  channels: { id: unknown; width: number; height: number; stride: number; data: Uint8Array }[]
}

let library: Library | undefined

/** Loads two megabytes of WebAssembly when the first such file comes. */
function loadLibrary(): Library {
  // This variant contains its WebAssembly. `libheif-js/wasm` looks for it in the working directory.
  library ??= createRequire(import.meta.url)('libheif-js/wasm-bundle') as Library
  return library
}

/**
 * Decodes the primary image of a HEIF file whose images are HEVC (HEIC). The prebuilt sharp has no decoder for it because of
 * patents. Rotation, mirroring and cropping that the file requests are applied.
 * @throws {Error} the reason, if it can't be decoded
 */
export async function openHeic(bytes: Uint8Array): Promise<() => Sharp> {
  const { pixels, raw } = decodePrimaryImage(bytes)
  // The prebuilt sharp reads the header. Without a profile, or with a damaged one, the colours count as sRGB.
  const { icc } = await sharp(bytes)
    .metadata()
    .catch(() => ({ icc: undefined }))
  return icc === undefined ? () => sharp(pixels, { raw }) : withProfile(pixels, raw, icc)
}

function decodePrimaryImage(bytes: Uint8Array): { pixels: Buffer; raw: Raw } {
  return withPrimaryImage(bytes, (heif, handle) => {
    const decoded = heif.heif_js_decode_image2(
      handle,
      heif.heif_colorspace.heif_colorspace_RGB,
      heif.heif_chroma.heif_chroma_interleaved_RGBA,
    ) as DecodedHeic & HeifError
    assertDone(decoded)
    const [{ width, height, stride, data }] = decoded.channels as [DecodedHeic['channels'][0]]
    // Copied out of the memory of the library, without the padding of the rows.
    const pixels = Buffer.alloc(width * height * 4)
    for (let y = 0; y < height; y++)
      pixels.set(data.subarray(y * stride, y * stride + width * 4), y * width * 4)
    heif.heif_image_release(decoded.image as never)
    return { pixels, raw: { width, height, channels: 4 } }
  })
}

/** Size of the primary image in pixels, from the header of the file. @throws {Error} as `openHeic` */
export function sizeOfHeic(bytes: Uint8Array): { width: number; height: number } {
  return withPrimaryImage(bytes, (heif, handle) => ({
    width: heif.heif_image_handle_get_width(handle),
    height: heif.heif_image_handle_get_height(handle),
  }))
}

type Handle = ReturnType<Library['heif_js_context_get_primary_image_handle']>

function withPrimaryImage<T>(bytes: Uint8Array, use: (heif: Library, handle: Handle) => T): T {
  const heif = loadLibrary()
  const context = heif.heif_context_alloc()
  let handle: Handle | undefined
  try {
    assertDone(heif.heif_context_read_from_memory(context, bytes as never) as HeifError)
    handle = heif.heif_js_context_get_primary_image_handle(context)
    assertDone(handle)
    return use(heif, handle)
  } finally {
    if (handle !== undefined && isDone(handle)) heif.heif_image_handle_release(handle)
    heif.heif_context_free(context)
  }
}

function assertDone(result: HeifError | null | undefined): void {
  if (!isDone(result)) throw new Error(result?.message ?? 'its data are damaged')
}

function isDone(result: HeifError | null | undefined): boolean {
  if (result === null || result === undefined) return false
  const code = typeof result.code === 'object' ? result.code.value : result.code
  return code === undefined || code === 0
}
