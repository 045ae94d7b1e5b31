"""Finds the weights in a checkpoint and checks that they fit together. Tensors are those of torch, numpy or anything else with a shape."""

import re

# Keys under which training scripts store the weights beside other values, and prefixes of wrapping modules: both as in
# checkpoint/torch-checkpoint.ts and open-checkpoint.ts.
STATE_KEYS = (
    "state_dict",
    "model_state_dict",
    "model",
    "module",
    "net",
    "network",
    "ema",
    "state_dict_ema",
    "model_ema",
    "ema_state_dict",
)
WRAPPING_PREFIXES = re.compile(r"^(?:_orig_mod\.|module\.)+")
HEAD = "projection_head."
# Numbers of the linear layers; those between them are ReLUs.
LAYERS = (0, 2, 4)
SHOWN_NAMES = 5


def tensors_of(values, is_tensor):
    return {name: value for name, value in values.items() if isinstance(name, str) and is_tensor(value)}


def find_weights(root, is_tensor):
    """The tensors of the whole content or of the value of a usual key, whichever has most; without the prefixes of wrapping modules."""
    candidates = [one for one in (root, *map(root.get, STATE_KEYS)) if isinstance(one, dict)]
    # The first of several that are equally large.
    largest = max((tensors_of(one, is_tensor) for one in candidates), key=len)
    return {WRAPPING_PREFIXES.sub("", name): value for name, value in largest.items()}


def check_backbone(path, tensors, root):
    """Refuses a checkpoint without a backbone, with the names that it has instead."""
    if all(name.startswith(HEAD) for name in tensors):
        found = ", ".join(str(name) for name in list(tensors or root)[:SHOWN_NAMES]) or "nothing"
        raise ValueError(f"{path} has no weights of a backbone; it holds {found}")


def check_shapes(name, weights, expected):
    """Refuses weights whose shape is another than in the backbone of this name."""
    for key, value in weights.items():
        if key in expected and tuple(value.shape) != tuple(expected[key].shape):
            raise ValueError(f"{key} is {tuple(value.shape)} in the checkpoint, but {tuple(expected[key].shape)} in {name}")


def read_layers(head):
    """Weight and bias of each layer of the projection head, where the next one takes what one yields."""
    layers = []
    for n in LAYERS if head else ():
        weight, bias = (head.get(f"{HEAD}{n}.{part}") for part in ("weight", "bias"))
        if weight is None:
            raise ValueError(f"the checkpoint lacks {HEAD}{n}.weight, while it has {', '.join(list(head)[:SHOWN_NAMES])}")
        shape = tuple(weight.shape)
        if len(shape) != 2 or (layers and shape[1] != layers[-1][0].shape[0]):
            raise ValueError(f"{HEAD}{n}.weight is {shape}, which does not fit the layer before it")
        if bias is not None and tuple(bias.shape) != shape[:1]:
            raise ValueError(f"{HEAD}{n}.bias is {tuple(bias.shape)}, but its weight is {shape}")
        layers.append((weight, bias))
    return layers
