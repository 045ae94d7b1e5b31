"""Draws how validation went: python3 plot.py --curve curve.json --to FILE.png (needs Matplotlib)."""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot

LINES = {
    "held_out_photos_recall_at_10": "exact photo among the first 10, unseen photos",
    "held_out_photos_map": "mAP, unseen photos",
    "held_out_classes_recall_at_10": "exact photo among the first 10, unseen classes",
    "held_out_classes_map": "mAP, unseen classes",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curve", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    curve = json.loads(arguments.curve.read_text())
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for key, label in LINES.items():
        axes.plot([point["step"] for point in curve], [point[key] for point in curve], marker=".", label=label)
    axes.set(xlabel="training step", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(arguments.to, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
