"""How well drawings find photos that training has not seen. Quick figures; `sketch-search evaluate` reports what users get."""

import random

import numpy as np
import torch

from data import ink
from pictures import draw_strokes, prepare_ink


class Validation:
    def __init__(self, data, features, config):
        self.features, self.labels = features, np.array(data.photos.labels)
        side, margin = config["sketch"]["side"], config["sketch"]["margin"]
        prepare = lambda drawing: prepare_ink(drawing, side, margin)
        self.sets = {}
        for name, (photos, sketches) in (
            ("classes", data.held_out_classes),
            ("photos", data.held_out_photos),
        ):
            place = {photo: n for n, photo in enumerate(photos)}
            drawings = np.stack([prepare(ink(s)) for s in sketches])
            self.sets[name] = (
                np.array(photos),
                drawings,
                np.array([s.label for s in sketches]),
                np.array([place[s.photo] for s in sketches]),
            )
        chance = random.Random(1)
        doodles = np.stack([prepare(draw_strokes(d.strokes, 320, chance)) for d in data.held_out_doodles])
        self.sets["doodles"] = (
            np.array(data.held_out_classes[0]),
            doodles,
            np.array([d.label for d in data.held_out_doodles]),
            None,
        )

    @torch.no_grad()
    def figures(self, tower, head, frozen) -> dict:
        result = {}
        for name, (photos, drawings, labels, pairs) in self.sets.items():
            gallery = head(self.features[photos]).numpy()
            similar = vectors_of(tower, drawings) @ gallery.T
            result[f"{name}_map"] = mean_average_precision(similar, labels, self.labels[photos])
            crowded = similar - 0.5 * np.sort(similar, 0)[-10:].mean(0)
            result[f"{name}_map_uncrowded"] = mean_average_precision(crowded, labels, self.labels[photos])
            if pairs is not None:
                own = np.take_along_axis(similar, pairs[:, None], 1)
                result[f"{name}_r10"] = float(((similar > own).sum(1) < 10).mean())
        photos = self.sets["classes"][0]
        for name, vectors in (("learned", head(self.features[photos])), ("frozen", frozen[photos])):
            similar = (vectors @ vectors.t()).numpy()
            np.fill_diagonal(similar, -9)
            result[f"photos_{name}"] = mean_average_precision(
                similar, self.labels[photos], self.labels[photos], 1
            )
        return result


def vectors_of(tower, drawings):
    batches = [torch.from_numpy(drawings[n : n + 64])[:, None].float() for n in range(0, len(drawings), 64)]
    return torch.cat(
        [tower(batch.contiguous(memory_format=torch.channels_last))[0] for batch in batches]
    ).numpy()


def mean_average_precision(similar, labels, gallery_labels, left_out: int = 0) -> float:
    """The last `left_out` of each ranking do not count."""
    order = np.argsort(-similar, axis=1)[:, : similar.shape[1] - left_out]
    relevant = gallery_labels[order] == labels[:, None]
    precision = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    return float(((precision * relevant).sum(1) / relevant.sum(1).clip(1)).mean())
