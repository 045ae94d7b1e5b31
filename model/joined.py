"""What it could be and what is shown, by all networks together, and how it is arranged, as one model."""

import torch
from torch import nn
from torch.nn import functional as F

from augment import DEVIATION, MEAN
from network import CosineClassifier, LayoutHistogram
from validation import as_images

KINDS = ("photo", "sketch")
PARTS = ("could_be", "shown", "arranged")


class Common(nn.Module):
    """Takes away from a vector what all of its kind have in common: [n, d] to [n, d] of unit length."""

    def __init__(self, dimensions):
        super().__init__()
        for kind in KINDS:
            self.register_buffer(f"of_any_{kind}", torch.zeros(dimensions))

    def measure(self, vectors):
        """`vectors` of each kind."""
        for kind in KINDS:
            getattr(self, f"of_any_{kind}").copy_(vectors[kind].mean(0))

    def without(self, vectors, kind):
        return F.normalize(vectors - getattr(self, f"of_any_{kind}"), dim=1)


class Joined(nn.Module):
    """[n, 3, side, side], values 0…1, to two vectors each, as a photo and as a drawing: [n, dimensions of all parts], unit length.

    The parts, each with its `weights` in a similarity and its `dimensions`: what an image could be, as how likely each label is (after
    Rasiwasia et al., "query by semantic example", 2007), what is shown, and how it is arranged. Each network has `shares` in the first
    two. Labels are the less certain the smaller `sharpness` is, which for what has none tells what it is like."""

    def __init__(self, networks, *, shares, side, sharpness, weights, dimensions):
        super().__init__()
        encoders, classifiers = zip(*networks)
        self.encoders, self.classifiers, self.layout = nn.ModuleList(encoders), nn.ModuleList(classifiers), LayoutHistogram()
        self.shares, self.side, self.sharpness, self.weights = shares, side, sharpness, weights
        inner = {
            "could_be": [len(classifier.weight) for classifier in classifiers],
            "shown": [encoder.project.out_features for encoder in encoders],
            "arranged": [LayoutHistogram.dimensions],
        }
        self.common = nn.ModuleDict({part: nn.ModuleList(map(Common, inner[part])) for part in PARTS})
        for part in PARTS:
            self.register_buffer(f"directions_{part}", torch.eye(sum(inner[part]))[:, : dimensions[part]].clone())

    def parts(self, images):
        views = (images - MEAN) / DEVIATION
        shown = [encoder(views) for encoder in self.encoders]
        return {
            "could_be": [self.likely(classifier, vectors) for classifier, vectors in zip(self.classifiers, shown)],
            "shown": shown,
            "arranged": [self.layout(views)],
        }

    def likely(self, classifier: CosineClassifier, vectors):
        """How likely each label is: [n, labels], rows of sum 1."""
        return F.softmax(classifier(vectors) * (self.sharpness / classifier.scale), dim=1)

    def whole(self, parts, part, kind):
        """One part of all networks as one vector, without what is common to the kind."""
        own = [common.without(vectors, kind) for common, vectors in zip(self.common[part], parts[part])]
        shares = self.shares if len(own) > 1 else [1.0]
        return torch.cat([share**0.5 * vectors for share, vectors in zip(shares, own)], dim=1)

    def joined(self, parts, kind):
        reduced = [
            self.weights[part] ** 0.5 * F.normalize(self.whole(parts, part, kind) @ getattr(self, f"directions_{part}"), dim=1)
            for part in PARTS
        ]
        return F.normalize(torch.cat(reduced, dim=1), dim=1)

    def forward(self, images):
        parts = self.parts(images)
        return self.joined(parts, "photo"), self.joined(parts, "sketch")

    @torch.no_grad()
    def measure(self, photos, sketches):
        """What photos, and drawings, have in common, and the directions in which they differ most (principal components)."""
        found = {}
        for kind, images in zip(KINDS, (photos, sketches)):
            batches = [self.parts(views) for views in as_images(images, self.side)]
            found[kind] = {part: [torch.cat(some) for some in zip(*(batch[part] for batch in batches))] for part in PARTS}
        for part in PARTS:
            for n, common in enumerate(self.common[part]):
                common.measure({kind: found[kind][part][n] for kind in KINDS})
            both = torch.cat([self.whole(found[kind], part, kind) for kind in KINDS])
            directions = getattr(self, f"directions_{part}")
            directions.copy_(torch.linalg.svd(both, full_matrices=False)[2][: directions.shape[1]].t())

    @torch.no_grad()
    def embed(self, images):
        kind = "sketch" if images.pixels.shape[-1] == 1 else "photo"
        return torch.cat([self.joined(self.parts(views), kind) for views in as_images(images, self.side)])
