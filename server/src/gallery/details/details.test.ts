import readTags from 'exif-reader'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sniff } from '../formats/sniff.ts'
import { readDetails } from './details.ts'
import { readExif } from './exif.ts'
import type { FileDetails } from './file-details.ts'
import { readIptc } from './iptc.ts'
import { readXmp } from './xmp.ts'

const blank = () => sharp({ create: { width: 60, height: 40, channels: 3, background: '#246' } })
const EXIF = {
  IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D850', ImageDescription: 'From EXIF' },
  IFD2: {
    DateTimeOriginal: '2024:05:06 07:08:09',
    OffsetTimeOriginal: '-03:30',
    SubSecTimeOriginal: '25',
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    FocalLength: '85/1',
    LensModel: 'AF-S 85mm f/1.8',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '33/1 51/1 36/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '151/1 12/1 0/1',
  },
}
const XMP = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" exif:GPSLatitude="51,30.6N" exif:GPSLongitude="0,7,30W">
<exif:DateTimeOriginal>2019-02-03T04:05:06.5+01:00</exif:DateTimeOriginal>
<dc:title><rdf:Alt><rdf:li xml:lang="de">Der Hafen</rdf:li><rdf:li xml:lang="x-default">The harbour</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Ships &amp; gulls</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>Möwe</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

const FROM_EXIF: FileDetails = {
  capturedAt: Date.parse('2024-05-06T07:08:09.250Z'),
  capturedOffset: -210,
  camera: 'NIKON D850',
  lens: 'AF-S 85mm f/1.8',
  exposureTime: 0.004,
  fNumber: 2.8,
  iso: 400,
  focalLength: 85,
  latitude: -33.86,
  longitude: 151.2,
  caption: 'From EXIF',
}
const close = (details: FileDetails) =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(6)) : value,
    ]),
  )

describe('readDetails', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('reads EXIF of %s', async (format) => {
    const bytes = await blank().withExif(EXIF).toFormat(format).toBuffer()
    expect(close(await readDetails(bytes, sniff(bytes)))).toMatchObject(FROM_EXIF)
  })

  it('reads only the beginning of a JPEG', async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 }
    const large = sharp({ create: { width: 900, height: 900, channels: 3, background: '#000', noise } })
    const bytes = await large.withExif(EXIF).jpeg().toBuffer()
    expect(close(await readDetails(bytes.subarray(0, bytes.length / 10), 'jpeg'))).toMatchObject(FROM_EXIF)
  })

  it('reads texts from XMP, and camera data from EXIF', async () => {
    const bytes = await blank().withExif(EXIF).withXmp(XMP).jpeg().toBuffer()
    expect(close(await readDetails(bytes, 'jpeg'))).toMatchObject({
      ...FROM_EXIF,
      title: 'The harbour',
      caption: 'Ships & gulls',
      keywords: ['sea', 'Möwe'],
      rating: 4,
    })
  })

  it('reads the time of a block that has more than the date', async () => {
    const capturedOn = async (date: string) => {
      const exif = { IFD2: { DateTimeOriginal: `${date} 00:00:00` } }
      const bytes = await blank().withExif(exif).withXmp(XMP).jpeg().toBuffer()
      const { capturedAt, capturedOffset } = await readDetails(bytes, 'jpeg')
      return [new Date(capturedAt!).toISOString(), capturedOffset]
    }
    expect(await capturedOn('2019:02:03')).toEqual(['2019-02-03T04:05:06.500Z', 60])
    expect(await capturedOn('2019:02:02')).toEqual(['2019-02-02T00:00:00.000Z', undefined])
  })

  it('states how many bits a colour has', async () => {
    const deep = () => blank().toColourspace('rgb16')
    const files = {
      8: [
        blank().jpeg(),
        blank().png({ palette: true, colours: 4 }),
        blank().webp(),
        blank().tiff(),
        blank().gif(),
      ],
      10: [blank().avif({ bitdepth: 10, effort: 0 })],
      16: [deep().png()],
    }
    for (const [bits, pictures] of Object.entries(files))
      for (const picture of pictures) {
        const bytes = await picture.toBuffer()
        expect((await readDetails(bytes, sniff(bytes))).bitDepth).toBe(Number(bits))
      }
  })

  it('returns no details for a file without metadata or a damaged one', async () => {
    const bytes = await blank().png().toBuffer()
    const isEmpty = ({ bitDepth: _, ...details }: FileDetails) =>
      Object.values(details).every((value) => value === undefined)
    expect(isEmpty(await readDetails(bytes, 'png'))).toBe(true)
    expect(isEmpty(await readDetails(bytes.subarray(0, 20), 'png'))).toBe(true)
    expect(isEmpty(await readDetails(Buffer.from('II*\0'), 'raw'))).toBe(true)
    expect(isEmpty(await readDetails(Buffer.from('FUJIFILMCCD-RAW'), 'raw'))).toBe(true)
  })

  it('reads TIFF files, and raw photos with other numbers in their header', async () => {
    const { exif } = await sharp(await blank().withExif(EXIF).jpeg().toBuffer()).metadata()
    const tiff = exif!.subarray('Exif\0\0'.length)
    expect(close(await readDetails(tiff, 'tiff'))).toMatchObject(FROM_EXIF)
    expect(close(await readDetails(tiff, 'raw'))).toMatchObject(FROM_EXIF)
    const olympus = Buffer.from(tiff)
    olympus.write('RO', 2, 'latin1')
    expect(close(await readDetails(olympus, 'raw'))).toMatchObject(FROM_EXIF)
    const jpeg = await blank().withExif(EXIF).jpeg().toBuffer()
    const fujifilm = Buffer.concat([Buffer.alloc(100), jpeg])
    fujifilm.write('FUJIFILMCCD-RAW', 0, 'latin1')
    fujifilm.writeUInt32BE(100, 84)
    expect(close(await readDetails(fujifilm, 'raw'))).toMatchObject(FROM_EXIF)
  })
})

describe('readDetails of raw photos', () => {
  const box = (type: string, ...content: Buffer[]) => {
    const header = Buffer.alloc(8)
    header.writeUInt32BE(8 + Buffer.concat(content).length)
    header.write(type, 4, 'latin1')
    return Buffer.concat([header, ...content])
  }
  const uuid = (id: string, ...content: Buffer[]) => box('uuid', Buffer.from(id, 'hex'), ...content)
  const exifOf = async () => {
    const { exif } = await sharp(await blank().withExif(EXIF).jpeg().toBuffer()).metadata()
    return exif!.subarray('Exif\0\0'.length)
  }
  /** A TIFF whose first directory is another one of the same TIFF. */
  const directoryAt = (tiff: Buffer, tag: 'ExifTag' | 'GPSTag') => {
    const image = readTags(tiff).Image as Record<string, number>
    const moved = Buffer.from(tiff)
    moved.writeUInt32LE(image[tag]!, 4)
    return moved
  }
  const XMP_ID = 'be7acfcb97a942e89c71999491e3afac'
  const CANON_ID = '85c0b687820f11e08111f4ce462b6a48'

  it('reads the directories in the boxes of Canon', async () => {
    const tiff = await exifOf()
    const file = Buffer.concat([
      box('ftyp', Buffer.from('crx \0\0\0\u0001crx isom')),
      box(
        'moov',
        uuid(
          CANON_ID,
          box('CNCV', Buffer.from('CanonCR3')),
          box('CMT1', tiff),
          box('CMT2', directoryAt(tiff, 'ExifTag')),
          box('CMT4', directoryAt(tiff, 'GPSTag')),
        ),
      ),
      uuid(XMP_ID, Buffer.from(XMP)),
    ])
    expect(sniff(file)).toBe('raw')
    expect(close(await readDetails(file, 'raw'))).toMatchObject({
      ...FROM_EXIF,
      caption: 'Ships & gulls',
      title: 'The harbour',
      rating: 4,
    })
    for (let end = 0; end < file.length; end += 97) await readDetails(file.subarray(0, end), 'raw')
  })

  it('reads the TIFF in a file of Minolta', async () => {
    const tiff = await exifOf()
    const block = (name: string, content: Buffer) => {
      const header = Buffer.alloc(8)
      header.write(name, 1, 'latin1')
      header.writeUInt32BE(content.length, 4)
      return Buffer.concat([header, content])
    }
    const file = block('MRM', Buffer.concat([block('PRD', Buffer.alloc(24)), block('TTW', tiff)]))
    expect(sniff(file)).toBe('raw')
    expect(close(await readDetails(file, 'raw'))).toMatchObject(FROM_EXIF)
    for (let end = 0; end < file.length; end += 97) await readDetails(file.subarray(0, end), 'raw')
  })
})

describe('readXmp', () => {
  it('reads a packet of many elements in time that grows with their number, and keeps at most 1,000 keywords', () => {
    const packet = (parts: string) =>
      Buffer.from(XMP.replace('</rdf:Description>', `${parts}</rdf:Description>`))
    // Processor time, which does not depend on other load. In time that grows with the square, it takes a minute.
    const before = process.cpuUsage()
    readXmp(packet('<a/>'.repeat(40_000)))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
    const items = '<rdf:li>word</rdf:li>'.repeat(3_000)
    const { keywords } = readXmp(packet(`<dc:subject><rdf:Bag>${items}</rdf:Bag></dc:subject>`))
    expect(keywords?.length).toBe(1_000)
  })

  it('reads attributes, elements, lists and texts in several languages', () => {
    expect(close(readXmp(Buffer.from(XMP)))).toMatchObject({
      capturedAt: Date.parse('2019-02-03T04:05:06.500Z'),
      capturedOffset: 60,
      latitude: 51.51,
      longitude: -0.125,
      title: 'The harbour',
    })
  })

  it('reads camera and exposure, which exports to formats without EXIF have in XMP alone', () => {
    const settings = `xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Acme" tiff:Model="One" exif:ExposureTime="1/200"
      exif:FNumber="28/10" exif:FocalLength="35" `
    const iso = '<exif:ISOSpeedRatings><rdf:Seq><rdf:li>400</rdf:li></rdf:Seq></exif:ISOSpeedRatings>'
    const packet = XMP.replace('xmp:Rating', `${settings}xmp:Rating`).replace(
      '</rdf:Description>',
      `${iso}</rdf:Description>`,
    )
    expect(readXmp(Buffer.from(packet))).toMatchObject({
      camera: 'Acme One',
      exposureTime: 0.005,
      fNumber: 2.8,
      focalLength: 35,
      iso: 400,
    })
    const damaged = packet.replace('1/200', '1/0').replace('28/10', 'x')
    expect(readXmp(Buffer.from(damaged))).toMatchObject({ exposureTime: undefined, fNumber: undefined })
  })

  it('rejects invalid XML, and expands no custom entity', () => {
    expect(() => readXmp(Buffer.from('no xml'))).toThrow()
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${XMP.replace('sea', '&b;').replace(/<\?xpacket[^>]*>/g, '')}`
    expect(() => readXmp(Buffer.from(bomb))).toThrow()
  })
})

describe('readIptc', () => {
  const field = (dataset: number, text: string) => {
    const value = Buffer.from(text)
    return Buffer.concat([Buffer.from([0x1c, 2, dataset, value.length >> 8, value.length & 255]), value])
  }
  const records = Buffer.concat([
    field(5, 'Title'),
    field(25, 'one'),
    field(25, 'two'),
    field(55, '20180102'),
    field(60, '030405+0200'),
    field(120, 'Caption'),
  ])
  const expected = {
    capturedAt: Date.parse('2018-01-02T03:04:05Z'),
    capturedOffset: 120,
    title: 'Title',
    caption: 'Caption',
    keywords: ['one', 'two'],
  }

  it('reads the fields, also among the resources of Photoshop', () => {
    expect(readIptc(records)).toEqual(expected)
    const resource = (id: number, data: Buffer) =>
      Buffer.concat([
        Buffer.from('8BIM', 'latin1'),
        Buffer.from([id >> 8, id & 255, 0, 0, 0, 0, data.length >> 8, data.length & 255]),
        data,
        Buffer.alloc(data.length % 2),
      ])
    const photoshop = Buffer.concat([
      Buffer.from('Photoshop 3.0\0', 'latin1'),
      resource(0x03ed, Buffer.from('odd')),
      resource(0x0404, records),
    ])
    expect(readIptc(photoshop)).toEqual(expected)
  })

  it('reads many keywords in time that grows with their number, and keeps at most 1,000', () => {
    const many = Buffer.concat(Array.from({ length: 100_000 }, (_, n) => field(25, String(n))))
    // Processor time, which does not depend on other load. In time that grows with the square, it takes minutes.
    const before = process.cpuUsage()
    const { keywords } = readIptc(many)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
    expect(keywords?.length).toBe(1_000)
  })

  it('reads texts that are not UTF-8', () => {
    const latin = Buffer.concat([Buffer.from([0x1c, 2, 5, 0, 4]), Buffer.from('Möwe', 'latin1')])
    expect(readIptc(latin).title).toBe('Möwe')
  })
})

describe('readExif', () => {
  it('rejects a block that claims an implausible number of values', () => {
    const block = Buffer.alloc(200_000)
    block.write('II*\0', 0, 'latin1')
    block.writeUInt32LE(8, 4)
    block.writeUInt16LE(10_000, 8)
    for (let entry = 0; entry < 10_000; entry++) {
      block.writeUInt16LE(entry, 10 + entry * 12)
      block.writeUInt16LE(1, 12 + entry * 12)
      block.writeUInt32LE(0xffff_ffff, 14 + entry * 12)
    }
    const before = process.cpuUsage()
    expect(() => readExif(block)).toThrow(/too large/)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
  })

  it('reads a block with some megabytes of XMP, which raw files store as single bytes', async () => {
    const packet = Buffer.concat([Buffer.from(XMP), Buffer.alloc(3_000_000, ' ')])
    const block = tiffOf([
      { tag: 0x0110, type: 2, value: Buffer.from('NIKON D850\0') },
      { tag: 0x02bc, type: 1, value: packet },
    ])
    expect(await readDetails(block, 'tiff')).toMatchObject({ camera: 'NIKON D850', title: 'The harbour' })
  })

  it('reads the other directories if the address of one is wrong', async () => {
    const { exif: block } = await sharp(await blank().withExif(EXIF).jpeg().toBuffer()).metadata()
    const at = block!.indexOf(Buffer.from([0x25, 0x88, 4, 0]))
    expect(at).toBeGreaterThan(0)
    block!.writeUInt32LE(block!.length + 1000, at + 8)
    const details = readExif(block!)
    expect(details).toMatchObject({ camera: 'NIKON D850', capturedOffset: -210 })
    expect(details.latitude).toBeUndefined()
  })

  it('rounds an orientation that is stored as a fraction', () => {
    const half = Buffer.from([3, 0, 0, 0, 2, 0, 0, 0])
    expect(readExif(tiffOf([{ tag: 0x0112, type: 5, value: half }])).orientation).toBe(2)
  })

  it('ignores the time of a clock that was never set', async () => {
    const exif = { IFD2: { DateTimeOriginal: '0000:00:00 00:00:00' } }
    const { exif: block } = await sharp(await blank().withExif(exif).jpeg().toBuffer()).metadata()
    expect(readExif(block!).capturedAt).toBeUndefined()
  })
})

/** A little-endian TIFF of one directory, its entries in the order of their tags. */
function tiffOf(entries: readonly { tag: number; type: number; value: Buffer }[]): Buffer {
  const directory = Buffer.alloc(8 + 2 + entries.length * 12 + 4)
  directory.write('II*\0', 0, 'latin1')
  directory.writeUInt32LE(8, 4)
  directory.writeUInt16LE(entries.length, 8)
  let end = directory.length
  for (const [n, { tag, type, value }] of entries.entries()) {
    const at = 10 + n * 12
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(value.length, at + 4)
    directory.writeUInt32LE(end, at + 8)
    end += value.length
  }
  return Buffer.concat([directory, ...entries.map(({ value }) => value)])
}
