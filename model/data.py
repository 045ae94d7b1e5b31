"""Loads the archives into arrays, divides them into training and validation, and keeps the result for the next run."""

import argparse
import collections
import hashlib
import io
import json
import gzip
import random
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from draw import crop_to_ink, draw_strokes

PHOTO_SETS = ("sketchy104", "tinyimagenet200", "caltech101")


@dataclass
class Images:
    """uint8 [n, side, side, channels] with the label of each; `pair` is the index of a sketch's photo, or -1."""

    pixels: np.ndarray
    labels: np.ndarray
    pair: np.ndarray

    def __len__(self):
        return len(self.labels)

    def select(self, wanted):
        return Images(self.pixels[wanted], self.labels[wanted], self.pair[wanted])

    def with_all_of(self, other: "Images"):
        return Images(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in ("pixels", "labels", "pair")))


@dataclass
class Validation:
    """Photos and sketches that training has not seen; `pair` of a sketch is an index into these photos."""

    photos: Images
    sketches: Images


@dataclass
class Data:
    labels: list
    photos: Images
    sketches: Images
    doodles: Images
    held_out_classes: Validation
    held_out_photos: Validation


@dataclass
class HeldOut:
    """What of all photos training does not see, as masks: those of whole labels, and chosen ones of the other labels."""

    labels: list
    of_classes: np.ndarray
    photos: np.ndarray


def parser_of(description: str) -> argparse.ArgumentParser:
    """What every step of the recipe takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    return parser


def read_config(file: Path) -> dict:
    """What all networks share; that of a single one with `network_config`. Raises OSError and TOMLDecodeError."""
    return tomllib.loads(file.read_text())


def network_config(file: Path, name: str) -> dict:
    """The same with how the network of this name is built and trained, which stands beside it."""
    return read_config(file) | tomllib.loads(file.with_name(f"{name}.toml").read_text())


PREPARED_BY = ("seed", "stored_side", "margin", "drawings_per_doodle")


def load(archives: Path, cache: Path, config: dict) -> Data:
    """Everything as configured, divided."""
    return divide(prepared_arrays(archives, cache, config), config["seed"], config["split"])


def prepared_arrays(archives: Path, cache: Path, config: dict) -> dict:
    """All images in their stored size; what was prepared before is taken from the cache."""
    preparation = {name: config[name] for name in PREPARED_BY}
    key = hashlib.sha256(json.dumps(preparation, sort_keys=True).encode()).hexdigest()[:16]
    file = cache / f"data-{key}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".part.npz")
        np.savez(temporary, **prepare(archives, preparation))
        temporary.rename(file)
    return dict(np.load(file, allow_pickle=False))


def prepare(archives: Path, config: dict) -> dict:
    names = json.loads((archives / "labels.json").read_text())
    labels = sorted({label for mapping in names.values() for label in mapping.values()})
    index = {label: n for n, label in enumerate(labels)}
    side = config["stored_side"]

    photos, photo_labels, photo_ids = [], [], []
    for name in PHOTO_SETS:
        with zipfile.ZipFile(archives / f"{name}.zip") as archive:
            for path in sorted(archive.namelist()):
                if not path.endswith(".webp") or "/sketch/" in f"/{path}":
                    continue
                folder, stem = Path(path).parts[-2], Path(path).stem
                photos.append(read_photo(archive, path, side))
                photo_labels.append(index[names[name][folder]])
                photo_ids.append(f"{folder}/{stem}" if name == "sketchy104" else "")
        print(f"{name}: {len(photos)} photos so far", flush=True)

    sketches, sketch_labels, pairs = [], [], []
    place = {identity: n for n, identity in enumerate(photo_ids) if identity}
    with zipfile.ZipFile(archives / "sketchy104.zip") as archive:
        for path in sorted(archive.namelist()):
            if path.endswith(".webp") and "/sketch/" in f"/{path}":
                folder, stem = Path(path).parts[-2], Path(path).stem
                ink = 255 - np.asarray(Image.open(io.BytesIO(archive.read(path))).convert("L"))
                sketches.append(crop_to_ink(ink, side, config["margin"]))
                sketch_labels.append(index[names["sketchy104"][folder]])
                pairs.append(place[f"{folder}/{stem.rsplit('-', 1)[0]}"])
    print(f"{len(sketches)} sketches", flush=True)

    # Hands differ: each doodle is drawn several times with its own pen and its own slips.
    doodles, doodle_labels = [], []
    generator = random.Random(config["seed"])
    with gzip.open(archives / "quickdraw345.ndjson.gz", "rt") as lines:
        for line in lines:
            doodle = json.loads(line)
            for _ in range(config["drawings_per_doodle"]):
                ink = draw_strokes(doodle["drawing"], side * 2, generator)
                doodles.append(crop_to_ink(ink, side, config["margin"]))
                doodle_labels.append(index[names["quickdraw345"][doodle["word"]]])
    print(f"{len(doodles)} drawings of doodles", flush=True)
    return {
        "labels": np.array(labels),
        "photos": np.stack(photos),
        "photo_labels": np.array(photo_labels),
        "photo_ids": np.array(photo_ids),
        "sketches": np.stack(sketches),
        "sketch_labels": np.array(sketch_labels),
        "pairs": np.array(pairs),
        "doodles": np.stack(doodles),
        "doodle_labels": np.array(doodle_labels),
    }


def read_photo(archive: zipfile.ZipFile, path: str, side: int) -> np.ndarray:
    """Squeezed to a square, as the product does it."""
    image = Image.open(io.BytesIO(archive.read(path))).convert("RGB")
    return np.asarray(image.resize((side, side), Image.BILINEAR))


def choose_held_out(arrays: dict, seed: int, split: dict) -> HeldOut:
    """Whole labels out of all sets, and of the other labels a share of the photos that have sketches."""
    photo_labels = arrays["photo_labels"]
    has_sketches = arrays["photo_ids"] != ""
    generator = random.Random(seed)
    labels = generator.sample(sorted(set(arrays["sketch_labels"].tolist())), split["held_out_classes"])
    of_classes = np.isin(photo_labels, labels)
    by_label = collections.defaultdict(list)
    for n in np.flatnonzero(has_sketches & ~of_classes):
        by_label[photo_labels[n]].append(n)
    share = split["held_out_photos"]
    chosen = [n for group in by_label.values() for n in generator.sample(group, max(1, round(share * len(group))))]
    photos = np.zeros(len(photo_labels), bool)
    photos[chosen] = True
    return HeldOut(labels, of_classes, photos)


def divide(arrays: dict, seed: int, split: dict) -> Data:
    """Into what is trained on and what validates; sketches go with their photo."""
    labels = [str(label) for label in arrays["labels"]]
    photo_labels, sketch_labels = arrays["photo_labels"], arrays["sketch_labels"]
    held_out = choose_held_out(arrays, seed, split)

    def validation(photo_mask):
        numbers = np.flatnonzero(photo_mask)
        place = np.full(len(photo_labels), -1)
        place[numbers] = np.arange(len(numbers))
        wanted = place[arrays["pairs"]] >= 0
        photos = Images(arrays["photos"][numbers], photo_labels[numbers], np.full(len(numbers), -1))
        return Validation(photos, Images(arrays["sketches"][wanted], sketch_labels[wanted], place[arrays["pairs"][wanted]]))

    if split["train_on_everything"]:
        kept, kept_doodles = np.ones(len(photo_labels), bool), np.ones(len(arrays["doodle_labels"]), bool)
    else:
        kept = ~held_out.of_classes & ~held_out.photos
        kept_doodles = ~np.isin(arrays["doodle_labels"], held_out.labels)
    numbers = np.flatnonzero(kept)
    place = np.full(len(photo_labels), -1)
    place[numbers] = np.arange(len(numbers))
    kept_sketches = place[arrays["pairs"]] >= 0
    return Data(
        labels=labels,
        photos=Images(arrays["photos"][numbers], photo_labels[numbers], np.full(len(numbers), -1)),
        sketches=Images(
            arrays["sketches"][kept_sketches], sketch_labels[kept_sketches], place[arrays["pairs"][kept_sketches]]
        ),
        doodles=Images(
            arrays["doodles"][kept_doodles], arrays["doodle_labels"][kept_doodles], np.full(kept_doodles.sum(), -1)
        ),
        held_out_classes=validation(held_out.of_classes & (arrays["photo_ids"] != "")),
        held_out_photos=validation(held_out.photos),
    )
