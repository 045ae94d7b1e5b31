"""Joins the trained networks with the layout and writes them as ONNX: python3 export.py --archives FOLDER --work FOLDER --to FILE.onnx [--config FILE]

The file takes float32 [n, 3, side, side] with values 0…1 and has two outputs, `photo` and `sketch`, [n, dimensions] of unit length: the
same computation, but what all photos or all drawings have in common is taken away from each. Weights are kept as int8 and
float16 and computed with in float32.
"""

import inspect
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from data import Data, Images, load, network_config, parser_of, read_config
from joined import Joined, Tower
from trained import load_trained
from validation import figures_of

OPSET = 17


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    config = read_config(arguments.config)
    data = load(arguments.archives, arguments.work, config)
    with torch.no_grad():
        joined = join(config, data, towers(arguments.config, arguments.work))
        for name in ("held_out_classes", "held_out_photos"):
            print(name, figures_of(getattr(data, name), joined.embed))
    model = as_onnx(joined, config["joined"]["side"])
    compact(model.graph)
    model.doc_string = "Sketch-Search: photos and drawings in one space"
    onnx.checker.check_model(model, full_check=True)
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    arguments.to.write_bytes(model.SerializeToString())
    print(f"{arguments.to}: {arguments.to.stat().st_size / 1e6:.2f} MB, {len(model.graph.node)} nodes")


def towers(file: Path, work: Path) -> list[Tower]:
    """The networks that the configuration names, as training has left them in the work folder."""
    config = read_config(file)["joined"]
    networks = {name: load_trained(file, work, name) for name in config["networks"]}
    trained_beside = {network_config(file, name).get("beside"): network for name, network in networks.items()}
    return [
        Tower(network, trained_beside.get(name), config["photo_share"])
        for name, network in networks.items()
        if "beside" not in network_config(file, name)
    ]


def join(config: dict, data: Data, towers: list[Tower]) -> Joined:
    """The networks with what is measured on training images: what photos and drawings have in common, and the main directions."""
    chance = np.random.default_rng(config["seed"])
    count = config["joined"]["measured_on"]

    def some(images: Images, count: int) -> Images:
        return images.select(chance.choice(len(images), min(len(images), count), replace=False))

    options = {name: value for name, value in config["joined"].items() if name not in ("networks", "photo_share", "measured_on")}
    joined = Joined(towers, **options).eval()
    drawings = some(data.sketches, count // 2).with_all_of(some(data.doodles, count // 2))
    joined.measure(some(data.photos, count), drawings)
    return joined


def as_onnx(joined: Joined, side: int) -> onnx.ModelProto:
    # The exporter by tracing, where PyTorch has two.
    chosen = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    file = io.BytesIO()
    torch.onnx.export(
        joined,
        torch.rand(2, 3, side, side),
        file,
        opset_version=OPSET,
        input_names=["images"],
        output_names=["photo", "sketch"],
        dynamic_axes={name: {0: "n"} for name in ("images", "photo", "sketch")},
        **chosen,
    )
    return onnx.load_from_string(file.getvalue())


def compact(graph: onnx.GraphProto):
    """Keeps convolutions as int8 with a scale for each output and other large weights as float16; whoever loads the file makes float32 of
    them once."""
    convolutions = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    for weights in [found for found in graph.initializer if found.data_type == TensorProto.FLOAT]:
        values, name = numpy_helper.to_array(weights), weights.name
        if values.size < 256:
            continue
        graph.initializer.remove(weights)
        if name in convolutions:
            scale = np.abs(values).max(axis=(1, 2, 3), keepdims=True).clip(1e-12) / 127
            kept, scale = (values / scale).round().astype(np.int8), scale.astype(np.float32)
            graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
            graph.node.insert(0, helper.make_node("Mul", [f"{name}.unscaled", f"{name}.scale"], [name]))
        else:
            kept = values.astype(np.float16)
        graph.initializer.append(numpy_helper.from_array(kept, f"{name}.kept"))
        result = f"{name}.unscaled" if name in convolutions else name
        graph.node.insert(0, helper.make_node("Cast", [f"{name}.kept"], [result], to=TensorProto.FLOAT))


if __name__ == "__main__":
    main()
