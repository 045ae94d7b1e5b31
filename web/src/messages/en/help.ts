/** Short answers, in the order in which a new user meets the subjects. */
export const help = {
  title: 'Help',
  topics: [
    {
      name: 'Dates',
      text: 'Pictures are ordered by the time on the clock of the camera. Without such a time, the date of the file counts; “(file)” marks it. The months at the right edge of the gallery lead to a time: drag there, or use the arrow keys and Page up and Page down.',
    },
    {
      name: 'Names, captions and stars',
      text: 'The last suggestion below the field for words looks for the text in names, titles, captions and keywords. These and the rating come from the picture or from an XMP file beside it. “More filters” has them too, with the camera and your own stars. “Near this place” in the details finds pictures from there.',
    },
    {
      name: 'Folders and drives',
      text: 'A gallery can consist of several folders and drives. If one is absent, its pictures stay until it is back. In a read-only one nothing can be added or deleted. “Copy path” copies where a picture is in the gallery; “Copy link” copies the address of what you see.',
    },
    {
      name: 'Collections',
      text: 'A collection is a set of pictures from any folders. It stays complete when files move. Select pictures and choose “Add to collection”, press A on a picture, or drag pictures onto a collection in the library. “Save search” keeps a search as a collection, whose pictures are found each time it is opened. Editors can share a collection with everyone.',
    },
    {
      name: 'Export',
      text: 'Selected pictures are exported from the bar above them; a search, a folder or a collection from “List options” above the pictures. Choose originals or smaller copies as ZIP, a contact sheet as PDF, a web page, lists as CSV, JSON or paths, or XMP sidecars. Names, folders and dates are kept.',
    },
    {
      name: 'Compare',
      text: 'Select two to four pictures and choose “Compare”. They are zoomed and moved together unless “Zoom together” is off. The best value in each row is marked, and “Only differences” hides rows that are equal.',
    },
    {
      name: 'Tiles for several files',
      text: 'Exact copies, and raw and JPEG of one shot, share a tile with the number of its files. Press the number to see each of them. Before such a tile is moved to the trash, exported or added to a collection, the page asks whether all of its files are meant. In the settings and in the filters you choose a tile for each file, shot or burst.',
    },
    {
      name: 'Duplicates',
      text: 'Each group shows versions of one picture. The suggested one is the largest, the least compressed or the oldest, as you choose at the top. Look at the group, then move the rest to the trash in one step. A group that you mark as “Not duplicates” is not shown again in this browser.',
    },
    {
      name: 'Trash',
      text: 'Deleted pictures go to the trash and can be restored from there with their collections and stars. “Undo” and Ctrl Z restore the last ones at once. The trash shows how long they stay; without a trash, the page asks before a file is deleted.',
    },
    {
      name: 'Adding files',
      text: 'Choose “Add files”, or drop files on the page. A file that the gallery has already is recognised before it is sent. If only its name is taken, you keep both, replace the old one, or skip it, for one file or for all.',
    },
  ],
}
