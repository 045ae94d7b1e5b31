import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { mountsOf } from './mount-table.ts'
import { isRemote, keepsIdentities } from './mounts.ts'

const TABLE = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /mnt/my\\040photos rw,relatime shared:5 - nfs4 server:/photos rw,vers=4.2
41 40 0:51 / /mnt/my\\040photos/usb rw - fuseblk /dev/sdb1 rw
42 27 0:52 / /home/me/cloud rw - fuse.rclone remote: rw
`

async function tableOf(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'mountinfo')
  await writeFile(file, text)
  return file
}

describe('mountsOf', () => {
  it('returns the mount that holds a folder, then those below it', async () => {
    const table = await tableOf(TABLE)
    const typesOf = (folder: string) => mountsOf(folder, table).map(({ type }) => type)
    expect(typesOf('/srv/photos')).toEqual(['ext4'])
    expect(typesOf('/mnt/my photos/2020')).toEqual(['nfs4'])
    expect(typesOf('/mnt/my photos')).toEqual(['nfs4', 'fuseblk'])
    expect(typesOf('/home/me')).toEqual(['ext4', 'fuse.rclone'])
    expect(typesOf('/mnt/my photos2')).toEqual(['ext4'])
  })

  it('reads the table of this machine, if it has one', () => {
    expect(mountsOf('/', '/no/such/table')).toEqual([])
    if (process.platform === 'linux') expect(mountsOf('/')[0]).toMatchObject({ path: '/' })
  })
})

describe('isRemote', () => {
  it.each(['nfs', 'nfs4', 'cifs', 'smb3', '9p', 'fuse.sshfs', 'fuse.rclone', 'virtiofs', 'ceph'])(
    '%s',
    (type) => expect(isRemote({ path: '/', type, drive: '' })).toBe(true),
  )
  it.each(['ext4', 'xfs', 'btrfs', 'zfs', 'tmpfs', 'overlay', 'fuseblk', 'vfat', 'apfs'])('not %s', (type) =>
    expect(isRemote({ path: '/', type, drive: '' })).toBe(false),
  )
})

describe('keepsIdentities', () => {
  const CASES: [type: string, options: string, keeps: boolean][] = [
    ['cifs', 'rw,vers=3.1.1,serverino,mapposix', true],
    ['cifs', 'rw,vers=3.1.1,mapposix', false],
    ['smb3', 'rw,noserverino', false],
    ['vboxsf', 'rw,nodev', false],
    ['exfat', 'rw', false],
    ['nfs4', 'rw,vers=4.2', true],
    ['ext4', 'rw', true],
  ]
  it.each(CASES)('%s with %s: %s', async (type, options, keeps) => {
    const table = await tableOf(`40 1 0:50 / /mnt rw,relatime - ${type} //nas/photos ${options}\n`)
    expect(mountsOf('/mnt', table).map(keepsIdentities)).toEqual([keeps])
  })
})
