"""What is shown, by all networks together, and how it is arranged, as one model."""

import torch
from torch import nn
from torch.nn import functional as F

from augment import DEVIATION, MEAN
from network import LayoutHistogram
from validation import as_images

KINDS = ("photo", "sketch")


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
    """[n, 3, side, side], values 0…1, to two vectors each, as a photo and as a drawing: [n, meaning_dimensions + layout_dimensions],
    unit length. The encoders have `shares` in the similarity of what is shown, and the layout has `layout_weight` in all."""

    def __init__(self, encoders, *, shares, side, meaning_dimensions, layout_dimensions, layout_weight):
        super().__init__()
        self.sources = nn.ModuleList([*encoders, LayoutHistogram()])
        inner = [*(encoder.project.out_features for encoder in encoders), LayoutHistogram.dimensions]
        self.common = nn.ModuleList(Common(dimensions) for dimensions in inner)
        self.shares, self.side, self.layout_weight = shares, side, layout_weight
        self.register_buffer("meaning_directions", torch.eye(sum(inner[:-1]))[:, :meaning_dimensions].clone())
        self.register_buffer("layout_directions", torch.eye(inner[-1])[:, :layout_dimensions].clone())

    def parts(self, images):
        views = (images - MEAN) / DEVIATION
        return [source(views) for source in self.sources]

    def whole(self, parts, kind):
        """The parts without what is common to the kind: of all networks as one vector, and of the layout."""
        *shown, arranged = [common.without(part, kind) for common, part in zip(self.common, parts)]
        return torch.cat([share**0.5 * part for share, part in zip(self.shares, shown)], dim=1), arranged

    def joined(self, parts, kind):
        shown, arranged = self.whole(parts, kind)
        meaning = F.normalize(shown @ self.meaning_directions, dim=1)
        layout = F.normalize(arranged @ self.layout_directions, dim=1)
        return torch.cat([(1 - self.layout_weight) ** 0.5 * meaning, self.layout_weight**0.5 * layout], dim=1)

    def forward(self, images):
        parts = self.parts(images)
        return self.joined(parts, "photo"), self.joined(parts, "sketch")

    @torch.no_grad()
    def measure(self, photos, sketches):
        """What photos, and drawings, have in common, and the directions in which they differ most (principal components)."""
        parts = {}
        for kind, images in zip(KINDS, (photos, sketches)):
            batches = [self.parts(views) for views in as_images(images, self.side)]
            parts[kind] = [torch.cat(some) for some in zip(*batches)]
        for n, common in enumerate(self.common):
            common.measure({kind: parts[kind][n] for kind in KINDS})
        wholes = [self.whole(parts[kind], kind) for kind in KINDS]
        for directions, both in zip((self.meaning_directions, self.layout_directions), zip(*wholes)):
            _, _, found = torch.linalg.svd(torch.cat(both), full_matrices=False)
            directions.copy_(found[: directions.shape[1]].t())

    @torch.no_grad()
    def embed(self, images):
        kind = "sketch" if images.pixels.shape[-1] == 1 else "photo"
        return torch.cat([self.joined(self.parts(views), kind) for views in as_images(images, self.side)])
