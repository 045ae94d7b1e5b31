"""Trains the model and writes it: python3 make.py --archives FOLDER [--extra FOLDER] --work FOLDER --to FOLDER [--free]

Each step stores its result in the work folder, and the training its state: after an interruption, the same command
continues.
"""

import subprocess
import sys
from pathlib import Path

from options import parser_of

HERE = Path(__file__).parent


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    common = [
        "--archives",
        arguments.archives,
        "--work",
        arguments.work,
        "--config",
        arguments.config,
        "--name",
        arguments.name,
    ]
    if arguments.extra is not None:
        common += ["--extra", arguments.extra]
    if arguments.free:
        common += ["--free"]
    subprocess.run([sys.executable, HERE / "train.py", *common], check=True)
    subprocess.run([sys.executable, HERE / "export.py", *common, "--to", arguments.to], check=True)


if __name__ == "__main__":
    main()
