"""Writes the photos, sketches and doodles that training does not see as folders for `sketch-search evaluate`:

python3 split.py --archives FOLDER --work FOLDER --to FOLDER

makes classes/photo, classes/sketch (labels held out), photos/photo, photos/sketch (photos held out of the other labels), and doodles,
which show what is in classes/photo.
"""

import collections
import random
import zipfile
from pathlib import Path

import cv2
import numpy as np

from data import Data
from options import loaded, parser_of
from pictures import draw_strokes

SIDE = 320
SEED = 1


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    _, data = loaded(arguments)
    with zipfile.ZipFile(arguments.archives / "sketchy104.zip") as archive:
        for part, (photos, _) in (("classes", data.held_out_classes), ("photos", data.held_out_photos)):
            wanted = {data.photos.names[position] for position in photos}
            print(f"{arguments.to / part}: {extract(archive, wanted, arguments.to / part)} files")
    print(f"{arguments.to / 'doodles'}: {draw_doodles(data, arguments.to / 'doodles')} files")


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


def draw_doodles(data: Data, target: Path) -> int:
    """Draws the held-out doodles of labels that one class of photos has; returns their number."""
    classes = collections.defaultdict(set)
    for position in data.held_out_photos[0] + data.held_out_classes[0]:
        classes[data.photos.labels[position]].add(data.photos.names[position].split("/")[0])
    chance, count = random.Random(SEED), 0
    for doodle in data.held_out_doodles:
        drawing = draw_strokes(doodle.strokes, SIDE, chance)
        if len(classes[doodle.label]) != 1:
            continue
        file = target / next(iter(classes[doodle.label])) / f"{count:04}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), 255 - np.uint8(drawing * 255))
        count += 1
    return count


if __name__ == "__main__":
    main()
