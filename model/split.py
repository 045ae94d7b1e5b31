"""Writes the photos and sketches that training does not see as folders for `sketch-search evaluate --pairs`:

python3 split.py --archives FOLDER --work FOLDER --to FOLDER

makes classes/photo, classes/sketch (labels held out) and photos/photo, photos/sketch (photos held out of the other labels).
"""

import zipfile
from pathlib import Path

from options import loaded, parser_of


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    _, data = loaded(arguments)
    with zipfile.ZipFile(arguments.archives / "sketchy104.zip") as archive:
        for part, (photos, _) in (("classes", data.held_out_classes), ("photos", data.held_out_photos)):
            wanted = {data.photos.names[position] for position in photos}
            print(f"{arguments.to / part}: {extract(archive, wanted, arguments.to / part)} files")


def extract(archive: zipfile.ZipFile, wanted: set[str], target: Path) -> int:
    """Extracts the photos of these names (CLASS/NAME) and their sketches; returns their number."""
    count = 0
    for path in archive.namelist():
        kind, folder, name = path.split("/")
        stem = Path(name).stem if kind == "photo" else Path(name).stem.rsplit("-", 1)[0]
        if f"{folder}/{stem}" in wanted:
            file = target / kind / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(path))
            count += 1
    return count


if __name__ == "__main__":
    main()
