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
        self.width = outputs
        self.first = normed(inputs, outputs, 3, stride)
        self.second = normed(outputs, outputs, 3)
        self.around = nn.Identity() if stride == 1 and inputs == outputs else normed(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.around(x))


class Structure(nn.Module):
    """Where lines and edges run, alike for photos and drawings: the structure tensor of the brightness (Förstner and Gülch 1987).

    [n, 3, h, w] to [n, 3, h, w]: the strength of edges, and twice that with the cosine and the sine of their doubled angle. An edge and
    a line count the same whether they are dark or bright; strengths are relative to the surroundings, so that clutter counts less."""

    def __init__(self):
        super().__init__()
        self.register_buffer("luminance", torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1), persistent=False)
        across = torch.outer(torch.tensor([1.0, 2.0, 1.0]), torch.tensor([-1.0, 0.0, 1.0])) / 8
        self.register_buffer("sobel", torch.stack([across, across.t()])[:, None], persistent=False)
        near = torch.outer(*[torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16] * 2)
        self.register_buffer("near", near.expand(3, 1, 5, 5).clone(), persistent=False)

    def forward(self, x):
        grey = (x * self.luminance).sum(1, keepdim=True)
        gradient = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), self.sobel)
        dx, dy = gradient[:, :1], gradient[:, 1:]
        tensor = torch.cat([dx * dx - dy * dy, 2 * dx * dy, dx * dx + dy * dy], dim=1)
        tensor = F.conv2d(tensor, self.near, padding=2, groups=3)
        energy = tensor[:, 2:]
        near_by = F.avg_pool2d(F.avg_pool2d(energy, 3), 5, 1, 2, count_include_pad=False)
        near_by = F.interpolate(near_by, scale_factor=3, mode="bilinear", align_corners=False)
        around = 0.5 * near_by + 1.5 * energy.mean((2, 3), keepdim=True) + 1e-4
        strength = (energy / around + 1e-6).sqrt()
        direction = tensor[:, :2] / (energy + 1e-5)
        return torch.cat([2 * strength * direction, strength], dim=1)


class Encoder(nn.Module):
    """What is shown: [n, 3, side, side], normalised, to [n, dimensions] of unit length. A third of a sixteenth of `side` must be a whole number of
    pixels if `layout` is not 0: the 3 × 3 cells of the layout are taken from the third stage."""

    def __init__(self, widths, depths, dimensions, *, structure, layout):
        super().__init__()
        self.structure = Structure() if structure else None
        stem = widths[0]
        self.stem = nn.Sequential(normed(6 if structure else 3, stem, 5, 2), nn.ReLU())
        self.stages = nn.ModuleList()
        inputs = stem
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            blocks = []
            for n in range(depth):
                blocks.append(Block(inputs, width, 2 if n == 0 and stage > 0 else 1))
                inputs = width
            self.stages.append(nn.Sequential(*blocks))
        self.layout = nn.Sequential(nn.Conv2d(widths[2], layout, 1), nn.ReLU()) if layout else None
        self.project = nn.Linear(2 * inputs + 9 * layout, dimensions)

    def forward(self, x):
        if self.structure is not None:
            x = torch.cat([x, self.structure(x)], dim=1)
        x = self.stem(x)
        parts = []
        for n, stage in enumerate(self.stages):
            x = stage(x)
            if n == 2 and self.layout is not None:
                parts.append(F.avg_pool2d(self.layout(x), int(x.shape[-1]) // 3).flatten(1))
        # What is there, and how strongly at its best place.
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3)), *parts], dim=1)
        return F.normalize(self.project(pooled).float(), dim=1)

    @torch.no_grad()
    def grow_from(self, smaller: "Encoder"):
        """Computes what `smaller` computes, whose stages are at most as wide and else the same: what it has more of does not count yet
        (after Chen et al., "Net2Net", 2016)."""
        own = self.state_dict()
        for name, known in smaller.state_dict().items():
            weights = own[name]
            if known.ndim > 1:
                weights[: len(known)] = 0
            if name == "project.weight":
                # Of each kind of pooling its own columns.
                width, known_width = self.stages[-1][-1].width, smaller.stages[-1][-1].width
                for n in range(2):
                    weights[:, n * width :][:, :known_width] = known[:, n * known_width :][:, :known_width]
                weights[:, 2 * width :] = known[:, 2 * known_width :]
            elif known.ndim == 0:
                weights.copy_(known)
            else:
                weights[tuple(slice(size) for size in known.shape)] = known


class LayoutHistogram(nn.Module):
    """How it is arranged: histograms of the directions of the structure, of 8 × 8 cells with 8 directions each (after Dalal and Triggs
    2005), [n, 3, 72, 72], normalised, to [n, 512] of unit length. Nothing of it is trained."""

    dimensions = 512

    def __init__(self):
        super().__init__()
        self.structure = Structure()
        angles = torch.arange(8) * (2 * torch.pi / 8)
        self.register_buffer("axes", torch.stack([angles.cos(), angles.sin()], dim=1)[:, :, None, None], persistent=False)

    def forward(self, x):
        votes = F.relu(F.conv2d(self.structure(x)[:, :2] / 2, self.axes))
        cells = F.avg_pool2d(votes * votes, int(x.shape[-1]) // 8).flatten(1)
        # The root keeps one strong edge from drowning the faint ones (Arandjelović and Zisserman 2012).
        return F.normalize((cells + 1e-12).sqrt(), dim=1)


class CosineClassifier(nn.Module):
    """One direction for each label, shared by photos and sketches: what bears one label is drawn to one place."""

    def __init__(self, dimensions, labels, scale):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(labels, dimensions))
        self.scale = scale

    def forward(self, vectors):
        return self.scale * vectors @ F.normalize(self.weight, dim=1).t()
