import { number, plural } from '../format.ts'

export const files = {
  title: 'Dateien des Ordners',
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
    system_folder: 'Papierkörbe, Schnappschüsse und Vorschauen anderer Programme',
    ignored: 'In der Konfiguration ausgeschlossen',
    own_data: 'Daten von Sketch-Search',
    subfolder: 'In Unterordnern, die nicht überwacht werden',
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
  },
}
