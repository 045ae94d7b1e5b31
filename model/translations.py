"""Writes words of another language for a vocabulary: python3 translations.py --model FOLDER --wordnet FILE --language de

FILE is a list of the Open Multilingual Wordnet (Bond & Foster 2013), such as wns/wikt/wn-wikt-deu.tab from
https://github.com/omwn/omw-data, whose synsets are those of WordNet 3.0. Writes words-LANGUAGE.json: for each concept of
vocabulary.json by its position the words for it. A word with several meanings gets the first one.
"""

import argparse
import collections
import json
import re
from pathlib import Path

from vocabulary import frequencies, spelling
from wordnet import AMBIGUOUS, nouns

# A word of another synset of the same English word is rarely meant.
MAX_SENSE = 2
LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '.-])+")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--language", required=True)
    arguments = parser.parse_args()
    concepts = json.loads((arguments.model / "vocabulary.json").read_text())["concepts"]
    classes = {
        entry["wordnet"].lstrip("n"): n
        for n, entry in enumerate(json.loads((arguments.model / "words.json").read_text()))
        if "wordnet" in entry
    }
    concept_of = {word: n for n, concept in enumerate(concepts) for word in concept["words"]}
    translations = read(arguments.wordnet)
    counts = frequencies()
    candidates = collections.defaultdict(list)
    for offset, (place, count) in meanings(concept_of, classes, concepts, counts).items():
        for position, word in enumerate(translations.get(offset, [])):
            candidates[word].append((position, -count, place))
    words = collections.defaultdict(list)
    for word, found in candidates.items():
        position, _, place = min(found)
        words[place].append((position, len(word), word))
    content = {
        "language": arguments.language,
        "concepts": {str(place): [word for *_, word in sorted(words[place])] for place in sorted(words)},
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (arguments.model / f"words-{arguments.language}.json").write_text(text + "\n")
    print(
        f"{len(candidates)} words for {len(words)} of {len(concepts)} concepts, {len(text.encode()) / 1000:.0f} kB"
    )


def read(file: Path, parts: str = "n") -> dict:
    """Words of each synset of some parts of speech, in the order of the file."""
    result = collections.defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if (
            line.startswith("#")
            or fields[0][-2:-1] != "-"
            or fields[0][-1] not in parts
            or not fields[1].endswith(":lemma")
        ):
            continue
        # German nouns keep their capital letter: the product compares words without it.
        word = " ".join(fields[2].replace("_", " ").split())
        if LETTERS.fullmatch(word) and word not in result[fields[0][:-2]]:
            result[fields[0][:-2]].append(word)
    return result


def meanings(concept_of, classes, concepts, counts) -> dict:
    """The concept that each synset has, and how often its English word occurs."""
    result = {}
    synsets, senses = nouns()
    for lemma, offsets in senses.items():
        word = spelling(lemma)
        if word not in concept_of or word in AMBIGUOUS:
            continue
        for rank, offset in enumerate(offsets):
            own = classes.get(offset)
            is_meant = own in concepts[concept_of[word]]["rows"] if own is not None else rank < MAX_SENSE
            # A label of the other training sets has its commonest sense, an other word one with classes below it.
            if not is_meant or (rank > 0 and not is_above(offset, synsets, classes)):
                continue
            count = counts.get(word, 0) if rank == 0 else 0
            if offset not in result or count > result[offset][1]:
                result[offset] = (concept_of[word], count)
    return result


def is_above(offset, synsets, classes) -> bool:
    return offset in classes or any(is_above(child, synsets, classes) for child in synsets[offset][1])


if __name__ == "__main__":
    main()
