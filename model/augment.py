"""Makes views of stored images, a batch at a time, on whatever device the batch is on."""

import math

import torch
from torch.nn import functional as F


def uniform(n, low, high, device):
    return torch.empty(n, device=device).uniform_(low, high)


def warp(images, side, *, turn, scale, shift, flip, fill):
    """Turns, scales, stretches, shifts and, where `flip` is set, mirrors: [n, c, s, s] to [n, c, side, side]."""
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
    # Outside is `fill`: what is sampled is the difference from it.
    return F.grid_sample(images - fill, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + fill


def photos(images, side, flip):
    """float [n, 3, s, s] in 0…1; crops, turns, colours."""
    n, device = len(images), images.device
    x = warp(images, side, turn=0.15, scale=(0.95, 1.6), shift=0.15, flip=flip, fill=0.5)
    grey = x.mean(1, keepdim=True)
    saturation = uniform(n, 0.4, 1.5, device)
    saturation = torch.where(torch.rand(n, device=device) < 0.15, torch.zeros_like(saturation), saturation)
    x = grey + (x - grey) * saturation[:, None, None, None]
    contrast, brightness = uniform(n, 0.6, 1.4, device), uniform(n, -0.2, 0.2, device)
    x = (x - 0.5) * contrast[:, None, None, None] + 0.5 + brightness[:, None, None, None]
    return x.clamp(0, 1)


def sketches(images, side, flip, *, erase=0.35):
    """float [n, 1, s, s] in 0…1, black on white; pens, slips, missing parts. Returns [n, 3, side, side]."""
    n, device = len(images), images.device
    ink = 1 - images
    thick = F.max_pool2d(ink, 3, 1, 1)
    thin = -F.max_pool2d(-F.interpolate(ink, scale_factor=2, mode="bilinear", align_corners=False), 3, 1, 1)
    thin = F.avg_pool2d(thin, 2) * 1.6
    pen = torch.rand(n, device=device)[:, None, None, None]
    ink = torch.where(pen < 0.3, thick, torch.where(pen > 0.85, 0.5 * ink + 0.5 * thin, ink))
    ink = warp(ink, side, turn=0.25, scale=(0.8, 1.15), shift=0.1, flip=flip, fill=0.0)
    ink = erased(ink, erase)
    strength = uniform(n, 0.7, 1.6, device)[:, None, None, None]
    return (1 - (ink * strength).clamp(0, 1)).expand(-1, 3, -1, -1)


def erased(ink, share):
    """Takes a rectangle away from a share of the drawings."""
    n, _, height, width = ink.shape
    device = ink.device
    cx, cy = uniform(n, 0, 1, device), uniform(n, 0, 1, device)
    half_x, half_y = uniform(n, 0.05, 0.2, device), uniform(n, 0.05, 0.2, device)
    xs, ys = torch.linspace(0, 1, width, device=device), torch.linspace(0, 1, height, device=device)
    inside_x = (xs[None] - cx[:, None]).abs() < half_x[:, None]
    inside_y = (ys[None] - cy[:, None]).abs() < half_y[:, None]
    hole = inside_y[:, :, None] & inside_x[:, None, :] & (torch.rand(n, device=device) < share)[:, None, None]
    return ink * (~hole)[:, None]


def edges(images):
    """Line drawings made from photos by several methods: float [n, 3, s, s] to [n, 1, s, s], black on white."""
    n, device = len(images), images.device
    grey = (images * torch.tensor([0.299, 0.587, 0.114], device=device)[:, None, None]).sum(1, keepdim=True)
    method = torch.rand(n, device=device)[:, None, None, None]
    return 1 - torch.where(method < 0.5, difference_of_gaussians(grey), thin_gradients(grey))


def blurred(x, sigma):
    radius = max(1, int(3 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, device=x.device) / sigma) ** 2)
    taps = (taps / taps.sum()).to(x.dtype)
    x = F.pad(x, (radius,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(x, taps[None, None, None, :]), taps[None, None, :, None])


def difference_of_gaussians(grey):
    """Ink where a pixel is darker than its neighbourhood (Winnemöller et al., "XDoG", 2012)."""
    n, device = len(grey), grey.device
    difference = blurred(grey, 0.8) - 0.98 * blurred(grey, 1.6)
    threshold = uniform(n, 0.002, 0.02, device)[:, None, None, None]
    return torch.sigmoid((threshold - difference) * 120) * (difference < threshold)


def thin_gradients(grey):
    """Gradients that are the strongest across their direction, above a share of the image's strongest (after Canny 1986)."""
    n, device = len(grey), grey.device
    smooth = blurred(grey, 1.2)
    padded = F.pad(smooth, (1, 1, 1, 1), mode="reflect")
    dx = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    dy = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    strength = (dx**2 + dy**2).sqrt()
    around = F.pad(strength, (1, 1, 1, 1))
    across_x = torch.maximum(around[:, :, 1:-1, 2:], around[:, :, 1:-1, :-2])
    across_y = torch.maximum(around[:, :, 2:, 1:-1], around[:, :, :-2, 1:-1])
    is_ridge = torch.where(dx.abs() > dy.abs(), strength >= across_x, strength >= across_y)
    strongest = strength.flatten(1).quantile(0.97, dim=1)[:, None, None, None]
    threshold = strongest * uniform(n, 0.25, 0.7, device)[:, None, None, None]
    return (is_ridge & (strength > threshold)).to(grey.dtype)
