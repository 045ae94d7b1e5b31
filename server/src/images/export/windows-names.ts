/** Names of devices, also with an extension: Windows creates no file of such a name. */
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?= *(?:\.|$))/i

/**
 * Returns the name of a file or folder as every system can create it: Windows rejects some characters, ends a name before dots and
 * blanks at its end, and separates folders by a backslash, so that a name with some could be unpacked elsewhere.
 */
export function windowsName(name: string): string {
  return name
    .replaceAll(/[\\/<>:"|?*\p{Cc}]/gu, '_')
    .replace(/[. ]+$/, (end) => '_'.repeat(end.length))
    .replace(DEVICE, '$&_')
}
