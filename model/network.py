"""The encoder: one residual network for photos and sketches, and the classifier that it is trained with."""

import torch
from torch import nn
from torch.nn import functional as F


def normed(inputs, outputs, kernel, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class Block(nn.Module):
    """Two 3 × 3 convolutions and a way around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = normed(inputs, outputs, 3, stride)
        self.second = normed(outputs, outputs, 3)
        self.around = nn.Identity() if stride == 1 and inputs == outputs else normed(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.around(x))


class Encoder(nn.Module):
    """[n, 3, side, side], normalised, to [n, dimensions] of unit length."""

    def __init__(self, widths, depths, dimensions):
        super().__init__()
        stem = widths[0]
        layers = [normed(3, stem, 5, 2), nn.ReLU()]
        inputs = stem
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for n in range(depth):
                layers.append(Block(inputs, width, 2 if n == 0 and stage > 0 else 1))
                inputs = width
        self.layers = nn.Sequential(*layers)
        self.project = nn.Linear(2 * inputs, dimensions)

    def forward(self, x):
        x = self.layers(x)
        # What is there, and how strongly at its best place.
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        return F.normalize(self.project(pooled).float(), dim=1)


class CosineClassifier(nn.Module):
    """One direction for each label, shared by photos and sketches: what bears one label is drawn to one place."""

    def __init__(self, dimensions, labels, scale):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(labels, dimensions))
        self.scale = scale

    def forward(self, vectors):
        return self.scale * vectors @ F.normalize(self.weight, dim=1).t()
