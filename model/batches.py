"""Batches of varied drawings: line drawings of photos, sketches and doodles, for training."""

import collections
import random

import numpy as np
import torch

from data import ICON, NO_PHOTO, Data, ink
from pictures import draw_strokes, line_drawing, varied


class Batches:
    """Batches of varied drawings, made by another process; the same seed and step give the same batch."""

    def __init__(self, data: Data, config: dict):
        self.data, self.config = data, config
        self.drawable, self.set_shares = drawable_by_set(data, config["training"])
        groups = [[s for s in data.sketches if s.photo >= 0]] + [
            [s for s in data.sketches if s.photo == kind] for kind in (NO_PHOTO, ICON)
        ]
        shares = config["training"]["of_sketches"]
        self.groups, self.shares = zip(*[(group, share) for group, share in zip(groups, shares) if group])

    def at(self, step: int):
        """Ink uint8 [batch, side, side], labels, photos (-1: none) and views of these."""
        options = self.config["training"]
        chance = random.Random(self.config["seed"] * 1_000_000 + step)
        side = side_at(step, self.config)
        drawings, labels, photos = [], [], []
        for _ in range(options["batch"]):
            drawing, label, photo = self.one(chance)
            drawings.append(np.uint8(255 * varied(drawing, side, self.config["sketch"]["margin"], chance)))
            labels.append(label)
            photos.append(photo)
        views = [chance.randrange(self.config["photo"]["views"]) for _ in photos]
        return np.stack(drawings), np.array(labels), np.array(photos), np.array(views)

    def one(self, chance):
        options, data = self.config["training"], self.data
        which = chance.random()
        if which < options["line_drawings"]:
            photo = chance.choice(chance.choices(self.drawable, self.set_shares)[0])
            return line_drawing(data.photos.pixels[photo], chance), data.photos.labels[photo], photo
        if which < options["line_drawings"] + options["sketches"]:
            sketch = chance.choice(chance.choices(self.groups, self.shares)[0])
            return ink(sketch), sketch.label, sketch.photo
        doodle = chance.choice(data.doodles)
        return draw_strokes(doodle.strokes, 160, chance), doodle.label, -1


def drawable_by_set(data, options):
    """Photos sharp enough for line drawings, a list for each set, and how often each set is chosen: large sets of one theme count less."""
    groups = collections.defaultdict(list)
    for n in np.flatnonzero(data.trained):
        if data.photos.is_sharp(n):
            groups[data.photos.sets[n]].append(int(n))
    shares = [
        len(group) ** options["set_power"] * options["set_boost"].get(name, 1)
        for name, group in groups.items()
    ]
    return list(groups.values()), shares


def side_at(step, config):
    options = config["training"]
    _, _, share = round_at(step, options)
    return options["small_side"] if share < options["small_until"] else config["sketch"]["side"]


def round_at(step, options):
    """The round of training that a step belongs to, the steps done in it and their share of it."""
    done = step
    for turn, steps in enumerate(options["rounds"]):
        if done < steps:
            return turn, done, done / steps
        done -= steps
    raise ValueError(f"step {step} lies beyond the last round")


def as_ink(drawings):
    return torch.from_numpy(drawings)[:, None].float().div_(255).contiguous(memory_format=torch.channels_last)
