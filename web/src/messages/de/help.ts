/** Short answers, in the order in which a new user meets the subjects. */
export const help = {
  title: 'Hilfe',
  topics: [
    {
      name: 'Zeiten',
      text: 'Bilder sind nach der Uhr der Kamera geordnet. Fehlt deren Zeit, zählt die der Datei; „(Datei)“ zeigt das an. Die Monate am rechten Rand der Galerie führen zu einer Zeit: ziehe dort, oder nimm die Pfeiltasten sowie Bild auf und Bild ab.',
    },
    {
      name: 'Namen, Bildtexte und Sterne',
      text: 'Der letzte Vorschlag unter dem Feld für Wörter sucht den Text in Namen, Titeln, Bildtexten und Stichwörtern. Diese und die Bewertung stammen aus dem Bild oder aus einer XMP-Datei daneben. Auch „Mehr Filter“ hat sie, dazu die Kamera und deine Sterne. „Nahe diesem Ort“ in den Details findet Bilder von dort.',
    },
    {
      name: 'Ordner und Laufwerke',
      text: 'Eine Galerie kann aus mehreren Ordnern und Laufwerken bestehen. Fehlt eines, bleiben seine Bilder, bis es wieder da ist. In einem schreibgeschützten lässt sich nichts hinzufügen oder löschen. „Pfad kopieren“ kopiert, wo ein Bild in der Galerie liegt, „Link kopieren“ die Adresse dessen, was du siehst.',
    },
    {
      name: 'Sammlungen',
      text: 'Eine Sammlung fasst Bilder aus beliebigen Ordnern zusammen. Sie ändert sich nicht, wenn Dateien verschoben werden. Wähle Bilder aus und dann „Zu Sammlung hinzufügen“, drücke A auf einem Bild, oder ziehe Bilder auf eine Sammlung in der Bibliothek. „Suche speichern“ legt eine Suche als Sammlung an, deren Bilder bei jedem Öffnen gefunden werden. Wer Dateien hinzufügen darf, kann eine Sammlung mit allen teilen.',
    },
    {
      name: 'Export',
      text: 'Ausgewählte Bilder werden aus der Leiste über ihnen exportiert, eine Suche, ein Ordner oder eine Sammlung aus „Optionen für diese Liste“ über den Bildern. Zur Wahl stehen Originale oder kleinere Kopien als ZIP, ein Kontaktbogen als PDF, eine Webseite, Listen als CSV, JSON oder Pfade und XMP-Begleitdateien. Namen, Ordner und Zeiten bleiben erhalten.',
    },
    {
      name: 'Vergleich',
      text: 'Wähle zwei bis vier Bilder aus und dann „Vergleichen“. Sie werden gemeinsam gezoomt und bewegt, solange „Gemeinsam zoomen“ eingeschaltet ist. Der beste Wert ist jeweils markiert, und „Nur Unterschiede“ blendet aus, was gleich ist.',
    },
    {
      name: 'Kacheln für mehrere Dateien',
      text: 'Exakte Kopien sowie Raw und JPEG einer Aufnahme teilen sich eine Kachel mit der Zahl ihrer Dateien. Drücke auf die Zahl, um alle zu sehen. Bevor eine solche Kachel in den Papierkorb kommt, exportiert oder zu einer Sammlung hinzugefügt wird, fragt die Seite, ob alle ihre Dateien gemeint sind. In den Einstellungen und in den Filtern wählst du eine Kachel je Datei, Aufnahme oder Serie.',
    },
    {
      name: 'Duplikate',
      text: 'Jede Gruppe zeigt Fassungen eines Bildes. Vorgeschlagen wird das größte, das am wenigsten komprimierte oder das älteste, wie du es oben wählst. Sieh dir die Gruppe an und lege den Rest in einem Schritt in den Papierkorb. Eine Gruppe, die du als „Keine Duplikate“ markierst, erscheint in diesem Browser nicht mehr.',
    },
    {
      name: 'Papierkorb',
      text: 'Gelöschte Bilder kommen in den Papierkorb und lassen sich von dort mit ihren Sammlungen und Sternen wiederherstellen. „Rückgängig“ und Strg Z holen die letzten sofort zurück. Wie lange sie bleiben, steht im Papierkorb; ohne Papierkorb fragt die Seite, bevor eine Datei gelöscht wird.',
    },
    {
      name: 'Dateien hinzufügen',
      text: 'Wähle „Dateien hinzufügen“, oder lege Dateien auf der Seite ab. Eine Datei, die schon in der Galerie ist, wird erkannt, bevor sie gesendet wird. Ist nur ihr Name vergeben, behältst du beide, ersetzt die alte oder überspringst sie, für eine Datei oder für alle.',
    },
  ],
}
