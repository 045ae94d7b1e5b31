"""Command-line options and configuration that all steps of the recipe share."""

import argparse
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
    """Returns the configuration and the data. Raises OSError for a missing file, TOMLDecodeError, and KeyError for a class without a label."""
    config = tomllib.loads(arguments.config.read_text())
    return config, load(arguments.archives, arguments.extra, arguments.work, config, arguments.free)
