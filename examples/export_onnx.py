"""Exports a PyTorch model for `target: onnx`: python3 export_onnx.py model.onnx

Replace `build` by whatever makes your model. Anything that takes [n, 3, height, width] and returns [n, dimensions] will do.
"""

import sys

import torch


def build() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 5, stride=4, padding=2),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(4),
        torch.nn.Flatten(),
        torch.nn.Linear(256, 32, bias=False),
    )


torch.onnx.export(
    build().eval(),
    torch.zeros(1, 3, 64, 64),
    sys.argv[1],
    input_names=["pixels"],
    output_names=["embedding"],
    dynamic_axes={"pixels": {0: "n"}, "embedding": {0: "n"}},
    opset_version=14,
)
