"""Makes views of stored images, a batch at a time, on whatever device the batch is on."""

import math

import torch
from torch.nn import functional as F


MEAN, DEVIATION = 0.5, 0.25


def normalised(views):
    """Values 0…1 as the encoders take them."""
    return ((views - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)


def uniform(n, low, high, device):
    return torch.empty(n, device=device).uniform_(low, high)


def warp(images, side, *, turn, scale, shift, bend, flip, fill):
    """Turns, scales, stretches, shifts, bends and, where `flip` is set, mirrors: [n, c, s, s] to [n, c, side, side].

    Around it is `fill` or, if that is None, what its border has."""
    n, device = len(images), images.device
    angle = uniform(n, -turn, turn, device)
    zoom = torch.exp(uniform(n, math.log(scale[0]), math.log(scale[1]), device))
    stretch = torch.exp(uniform(n, -0.2, 0.2, device))
    mirror = torch.where(flip, -1.0, 1.0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = torch.stack(
        [
            torch.stack([cos / (zoom * stretch) * mirror, -sin / zoom, uniform(n, -shift, shift, device)], 1),
            torch.stack([sin / zoom * mirror, cos * stretch / zoom, uniform(n, -shift, shift, device)], 1),
        ],
        1,
    )
    grid = F.affine_grid(rows, (n, images.shape[1], side, side), align_corners=False)
    slips = torch.randn(n, 2, 5, 5, device=device) * bend
    grid = grid + F.interpolate(slips, (side, side), mode="bilinear", align_corners=True).permute(0, 2, 3, 1)
    if fill is None:
        return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
    # Outside is `fill`: what is sampled is the difference from it.
    return F.grid_sample(images - fill, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + fill


def photos(images, side, flip):
    """float [n, 3, s, s] in 0…1; crops, turns, colours."""
    n, device = len(images), images.device
    x = warp(images, side, turn=0.12, scale=(0.9, 1.4), shift=0.12, bend=0.02, flip=flip, fill=None)
    grey = x.mean(1, keepdim=True)
    saturation = uniform(n, 0.4, 1.5, device)
    saturation = torch.where(torch.rand(n, device=device) < 0.25, torch.zeros_like(saturation), saturation)
    x = grey + (x - grey) * saturation[:, None, None, None]
    contrast, brightness = uniform(n, 0.6, 1.4, device), uniform(n, -0.2, 0.2, device)
    x = (x - 0.5) * contrast[:, None, None, None] + 0.5 + brightness[:, None, None, None]
    return x.clamp(0, 1)


def sketches(images, side, flip, *, bend, erase=0.35):
    """float [n, 1, s, s] in 0…1, black on white; pens, slips, missing parts. Returns [n, 3, side, side]."""
    n, device = len(images), images.device
    ink = 1 - images
    thick = thickened(ink)
    thin = (1.4 * ink - 0.4).clamp(min=0)
    pen = torch.rand(n, device=device)[:, None, None, None]
    ink = torch.where(pen < 0.3, thick, torch.where(pen > 0.8, thin, ink))
    ink = warp(ink, side, turn=0.25, scale=(0.8, 1.15), shift=0.1, bend=bend, flip=flip, fill=0.0)
    ink = erased(ink, erase)
    strength = uniform(n, 0.7, 1.6, device)[:, None, None, None]
    return (1 - (ink * strength).clamp(0, 1)).expand(-1, 3, -1, -1)


def thickened(ink):
    """The strongest within a pixel; by shifts, which a CPU does several times faster than pooling."""
    x = F.pad(ink, (1, 1, 1, 1))
    x = torch.maximum(torch.maximum(x[..., 1:-1], x[..., 2:]), x[..., :-2])
    return torch.maximum(torch.maximum(x[:, :, 1:-1], x[:, :, 2:]), x[:, :, :-2])


def erased(ink, share):
    """Takes a rectangle away from a share of the drawings."""
    n, device = len(ink), ink.device
    hole = rectangles(ink, uniform(n, 0.05, 0.2, device), uniform(n, 0.05, 0.2, device))
    return ink * ~(hole & (torch.rand(n, device=device) < share)[:, None, None, None])


def mixed(views):
    """Puts a rectangle of each photo into the one before it (Yun et al., "CutMix", 2019).

    Returns the views, and for each the share of it that is still its own, [n]."""
    n, device = len(views), views.device
    # Of any size up to the whole, as often as any other.
    half = uniform(n, 0, 1, device).sqrt() / 2
    hole = rectangles(views, half, half)
    return torch.where(hole, views.roll(-1, 0), views), 1 - hole.float().mean((1, 2, 3))


def rectangles(images, half_x, half_y):
    """Masks of one rectangle each at any place, [n, 1, h, w]; `half_x` and `half_y` [n] are shares of the whole."""
    n, _, height, width = images.shape
    device = images.device
    cx, cy = uniform(n, 0, 1, device), uniform(n, 0, 1, device)
    xs, ys = torch.linspace(0, 1, width, device=device), torch.linspace(0, 1, height, device=device)
    inside_x = (xs[None] - cx[:, None]).abs() < half_x[:, None]
    inside_y = (ys[None] - cy[:, None]).abs() < half_y[:, None]
    return (inside_y[:, :, None] & inside_x[:, None, :])[:, None]


def edges(images):
    """Line drawings made from photos, few lines as people draw: float [n, 3, s, s] to [n, 1, s, s], black on white.

    By two methods at two scales; of half of them only what lies around the middle, as people leave the background out."""
    n, device = len(images), images.device
    grey = (images * torch.tensor([0.299, 0.587, 0.114], device=device)[:, None, None]).sum(1, keepdim=True)
    quarter = max(1, n // 4)
    ink = torch.cat(
        [
            difference_of_gaussians(grey[:quarter], 1.0),
            difference_of_gaussians(grey[quarter : 2 * quarter], 1.7),
            thin_gradients(grey[2 * quarter : 3 * quarter], 1.2),
            thin_gradients(grey[3 * quarter :], 2.0),
        ]
    )
    return 1 - ink * around_the_middle(n, ink.shape[-1], device)


def around_the_middle(n, side, device):
    """Ellipses of many sizes as masks, [n, 1, side, side]; of half of them everything."""
    at = torch.linspace(-1, 1, side, device=device)
    x = (at[None, None] - uniform(n, -0.2, 0.2, device)[:, None, None]) / uniform(n, 0.45, 1.1, device)[:, None, None]
    y = (at[None, :, None] - uniform(n, -0.2, 0.2, device)[:, None, None]) / uniform(n, 0.45, 1.1, device)[:, None, None]
    is_whole = torch.rand(n, device=device)[:, None, None] < 0.5
    return ((x**2 + y**2 < 1) | is_whole)[:, None].to(torch.float32)


def strongest(values, low, high):
    """The value that only a random share of each image's pixels exceeds, between `low` and `high`: [n, 1, s, s] to [n, 1, 1, 1]."""
    n = len(values)
    ordered = values[:, :, ::2, ::2].flatten(1).sort(dim=1, descending=True).values
    place = (uniform(n, low, high, values.device) * ordered.shape[1]).long()
    return ordered.gather(1, place[:, None])[:, :, None, None]


def blurred(x, sigma):
    radius = max(1, int(3 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, device=x.device) / sigma) ** 2)
    taps = (taps / taps.sum()).to(x.dtype)
    x = F.pad(x, (radius,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(x, taps[None, None, None, :]), taps[None, None, :, None])


def difference_of_gaussians(grey, sigma):
    """Ink where a pixel is darker than its neighbourhood (Winnemöller et al., "XDoG", 2012)."""
    darker = blurred(grey, 1.6 * sigma) - blurred(grey, sigma)
    threshold = strongest(darker, 0.04, 0.13).clamp(min=0.004)
    return torch.sigmoid((darker - threshold) * 150) * (darker > 0.5 * threshold)


def thin_gradients(grey, sigma):
    """Gradients that are the strongest across their direction, if they are strong in their image (after Canny 1986)."""
    smooth = blurred(grey, sigma)
    padded = F.pad(smooth, (1, 1, 1, 1), mode="reflect")
    dx = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    dy = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    strength = (dx**2 + dy**2).sqrt()
    around = F.pad(strength, (1, 1, 1, 1))
    across_x = torch.maximum(around[:, :, 1:-1, 2:], around[:, :, 1:-1, :-2])
    across_y = torch.maximum(around[:, :, 2:, 1:-1], around[:, :, :-2, 1:-1])
    is_ridge = torch.where(dx.abs() > dy.abs(), strength >= across_x, strength >= across_y)
    threshold = strongest(strength, 0.08, 0.3).clamp(min=0.004)
    return (is_ridge & (strength > threshold)).to(grey.dtype)
