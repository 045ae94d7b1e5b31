"""Command-line options and configuration that all steps of the recipe share."""

import argparse
import collections
import json
import tomllib
from pathlib import Path

from data import Data, load


def parser_of(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archives", type=Path, required=True, help="folder of the data sets' archives")
    parser.add_argument(
        "--extra", type=Path, help="folder of further sets, SET/CLASS/*, and labels_extra.json"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for caches and the training's state")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--name", default="model", help="folder of this training in the work folder")
    parser.add_argument("--free", action="store_true", help="leave out the sets that are for research only")
    return parser


def loaded(arguments) -> tuple[dict, Data]:
    """Returns the configuration and the data. Raises OSError for a missing file, TOMLDecodeError, KeyError for a class without a label, and SystemExit for a work folder of other sets."""
    config = tomllib.loads(arguments.config.read_text())
    data = load(arguments.archives, arguments.extra, arguments.work, config, arguments.free)
    refuse_other_sets(arguments.work / "sets.json", data)
    return config, data


def refuse_other_sets(file: Path, data: Data):
    """Caches and states in a work folder depend on the sets that train: results with and without the research sets must not mix."""
    trained = collections.Counter(data.photos.sets[n] for n in data.trained.nonzero()[0])
    sets = {**dict(sorted(trained.items())), "sketches": len(data.sketches), "doodles": len(data.doodles)}
    if not file.exists():
        file.write_text(json.dumps(sets) + "\n")
    earlier = json.loads(file.read_text())
    if earlier != sets:
        raise SystemExit(
            f"{file.parent} holds results of other sets: {earlier}, now {sets}. Give another folder with --work."
        )
