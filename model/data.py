"""Loads photos, sketches and doodles, gives each its label, and divides them into training and validation data."""

import collections
import gzip
import json
import math
import os
import random
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from pictures import ink_of
from wordnet import classes_of_labels

NO_LABEL = -1
NO_PHOTO, ICON = -1, -2  # in place of the photo of a sketch
SMALL = 64  # photos of at most this shorter side are too blurred for line drawings


class Pixels:
    """Pictures of any size, uint8 [h, w, 3], in one file that processes share, instead of in the memory of each."""

    def __init__(self, file: Path):
        self.file, self.places, self.size, self.mapped = file, [], 0, None
        self.writer = file.open("wb")

    def append(self, picture):
        self.places.append((self.size, picture.shape))
        self.size += self.writer.write(np.ascontiguousarray(picture).tobytes())

    def close(self):
        self.writer.close()
        self.mapped = np.memmap(self.file, np.uint8, "r")
        self.file.unlink()  # kept as long as a process maps it

    def __len__(self):
        return len(self.places)

    def shape(self, n):
        return self.places[n][1]

    def __getitem__(self, n):
        start, shape = self.places[n]
        return np.asarray(self.mapped[start : start + math.prod(shape)]).reshape(shape)


@dataclass
class Photos:
    pixels: Pixels
    labels: list = field(default_factory=list)
    sets: list = field(default_factory=list)
    names: list = field(default_factory=list)

    def add(self, pixels, label, set_name, name):
        self.pixels.append(pixels)
        self.labels.append(label)
        self.sets.append(set_name)
        self.names.append(name)

    def is_sharp(self, n) -> bool:
        return min(self.pixels.shape(n)[:2]) > SMALL

    def __len__(self):
        return len(self.labels)


@dataclass
class Sketch:
    ink: np.ndarray  # uint8 [h, w], 255 is black
    label: int
    photo: int  # position of the photo that was drawn, NO_PHOTO or ICON


@dataclass
class Doodle:
    strokes: list
    label: int


@dataclass
class Data:
    labels: list
    classes: list  # ImageNet's, in the order of the classifier
    photos: Photos
    trained: np.ndarray  # mask of the photos that train
    sketches: list
    doodles: list
    # Positions in `photos` and sketches of them, and doodles, that training does not use.
    held_out_classes: tuple
    held_out_photos: tuple
    held_out_doodles: list


def load(archives: Path, extra: Path | None, work: Path, config: dict, free: bool = False) -> Data:
    work.mkdir(parents=True, exist_ok=True)
    return Loader(archives, extra, work, config, free).load()


class Loader:
    def __init__(self, archives, extra, work, config, free):
        self.archives, self.extra, self.options, self.seed = archives, extra, config["data"], config["seed"]
        self.without = set(self.options["research_sets"]) if free else set()
        self.names = json.loads((archives / "labels.json").read_text())
        self.extra_names = json.loads((extra / "labels_extra.json").read_text()) if extra else {}
        every = [*self.names.values(), *self.extra_names.values()]
        self.labels = sorted({label for names in every for label in names.values()})
        self.index = {label: n for n, label in enumerate(self.labels)}
        self.photos, self.sketches, self.doodles = Photos(Pixels(work / f"pixels-{os.getpid()}.bin")), [], []

    def load(self) -> Data:
        self.load_sketchy()
        for name in ("caltech101", "tinyimagenet200"):
            self.load_photos(name)
        classes = self.load_imagenet()
        self.load_extra()
        self.photos.pixels.close()
        for path, picture in pictures(self.archives / "tuberlin32.zip", cv2.IMREAD_GRAYSCALE):
            self.sketches.append(
                Sketch(255 - picture, self.label("tuberlin32", path.split("/")[0]), NO_PHOTO)
            )
        self.load_doodles(self.archives / "quickdraw345.ndjson.gz")
        if self.extra:
            self.load_doodles(self.extra / "quickdraw_more.ndjson.gz")
        return self.divided(classes)

    def label(self, set_name, class_name):
        return self.index[self.names[set_name][class_name]]

    def load_sketchy(self):
        place, archive = {}, self.archives / "sketchy104.zip"
        for path, picture in pictures(archive, cv2.IMREAD_COLOR, "photo/"):
            folder, name = path.split("/")[1:]
            place[f"{folder}/{name[:-5]}"] = len(self.photos)
            self.photos.add(picture, self.label("sketchy104", folder), "sketchy104", f"{folder}/{name[:-5]}")
        for path, picture in pictures(archive, cv2.IMREAD_GRAYSCALE, "sketch/"):
            folder, name = path.split("/")[1:]
            photo = place[f"{folder}/{name[:-5].rsplit('-', 1)[0]}"]
            self.sketches.append(Sketch(255 - picture, self.photos.labels[photo], photo))

    def load_photos(self, name):
        if name not in self.without:
            for path, picture in pictures(self.archives / f"{name}.zip", cv2.IMREAD_COLOR):
                self.photos.add(picture, self.label(name, path.split("/")[-2]), name, path)

    def load_imagenet(self):
        found = list(pictures(self.archives / "imagenet1000.zip", cv2.IMREAD_COLOR))
        classes = [path[:-5] for path, _ in found]
        of_class = label_of_class(classes_of_labels(self.labels, classes), self.index)
        if "imagenet1000" not in self.without:
            for n, (path, picture) in enumerate(found):
                self.photos.add(
                    fitted(picture, self.options["stored_side"]),
                    of_class.get(n, NO_LABEL),
                    "imagenet1000",
                    path,
                )
        return classes

    def load_extra(self):
        """Pictures in SET/CLASS/*: photos, and drawings that are black on white."""
        for name in [*self.options["extra_photos"], *self.options["extra_drawings"]] if self.extra else ():
            for path in sorted((self.extra / name).glob("*/*")):
                picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
                label = self.extra_names.get(name, {}).get(path.parent.name)
                if picture is None or self.resembles_held_out(label):
                    continue
                label = self.index.get(label, NO_LABEL)
                if name in self.options["extra_photos"]:
                    picture = np.ascontiguousarray(fitted(picture, self.options["stored_side"])[..., ::-1])
                    self.photos.add(picture, label, name, f"{path.parent.name}/{path.name}")
                elif label != NO_LABEL:
                    self.sketches.append(Sketch(255 - cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), label, ICON))

    def resembles_held_out(self, label) -> bool:
        """Whether a label of the extra sets alone names a kind of a held-out one ("sports car")."""
        is_own = any(label in names.values() for names in self.names.values())
        return (
            label is not None
            and not is_own
            and not set(label.lower().replace("-", " ").split()).isdisjoint(self.options["held_out_words"])
        )

    def load_doodles(self, file):
        with gzip.open(file, "rt") as lines:
            for line in lines:
                doodle = json.loads(line)
                name = self.names["quickdraw345"].get(doodle["word"])
                if name is not None:
                    self.doodles.append(Doodle(doodle["drawing"], self.index[name]))

    def divided(self, classes) -> Data:
        photos, without = self.photos, self.without
        held_out = {self.index[label] for label in self.options["held_out_labels"]}
        drawn = [n for n, name in enumerate(photos.sets) if name == "sketchy104"]
        chosen = self.some_of_each_label(
            [n for n in drawn if photos.labels[n] not in held_out], len(held_out), drawn
        )
        of_classes = {n for n in drawn if photos.labels[n] in held_out}
        trained = np.array(
            [
                photos.labels[n] not in held_out and n not in chosen and photos.sets[n] not in without
                for n in range(len(photos))
            ]
        )
        return Data(
            self.labels,
            classes,
            photos,
            trained,
            [s for s in self.sketches if s.label not in held_out and (s.photo < 0 or trained[s.photo])],
            [d for d in self.doodles if d.label not in held_out],
            (sorted(of_classes), [s for s in self.sketches if s.photo in of_classes]),
            (sorted(chosen), [s for s in self.sketches if s.photo in chosen]),
            [d for d in self.doodles if d.label in held_out],
        )

    def some_of_each_label(self, positions, skipped, drawn):
        """A share of the photos of each label, the same ones that sketch-search-4 held out."""
        chance = random.Random(self.seed)
        chance.sample(range(len({self.photos.labels[n] for n in drawn})), skipped)
        groups = collections.defaultdict(list)
        for n in positions:
            groups[self.photos.labels[n]].append(n)
        share = self.options["held_out_photos"]
        return {
            n for group in groups.values() for n in chance.sample(group, max(1, round(share * len(group))))
        }


def label_of_class(classes_of: dict, index: dict) -> dict:
    """Each class's own label: the one that stands for the fewest classes."""
    result = {}
    for label, positions in sorted(classes_of.items(), key=lambda item: -len(item[1])):
        for position in positions:
            result[position] = index[label]
    return result


def pictures(file: Path, how: int, prefix: str = ""):
    """Paths and pictures of an archive in the order of their paths: RGB, or grey."""
    with zipfile.ZipFile(file) as archive:
        for path in sorted(archive.namelist()):
            if path.endswith(".webp") and path.startswith(prefix):
                picture = cv2.imdecode(np.frombuffer(archive.read(path), np.uint8), how)
                yield path, picture if picture.ndim == 2 else picture[..., ::-1].copy()


def fitted(picture, side):
    """Shrunk to a shorter side of at most `side`."""
    scale = side / min(picture.shape[:2])
    return (
        picture if scale >= 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )


def ink(sketch: Sketch) -> np.ndarray:
    return ink_of(255 - sketch.ink)
