"""Writes the trained model as a folder: python3 export.py --archives FOLDER [--extra FOLDER] --work FOLDER --name NAME --to FOLDER

photo.onnx   `images` float32 [n, 3, side, side], RGB 0…1, to `vector` [n, 256] of unit length and `map` [n, y, x, 255], the features at
             each place before pooling, whitened as the frozen space has them
sketch.onnx  `ink` float32 [n, 1, side, side], 0 paper and 1 ink, prepared as `pictures.prepare_ink` does it, to `vector` [n, 256]
words.json   names of ImageNet's classes and of the training labels; words.f16 their vectors [names, 255], unit length
"""

import io
import json
import random
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, compose, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

from backbone import Backbone
from data import ICON, NO_PHOTO, ink
from network import PhotoHead, SketchTower, Whitening
from options import loaded, parser_of
from photo import features, tower_file
from pictures import draw_strokes, prepare_ink
from validation import vectors_of

OPSET = 17


class Crowding(nn.Module):
    """Some photos are near to any drawing, and would be found by all of them ("hubs in space", Radovanović et al. 2010).

    Puts one number behind the vectors, so that the cosine of a drawing and a photo is smaller by `weight` times the photo's mean cosine to
    the `nearest` of the references, drawings of training (after Conneau et al. 2018, CSLS, one side of it).
    Similarities between photos hardly change."""

    def __init__(self, references, photos, *, nearest, weight, share):
        super().__init__()
        self.nearest, self.share, self.scale = nearest, share, weight * (1 - share**2) ** 0.5 / share
        self.register_buffer("references", references)
        self.register_buffer("usual", self.nearness(photos).mean())

    def nearness(self, photos):
        return (photos @ self.references.t()).topk(self.nearest, dim=1).values.mean(1, keepdim=True)

    def photo(self, vectors):
        last = (-self.scale * (self.nearness(vectors) - self.usual)).clamp(-0.5, 0.5)
        return torch.cat([(1 - last**2).sqrt() * vectors, last], dim=1)

    def sketch(self, vectors):
        last = torch.full_like(vectors[:, :1], self.share)
        return torch.cat([(1 - self.share**2) ** 0.5 * vectors, last], dim=1)


class PhotoEnd(nn.Module):
    """From the backbone's features and their map to the outputs."""

    def __init__(self, head, crowding):
        super().__init__()
        self.head, self.crowding = head, crowding

    def forward(self, features, places):
        whitened = places.permute(0, 2, 3, 1) @ self.head.frozen_projection + self.head.frozen_bias
        return self.crowding.photo(self.head(features)), whitened


class SketchEnd(nn.Module):
    def __init__(self, tower, crowding):
        super().__init__()
        self.tower, self.crowding = tower, crowding

    def forward(self, ink):
        return self.crowding.sketch(self.tower(ink)[0])


class Scaled(nn.Module):
    def forward(self, images):
        return images * 2 - 1


def trained_parts(work: Path, name: str, config: dict, labels: int):
    """The weights of a training: tower, head, whitening and label prototypes."""
    state = torch.load(work / name / "state.pt", weights_only=False)
    dimensions = config["photo"]["dimensions"]
    whitening = Whitening(dimensions, config["photo"]["whitening"])
    whitening.load_state_dict(state["whitening"])
    parts = nn.ModuleDict(
        {
            "tower": SketchTower(config["sketch"]["backbone"], dimensions),
            "head": PhotoHead(whitening, config["photo"]["frozen_share"]),
        }
    )
    parts.register_parameter("prototypes", nn.Parameter(torch.zeros(labels, dimensions)))
    parts.register_parameter("scale", nn.Parameter(torch.zeros(())))
    parts.load_state_dict(mean_weights(work / name))
    return parts.eval(), whitening


def mean_weights(folder: Path) -> dict:
    """The mean of the averaged weights at the end of each round, which is better than any of them (Izmailov et al. 2018)."""
    ends = [torch.load(file) for file in sorted(folder.glob("round-*.pt"))]
    if not ends:
        raise SystemExit(f"{folder} holds no finished round; let train.py reach the end of one")
    return {
        name: torch.stack([end[name] for end in ends]).mean(0) if value.dtype.is_floating_point else value
        for name, value in ends[-1].items()
    }


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    config, data = loaded(arguments)
    arguments.to.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        export(arguments, config, data)
    print(f"{sum(file.stat().st_size for file in arguments.to.iterdir()) / 1e6:.2f} MB in {arguments.to}")


def export(arguments, config, data):
    parts, whitening = trained_parts(arguments.work, arguments.name, config, len(data.labels))
    photo_features = torch.from_numpy(features(data, arguments.work, config, None)[data.trained][::5, 0])
    options = config["crowding"]
    references = torch.from_numpy(
        vectors_of(parts["tower"], reference_drawings(data, config, options["references"]))
    )
    crowding = Crowding(
        references,
        parts["head"](photo_features),
        nearest=options["nearest"],
        weight=options["weight"],
        share=options["share"],
    )
    side = config["photo"]["side"]
    tower = onnx.load(tower_file(arguments.work, config, None))
    photo_end = as_onnx(
        PhotoEnd(parts["head"], crowding),
        {"features": torch.zeros(2, 1280), "places": torch.zeros(2, 1280, 7, 7)},
        {"vector": {0: "n"}, "map": {0: "n", 1: "y", 2: "x"}},
    )
    scaled = as_onnx(Scaled(), {"pixels": torch.zeros(2, 3, side, side)}, {"scaled": {0: "n"}})
    compact(photo_end.graph)
    photo = joined(scaled, tower, photo_end)
    fix_input(photo, "in/pixels", ["n", 3, side, side])
    onnx.save(
        named(photo, {"in/pixels": "images"}, "Sketch-Search: photos to vectors"), arguments.to / "photo.onnx"
    )
    sketch = as_onnx(
        SketchEnd(parts["tower"], crowding),
        {"ink": torch.zeros(2, 1, config["sketch"]["side"], config["sketch"]["side"])},
        {"vector": {0: "n"}},
    )
    compact(sketch.graph)
    onnx.save(named(sketch, {}, "Sketch-Search: drawings to vectors"), arguments.to / "sketch.onnx")
    write_words(arguments.to, data, parts, whitening, config)


def reference_drawings(data, config, count):
    """Doodles, sketches and icons of free sets, prepared."""
    chance = random.Random(config["seed"])
    others = [s for s in data.sketches if s.photo in (NO_PHOTO, ICON)]
    drawings = [draw_strokes(d.strokes, 320, chance) for d in chance.sample(data.doodles, count // 2)] + [
        ink(s) for s in chance.sample(others, count - count // 2)
    ]
    return np.stack(
        [prepare_ink(drawing, config["sketch"]["side"], config["sketch"]["margin"]) for drawing in drawings]
    )


def write_words(folder, data, parts, whitening, config):
    """A class's row of the classifier is a direction among features; its vector is that of the mean feature moved along the features' covariance times it."""
    classifier = Backbone(config["photo"]["backbone"]).network.get_classifier()
    moved = (classifier.weight @ whitening.projection) * whitening.deviation**2
    moved = F.normalize(moved, dim=1) * whitening.deviation.pow(2).sum().sqrt()
    rows = parts["head"](whitening.mean + moved @ whitening.projection.t())
    labels = F.normalize(parts.prototypes, dim=1)
    names = [
        {"name": name.split("_", 1)[1].replace("_", " "), "wordnet": name.split("_")[0]}
        for name in data.classes
    ] + [{"name": name} for name in data.labels]
    (folder / "words.json").write_text(json.dumps(names, ensure_ascii=False, separators=(",", ":")) + "\n")
    (folder / "words.f16").write_bytes(torch.cat([rows, labels]).numpy().astype("<f2").tobytes())


def as_onnx(module, inputs, outputs):
    file = io.BytesIO()
    axes = {name: {0: "n"} for name in inputs} | outputs
    if "places" in inputs:
        axes["places"] = {0: "n", 2: "y", 3: "x"}
    torch.onnx.export(
        module.eval(),
        tuple(inputs.values()),
        file,
        opset_version=OPSET,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=axes,
        dynamo=False,
    )
    return onnx.load_from_string(file.getvalue())


def joined(scaled, tower, end):
    scaled, tower = compose.add_prefix(scaled, "in/"), compose.add_prefix(tower, "tower/")
    for model in (scaled, end):
        model.ir_version = tower.ir_version
    first = compose.merge_models(scaled, tower, io_map=[("in/scaled", "tower/images")])
    return compose.merge_models(first, end, io_map=[("tower/features", "features"), ("tower/map", "places")])


def fix_input(model, name, shape):
    value = next(value for value in model.graph.input if value.name == name)
    dims = value.type.tensor_type.shape.dim
    for dim, size in zip(dims, shape):
        dim.Clear()
        if isinstance(size, str):
            dim.dim_param = size
        else:
            dim.dim_value = size


def named(model, rename, description):
    for value in model.graph.input:
        value.name = rename.get(value.name, value.name)
    for node in model.graph.node:
        for n, name in enumerate(node.input):
            node.input[n] = rename.get(name, name)
    model.doc_string = description
    onnx.checker.check_model(model, full_check=True)
    return model


def compact(graph):
    """Keeps convolutions as int8 with a scale for each output and other large weights as float16; they become float32 once, when the file is loaded."""
    share_constants(graph)
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
            graph.node.insert(
                0, helper.make_node("Mul", [f"{name}.unscaled", f"{name}.scale"], [name], name=f"{name}.mul")
            )
        else:
            kept = values.astype(np.float16)
        graph.initializer.append(numpy_helper.from_array(kept, f"{name}.kept"))
        result = f"{name}.unscaled" if name in convolutions else name
        graph.node.insert(
            0, helper.make_node("Cast", [f"{name}.kept"], [result], to=TensorProto.FLOAT, name=f"{name}.cast")
        )


def share_constants(graph):
    """Makes initializers of large constants, one for all that are equal: the exporter writes one for each use."""
    known = {}
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        tensor = next(attribute.t for attribute in node.attribute if attribute.name == "value")
        values = numpy_helper.to_array(tensor)
        if values.size < 256:
            continue
        name = known.setdefault((values.shape, values.tobytes()), node.output[0])
        if name == node.output[0]:
            graph.initializer.append(numpy_helper.from_array(values, name))
        graph.node.remove(node)
        for other in graph.node:
            for n, given in enumerate(other.input):
                if given == node.output[0]:
                    other.input[n] = name


if __name__ == "__main__":
    main()
