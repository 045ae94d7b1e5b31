"""Adds words that are not mistakes: python3 other_words.py --model FOLDER [--wordnet LANGUAGE=FILE…]

The product accepts spelling mistakes. Without a list, it would take "moose", which no vector stands for, for "mouse". Adds to
vocabulary.json and words-LANGUAGE.json, as `others`, the words of WordNet 3.0 and of lists of the Open Multilingual Wordnet that it
would take for words of the vocabulary.
"""

import argparse
import collections
import json
from pathlib import Path

from translations import read
from vocabulary import spelling
from wordnet import DICTIONARY

INDEXES = ("index.noun", "index.verb", "index.adj")
# As in the product (server/src/search/words/lexicon.ts): mistakes that are accepted in words of fewer letters.
MISTAKES = ((4, 0), (7, 1))
MAX_MISTAKES = 2


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--wordnet", nargs="+", default=[], metavar="LANGUAGE=FILE")
    arguments = parser.parse_args()
    sources = {arguments.model / "vocabulary.json": english()}
    for language, _, file in (given.partition("=") for given in arguments.wordnet):
        lists = read(Path(file), parts="nva").values()
        sources[arguments.model / f"words-{language}.json"] = {
            spelling(word) for words in lists for word in words
        }
    contents = {path: json.loads(path.read_text()) for path in sources}
    known = {spelling(word) for content in contents.values() for words in words_of(content) for word in words}
    index = collections.defaultdict(set)
    for word in known:
        for shorter in without_letters(word, MAX_MISTAKES):
            index[shorter].add(word)
    for path, words in sources.items():
        others = sorted(word for word in words - known if " " not in word and is_taken_for(word, index))
        text = json.dumps({**contents[path], "others": others}, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text + "\n")
        print(f"{path.name}: {len(others)} of {len(words)} words, {len(text.encode()) / 1000:.0f} kB")


def english() -> set:
    lines = (
        line for name in INDEXES for line in (DICTIONARY / name).read_text(encoding="latin-1").splitlines()
    )
    return {spelling(line.split(" ", 1)[0]) for line in lines if not line.startswith(" ")}


def words_of(content) -> list:
    concepts = content["concepts"]
    if isinstance(concepts, dict):
        return list(concepts.values())
    return [concept["words"] for concept in concepts]


def is_taken_for(word: str, index) -> bool:
    """Whether the product would accept a word as another one with mistakes."""
    most = next((mistakes for length, mistakes in MISTAKES if len(word) < length), MAX_MISTAKES)
    candidates = set().union(*(index.get(shorter, ()) for shorter in without_letters(word, most)))
    return any(distance(word, candidate) <= most for candidate in candidates)


def without_letters(word: str, count: int) -> set:
    """The word with up to `count` letters left out: words with few differences share one of them (Garbe, SymSpell)."""
    found = last = {word}
    for _ in range(count):
        last = {one[:at] + one[at + 1 :] for one in last for at in range(len(one))}
        found = found | last
    return found


def distance(a: str, b: str) -> int:
    """Levenshtein distance, in which a swap of neighbouring letters is one mistake (Damerau)."""
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, a[i - 2]) == (b[j - 2], other):
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


if __name__ == "__main__":
    main()
