"""Draws how validation went, of each network beside the other: python3 plot.py --curves curve-NAME.json… --to FILE.png (needs Matplotlib)."""

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
    parser.add_argument("--curves", type=Path, nargs="+", required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    figure, all_axes = pyplot.subplots(
        1, len(arguments.curves), figsize=(6 * len(arguments.curves), 4), sharey=True, squeeze=False, layout="constrained"
    )
    for file, axes in zip(arguments.curves, all_axes[0]):
        curve = json.loads(file.read_text())
        for key, label in LINES.items():
            axes.plot([point["step"] for point in curve], [point[key] for point in curve], marker=".", label=label)
        axes.set(title=f"{file.stem.removeprefix('curve-')} network", xlabel="training step")
        axes.grid(alpha=0.3)
    all_axes[0][0].set_ylim(0, None)
    all_axes[0][-1].legend(fontsize="small", loc="lower right")
    figure.savefig(arguments.to, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
