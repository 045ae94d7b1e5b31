"""What it could be and what is shown, by all networks together, how it is arranged and how crowded it is there, as one model."""

import torch
from torch import nn
from torch.nn import functional as F

from augment import DEVIATION, MEAN
from network import LayoutHistogram
from trained import Trained
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


class Part(nn.Module):
    """One part of the vector: of several sources, [n, `inner`] each with its share in a similarity, to [n, dimensions] of unit length."""

    def __init__(self, inner, shares, dimensions):
        super().__init__()
        self.common = nn.ModuleList(map(Common, inner))
        self.shares = shares
        self.register_buffer("directions", torch.eye(sum(inner))[:, :dimensions].clone())

    def whole(self, sources, kind):
        """Without what is common to the kind, and not reduced."""
        own = [common.without(vectors, kind) for common, vectors in zip(self.common, sources)]
        return torch.cat([share**0.5 * vectors for share, vectors in zip(self.shares, own)], dim=1)

    def forward(self, sources, kind):
        return F.normalize(self.whole(sources, kind) @ self.directions, dim=1)

    def measure(self, sources):
        """`sources` of each kind: what each has in common, and in which directions all differ most (principal components)."""
        for n, common in enumerate(self.common):
            common.measure({kind: sources[kind][n] for kind in KINDS})
        both = torch.cat([self.whole(sources[kind], kind) for kind in KINDS])
        self.directions.copy_(torch.linalg.svd(both, full_matrices=False)[2][: self.directions.shape[1]].t())


class Tower(nn.Module):
    """Vectors of a network, and how likely its labels are. Of photos they are those of a second network, too, if it was trained beside it:
    `photo_share` of the sum is its."""

    def __init__(self, network: Trained, beside: Trained | None, photo_share: float):
        super().__init__()
        self.encoder, self.classifier = network.encoder, network.classifier
        self.photo_encoder = None if beside is None else beside.encoder
        self.photo_share = photo_share

    def forward(self, views):
        """Normalised views to [n, d] of unit length, as photos and as drawings."""
        vectors = self.encoder(views)
        if self.photo_encoder is None:
            return {"photo": vectors, "sketch": vectors}
        mixed = torch.lerp(vectors, self.photo_encoder(views), self.photo_share)
        return {"photo": F.normalize(mixed, dim=1), "sketch": vectors}

    def likely(self, vectors, sharpness):
        """How likely each label is: [n, labels], rows of sum 1."""
        return F.softmax(self.classifier(vectors) * (sharpness / self.classifier.scale), dim=1)


class Crowding(nn.Module):
    """How near a photo is to drawings of whatever it does not show: some photos are near to all, and are found by any drawing
    (Radovanović et al., "Hubs in space", 2010).

    Puts one number behind the vectors, so that the cosine of a drawing and a photo is smaller by `weight` times the photo's mean cosine to the
    `nearest` of `references`, drawings of training (after Conneau et al., "Word translation without parallel data", 2018, CSLS), up to a
    factor that all share. Those of two photos hardly change."""

    def __init__(self, dimensions, *, references, nearest, weight, share):
        super().__init__()
        self.register_buffer("references", torch.zeros(references, dimensions))
        self.register_buffer("usual", torch.zeros(()))
        self.nearest, self.share = nearest, share
        self.scale = weight * (1 - share**2) ** 0.5 / share

    def measure(self, photos, drawings):
        """Vectors of training images; `references` of the drawings are kept."""
        chosen = torch.linspace(0, len(drawings) - 1, len(self.references)).long()
        self.references.copy_(drawings[chosen])
        self.usual.copy_(self.nearness(photos).mean())

    def nearness(self, photos):
        return (photos @ self.references.t()).topk(self.nearest, dim=1).values.mean(1, keepdim=True)

    def forward(self, vectors, kind):
        """[n, d] to [n, d + 1], of unit length both."""
        if kind == "sketch":
            last = torch.full_like(vectors[:, :1], self.share)
        else:
            last = (-self.scale * (self.nearness(vectors) - self.usual)).clamp(-0.5, 0.5)
        return torch.cat([(1 - last**2).sqrt() * vectors, last], dim=1)


class Joined(nn.Module):
    """[n, 3, side, side], values 0…1, to two vectors each, as a photo and as a drawing: [n, dimensions of all parts + 1], unit length.

    The parts, each with its `weights` in a similarity and its `dimensions`: what an image could be, as how likely each label is (after
    Rasiwasia et al., "query by semantic example", 2007), what is shown, and how it is arranged. Each network has `shares` in the first
    two. Labels are the less certain the smaller `sharpness` is, which for what has none tells what it is like. Behind them is the `crowding`."""

    def __init__(self, towers: list[Tower], *, shares, side, sharpness, weights, dimensions, crowding):
        super().__init__()
        self.towers, self.layout = nn.ModuleList(towers), LayoutHistogram()
        self.side, self.sharpness, self.weights = side, sharpness, weights
        inner = {
            "could_be": [len(tower.classifier.weight) for tower in towers],
            "shown": [tower.encoder.project.out_features for tower in towers],
            "arranged": [LayoutHistogram.dimensions],
        }
        shares_in = {"could_be": shares, "shown": shares, "arranged": [1.0]}
        self.parts = nn.ModuleDict({name: Part(inner[name], shares_in[name], dimensions[name]) for name in inner})
        self.crowding = Crowding(sum(dimensions.values()), **crowding)

    def sources(self, images):
        """What each part is made of, as photos and as drawings."""
        views = (images - MEAN) / DEVIATION
        towers, layout = [tower(views) for tower in self.towers], self.layout(views)
        sources = {}
        for kind in KINDS:
            shown = [vectors[kind] for vectors in towers]
            likely = [tower.likely(vectors, self.sharpness) for tower, vectors in zip(self.towers, shown)]
            sources[kind] = {"could_be": likely, "shown": shown, "arranged": [layout]}
        return sources

    def joined(self, sources, kind):
        parts = self.parts.items()
        return torch.cat([self.weights[name] ** 0.5 * part(sources[kind][name], kind) for name, part in parts], dim=1)

    def vectors(self, sources, kind):
        return self.crowding(self.joined(sources, kind), kind)

    def forward(self, images):
        sources = self.sources(images)
        return self.vectors(sources, "photo"), self.vectors(sources, "sketch")

    @torch.no_grad()
    def measure(self, photos, sketches):
        """What the parts have to know of photos and of drawings."""
        batches = {
            kind: [self.sources(views)[kind] for views in as_images(images, self.side)] for kind, images in zip(KINDS, (photos, sketches))
        }
        for name, part in self.parts.items():
            part.measure(
                {kind: [torch.cat(some) for some in zip(*(batch[name] for batch in batches[kind]))] for kind in KINDS}
            )
        self.crowding.measure(*(torch.cat([self.joined({kind: batch}, kind) for batch in batches[kind]]) for kind in KINDS))

    @torch.no_grad()
    def embed(self, images):
        kind = "sketch" if images.pixels.shape[-1] == 1 else "photo"
        return torch.cat([self.vectors(self.sources(views), kind) for views in as_images(images, self.side)])
