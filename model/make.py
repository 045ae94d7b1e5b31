"""Trains, joins and writes the model: python3 make.py --archives FOLDER --work FOLDER --to FILE.onnx [--config FILE] [--compile]"""

import subprocess
import sys
from pathlib import Path

from data import parser_of, read_config

HERE = Path(__file__).parent


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", required=True)
    parser.add_argument("--compile", action="store_true", help="with PyTorch 2 and a C++ compiler")
    arguments = parser.parse_args()
    common = ["--archives", arguments.archives, "--work", arguments.work, "--config", arguments.config]
    compiled = ["--compile"] if arguments.compile else []
    for name in read_config(arguments.config)["joined"]["networks"]:
        subprocess.run([sys.executable, HERE / "train.py", "--network", name, *common, *compiled], check=True)
    subprocess.run([sys.executable, HERE / "export.py", *common, "--to", arguments.to], check=True)


if __name__ == "__main__":
    main()
