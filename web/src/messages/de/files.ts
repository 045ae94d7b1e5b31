import { number, plural } from '../format.ts'

export const files = {
  found: (count: number) => plural(count, { one: '# Datei gefunden', other: '# Dateien gefunden' }),
  indexed: 'Durchsuchbar',
  failed: 'Nicht lesbar',
  pending: 'Noch zu lesen',
  leftOut: 'Ausgelassen',
  folders: 'Ausgelassene Ordner',
  example: (path: string) => `zum Beispiel ${path}`,
  moreFolders: (count: number) => `und ${number(count)} weitere`,
  rules: {
    hidden: 'Versteckte Dateien und Ordner',
    trash: 'Im Papierkorb von Sketch-Search',
    system_folder: 'Papierkörbe, Snapshots von Laufwerken und Vorschauen anderer Programme',
    ignored: 'In der Konfiguration ausgeschlossen',
    own_data: 'Daten von Sketch-Search',
    subfolder: 'In Unterordnern, die nicht überwacht werden',
    sidecar: 'XMP-Dateien, deren Bildtexte und Wertungen gelesen werden',
    not_an_image: 'Kein Bild',
    special_file: 'Pipes, Sockets und Geräte',
    link_outside: 'Verknüpfungen aus dem Ordner hinaus',
    link_broken: 'Verknüpfungen ins Leere',
    link_loop: 'Verknüpfungen im Kreis',
    link_to_left_out: 'Verknüpfungen auf Ausgelassenes',
    link_not_followed: 'Verknüpfungen, denen nicht gefolgt werden kann',
    unreadable_folder: 'Ordner, die nicht lesbar sind',
    unreadable_file: 'Dateien, die nicht lesbar sind',
    drive_absent: 'Laufwerke, die nicht verbunden sind',
  },
}

export const exporting = {
  title: 'Exportieren',
  all: (count: number) => plural(count, { one: 'Das Bild exportieren', other: 'Alle # exportieren' }),
  allFiles: 'Alle Dateien exportieren',
  failed: 'Der Export ist fehlgeschlagen. Versuche es noch einmal, oder sieh im Protokoll des Servers nach.',
  flat: 'Originale ohne Ordner',
  formats: {
    zip: 'Originale',
    'zip-small': 'Kleinere Kopien',
    pdf: 'Kontaktbogen',
    csv: 'Dateiliste',
    html: 'Webseite',
    json: 'Liste für Programme',
    paths: 'Liste der Pfade',
    xmp: 'XMP-Begleitdateien',
  },
  details: {
    zip: 'ZIP',
    'zip-small': 'ZIP, 2048 px',
    pdf: 'PDF, A4',
    csv: 'CSV',
    html: 'HTML',
    json: 'JSON',
    paths: 'TXT',
    xmp: 'ZIP',
  },
}

export const notices = {
  failuresTitle: 'Dateien, die nicht indiziert werden konnten',
  failuresHint: 'Eine Datei wird erneut gelesen, wenn sie sich ändert.',
  failuresMore: (count: number) => `und ${number(count)} weitere`,
  retryFailures: 'Alle erneut versuchen',
  embedderChanged: (embedder: string, done: number, all: number) =>
    `Das Modell ist jetzt „${embedder}“. Bisher sind ${number(done)} von ${number(all)} Bildern durchsuchbar.`,
  embedderReplaced: (embedder: string, done: number, all: number) =>
    `Das Modell ist jetzt „${embedder}“. Es hat ${number(done)} von ${number(all)} Bildern gelesen. Bis es alle gelesen hat, sucht weiterhin das bisherige Modell.`,
  notWorking: (embedder: string) =>
    `Das Modell „${embedder}“ funktioniert gerade nicht. Du kannst blättern, aber nicht suchen. Der Grund steht im Protokoll des Servers.`,
  problemTitle: 'Der Fotoordner ist nicht lesbar',
  absentPlaces: (places: readonly string[]) => `Nicht verbunden: ${places.join(', ')}`,
  wholeFolder: 'der Fotoordner',
  absenceTitle: (missing: number, known: number) => {
    if (missing >= known) return 'Alle Dateien fehlen'
    return plural(missing, { one: 'Eine Datei fehlt', other: 'Einige Dateien fehlen' })
  },
  absence: (missing: number) =>
    plural(missing, {
      one: '# Datei fehlt. Nichts wurde aus dem Index entfernt.',
      other: '# Dateien fehlen. Nichts wurde aus dem Index entfernt.',
    }),
  emptyFolder: (missing: number) =>
    plural(missing, {
      one: 'Der Fotoordner ist leer oder ein anderer: # Datei fehlt. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
      other:
        'Der Fotoordner ist leer oder ein anderer: # Dateien fehlen. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
    }),
  absenceElsewhere: (missing: number) =>
    plural(missing, {
      one: '# Datei fehlt. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
      other:
        '# Dateien fehlen auf einmal. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
    }),
  checkAgain: 'Erneut prüfen',
  acceptMissing: 'Aus dem Index entfernen',
  problem: 'Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
  polling: 'Dieser Ordner kann nicht überwacht werden. Änderungen erscheinen mit Verzögerung.',
  why: 'Warum?',
  unwatched:
    'Kein Prozess überwacht die Galerie. Neue Bilder werden nicht bemerkt. Starte einen Worker, der den Ordner hat, oder einen Server ohne --no-index.',
  ignoredUsers: (count: number) =>
    plural(count, {
      one: 'In der Datenbank ist # Benutzer, aber die Anmeldung ist aus (auth.kind: none): Alle, die diese Seite öffnen können, sind Administratoren.',
      other:
        'In der Datenbank sind # Benutzer, aber die Anmeldung ist aus (auth.kind: none): Alle, die diese Seite öffnen können, sind Administratoren.',
    }),
  understood: 'Verstanden',
  metadata: (left: number) =>
    plural(left, {
      one: 'Aufnahmezeit, Kamera und Bildtext von # Bild müssen noch gelesen werden. Bis dahin fehlen sie in der Zeitleiste und bei den Filtern.',
      other:
        'Aufnahmezeiten, Kameras und Bildtexte von # Bildern müssen noch gelesen werden. Bis dahin fehlen sie in der Zeitleiste und bei den Filtern.',
    }),
  readOnly: 'Die Galerie ist schreibgeschützt: Bilder können hier weder hinzugefügt noch gelöscht werden.',
  readOnlyFolders: (names: readonly string[]) =>
    `In diesen Ordnern, die schreibgeschützt sind, können Bilder weder hinzugefügt noch gelöscht werden: ${names.join(', ')}.`,
  storageTitle: 'Neue Bilder können nicht gespeichert werden',
  storage: {
    disk_full:
      'Der Datenträger des Servers ist voll. Suchen geht weiter; neue Bilder werden gelesen, sobald wieder Platz ist.',
    data_directory_read_only:
      'Das Datenverzeichnis des Servers ist schreibgeschützt. Neue Bilder werden gelesen, sobald das behoben ist.',
    data_directory_missing:
      'Das Datenverzeichnis des Servers fehlt. Neue Bilder werden gelesen, sobald es wieder da ist.',
    data_directory_unreachable:
      'Das Datenverzeichnis des Servers antwortet nicht. Neue Bilder werden gelesen, sobald es antwortet.',
    thumbnails_unreachable:
      'Der Server kann keine Vorschaubilder schreiben. Neue Bilder werden gelesen, sobald er es kann.',
    catalog_damaged:
      'Der Katalog des Servers ist beschädigt. Im Protokoll des Servers steht, wie er aus der Galerie neu aufgebaut wird.',
  },
}
