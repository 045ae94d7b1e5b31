import { describe, expect, it } from 'vitest'
import { directoriesOf, openDirectories } from './directories.ts'
import { toAbsolute } from './paths.ts'

const HOLIDAYS = [{ name: 'Holidays', path: '/drive/holidays' }]

describe('directories of a gallery', () => {
  it('lead to their places until the last use of the gallery ends', () => {
    const [first, second] = [openDirectories('/g', HOLIDAYS), openDirectories('/g', [...HOLIDAYS])]
    expect(toAbsolute('/g', 'Holidays/1.jpg')).toBe('/drive/holidays/1.jpg')
    first()
    first()
    expect(toAbsolute('/g', 'Holidays/1.jpg')).toBe('/drive/holidays/1.jpg')
    second()
    expect(toAbsolute('/g', 'Holidays/1.jpg')).toBe('/g/Holidays/1.jpg')
    openDirectories('/g')()
    expect(directoriesOf('/g')).toEqual([])
  })

  it('stay the same while the gallery is open', () => {
    const close = openDirectories('/g', HOLIDAYS)
    expect(() => openDirectories('/g')).toThrow('The gallery /g is open with other directories')
    expect(directoriesOf('/g')).toEqual(HOLIDAYS)
    close()
  })
})
