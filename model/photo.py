"""The photo tower: EfficientNet-Lite in int8, and its features of every photo, which training uses and which do not change.

The tower is quantised before anything learns from its features, so that quantisation loses nothing afterwards: weights have 7 bits and a scale
for each channel (8 would overflow in processors with AVX2 but without VNNI), activations 8 bits, calibrated on photos and drawings.
"""

import random
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from backbone import Backbone
from data import SMALL, Data

AT_ONCE = 16
CALIBRATED_ON = (192, 48)  # photos, drawings


class WithMap(torch.nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.network = backbone.network

    def forward(self, images):
        map_ = self.network.forward_features(images)
        return map_.mean((2, 3)), map_


def tower_file(work: Path, config: dict, calibration) -> Path:
    """Quantises the tower, once; `calibration` gives RGB uint8 pictures."""
    options = config["photo"]
    file = work / f"photo-{options['backbone']}-{options['side']}.onnx"
    if not file.exists():
        plain, prepared, part = (file.with_suffix(f".{name}.onnx") for name in ("float", "prepared", "part"))
        model = WithMap(Backbone(options["backbone"])).eval()
        side = options["side"]
        axes = {"images": {0: "n", 2: "h", 3: "w"}, "features": {0: "n"}, "map": {0: "n", 2: "y", 3: "x"}}
        torch.onnx.export(
            model,
            torch.zeros(2, 3, side, side),
            plain,
            opset_version=17,
            input_names=["images"],
            output_names=["features", "map"],
            dynamic_axes=axes,
            dynamo=False,
        )
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            part,
            Calibration(calibration(), side),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["Conv", "Add", "Clip"],
        )
        part.rename(file)
    return file


class Calibration(CalibrationDataReader):
    def __init__(self, pictures, side):
        self.batches = iter(
            [as_input(pictures[n : n + AT_ONCE], side) for n in range(0, len(pictures), AT_ONCE)]
        )

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"images": batch}


class Tower:
    """Maps RGB uint8 pictures to features [n, 1280]."""

    def __init__(self, file: Path, threads: int = 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(file, options)

    def __call__(self, pictures, side) -> np.ndarray:
        batches = [as_input(pictures[n : n + AT_ONCE], side) for n in range(0, len(pictures), AT_ONCE)]
        return np.concatenate([self.session.run(["features"], {"images": batch})[0] for batch in batches])


def as_input(pictures, side) -> np.ndarray:
    """Squeezed to a square as the product does it, values -1…1, [n, 3, side, side]."""
    return np.stack(
        [squeezed(picture, side).transpose(2, 0, 1).astype(np.float32) / 127.5 - 1 for picture in pictures]
    )


def squeezed(picture, side):
    shrinks = min(picture.shape[:2]) > side
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def calibration_pictures(data: Data, drawings, seed: int):
    chance = random.Random(seed)
    sharp = [n for n in np.flatnonzero(data.trained) if data.photos.is_sharp(n)]
    chosen = [data.photos.pixels[n] for n in chance.sample(sharp, CALIBRATED_ON[0])]
    return chosen + [
        np.repeat(255 - d.ink[..., None], 3, 2) for d in chance.sample(drawings, CALIBRATED_ON[1])
    ]


def features(data: Data, work: Path, config: dict, tower: Tower) -> np.ndarray:
    """float32 [photos, views, 1280], kept set by set: the whole picture, then mirrored crops; small photos have the whole in each."""
    options, photos = config["photo"], data.photos
    views = options["views"]
    result = np.empty((len(photos), views, 1280), np.float32)
    sets = np.array(photos.sets)
    for name in sorted(set(photos.sets)):
        positions = np.flatnonzero(sets == name)
        file = work / f"features-{options['backbone']}-{options['side']}-{views}-{name}-{len(positions)}.npy"
        if not file.exists():
            print(f"features of {len(positions)} photos of {name}", flush=True)
            found = np.empty((len(positions), views, 1280), np.float32)
            for start in range(0, len(positions), 256):
                pictures = [photos.pixels[n] for n in positions[start : start + 256]]
                found[start : start + 256] = all_views(pictures, views, options, tower, random.Random(start))
            part = file.with_suffix(".part.npy")
            np.save(part, found)
            part.rename(file)
        result[positions] = np.load(file)
    return result


def all_views(pictures, views, options, tower, chance):
    is_small = np.array([min(picture.shape[:2]) <= SMALL for picture in pictures])
    if is_small.all():
        return np.repeat(tower(pictures, options["small_side"])[:, None], views, 1)
    crops = [
        tower([mirrored_crop(picture, chance) for picture in pictures], options["side"])
        for _ in range(views - 1)
    ]
    return np.stack([tower(pictures, options["side"]), *crops], 1)


def mirrored_crop(picture, chance):
    height, width = picture.shape[:2]
    share = chance.uniform(0.7, 1)
    h, w = round(height * share), round(width * share)
    y, x = chance.randint(0, height - h), chance.randint(0, width - w)
    return np.ascontiguousarray(picture[y : y + h, x : x + w][:, ::-1])
