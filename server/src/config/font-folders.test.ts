import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fontFolders } from './font-folders.ts'

describe('the folders of fonts', () => {
  it('are those of XDG on Linux, the user’s first', () => {
    expect(fontFolders({}, 'linux')).toEqual([
      join(homedir(), '.fonts'),
      join(homedir(), '.local/share/fonts'),
      '/usr/local/share/fonts',
      '/usr/share/fonts',
    ])
    const own = { XDG_DATA_HOME: '/own', XDG_DATA_DIRS: '/a::/b' }
    expect(fontFolders(own, 'linux').slice(1)).toEqual(['/own/fonts', '/a/fonts', '/b/fonts'])
  })

  it('are those of the user and of the system on macOS and Windows', () => {
    expect(fontFolders({}, 'darwin')).toContain('/System/Library/Fonts')
    const windows = fontFolders({ LOCALAPPDATA: 'local', WINDIR: 'windows' }, 'win32')
    expect(windows).toEqual([join('local', 'Microsoft', 'Windows', 'Fonts'), join('windows', 'Fonts')])
  })
})
