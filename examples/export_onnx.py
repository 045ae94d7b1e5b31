"""Exports a PyTorch model for `target: onnx`.

    pip install torch onnx onnxscript
    python3 export_onnx.py model.onnx

Replace `build` by the function that creates your model. It takes [n, 3, height, width] and returns [n, dimensions].
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


# An example of two images, so that the exporter does not take their number for a constant.
torch.onnx.export(
    build().eval(),
    (torch.zeros(2, 3, 64, 64),),
    sys.argv[1],
    input_names=["pixels"],
    output_names=["embedding"],
    dynamic_shapes=({0: "n"},),
    external_data=False,
    dynamo=True,
)
