"""What is shown and how it is arranged, as one model."""

import torch
from torch import nn
from torch.nn import functional as F

from augment import DEVIATION, MEAN
from network import LayoutHistogram
from validation import as_images


class Joined(nn.Module):
    """[n, 3, side, side], values 0…1, to two vectors each, as a photo and as a drawing: [n, meaning_dimensions + layout_dimensions],
    unit length."""

    def __init__(self, encoder, *, side, meaning_dimensions, layout_dimensions, layout_weight, measured_on):
        super().__init__()
        self.encoder, self.histogram, self.side = encoder, LayoutHistogram(), side
        self.weights = (1 - layout_weight) ** 0.5, layout_weight**0.5
        outer = (meaning_dimensions, layout_dimensions)
        for part, inner, kept in zip(("meaning", "layout"), (encoder.project.out_features, LayoutHistogram.dimensions), outer):
            self.register_buffer(f"{part}_directions", torch.eye(inner)[:, :kept].clone())
            for kind in ("photo", "sketch"):
                self.register_buffer(f"{part}_of_any_{kind}", torch.zeros(inner))

    def parts(self, images):
        views = (images - MEAN) / DEVIATION
        return {"meaning": self.encoder(views), "layout": self.histogram(views)}

    def joined(self, parts, kind):
        vectors = []
        for (part, vector), weight in zip(parts.items(), self.weights):
            own = (vector - getattr(self, f"{part}_of_any_{kind}")) @ getattr(self, f"{part}_directions")
            vectors.append(weight * F.normalize(own, dim=1))
        return torch.cat(vectors, dim=1)

    def forward(self, images):
        parts = self.parts(images)
        return self.joined(parts, "photo"), self.joined(parts, "sketch")

    @torch.no_grad()
    def measure(self, photos, sketches):
        """What photos, and drawings, have in common, and the directions in which they differ most (principal components)."""
        centred = {"meaning": [], "layout": []}
        for kind, images in (("photo", photos), ("sketch", sketches)):
            batches = [self.parts(views) for views in as_images(images, self.side)]
            for part, some in centred.items():
                vectors = torch.cat([batch[part] for batch in batches])
                getattr(self, f"{part}_of_any_{kind}").copy_(vectors.mean(0))
                some.append(F.normalize(vectors - vectors.mean(0), dim=1))
        for part, some in centred.items():
            directions = getattr(self, f"{part}_directions")
            _, _, found = torch.linalg.svd(torch.cat(some), full_matrices=False)
            directions.copy_(found[: directions.shape[1]].t())

    @torch.no_grad()
    def embed(self, images):
        kind = "sketch" if images.pixels.shape[-1] == 1 else "photo"
        return torch.cat([self.joined(self.parts(views), kind) for views in as_images(images, self.side)])
