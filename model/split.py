"""Writes the photos and sketches that training does not see as folders for `sketch-search evaluate --pairs`:

python3 split.py --archives FOLDER --work FOLDER --to FOLDER [--config FILE]

makes classes/photo, classes/sketch (whole classes held out) and photos/photo, photos/sketch (photos held out of the other classes).
"""

import zipfile
from pathlib import Path

import numpy as np

from data import choose_held_out, parser_of, prepared_arrays, read_config


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    config = read_config(arguments.config)
    arrays = prepared_arrays(arguments.archives, arguments.work, config)
    held_out = choose_held_out(arrays, config["seed"], config["split"])
    parts = {"classes": held_out.of_classes & (arrays["photo_ids"] != ""), "photos": held_out.photos}
    with zipfile.ZipFile(arguments.archives / "sketchy104.zip") as archive:
        files = [path for path in sorted(archive.namelist()) if path.endswith(".webp")]
        for part, mask in parts.items():
            wanted = set(arrays["photo_ids"][np.flatnonzero(mask)])
            counts = {"photo": 0, "sketch": 0}
            for path in files:
                kind, folder, name = Path(path).parts[-3:]
                stem = Path(name).stem if kind == "photo" else Path(name).stem.rsplit("-", 1)[0]
                if f"{folder}/{stem}" in wanted:
                    target = arguments.to / part / kind / folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(path))
                    counts[kind] += 1
            print(f"{arguments.to / part}: {counts['photo']} photos, {counts['sketch']} sketches")


if __name__ == "__main__":
    main()
