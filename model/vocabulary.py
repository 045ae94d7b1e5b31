"""Writes the words that a model answers to: python3 vocabulary.py --archives FOLDER [--extra FOLDER] --model FOLDER --photos FOLDER…

Reads words.json, words.f16 and photo.onnx of the model, and WordNet 3.0. Writes vocabulary.json:

rows       mean and deviation of each vector's cosine over the photos, which show anything; null for vectors that are not used
concepts   sets of rows, with median and deviation of the best standardised row over the photos, and the words for the set, the most
           frequent one first, as are the concepts. The best row counts, so a set of many rows needs the second calibration: it has more chances.
plurals    irregular plurals of the words
descriptions  the first rows are exclusive classes; which words describe a picture
scores     score of a photo at the median of a word, deviation of the scores, and scores from which matches count as close: chosen on
           held-out photos, see docs/search.md
"""

import argparse
import collections
import json
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from wordnet import AMBIGUOUS, CLASS_NAMES, DICTIONARY, nouns

SIDE = 224
# Larger sets are reduced to this number of rows, because each row costs one search.
MAX_ROWS = 128
# "Object" or "artifact" stand for everything.
MAX_MEMBERS = 410
# Share of a concept's hyponyms that have a vector. ImageNet's persons are three occupations, which do not stand for "person".
MIN_COVERAGE = 0.006
# A later sense is rarely meant.
MAX_SENSE = 2
# Words of a picture: softmax over the standardised cosines of the classes; a word needs this sum over its classes. On the held-out
# photos, 92 % of such words are right, and 24 % of the photos have one.
DESCRIPTIONS = {"temperature": 0.7, "probability": 0.8}
PHOTO_SETS = ("sketchy104", "caltech101", "tinyimagenet200")
SCORES = {
    "mean": 0.1,
    "deviation": 0.06,
    "close": {"sketch": 0.43, "image": 0.35, "text": 0.4},
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--extra", type=Path)
    parser.add_argument("--free", action="store_true", help="for a model that was trained with --free")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--photos", type=Path, nargs="+", required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())["data"]
    names = json.loads((arguments.model / "words.json").read_text())
    vectors = np.fromfile(arguments.model / "words.f16", "<f2").astype(np.float32).reshape(len(names), -1)
    photos = embed(arguments.model / "photo.onnx", arguments.photos)
    cosines = photos[:, : vectors.shape[1]] @ vectors.T
    mean, deviation = cosines.mean(0), cosines.std(0)
    standardised = (cosines - mean) / deviation
    labels = usable_labels(arguments, config)
    words, plurals = Words(names, labels).collect()
    groups = collections.defaultdict(list)
    for word, rows in words.items():
        groups[tuple(sorted(rows))].append(word)
    concepts = []
    for rows, own in groups.items():
        rows = reduced(vectors, rows)
        best = standardised[:, rows].max(1)
        low, middle, high = np.percentile(best, [16, 50, 84])
        concepts.append(
            {
                "rows": [int(row) for row in rows],
                "median": round(float(middle), 3),
                "deviation": round(float(high - low) / 2, 3),
                "words": own,
            }
        )
    used = {row for concept in concepts for row in concept["rows"]}
    statistics = [
        [round(float(mean[n]), 4), round(float(deviation[n]), 4)] if n in used else None
        for n in range(len(names))
    ]
    content = {
        "language": "en",
        "scores": SCORES,
        "descriptions": {"classes": sum("wordnet" in entry for entry in names), **DESCRIPTIONS},
        "rows": statistics,
        "concepts": concepts,
        "plurals": plurals,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (arguments.model / "vocabulary.json").write_text(text + "\n")
    print(f"{len(words)} words, {len(concepts)} concepts, {len(text) / 1000:.0f} kB, {len(photos)} photos")


def embed(file: Path, folders) -> np.ndarray:
    """Vectors of all pictures in the folders, resized as the product does: without keeping their proportions."""
    session = onnxruntime.InferenceSession(str(file))
    result = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        try:
            picture = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        except OSError:
            print(f"{path} is no picture and is left out")
            continue
        pixels = np.asarray(picture, np.float32).transpose(2, 0, 1)[None] / 255
        result.append(session.run(["vector"], {"images": pixels})[0][0])
    return np.stack(result)


def usable_labels(arguments, config) -> set:
    """Labels that training has seen in photos; vectors of others are random, or trained on drawings alone."""
    sets = json.loads((arguments.archives / "labels.json").read_text())
    chosen = list(PHOTO_SETS)
    if arguments.extra:
        sets |= json.loads((arguments.extra / "labels_extra.json").read_text())
        chosen += [name for name in config["extra_photos"] if name in sets]
    without = set(config["research_sets"]) if arguments.free else set()
    labels = {label for name in chosen if name not in without for label in sets[name].values()}
    return labels - set(config["held_out_labels"])


class Words:
    def __init__(self, names, labels):
        self.synsets, self.senses = nouns()
        self.classes = {
            entry["wordnet"].lstrip("n"): n for n, entry in enumerate(names) if "wordnet" in entry
        }
        self.class_names = {
            entry["name"].replace(" ", "_"): n for n, entry in enumerate(names) if "wordnet" in entry
        }
        self.labels = {
            entry["name"]: n
            for n, entry in enumerate(names)
            if "wordnet" not in entry and entry["name"] in labels
        }
        self.members, self.sizes = {}, {}
        self.counts = frequencies()

    def collect(self):
        """Rows of each word, most frequent words first, and irregular plurals."""
        words = {}
        for lemma, senses in self.senses.items():
            rows = self.rows_of(lemma, senses)
            if rows:
                words[spelling(lemma)] = rows
        for label, row in self.labels.items():
            word = spelling(label)
            given = {
                self.class_names[name] for name in CLASS_NAMES.get(label, []) if name in self.class_names
            }
            words[word] = words.get(word, set()) | given | {row}
        plurals = {}
        for line in (DICTIONARY / "noun.exc").read_text(encoding="latin-1").splitlines():
            plural, *singulars = (spelling(part) for part in line.split())
            if plural not in words and singulars[0] in words:
                plurals[plural] = singulars[0]
        order = sorted(words, key=lambda word: (-self.counts.get(word, 0), len(word), word))
        return {word: words[word] for word in order}, plurals

    def rows_of(self, lemma, senses):
        direct = {self.classes[offset] for offset in senses if offset in self.classes}
        if direct:
            return direct | {row for offset in senses if offset in self.classes for row in self.below(offset)}
        if spelling(lemma) in AMBIGUOUS:
            return set()
        for offset in senses[:MAX_SENSE]:
            rows = self.below(offset)
            if rows:
                is_covered = len(rows) >= MIN_COVERAGE * self.size(offset)
                return set(rows) if is_covered and len(rows) <= MAX_MEMBERS else set()
        return set()

    def below(self, offset):
        if offset not in self.members:
            self.members[offset] = frozenset()
            own = {self.classes[offset]} if offset in self.classes else set()
            self.members[offset] = frozenset(
                own.union(*(self.below(child) for child in self.synsets[offset][1]))
            )
        return self.members[offset]

    def size(self, offset):
        """Number of kinds below a synset."""
        if offset not in self.sizes:
            self.sizes[offset] = 1
            self.sizes[offset] += sum(self.size(child) for child in self.synsets[offset][1])
        return self.sizes[offset]


def frequencies() -> dict:
    """How often each noun occurs in WordNet's annotated texts."""
    counts = collections.Counter()
    for line in (DICTIONARY / "cntlist.rev").read_text(encoding="latin-1").splitlines():
        key, _, count = line.split()
        lemma, _, sense = key.partition("%")
        if sense.startswith("1:"):
            counts[spelling(lemma)] += int(count)
    return counts


def spelling(word: str) -> str:
    """Words as the product compares them: lower case, spaces."""
    return " ".join(
        word.lower().replace("_", " ").replace("-", " ").replace("(", " ").replace(")", " ").split()
    )


def reduced(vectors, rows):
    """Up to MAX_ROWS of the rows, each of the others near to one of them (k-centre, Gonzalez 1985)."""
    rows = np.array(rows)
    if len(rows) <= MAX_ROWS:
        return rows
    nearest = vectors[rows] @ vectors[rows[0]]
    chosen = [0]
    while len(chosen) < MAX_ROWS:
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors[rows] @ vectors[rows[chosen[-1]]])
    return rows[sorted(chosen)]


if __name__ == "__main__":
    main()
