"""Joins the trained networks with the layout and writes them as ONNX: python3 export.py --archives FOLDER --work FOLDER --to FILE.onnx [--config FILE]

The file takes float32 [n, 3, side, side] with values 0…1 and has two outputs, `photo` and `sketch`, [n, dimensions] of unit length: the
same computation, but what all photos or all drawings have in common is taken away from each. Weights are kept as float16, half as large,
and computed with in float32.
"""

import inspect
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from data import Data, Images, load, network_config, parser_of, read_config
from joined import Joined
from network import CosineClassifier, Encoder
from validation import figures_of

OPSET = 17


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    config = read_config(arguments.config)
    data = load(arguments.archives, arguments.work, config)
    with torch.no_grad():
        joined = join(config, data, trained(arguments.config, arguments.work))
        for name in ("held_out_classes", "held_out_photos"):
            print(name, figures_of(getattr(data, name), joined.embed))
    model = as_onnx(joined, config["joined"]["side"])
    halve(model.graph)
    model.doc_string = "Sketch-Search: photos and drawings in one space"
    onnx.checker.check_model(model, full_check=True)
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    arguments.to.write_bytes(model.SerializeToString())
    print(f"{arguments.to}: {arguments.to.stat().st_size / 1e6:.2f} MB, {len(model.graph.node)} nodes")


def trained(file: Path, work: Path) -> list[tuple[Encoder, CosineClassifier]]:
    """The networks that the configuration names, as training has left them in the work folder."""
    networks = []
    for name in read_config(file)["joined"]["networks"]:
        config = network_config(file, name)
        state = torch.load(work / name / "state.pt", map_location="cpu")
        encoder = Encoder(**config["network"])
        encoder.load_state_dict(state["average"])
        labels = len(state["classifier"]["weight"])
        classifier = CosineClassifier(config["network"]["dimensions"], labels, config["loss"]["scale"])
        classifier.load_state_dict(state["classifier"])
        networks.append((encoder, classifier))
    return networks


def join(config: dict, data: Data, networks: list[tuple[Encoder, CosineClassifier]]) -> Joined:
    """The networks with what is measured on training images: what photos and drawings have in common, and the main directions."""
    chance = np.random.default_rng(config["seed"])
    count = config["joined"]["measured_on"]

    def some(images: Images, count: int) -> Images:
        return images.select(chance.choice(len(images), min(len(images), count), replace=False))

    options = {name: value for name, value in config["joined"].items() if name not in ("networks", "measured_on")}
    joined = Joined(networks, **options).eval()
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


def halve(graph: onnx.GraphProto):
    """Keeps large weights as float16; whoever loads the file makes float32 of them once."""
    for weights in [found for found in graph.initializer if found.data_type == TensorProto.FLOAT]:
        values = numpy_helper.to_array(weights)
        if values.size < 256:
            continue
        name = weights.name
        half = numpy_helper.from_array(values.astype(np.float16), f"{name}.half")
        graph.initializer.remove(weights)
        graph.initializer.append(half)
        graph.node.insert(0, helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))


if __name__ == "__main__":
    main()
