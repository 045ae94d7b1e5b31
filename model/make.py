"""Trains the model, writes it and measures it:

python3 make.py --archives FOLDER [--extra FOLDER] --work FOLDER --to FOLDER [--free] --photos FOLDER [--wordnet LANGUAGE=FILE…]

Each step stores its result in the work folder, and the training its state: after an interruption, the same command
continues. The figures of the card are made if FOLDER of --to is the one that the product uses.
"""

import subprocess
import sys
from pathlib import Path

from options import parser_of

HERE = Path(__file__).parent
USED = HERE.parent / "server/models/sketch-search-5"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument(
        "--photos",
        type=Path,
        required=True,
        help="about a thousand unrelated photos, by which words are calibrated",
    )
    parser.add_argument(
        "--wordnet",
        nargs="+",
        default=[],
        metavar="LANGUAGE=FILE",
        help="lists of the Open Multilingual Wordnet",
    )
    arguments = parser.parse_args()
    common = ["--archives", arguments.archives, "--config", arguments.config]
    if arguments.extra is not None:
        common += ["--extra", arguments.extra]
    if arguments.free:
        common += ["--free"]
    training = [*common, "--work", arguments.work, "--name", arguments.name]
    run("train.py", *training)
    run("export.py", *training, "--to", arguments.to)
    make_words(common, arguments)
    curve = arguments.work / arguments.name / "curve.jsonl"
    if arguments.to.resolve() != USED:
        print(f"The card is left as it is: {arguments.to} is not {USED}.")
        return
    run("plot.py", "--curve", curve, "--to", HERE / "curve.svg")
    held_out = arguments.work / "held-out"
    run("split.py", *training, "--to", held_out)
    run("photographed.py", held_out / "classes/sketch", held_out / "photographed")
    run("card.py", "--held-out", held_out, "--work", arguments.work / "figures")


def make_words(common, arguments):
    model = ["--model", arguments.to]
    run("vocabulary.py", *common, *model, "--photos", arguments.photos)
    for given in arguments.wordnet:
        language, _, file = given.partition("=")
        run("translations.py", *model, "--wordnet", file, "--language", language)
    run("other_words.py", *model, *(["--wordnet", *arguments.wordnet] if arguments.wordnet else []))


def run(script, *options):
    subprocess.run([sys.executable, HERE / script, *options], check=True)


if __name__ == "__main__":
    main()
