import { day, number, plural } from '../format.ts'

export const signIn = {
  ended: 'Du wurdest abgemeldet. Melde dich wieder an.',
  email: 'Deine E-Mail-Adresse',
  emailHint: 'Du erhältst einen Code per E-Mail. Es gibt kein Passwort.',
  send: 'Code senden',
  code: 'Code',
  codeHint: 'Wenn es zu deiner Adresse ein Konto gibt, ist ein Code unterwegs.',
  sentTo: (email: string) => `Wenn es zu ${email} ein Konto gibt, ist ein Code unterwegs.`,
  signIn: 'Anmelden',
  codeGone: 'Dieser Code gilt nicht mehr. Fordere einen neuen an.',
  otherAddress: 'Andere Adresse verwenden',
  resend: 'Neuen Code senden',
  resendIn: (seconds: number) => `Neuen Code senden (in ${number(seconds)} s)`,
}

export const keys = {
  hint: 'Ein Programm mit einem Schlüssel handelt in deinem Namen.',
  name: 'Zweck',
  once: (name: string) => `Kopiere den Schlüssel „${name}“ jetzt: Er wird nicht noch einmal angezeigt.`,
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Ein neuer Schlüssel ist noch nicht kopiert. Er wird nicht noch einmal angezeigt.',
  closeAnyway: 'Trotzdem schließen',
  used: (at: string | null) => (at === null ? 'noch nicht benutzt' : `zuletzt benutzt am ${day(at)}`),
  revoke: (name: string) => `${name} widerrufen`,
  revokeNow: 'Widerrufen',
}

export const users = {
  title: 'Benutzer',
  count: (count: number) => plural(count, { one: '# Benutzer', other: '# Benutzer' }),
  none: 'Kein Benutzer gefunden.',
  filter: 'Nach Adresse filtern',
  filterRole: 'Nach Rolle filtern',
  anyRole: 'Jede Rolle',
  roles: { user: 'Benutzer', editor: 'Redaktion', admin: 'Verwaltung' },
  signedInAs: (email: string, role: string) => `Angemeldet als ${email} (${role})`,
  email: 'E-Mail-Adresse',
  role: 'Rolle',
  roleOf: (email: string) => `Rolle von ${email}`,
  add: 'Hinzufügen',
  save: 'Speichern',
  cancel: 'Abbrechen',
  edit: (email: string) => `Adresse ${email} ändern`,
  remove: (email: string) => `${email} entfernen`,
  removeNow: 'Entfernen',
  pages: 'Seiten',
  page: (page: number, pages: number) => `${number(page)} von ${number(pages)}`,
  previous: 'Vorige Seite',
  next: 'Nächste Seite',
}
