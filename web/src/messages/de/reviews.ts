import { finePercent, list, number, percent, plural } from '../format.ts'

export const detailsSheet = {
  more: 'Mehr Angaben zeigen',
  fewer: 'Weniger Angaben zeigen',
}

export const uploading = {
  choose: 'Dateien hinzufügen',
  title: (folder: string) => `Hinzufügen zu ${folder}`,
  done: 'hinzugefügt',
  waiting: 'wartet',
  tooLargeForProxy: (size: string) =>
    `Hochladen abgebrochen: Der Proxy vor dem Server nimmt keine Dateien von ${size} an. Seine Grenze lässt sich erhöhen (nginx: client_max_body_size, ohne Angabe 1 MB).`,
  tooLarge: (name: string, size: string, limit: string) =>
    size === limit
      ? `„${name}“ ist größer als ${limit}; mehr nimmt dieser Server nicht an (limits.max_upload_bytes).`
      : `„${name}“ hat ${size}. Dieser Server nimmt Dateien von höchstens ${limit} an (limits.max_upload_bytes).`,
  retry: 'Erneut versuchen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  fold: 'Weniger zeigen',
  unfold: 'Jede Datei zeigen',
  asked: 'braucht eine Entscheidung',
  skipped: 'übersprungen',
  undecided: (count: number) =>
    plural(count, {
      one: '# Datei braucht eine Entscheidung',
      other: '# Dateien brauchen eine Entscheidung',
    }),
  question: (name: string) => `Über ${name} entscheiden`,
  taken: (name: string, folder: string) => `In „${folder}“ gibt es eine andere Datei namens „${name}“.`,
  known: (name: string, path: string, count: number) =>
    count === 1
      ? `„${name}“ ist schon in der Galerie: ${path}`
      : `„${name}“ ist schon ${number(count)} Mal in der Galerie, zum Beispiel hier: ${path}`,
  inTrash: (name: string) => `„${name}“ liegt im Papierkorb.`,
  isThere: 'Sie ist schon in diesem Ordner.',
  keepBoth: 'Beide behalten',
  replace: 'Ersetzen',
  replaceHint: 'Beim Ersetzen kommt das Bild aus dem Ordner in den Papierkorb.',
  replaceFinal: 'Beim Ersetzen wird die Datei im Ordner gelöscht. Das lässt sich nicht rückgängig machen.',
  skip: 'Überspringen',
  addAnyway: 'Trotzdem hinzufügen',
  forAll: (count: number) =>
    plural(count, {
      one: 'Ebenso für alle folgenden',
      other: 'Ebenso für alle # und alle folgenden',
    }),
  endsWithSession: (count: number) =>
    plural(count, {
      one: '# Datei ist noch nicht hinzugefügt. Das Abmelden bricht das Hochladen ab.',
      other: '# Dateien sind noch nicht hinzugefügt. Das Abmelden bricht das Hochladen ab.',
    }),
  new: 'Die neue Datei',
  existing: 'Das Bild in der Galerie',
  summary: ({
    done,
    failed,
    skipped,
    all,
  }: {
    done: number
    failed: number
    skipped: number
    all: number
  }) => {
    if (failed > 0)
      return plural(failed, {
        one: `# von ${number(all)} Dateien konnte nicht hinzugefügt werden`,
        other: `# von ${number(all)} Dateien konnten nicht hinzugefügt werden`,
      })
    if (done + skipped < all) return `${number(done)} von ${number(all)} Dateien hinzugefügt`
    const added = plural(done, { one: '# Datei hinzugefügt', other: '# Dateien hinzugefügt' })
    return skipped === 0 ? added : `${added}, ${number(skipped)} übersprungen`
  },
}

export const duplicates = {
  title: 'Duplikate',
  groups: (count: number) => plural(count, { one: '# Gruppe', other: '# Gruppen' }),
  toFree: (size: string) => `${size} werden frei`,
  groupOf: (index: number, all: number) => `Gruppe ${number(index)} von ${number(all)}`,
  versions: (count: number) => plural(count, { one: '# Fassung', other: '# Fassungen eines Bildes' }),
  pictures: (count: number) => plural(count, { one: '# Bild', other: '# Bilder' }),
  frees: (size: string) => `gibt ${size} frei`,
  suggested: (reasons: string[]) => (reasons.length === 0 ? 'Vorschlag' : `Vorschlag: ${list(reasons)}`),
  reasons: {
    largest: 'das größte',
    least_compressed: 'das am wenigsten komprimierte',
    oldest: 'das älteste',
  },
  listing: 'Liste der Gruppen',
  level: 'Ähnlichkeit',
  levels: { very_alike: 'Sehr ähnlich', alike: 'Ähnlich', identical: 'Identisch' },
  order: 'Reihenfolge der Gruppen',
  orders: { space: 'Größter Platzgewinn zuerst', images: 'Meiste Bilder zuerst' },
  bestBy: 'Vorschlagen',
  best: {
    largest: 'Das größte',
    least_compressed: 'Das am wenigsten komprimierte',
    oldest: 'Das älteste',
  },
  relations: {
    exact: 'Exakte Kopie',
    developed: 'Aus dem Original entwickelt',
    cropped: 'Zugeschnitten oder gedreht',
    smaller: 'Kleinere Kopie',
    compressed: 'Stärker komprimiert',
  },
  compare: 'Nebeneinander vergleichen',
  notDuplicates: 'Keine Duplikate',
  notShown: 'Diese Gruppe wird nicht mehr gezeigt.',
  keep: 'Behalten',
  keeping: 'Wird behalten',
  trash: 'Papierkorb',
  apply: (kept: number, moved: number) => `${number(kept)} behalten, ${number(moved)} in den Papierkorb`,
  skip: 'Überspringen',
  reviewed: 'Alle Duplikate geprüft',
  none: 'Keine Duplikate',
  noneHint: 'Alle Bilder wurden verglichen. Keine sehen gleich aus.',
  noneYet: 'Bisher keine Duplikate',
  compared: (share: number) =>
    `${share < 0.1 ? finePercent(share) : percent(Math.floor(share * 100) / 100)} der Bilder verglichen`,
  keys: 'behalten oder Papierkorb',
  groupGone: 'Diese Gruppe gibt es nicht mehr',
  groupGoneHint: 'Ihre Bilder wurden inzwischen gelöscht oder verändert.',
  nextGroup: 'Nächste Gruppe zeigen',
  nextKey: 'nächste Gruppe',
  list: 'Gruppen von Duplikaten',
}

export const compare = {
  action: 'Vergleichen',
  title: (count: number) => plural(count, { one: '# Bild vergleichen', other: '# Bilder vergleichen' }),
  together: 'Gemeinsam zoomen',
  differences: 'Nur Unterschiede',
  keep: 'Behalten',
  keeping: 'Wird behalten',
  best: 'Bester Wert',
  bits: (count: number) => `${count} Bit`,
  below: (points: number) =>
    plural(points, { one: '# Punkt unter dem besten', other: '# Punkte unter dem besten' }),
  shown: 'Gezeigtes Bild',
  facts: {
    dimensions: 'Abmessungen',
    bytes: 'Dateigröße',
    format: 'Format',
    date: 'Datum',
    folder: 'Ordner',
    camera: 'Kamera',
    score: 'Ähnlichkeit',
  },
}
