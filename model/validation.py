"""How well drawings find photos that training has not seen. Quick figures; `sketch-search evaluate` tells what users get."""

import numpy as np
import torch
from torch.nn import functional as F

from augment import normalised
from data import Validation

AT_ONCE = 256


def figures_of(validation: Validation, embed) -> dict:
    """mAP over the labels, and R@10 of the exact photo; `embed` makes [n, d] of unit length of images."""
    similar = (embed(validation.sketches) @ embed(validation.photos).t()).cpu().numpy()
    order = np.argsort(-similar, axis=1)
    relevant = validation.photos.labels[order] == validation.sketches.labels[:, None]
    precision = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    average = (precision * relevant).sum(axis=1) / relevant.sum(axis=1)
    found = (order[:, :10] == validation.sketches.pair[:, None]).any(axis=1)
    return {"map": round(float(average.mean()), 4), "recall_at_10": round(float(found.mean()), 4)}


def as_images(images, side):
    """Stored images with values 0…1, [n, 3, side, side] a batch."""
    for start in range(0, len(images), AT_ONCE):
        x = torch.from_numpy(images.pixels[start : start + AT_ONCE]).permute(0, 3, 1, 2).float() / 255
        yield F.interpolate(x, (side, side), mode="bilinear", align_corners=False, antialias=True).expand(-1, 3, -1, -1)


def as_views(images, side, device):
    """The same as an encoder takes them."""
    for x in as_images(images, side):
        yield normalised(x.to(device))
