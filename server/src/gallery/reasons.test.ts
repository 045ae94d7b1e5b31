import { describe, expect, it } from 'vitest'
import { asUnreadable, unreadable } from './reasons.ts'

describe('the reason of a failure', () => {
  it.each([
    [
      'Input buffer has corrupt header: VipsJpeg: Unsupported marker type 0x30\nVipsJpeg: Unsupported marker type 0x30\n',
      'its data are damaged (Input buffer has corrupt header: VipsJpeg: Unsupported marker type 0x30)',
    ],
    [
      'tiff2vips: LZMA compression support is not configured',
      'it is of a variant that is not supported (tiff2vips: LZMA compression support is not configured)',
    ],
    [
      'VipsJpeg: premature end of JPEG image',
      'the file ends before the picture does (VipsJpeg: premature end of JPEG image)',
    ],
  ])('is a plain sentence, with the message of the decoder once behind it: %j', (message, reason) => {
    expect(asUnreadable(new Error(message)).message).toBe(`The image can't be read: ${reason}.`)
  })

  it('has nothing behind it where the decoder gives no message', () => {
    expect(unreadable('it is damaged', { excPtr: 4 }).message).toBe("The image can't be read: it is damaged.")
  })

  it('has at most 200 characters', () => {
    const { message } = asUnreadable(new Error(`VipsJpeg: ${'x'.repeat(500)}`))
    expect([message.length, message.endsWith('….') || message.endsWith('…).')]).toEqual([200, true])
  })
})
