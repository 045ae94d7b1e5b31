"""What the labels are and how they look, as written in traits.toml."""

import tomllib
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("traits.toml")


def traits_of(labels: list[str]) -> np.ndarray:
    """Which label has which trait: float32 [labels, traits], 0 or 1. Raises ValueError for names that are no labels."""
    place = {label: n for n, label in enumerate(labels)}
    traits = tomllib.loads(FILE.read_text())
    unknown = sorted({label for bearers in traits.values() for label in bearers} - place.keys())
    if unknown:
        raise ValueError(f"{FILE.name} names what labels.json does not have: {', '.join(unknown)}")
    found = np.zeros((len(labels), len(traits)), np.float32)
    for column, bearers in enumerate(traits.values()):
        found[[place[label] for label in bearers], column] = 1
    return found


def alike(traits: np.ndarray) -> np.ndarray:
    """How a label's neighbours share its mass: [labels, labels], rows of sum 1 with nothing for the label itself.

    By the cosine of their traits, where rare ones count more; squared, so that the closest get most."""
    weighted = traits * np.log(len(traits) / traits.sum(axis=0))
    unit = weighted / np.linalg.norm(weighted, axis=1, keepdims=True).clip(1e-6)
    similar = (unit @ unit.T) ** 2
    np.fill_diagonal(similar, 0)
    return similar / similar.sum(axis=1, keepdims=True).clip(1e-6)
