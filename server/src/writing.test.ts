# Changelog

## 0.2.0 (not released yet)

### In short

- A better model finds twice as many of the drawn things, and answers to words. Searches combine drawings, pictures, regions, words and colours.
- A new page in English and German, also for phones.
- A trash, collections, stars, export, API keys, several folders, dates and captions from the files.
- **Before you upgrade**: [make a backup](docs/run.md#back-up). After the start, the gallery is embedded again in the background, while the former model answers searches. In containers, the gallery has another mount point and the database another version; the
  configuration file now wins over environment variables, and the HTTP API has other statuses for invalid input ([Changed](#changed)).

### Security

- **Version 0.1 allowed ONNX Runtime to send telemetry to Microsoft.** From version 1.29 on, its binaries for Linux and macOS do this by default. Version 0.1 includes 1.30 and did not switch it off.
  - Affected: the default model, checkpoints (`timm`) and ONNX files, in every command that embeds images. Not affected: `classical`, `transformers`, classes that do not load ONNX Runtime, and
    processes with `CI` or `ORT_DISABLE_TELEMETRY=1` in their environment.
  - Receiver: `mobile.events.data.microsoft.com`, about ten seconds after a model was loaded, and again later. If the machine had access to the internet, assume that the events arrived.
  - Contents, as found in the events that ONNX Runtime stores before it sends them: an identifier of the device; **the full path of the Node.js program**, which may contain a user name; the file
    name of the model, and the names and the producer in it; number and duration of runs, memory and processor time; Linux distribution, processor and memory of the machine. Its source code also mentions
    hashes of the model. Images, drawings, searches and the paths of images were not among the contents.
  - Left behind: the identifier and unsent events, in the folder `Microsoft/DeveloperTools/.onnxruntime` of `~/.cache` (or `XDG_CACHE_HOME`) of the user who ran Sketch-Search. You can delete it.
  - Fixed: every process that may load ONNX Runtime is started with telemetry switched off, and otherwise refuses to load a model. A test traces all system calls that could reach another machine.
- The package no longer depends on `swagger-ui-dist`. Its dependency `@scarf/scarf` reports installations to scarf.sh, with names and versions of packages, the operating system and the version of Node.js. This happened
  when the package of version 0.1 was installed with an npm that runs install scripts (10 and older).
- `npm start` in a checkout no longer makes npm look for a newer npm.
- [Connections](docs/security.md#connections) lists everything that can leave the machine.

### Added

- **A better default model, `sketch-search-5`.** It stands on a network that was trained on ImageNet. On sketches of things that training did not see, mAP rises from 0.338 to 0.671, and the drawn photo itself is among the first ten
  for 78 % instead of 58 % of the sketches of known things; photos by photos have mAP 0.79 instead of about 0.30 ([model card](model/README.md)). After the upgrade, a gallery is embedded again in the background; until this is done, the former
  model and its index answer searches. To keep the former model, set `embedder_registry.chosen_embedder: sketch-search-4`: its index is still used.
- **API keys.** With sign-in, scripts and other machines use the HTTP API with `Authorization: Bearer TOKEN`. Each person creates and revokes keys in the settings of the page, an admin of the machine with
  `sketch-search users keys`; a key is shown once, stored as a hash, and never has more rights than its owner. `sketch-search search --server URL` searches the gallery of a server, with the same results as a search of its folder.
- **Workers on other machines need no access to the folder**: `sketch-search worker --server URL` copies the files that it indexes from a server, by `GET /api/fs/file`.
- On Linux, the threads that read files for the index have a lower priority than those that answer searches.
- Searches no longer wait for up to 1.5 seconds while the vector index of a million images is saved.
- Sketches are prepared in a fraction of the time: a query of a drawing comes sooner, and drawn pictures are indexed faster.
- An overloaded server rejects further requests at once, with the status 503 and `Retry-After`; the requests that it has accepted are answered as fast as before. The queues behind the HTTP API are bounded as well: queries of the
  embedder, images to decode, statements that wait for PostgreSQL.
- **Drawings on paper.** A photo of a drawing is recognised and searched with as a drawing: shadows, the table, and the lines of ruled paper are removed. On such photos, mAP rises from 0.17 to 0.65.
- Duplicates can be listed by the space that they free, and be limited to identical files or extended to less similar pictures (`level` and `order_by` of `GET /api/images/duplicates`). The review takes the whole window.
- If two files of an upload have the same bytes, the second one waits for the first one and is then offered as known.
- On a phone the parts of the search have the whole bar; words, pictures and “Clear search” are in the menu “Add to the search”.
- On a blank sheet a boat draws itself, once; with reduced motion it is there at once. On a phone the first title of the results stands beside the filters, which leaves more of the pictures.
- The settings' dialogs stay open when the window becomes narrower or wider.
- The library lists files that were added in the last 30 days, and the saved sketches. The strip of a closed query pane shows the drawing in small.
- Results that were scrolled stay in their place while the drawing goes on, until “Show new matches” is pressed. The first 240 results are shown without waiting for the others.
- The selection is kept over a reload.
- A search whose client has gone ends on the server, and smaller versions of images are made after searches in progress: results of a drawing come sooner on a machine with two cores.
- **A new page.** The sheet fills its pane beside the results, and the line between them can be dragged. Everything that is searched with is a chip in the query bar, with its influence: sketch, pictures, regions, words, and what to
  avoid. Results stand in rows in their own shapes, sharp on every screen, with a blurred placeholder until they are there, and come as close matches and those further away. The large view is never blank, shows pictures at 1:1, and has a filmstrip, details
  and pictures that look alike. Back and reload return to the same place of a list. Duplicates are decided group by group. On a phone the results lie in a sheet of three heights.
- **Near-duplicates are confirmed by their light, shade and colours.** Different drawings of one thing are no longer a group of which all but one may be moved to the trash. Indexing computes colours and placeholders in a quarter of the time.
- **Small things are found with `embedder_registry.windows`.** With `half` or `quarter`, 9 or 25 parts of each image have vectors as well, and the best one counts. mAP of things at a third of the side rises from 0.04 to 0.15 or 0.30; indexing takes 10 or 26 times as long ([Small things](docs/search.md#small-things)).
- `sketch-search evaluate --kind pasted --scenes FOLDER` measures searches by region, small objects with and without windows, and heat maps; `--limit` makes it shorter. `--kind text` also shows how often the words for an image are right.
- `sketch-search evaluate --kind all` reports every kind of query in one table: words, sketches, colours, regions, small things, heat maps and feedback.
- The package contains a software bill of materials in the CycloneDX format, `sbom.cdx.json`. `CITATION.cff` describes how to cite Sketch-Search.
- With `target: transformers`, models of the CLIP and SigLIP families take words. An ONNX model takes them with a second file for texts and its `tokenizer.json` (`text_path`).
- **Why it matched.** The large view shows by a heat map where a picture answers the search, and describes the picture in words; `POST /api/images/{id}/match` has a map for each part of a search. All pictures have the same colour scale.
- **Several folders.** `watcher.directories: [{name, path}]` shows further folders at the top of the gallery, each on a drive that may be absent.
- `sketch-search trash list` lists deleted images also while a server runs. A folder of `watcher.directories` that is a link to a drive which is absent at the start appears when the drive does.
- **XMP files beside images.** Title, caption, keywords and rating that a photo program keeps in `photo.xmp` or `photo.jpg.xmp` are read with the image, and again when that file changes.
- **Copies, shots and bursts as one image.** `fold=copies`, `shots` or `bursts` in lists, the timeline, searches and exports shows one image for exact copies, for raw and JPEG of one shot, and for bursts, with the number of the others; `folded_into=ID` lists them. The page shows one tile for copies, and for raw and JPEG of one shot, unless its settings or filters choose otherwise; a tile has the number of its files. Moving such a tile to the trash, collecting or exporting it asks whether all of its files are meant. With 100,000 images, folded lists take no longer than others.
- `open_in_file_manager: true` lets people at the server’s own machine open the folder of an image in its file manager; off by default.
- Deleted images are listed again after the catalog was lost or thrown away.
- Capture time, camera and exposure of CR3 and MRW files; XMP and IPTC in TIFF and raw files; the offset from UTC if only XMP or IPTC has it.
- Pages near the end of a long list take no longer than those near its beginning.
- A gallery that is mounted read-only is reported before anything is deleted: on the page, and as `read_only` in the status.
- Filters `title_contains`, `caption_contains` and `keywords_contains`, and `near=LATITUDE,LONGITUDE,KILOMETRES`.
- `sketch-search collections` lists collections and the images in them, and `sketch-search export` writes images as one file, both also while a server runs.
- `npm run demo` opens real photographs with free licences; with `--drawn`, drawn pictures besides them.
- A timeline beside the gallery goes to any month at once, by pointer, touch and keyboard. A context menu has everything that can be done with a picture. The colours of a drawing can count in a search, and further regions of a picture can be added to it.
- On the page: collections and saved searches in the library, also by dragging pictures onto them; stars; export of a selection as originals, smaller copies, contact sheet, list or web page; comparison of two to four pictures with one zoom for all; filters by type, camera, rating, words in the file and nearness to a place.
- Files that are added on the page are recognised by their bytes before they are sent if the gallery has them. Where only the name is taken, the user keeps both, replaces the old one, which goes to the trash, or skips the file, for one or for all.
- The review of duplicates suggests the largest, the least compressed or the oldest picture, as the user chooses, with the reasons and the kind of each other version; it compares a group side by side, and groups that are no duplicates are not shown again.
- A whole search, folder or collection is exported or added to a collection from a menu above the pictures, also on a phone. Comparison shows where each picture is zoomed and how far its score is from the best.
- A tile that stands for several files, such as exact copies or a raw photo and its JPEG, has their number, and shows them all on a press. A folder opens in the file manager from the menu of a picture where the server allows it.
- Help in the page, beside all keyboard shortcuts. A part of the page whose code can't be loaded, after an upgrade of the server or without a connection, offers to reload the page.
- The page can be installed as an app, and is in English and German, chosen by the browser or in its settings. Errors are in the language of the page, too. A picture that is shared to the app from a phone becomes the query. It opens without the server, and shows when it tries again.
- F6 moves the focus from pane to pane.
- **Search by words.** The default model answers to 3,385 English words, from "dog" to "musical instrument", with plurals and spelling mistakes; an unknown word is answered with similar ones. Results can be described by words, where the model is sure. Own models can have a text encoder: `embedText(texts)` in
  JavaScript, `embed_text(self, texts)` in Python. [How it works](docs/search.md#words)
- **German words.** The default model also answers to about 1,700 German words. `language` in a search by parts and in `GET /api/words` chooses which language comes first; `words.languages` in the status lists them.
- `sketch-search search` has `--region`, `--colours` and `--image-id`, and weights from −1 to 1.
- The words field completes each word of a phrase while you type, from a list with the keys of a combobox. In a phrase, a similar word replaces only the one that the model does not have (`rejected` in the error has its place). Two letters in the wrong order, as in “gutiar”, count as one spelling mistake. `GET /api/words?prefix=` completes the end of a text.
- Heat maps find small things more often, in about the same time: windows are a quarter of the sides instead of a third, and fewer of them overlap.
- **Search by several parts.** `POST /api/images/search` takes `parts`: sketches, pictures, regions and words, each with a weight from −1 to 1. The answer has the score by each part, and where close matches end. `GET /api/words` completes words. On the command line:
  `sketch-search search --sketch a.png --text dog --less-like b.jpg:0.5`.
- `parts` of a search can be of the kind `auto`: a picture that is a sketch if it looks like one. A drawing that is pasted is searched with as a drawing, also beside other parts.
- **Search by colours.** A part of the kind `colours` is a palette, with a place for each colour if you like, or the colours of a picture or of a drawing. Images that are already indexed get their colours in the background, without being embedded again. [How it works](docs/search.md#colours)
- **Drawing feels like paper.** The sheet fills its pane, zooms from 25 to 800 % and pans. Strokes end where the pen was lifted and keep their corners, also those of a fast mouse. Pens have pressure and an eraser end, and a palm beside a
  pen draws nothing. Two fingers zoom, a tap of two undoes, of three redoes.
- The sheet has a brush, eleven inks and one of your own, widths from 2 to 24 pixels, and an eraser for parts or whole strokes. **Tidy** turns a stroke into a line, circle, ellipse or rectangle, also when the pointer is held at its end.
- **Select** (V) strokes by a lasso or a click, then move, scale, turn, mirror, duplicate or delete them. The search follows.
- Sheets of thousands of strokes stay smooth.
- The page searches while a stroke is being drawn. It keeps sketches with 500 steps of undo over a reload. Saved sketches of version 0.1 and links to them still open.
- A region of a picture is a box or the box around a lasso, with large grips, and moves by keyboard. The results follow while it is dragged.
- A region of an image finds the image itself among the first results, by its score, and the same thing in other images.
- `sketch-search evaluate --kind text` measures how well the names of classes find their images, and `--feedback` how well marking results works.
- Clip art, logos and cartoons in a gallery are found by sketches more often.
- `sketch-search import --from postgresql://…` takes over users, image ids and, where they are provably the same, vectors from the reference implementation ([moving](docs/from-the-reference.md)).
- **Any timm backbone.** Those without a graph, such as Swin and MaxViT, are run by Python with torch and timm; a line in the log reports it. New graphs: RegNetX, RegNetY, DenseNet, MobileNetV2, MNASNet, ResNeXt, SE-ResNet, SE-ResNeXt. [How each backbone
  runs](bench/results/backbones.md)
- `import --vectors` compares twenty images before it takes any vector over, and writes `normalize: false` into the configuration file if it is not set. `users import --from` takes over the users alone. `users add` accepts addresses without a dot.
- **Container images** have `curl`, an image with Python (`--target python`), and the mount points of the reference implementation. `npm run images` builds and runs them without Docker.
- The file named by `SKETCH_SEARCH_DEFAULTS` sets defaults that environment variables and the configuration file override.
- Filters by time also accept the notation of JavaScript's `Date.toString()`.
- Checkpoints: `DefaultEmbedder` takes its arguments in the order of the reference implementation; ViT, DeiT and SigLIP as the reference implementation makes them (`fc_norm`, mean of the patches). A class in Python gets its `name`.
- The documentation of the HTTP API is also at `/docs` and `/redoc`, and its description at `/openapi.json`.
- Uploads create missing folders, also those in the file name. A file whose bytes are in the gallery already is not stored again. `on_conflict` decides about a taken name with other bytes: `keep_both`, `refuse`, or `replace`, which moves the other image to the trash.
- With `watch_recursive: false`, images can be uploaded to folders below the gallery and stay there, and `GET /api/fs/watched-directories` shows all folders. Images that are already indexed stay when the setting is turned off.
- Files with the endings `.jfif`, `.jpe`, `.jif`, `.hif`, `.heics`, `.heifs`, `.apng`, `.avifs` and `.dib` belong to the gallery.
- Images in answers have a `thumbhash`, a blurred placeholder (base64). For images that are indexed already, it is read in the background, without embedding them again; `metadata_pending` of `GET /api/index/status` counts
  down.
- `GET /api/images/{id}/thumbnail?size=256|512|1024` sends a version of an image with this longest side. It is made on demand and kept in the data directory; the least recently used ones are deleted from 1 GiB on.
- **Capture dates and more.** Capture time with its offset from UTC, camera, lens, exposure, orientation, place, title, caption, keywords and rating are read from EXIF, XMP and IPTC, also of images that are indexed already. Images can be
  ordered by `captured_at` and filtered by `captured_min` and `captured_max`, `camera_contains`, `lens_contains`, `latitude_min` and so on, `rating_min`, and `text_contains` (name, title, caption, keywords). Without a capture time, the
  modification time of the file counts.
- `GET /api/timeline` counts the images of each month.
- **Collections and stars.** A collection is a named set of images, or a saved search that finds its images each time; it is one's own or shared. Each user gives stars of one's own. Images stay in collections when files are moved, and are found
  again by their content after the catalog was built again: `/api/collections`, `/api/stars`, the filters `collection` and `starred` ([collections](docs/collections.md)).
- `POST /api/images/known` recognises files by their SHA-256 before they are sent, also those in the trash.
- **Export.** `POST /api/export` sends a selection, a collection, a query or a search as one file: the originals or smaller copies as ZIP, a list as CSV or JSON, a contact sheet as PDF, a page, XMP sidecars, or paths. Files are created while they are sent, so their size is not limited ([export](docs/export.md)).
- **A trash.** `DELETE /api/images/{id}` moves the file to the hidden folder `.sketch-search-trash` of its drive. For 30 days (`trash.days`; 0 deletes at once) it can be restored to its place, with its id and vector: `GET /api/trash`, `POST /api/trash/restore`, `DELETE /api/trash`, `sketch-search trash list|restore|empty`. On the page, pictures go to it at once; Undo and Ctrl Z restore them, and the trash itself shows the days that are left. The account of files counts it under the rule `trash`. An interrupted deletion leaves the image in the gallery, and the trash of an absent drive is kept until the drive is back.

- **Nothing is silently missing.** `GET /api/index/account` and `sketch-search index` account for every file of the watched folder: indexed, failed, pending, or left out under [one of these rules](docs/gallery.md#the-state-of-each-file).
- Images without an extension, or with a wrong one, are recognised by their content.
- Files and folders whose names are not valid UTF-8 are indexed, and can be opened, moved and deleted.
- An edit that keeps size and modification time of a file is noticed. The first scan after the upgrade embeds nothing again.
- `POST /api/index/reread` reads files again, whatever their size and times are.
- A full disk, a read-only or missing data directory and an unreachable thumbnail folder are shown by `/ready`, the status, the page and the log while they last. Indexing waits and goes on by itself; no file counts as failed.
- The page works below a path, such as `/photos/`, behind proxies that remove the path, and with `base_path: /photos` behind those that pass it on.
- Uploads that failed can be tried again, also after the sign-in has expired. The limit of a proxy, a server that its proxy can’t reach and a lost connection each have their own message.
- `log_format: json` writes the log as JSON lines. Without it, logs are readable text, also in pipes and files.

- Damaged files of which at least half can be decoded are images with a `note`, and JPEGs without an end marker are images as any other.
- More kinds of files show the right pixels: TIFF with 32-bit, signed and floating-point numbers, L*a*b*, old-style JPEG in tiles and thumbnails in front; BMP of OS/2, with 2 bits and with wrong offsets; GIF frames smaller than the canvas; AVIF sequences (`.avifs`); raw photos with lossless JPEG previews.

### Changed

- `npm ci` and `npm start` in a clone print no warnings that do not apply.
- A restored PostgreSQL database keeps its owner if the backup is made [as documented](docs/run.md#postgresql).
- Ordered by name, numbers count by their value: `IMG_2` comes before `IMG_10`.
- Decoders that can hang or keep memory run in processes that are ended after 30 seconds or above 2 GiB. The server stops within ten seconds, whatever it decodes.
- Originals are opened without following a link that replaces the file or its folder at that moment.
- Previews of WebP, PNG and JPEG files that EXIF turns, and of BMP files, are rendered, so that every browser shows them upright.
- Reasons of failures are plain sentences of at most 200 characters, and always those of the file itself.
- Messages, log lines and the texts of `--help` are reworded. Scripts that search the log for a text of version 0.1 have to be changed; the codes of errors are the same.
- **HTTP API: more like the reference implementation**, so that its clients need no changes ([moving](docs/from-the-reference.md)).
  - Every error has `error`, `code` and `detail`. Input that does not fit is answered with status 422 instead of 400, and `detail` lists every problem with its place; the field `issues` is gone.
  - Numbers, times and ids are accepted in every notation, JSON also without a content type; of a parameter given twice the last one counts.
  - A taken name is no error any more: the upload is stored as `NAME (2).png`, unless `on_conflict` is `refuse`. Deleting an unknown image or user succeeds.
  - `top_k` is required by `/api/images/similarity-search` and `/api/images/search-by-image`; 0 finds nothing. More than 1,000 images a page count as 1,000. A folder that does not exist contains no images.
  - The cookies are named `session_token` and `challenge_token`. Sessions and challenges of version 0.1 stay valid.
  - A user is added with any id, without a role (`user`), and with an address without a dot; a taken address is answered with status 400. `PUT` changes only what it contains.
  - The mail with a code has the subject `Your OTP Code` and begins with `Your OTP code is: `.
- **Containers**: the gallery is mounted at `/images` instead of `/gallery`, and the page is published on port 80 (`PORT`). The database is PostgreSQL 18 with a new volume `database-18`; to keep the users of version 0.1, which ran
  PostgreSQL 17, make a dump first (`pg_dump`), then restore it. The defaults of the image are in a file instead of variables.
- **The configuration file wins over environment variables**, key by key, as in the reference implementation. Version 0.1 did the opposite. A line in the log names each variable that has no effect for this reason.
- The configuration is more lenient: numbers and booleans may be text, YAML 1.1 booleans (`yes`, `on`), empty sections, `args: null`, names in addresses. Unknown keys in sections and unknown variables are warnings,
  a number out of range becomes the nearest one in it, and a placeholder in `session.secret_key` is replaced by a generated key. An unknown key at the top still stops the start.
- `database` has the defaults of the reference implementation: `localhost`, and `postgres` as name, user and password. `auth.kind` may be left out, and `auth.smtp.username` may be empty.
- `dev: true` shows the page in a fresh clone.
- `ImagesIndexedEvent` also follows uploads and moves, and the last one has `to_index` 0.
- A form with more than 256 parts is refused while it arrives. Reading a million parts delayed all requests for 27 seconds before. Headers of a part above 16 KiB and fields above 1 MiB are refused in the same way.
- An upload that replaces an image keeps the file of the other one until the new one is indexed, also with `trash.days: 0`.
- A BMP without its file header (`.dib`, as the clipboard of Windows holds it) is an image. The reasons of failures of raw photos end without `[object Object]`.
- On the page, the notice about indexing and the list of failures open the account of all files.
- `import --vectors` replaces the configuration file as a whole: a crash leaves the old or the new one, with its mode and owner.
- The page does not take the answer of a proxy for one of the server: a sign-in page, a limit of the proxy (413) and an unreachable server each have their own message.
- Images are cached for good only under an address that names the bytes that are sent.
- An image that another program has just moved or changed is not deleted in place of another file: the response is 409 until the change is noticed.
- Recycle bins, snapshots and thumbnails of more network drives (`@Recycle`, `@tmp`, `RECYCLER` and others) and previews of photo programs (`*.lrdata`, `*.photoslibrary`, `*.aplibrary`) are left out.
  `watcher.include_system_folders: true` includes them.
- `watcher.ignore` matches names in either Unicode form.
- A second start on the same data directory prints `Already running at` with the address of the first, and ends with code 0.
- `sketch-search serv` is an unknown command, and the nearest one is named; a folder of such a name is given as `./serv`.
- `evaluate` takes folders that are links.
- While the gallery is absent, an upload is answered with 503 and the reason.
- A deleted picture that is a part of the search is marked and no longer searched with, until it is restored; before, the whole search failed.
- On a phone, menus have room for items that are loaded late, the field for words leaves the parts of the search in view, and saved sketches stay open when the window becomes narrow.
- The page names a word that the model does not have, and offers similar words as buttons; before, it reported a lost connection for every failed search.
- Near-duplicates begin at a similarity of 0.9 with the default model, and at 0.985 with others, as before ([measurements](bench/results/duplicates.md)).
- Servers on one PostgreSQL database lose no event of the page when more than 100,000 wait for a slow statement.
- The number of files that are still to be indexed (`to_index` of `ImagesIndexedEvent`) always ends at 0. It could stay above it when the last file was gone or unchanged, or on PostgreSQL when its job ended at the moment of the event.
- Log lines, messages, help texts and the German page were reworded. `prune` deletes vectors instead of "forgetting" them.
- Sign-in no longer uses better-auth. Sessions, cookies and accounts of version 0.1 stay valid.
- The documentation is sorted by questions: [running](docs/run.md), [the gallery](docs/gallery.md), [models](docs/models.md) and others.

## 0.1.0

The first release.

- Search by sketch, by picture, and by wanted and unwanted examples, with filters, in a folder that is watched for changes.
- JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF, BMP and camera raw photos.
- A page for phones and desktops: drawing, gallery, near-duplicates, uploads, users.
- An included model; own models as PyTorch checkpoints, ONNX files, Hugging Face models, or classes in Python and TypeScript; `evaluate` to compare them.
- An embedded database, or PostgreSQL with pgvector for any number of servers and workers, with standby servers to read from; `copy-catalog` to move between them.
- Sign-in with codes sent by e-mail, and the roles user, editor and admin.
- The configuration keys, the HTTP API and the checkpoints of the reference implementation.
