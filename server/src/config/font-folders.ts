import { homedir } from 'node:os'
import { join } from 'node:path'

/** Returns the folders in which this system keeps fonts, those of the user first. Some may not exist. */
export function fontFolders(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const home = homedir()
  if (platform === 'win32')
    return [
      join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Microsoft', 'Windows', 'Fonts'),
      join(environment.WINDIR ?? 'C:\\Windows', 'Fonts'),
    ]
  if (platform === 'darwin')
    return [
      join(home, 'Library', 'Fonts'),
      '/Library/Fonts',
      '/System/Library/Fonts',
      '/Network/Library/Fonts',
    ]
  // https://specifications.freedesktop.org/basedir-spec/
  const dataFolders = [
    environment.XDG_DATA_HOME || join(home, '.local', 'share'),
    ...(environment.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':'),
  ]
  return [
    join(home, '.fonts'),
    ...dataFolders.filter((folder) => folder !== '').map((folder) => join(folder, 'fonts')),
  ]
}
