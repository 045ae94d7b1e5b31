export const copying = {
  path: 'Copy path',
  pathCopied: 'Path copied',
  link: 'Copy link',
  linkCopied: 'Link copied',
  linkCopiedForAWeek: 'Link copied. It works for 7 days.',
  failed: (text: string) => `This browser does not allow copying: ${text}`,
}
