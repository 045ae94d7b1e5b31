"""Writes checkpoints of timm backbones with random weights, as the reference implementation saves them, and the vectors of a few images.

Usage: backbones.py FOLDER NAME…; prints one line of JSON for each name.
"""

import json
import os
import sys

import timm
import torch

HIDDEN, EMBEDDING, IMAGES = 64, 32, 3


def images(folder):
    """uint8 [n, 224, 224, 3]: tiles of 16 × 16 pixels."""
    generator = torch.Generator().manual_seed(1)
    tiles = torch.randint(0, 256, (IMAGES, 14, 14, 3), generator=generator, dtype=torch.uint8)
    pixels = tiles.repeat_interleave(16, 1).repeat_interleave(16, 2).contiguous()
    with open(os.path.join(folder, "pixels"), "wb") as file:
        file.write(pixels.numpy().tobytes())
    return pixels


def randomise(model):
    """New networks have norms and layer scales without effect, which would hide their absence."""
    for name, value in model.state_dict().items():
        if name.endswith("running_mean"):
            value.normal_(0, 0.1)
        elif name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif value.is_floating_point() and value.ndim == 1:
            value.add_(torch.randn_like(value) * 0.1)


def write(folder, name, pixels):
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False, num_classes=0, global_pool="avg").eval()
    randomise(model)
    sizes = [(HIDDEN, model.num_features), (HIDDEN, HIDDEN), (EMBEDDING, HIDDEN)]
    head = [torch.nn.init.kaiming_uniform_(torch.empty(size)) for size in sizes]
    state = {f"backbone.model.{key}": value for key, value in model.state_dict().items()}
    state |= {f"projection_head.{2 * n}.weight": weight for n, weight in enumerate(head)}
    torch.save(state, os.path.join(folder, f"{name}.pth"))
    with torch.inference_mode():
        x = model(pixels.permute(0, 3, 1, 2).float() / 255)
        for n, weight in enumerate(head):
            x = torch.nn.functional.linear(torch.relu(x) if n > 0 else x, weight)
    return torch.nn.functional.normalize(x, dim=1).tolist()


def main():
    folder, *names = sys.argv[1:]
    pixels = images(folder)
    for name in names:
        try:
            result = {"name": name, "vectors": write(folder, name, pixels)}
        except (AssertionError, RuntimeError, TypeError, ValueError) as error:
            result = {"name": name, "refused": str(error).split("\n")[0] or type(error).__name__}
        print(json.dumps(result), flush=True)


main()
