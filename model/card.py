"""Measures the model and writes its figures into the card: python3 card.py --held-out FOLDER --work FOLDER

FOLDER of --held-out comes from split.py and photographed.py. `sketch-search evaluate` runs on the model that lies in server/models; its
reports stay in the work folder. The tables stand in README.md between comments that name them.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODEL, FORMER = "sketch-search-5", "sketch-search-4"
# Gallery, queries and further options.
SETS = {
    "classes": ("classes/photo", "classes/sketch", ["--pairs"]),
    "photos": ("photos/photo", "photos/sketch", ["--pairs"]),
    "doodles": ("classes/photo", "doodles", []),
    "photographed": ("classes/photo", "photographed", []),
    "by photo": ("classes/photo", "classes/photo", ["--kind", "image"]),
}
OTHERS = {
    "doodles": "doodles",
    "photographed": "photographed sketches",
    "by photo": "photos, without the query itself",
}
NAMES = {"random": "random order"}
COLUMNS = {
    "mAP": "meanAveragePrecision",
    "P@10": "precisionAt10",
    "R@1": "recallAt1",
    "R@5": "recallAt5",
    "R@10": "recallAt10",
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for the reports")
    parser.add_argument("--card", type=Path, default=HERE / "README.md")
    arguments = parser.parse_args()
    held_out = arguments.held_out.resolve()
    scores, classes = {}, {}
    for name, (gallery, queries, options) in SETS.items():
        folders = ["--gallery", held_out / gallery, "--queries", held_out / queries]
        both = ["--embedder", FORMER, "--embedder", MODEL]
        scores[name] = evaluated(arguments.work / f"{name}.json", [*folders, *options, *both])
        classes[name] = scores[name].pop("classes")
        if "--kind" not in options:
            alone = ["--embedder", MODEL, "--no-expansion"]
            report = evaluated(arguments.work / f"{name}-alone.json", [*folders, *options, *alone])
            scores[name][f"{MODEL}, vectors alone"] = report[MODEL]
    tables = {
        "classes": score_table(scores["classes"]),
        "photos": score_table(scores["photos"]),
        "by class": class_table(classes["classes"]),
        "others": other_table(scores),
    }
    text = arguments.card.read_text()
    for name, table in tables.items():
        text = with_table(text, name, table)
    arguments.card.write_text(text)


def evaluated(file: Path, options: list) -> dict:
    """Scores of each embedder, and under `classes` the mAP of each class by the embedders that were asked for."""
    file.parent.mkdir(parents=True, exist_ok=True)
    command = [
        "node",
        HERE.parent / "server/bin/sketch-search.js",
        "evaluate",
        *options,
        "--json",
        file.resolve(),
    ]
    # An empty folder: the working directory would be taken for the gallery of a server.
    subprocess.run(command, check=True, cwd=file.parent)
    embedders = json.loads(file.read_text())["embedders"]
    named = [name for name in (FORMER, MODEL) if name in embedders]
    classes = {
        name: [embedders[embedder]["classes"][name]["meanAveragePrecision"] for embedder in named]
        for name in embedders[MODEL]["classes"]
    }
    return {**{name: found["overall"] for name, found in embedders.items()}, "classes": classes}


def score_table(scores: dict) -> str:
    order = sorted(scores, key=lambda name: scores[name]["meanAveragePrecision"])
    rows = [[label(name), *(f"{scores[name][key]:.3f}" for key in COLUMNS.values())] for name in order]
    return table(["embedder", *COLUMNS], rows)


def class_table(classes: dict) -> str:
    order = sorted(classes, key=lambda name: -classes[name][-1])
    rows = [[name.replace("_", " "), *(f"{value:.3f}" for value in classes[name])] for name in order]
    return table(["class", f"`{FORMER}`", f"`{MODEL}`"], rows)


def other_table(scores: dict) -> str:
    rows = []
    for name, title in OTHERS.items():
        for embedder in sorted(scores[name], key=lambda one: scores[name][one]["meanAveragePrecision"]):
            found = scores[name][embedder]
            values = [f"{found[key]:.3f}" for key in ("meanAveragePrecision", "precisionAt10")]
            rows.append([title, str(found["queries"]), label(embedder), *values])
    return table(["queries", "number", "embedder", "mAP", "P@10"], rows, texts=3)


def label(embedder: str) -> str:
    name, *rest = embedder.split(", ")
    return ", ".join([NAMES.get(name, f"`{name}`"), *rest])


def table(heads: list, rows: list, texts: int = 1) -> str:
    rule = ["---"] * texts + ["---:"] * (len(heads) - texts)
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rule, *rows])


def with_table(text: str, name: str, new: str) -> str:
    """Raises SystemExit if the card has no place for the table."""
    pattern = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end of figures -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"README.md has no comment <!-- figures: {name} -->")
    return pattern.sub(lambda found: f"{found[1]}{new}\n{found[2]}", text)


if __name__ == "__main__":
    main()
