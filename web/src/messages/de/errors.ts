import type { ErrorWords } from '../en/errors.ts'

/** Adds the sentence of the server, which is in English and names details such as a limit or a path. */
const detailed = (words: string) => (sentence: string) => `${words} (${sentence})`

export const errors: ErrorWords = {
  base_unavailable:
    'Diese Suche ist auf eine Sammlung beschränkt, die gelöscht wurde oder nicht mehr geteilt wird.',
  blank_sketch: 'Das Blatt ist leer.',
  challenge_gone: detailed('Dieser Code kann nicht mehr verwendet werden. Fordere einen neuen an.'),
  collection_not_found: 'Diese Sammlung gibt es nicht mehr.',
  config_invalid: 'Die Konfiguration des Servers ist nicht gültig. Einzelheiten stehen in seinem Protokoll.',
  conflict: detailed('Das war nicht möglich, weil sich inzwischen etwas geändert hat.'),
  cross_origin: 'Der Server lehnt Anfragen von Seiten anderer Adressen ab. Lade diese Seite neu.',
  data_directory_in_use:
    'Ein anderer Prozess verwendet die Daten dieses Servers. Einzelheiten stehen in seinem Protokoll.',
  directory_not_found: detailed('Den Ordner gibt es nicht.'),
  embedder_failed: detailed('Das Modell kann dieses Bild nicht verarbeiten.'),
  embedder_unavailable: 'Das Modell funktioniert im Moment nicht. Versuche es bald noch einmal.',
  forbidden: 'Deine Rolle erlaubt das nicht.',
  gallery_unavailable: detailed('Der Fotoordner kann im Moment nicht gelesen werden.'),
  image_exists: detailed('Eine Datei dieses Namens gibt es schon.'),
  image_not_found: detailed('Dieses Bild gibt es nicht mehr.'),
  image_too_large: detailed('Die Datei ist zu groß.'),
  image_unreadable: detailed('Die Datei ist kein lesbares Bild.'),
  internal_error: 'Im Server ist ein Fehler aufgetreten. Einzelheiten stehen in seinem Protokoll.',
  invalid_path: detailed('Dieser Name oder Ordner ist nicht erlaubt.'),
  invalid_request: detailed('Die Angaben sind nicht gültig.'),
  last_admin: detailed('Mindestens ein Benutzer muss die Rolle „Verwaltung“ haben.'),
  method_not_allowed: 'Der Server hat eine andere Version als diese Seite. Lade diese Seite neu.',
  not_found: 'Der Server hat eine andere Version als diese Seite. Lade diese Seite neu.',
  not_indexed: 'Dieses Bild ist noch nicht im Index. Versuche es gleich noch einmal.',
  not_signed_in: 'Du bist nicht angemeldet.',
  not_supported: detailed('Das Modell unterstützt diese Suche nicht.'),
  permission_denied: detailed('Der Server darf diese Datei oder diesen Ordner nicht ändern.'),
  query_not_found: detailed('Diese Suche ist nicht mehr gespeichert.'),
  request_too_large: detailed('Die Anfrage ist zu groß.'),
  storage_unavailable: detailed('Der Server kann im Moment nichts speichern.'),
  too_many_requests: detailed('Das waren zu viele Versuche. Warte eine Weile.'),
  unavailable: 'Der Server kann diese Anfrage im Moment nicht bearbeiten. Versuche es bald noch einmal.',
  unknown_host: detailed('Der Server ist für diese Adresse nicht eingerichtet.'),
  unknown_word: detailed('Das Modell kennt dieses Wort nicht.'),
  user_exists: detailed('Einen Benutzer mit dieser Adresse gibt es schon.'),
  user_not_found: 'Diesen Benutzer gibt es nicht mehr.',
  wrong_code: 'Der Code stimmt nicht.',
}
