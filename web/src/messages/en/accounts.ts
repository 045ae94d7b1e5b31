import { day, number, plural } from '../format.ts'

export const signIn = {
  ended: 'You have been signed out. Sign in again.',
  email: 'Your e-mail address',
  emailHint: 'You get a code by e-mail. There is no password.',
  send: 'Send the code',
  code: 'Code',
  codeHint: 'If your address has an account, a code is on its way.',
  sentTo: (email: string) => `If ${email} has an account, a code is on its way.`,
  signIn: 'Sign in',
  codeGone: 'This code can no longer be used. Request another one.',
  otherAddress: 'Use another address',
  resend: 'Send another code',
  resendIn: (seconds: number) => `Send another code (in ${number(seconds)} s)`,
}

export const keys = {
  hint: 'A program with a key acts on your behalf.',
  name: 'Purpose',
  once: (name: string) => `Copy the key “${name}” now: it is not shown again.`,
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'A new key has not been copied yet. It will not be shown again.',
  closeAnyway: 'Close anyway',
  used: (at: string | null) => (at === null ? 'not used yet' : `last used ${day(at)}`),
  revoke: (name: string) => `Revoke ${name}`,
  revokeNow: 'Revoke',
}

export const users = {
  title: 'Users',
  count: (count: number) => plural(count, { one: '# user', other: '# users' }),
  none: 'No user matches.',
  filter: 'Filter by address',
  filterRole: 'Filter by role',
  anyRole: 'Any role',
  roles: { user: 'User', editor: 'Editor', admin: 'Admin' },
  signedInAs: (email: string, role: string) => `Signed in as ${email} (${role})`,
  email: 'E-mail address',
  role: 'Role',
  roleOf: (email: string) => `Role of ${email}`,
  add: 'Add',
  save: 'Save',
  cancel: 'Cancel',
  edit: (email: string) => `Change the address ${email}`,
  remove: (email: string) => `Remove ${email}`,
  removeNow: 'Remove',
  pages: 'Pages',
  page: (page: number, pages: number) => `${number(page)} of ${number(pages)}`,
  previous: 'Previous page',
  next: 'Next page',
}
