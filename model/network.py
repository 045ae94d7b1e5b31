"""The sketch tower, and the heads that map photo features to vectors."""

import torch
from torch import nn
from torch.nn import functional as F

from backbone import FEATURES, Backbone


class Whitening(nn.Module):
    """Features less their mean, projected to their principal components, each divided by a power of its deviation; unit length.

    Half-whitening lies between cosine of features and Mahalanobis distance (after Jégou and Chum 2012)."""

    def __init__(self, dimensions: int, power: float):
        super().__init__()
        self.power = power
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("projection", torch.zeros(FEATURES, dimensions))
        self.register_buffer("deviation", torch.ones(dimensions))

    def fit(self, features):
        self.mean.copy_(features.mean(0))
        _, values, vectors = torch.pca_lowrank(features - self.mean, q=len(self.deviation) + 16, niter=4)
        count = len(self.deviation)
        self.projection.copy_(vectors[:, :count])
        self.deviation.copy_(values[:count] / len(features) ** 0.5)

    def linear(self):
        """The same as weight [dimensions, 1280] and bias, without the last step to unit length."""
        weight = (self.projection / self.deviation**self.power).t()
        return weight, -(weight @ self.mean)

    def forward(self, features):
        return F.normalize(((features - self.mean) @ self.projection) / self.deviation**self.power, dim=1)


class PhotoHead(nn.Module):
    """Maps photo features to the space of sketch queries: a learned map, which is the whitening at first, averaged with the whitening itself.

    The average keeps the behaviour for things that training has not seen (after Wortsman et al. 2022, "robust fine-tuning")."""

    def __init__(self, whitening: Whitening, frozen_share: float, hidden: int = 512):
        super().__init__()
        self.frozen_share = frozen_share
        weight, bias = whitening.linear()
        self.register_buffer("frozen_projection", weight.t().contiguous(), persistent=False)
        self.register_buffer("frozen_bias", bias.clone(), persistent=False)
        self.linear = nn.Linear(FEATURES, len(bias))
        self.linear.weight.data, self.linear.bias.data = weight.clone().contiguous(), bias.clone()
        self.register_buffer("mean", whitening.mean.clone())
        self.register_buffer("scale", whitening.deviation[0].clone())
        self.correction = nn.Sequential(nn.Linear(FEATURES, hidden), nn.GELU(), nn.Linear(hidden, len(bias)))
        nn.init.zeros_(self.correction[2].weight)
        nn.init.zeros_(self.correction[2].bias)

    def forward(self, features):
        learned = F.normalize(
            self.linear(features) + self.correction((features - self.mean) / self.scale), dim=1
        )
        frozen = F.normalize(features @ self.frozen_projection + self.frozen_bias, dim=1)
        return F.normalize((1 - self.frozen_share) * learned + self.frozen_share * frozen, dim=1)


class SketchTower(nn.Module):
    """Maps ink float [n, 1, side, side] (0 paper, 1 ink) to vectors [n, dimensions] of unit length."""

    def __init__(self, backbone: str, dimensions: int):
        super().__init__()
        loaded = Backbone(backbone)
        self.network, self.classifier = loaded.network, loaded.network.get_classifier()
        stem = self.network.conv_stem
        # Grey is the sum over the channels, and ink is its opposite: paper is 0, as the padding is.
        stem.weight = nn.Parameter(-2 * stem.weight.data.sum(1, keepdim=True))
        stem.in_channels = 1
        self.project = nn.Linear(FEATURES, dimensions)
        self.to(memory_format=torch.channels_last)

    def features(self, ink):
        return self.network.forward_features(ink).mean((2, 3))

    def forward(self, ink):
        features = self.features(ink).float()
        return F.normalize(self.project(features), dim=1), features
