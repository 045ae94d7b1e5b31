"""What training leaves in the work folder."""

from dataclasses import dataclass
from pathlib import Path

import torch

from data import network_config
from network import CosineClassifier, Encoder


@dataclass
class Trained:
    encoder: Encoder
    classifier: CosineClassifier


def load_trained(file: Path, work: Path, name: str) -> Trained:
    """The network of this name; `file` is the configuration. Raises OSError if it has not been trained."""
    config = network_config(file, name)
    state = torch.load(work / name / "state.pt", map_location="cpu")
    encoder = Encoder(**config["network"])
    encoder.load_state_dict(state["average"])
    labels, dimensions = state["classifier"]["weight"].shape
    classifier = CosineClassifier(dimensions, labels, config["loss"]["scale"])
    classifier.load_state_dict(state["classifier"])
    return Trained(encoder.eval(), classifier.eval())
