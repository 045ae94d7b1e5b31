"""Runs a checkpoint of a timm backbone with torch and timm, where there is no ONNX graph of the backbone.

The network is that of the reference implementation's DefaultEmbedder: the backbone with mean pooling, then a projection head of three
linear layers with ReLU between them, if the checkpoint has one. It always runs in evaluation mode.
"""

import re

import numpy
import timm
import torch
from checkpoint_layers import HEAD, SHOWN_NAMES, check_backbone, check_shapes, find_weights, read_layers

BACKBONE_PREFIXES = ("backbone.model.", "backbone.", "model.", "")
# Parts that features do not need: classifiers, and counters of training steps.
IGNORED = re.compile(r"(^|\.)(num_batches_tracked|n_averaged|(head|head\.fc|fc|classifier|head_dist)\.(weight|bias))$")
LUMA = (0.299, 0.587, 0.114)


def read_file(path):
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def read_weights(path):
    """A flat dictionary of tensors, without the prefixes of wrapping modules."""
    try:
        state = read_file(path)
    except (OSError, ImportError):
        raise
    except Exception as error:
        # The libraries raise errors of many types about a damaged file, and advise several lines about one that holds code.
        raise ValueError(
            f"{path} can't be read as a checkpoint ({type(error).__name__}): it must hold tensors only, "
            "as torch.save(model.state_dict(), path) writes them"
        ) from error
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__} instead of weights by their names")
    tensors = find_weights(state, torch.is_tensor)
    check_backbone(path, tensors, state)
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def load_backbone(name, weights):
    """As the reference implementation makes it: with the mean of the map or of the patch tokens, else as timm does by itself."""
    reasons = []
    for pooling in ({"global_pool": "avg"}, {}):
        try:
            model = timm.create_model(name, pretrained=False, num_classes=0, **pooling)
        except RuntimeError as error:
            # timm: an unknown name.
            raise ValueError(str(error)) from None
        except (AssertionError, TypeError) as error:
            reasons.append(str(error) or type(error).__name__)
            continue
        check_shapes(name, weights, model.state_dict())
        missing, unexpected = model.load_state_dict(weights, strict=False)
        unexpected = [key for key in unexpected if not IGNORED.search(key)]
        missing = [key for key in missing if not key.endswith("num_batches_tracked")]
        if not missing and not unexpected:
            return model.eval()
        reasons.append(
            f"the checkpoint lacks {len(missing)} weights of {name}, such as {', '.join(missing[:SHOWN_NAMES]) or 'none'}, "
            f"and has {len(unexpected)} others, such as {', '.join(unexpected[:SHOWN_NAMES]) or 'none'}"
        )
    raise ValueError(reasons[0])


class TimmEmbedder:
    def __init__(
        self,
        timm_backbone,
        weights_path,
        normalisation,
        embedding_size=None,
        hidden_layer_size=None,
        input_size=None,
    ):
        tensors = read_weights(weights_path)
        head = {name: value for name, value in tensors.items() if name.startswith(HEAD)}
        rest = {name: value for name, value in tensors.items() if not name.startswith(HEAD)}
        prefix = next(one for one in BACKBONE_PREFIXES if any(name.startswith(one) for name in rest))
        self.backbone = load_backbone(timm_backbone, {name.removeprefix(prefix): value for name, value in rest.items()})
        self.input_size = input_size or 224
        self.layers = read_layers(head)
        self.normalisation = normalisation
        self.check_sizes(timm_backbone, hidden_layer_size, embedding_size)

    def check_sizes(self, name, hidden_layer_size, embedding_size):
        """Refuses what the reference implementation can't run either, with the reason."""
        try:
            with torch.inference_mode():
                width = self.backbone(torch.zeros(1, 3, self.input_size, self.input_size)).shape[1]
        except (AssertionError, RuntimeError) as error:
            own = self.backbone.default_cfg.get("input_size", (3, 224, 224))[1]
            raise ValueError(
                f"{name} does not take images of {self.input_size} pixels ({error}), which the reference implementation sends; "
                f"set input_size: {own}"
            ) from None
        if not self.layers:
            return
        expected = self.layers[0][0].shape[1]
        if width != expected:
            raise ValueError(
                f"{name} yields {width} features, but the projection head takes {expected}: the reference implementation "
                "can't run this backbone either"
            )
        for argument, requested, found in (
            ("hidden_layer_size", hidden_layer_size, self.layers[0][0].shape[0]),
            ("embedding_size", embedding_size, self.layers[2][0].shape[0]),
        ):
            if requested is not None and requested != found:
                raise ValueError(f"{argument}: {requested} was given, but the checkpoint has {found}")

    def embed(self, images, kind):
        x = torch.from_numpy(numpy.ascontiguousarray(images.transpose(0, 3, 1, 2)))
        normalisation = self.normalisation[kind]
        if normalisation["isGrey"]:
            weights = torch.tensor(LUMA).view(1, 3, 1, 1)
            x = (x * weights).sum(dim=1, keepdim=True).expand(-1, 3, -1, -1)
        mean, std = (torch.tensor(normalisation[key], dtype=torch.float32).view(1, 3, 1, 1) for key in ("mean", "std"))
        with torch.inference_mode():
            x = self.backbone((x - mean) / std)
            for n, (weight, bias) in enumerate(self.layers):
                x = torch.nn.functional.linear(torch.relu(x) if n > 0 else x, weight, bias)
        return x.numpy()
