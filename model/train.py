"""Trains the encoder: python3 train.py --archives FOLDER --work FOLDER [--config FILE] [--minutes N]

The state is saved regularly; the same command goes on where it was. Validation figures go to curve.json, the weights that are to be
exported to encoder.pt in the work folder.
"""

import argparse
import json
import math
import time
import tomllib
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import augment
from data import Data, Images, Validation, load
from network import CosineClassifier, Encoder

MEAN, DEVIATION = 0.5, 0.25
SAVE_EVERY_S = 120
VALIDATE_EVERY = 500


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--minutes", type=float, help="stop in time, with the state saved")
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    arguments.work.mkdir(parents=True, exist_ok=True)
    stored = {key: config[key] for key in ("seed", "stored_side", "margin", "drawings_per_doodle")}
    data = load(arguments.archives, arguments.work, stored | config["split"])
    Training(config, data, arguments.work).run(arguments.minutes)


class Training:
    def __init__(self, config: dict, data: Data, work: Path):
        torch.manual_seed(config["seed"])
        self.config, self.data, self.work = config, data, work
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network = config["network"]
        self.encoder = Encoder(**network).to(self.device, memory_format=torch.channels_last)
        self.average = Encoder(**network).to(self.device, memory_format=torch.channels_last)
        self.average.load_state_dict(self.encoder.state_dict())
        self.classifier = CosineClassifier(network["dimensions"], len(data.labels), config["loss"]["scale"]).to(self.device)
        self.optimizer = torch.optim.AdamW(self.parameter_groups(), lr=config["optimizer"]["peak"])
        self.step, self.seconds, self.curve = 0, 0.0, []
        self.random = np.random.default_rng(config["seed"])
        self.sources = {name: self.resident(getattr(data, name)) for name in ("photos", "sketches", "doodles")}
        self.restore()

    def parameter_groups(self):
        decayed, plain = [], []
        for module in (self.encoder, self.classifier):
            for parameter in module.parameters():
                (decayed if parameter.ndim > 1 else plain).append(parameter)
        decay = self.config["optimizer"]["weight_decay"]
        return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]

    def resident(self, images: Images):
        """On a GPU everything is kept there; the images are few enough."""
        return torch.from_numpy(images.pixels).to(self.device)

    def run(self, minutes):
        steps = self.config["optimizer"]["steps"]
        start = saved = time.monotonic()
        begun = self.seconds
        images = 0
        while self.step < steps:
            images += self.train_step()
            self.step += 1
            now = time.monotonic()
            self.seconds = begun + now - start
            is_over = minutes is not None and now - start > minutes * 60
            if self.step % VALIDATE_EVERY == 0 or self.step == steps or is_over:
                self.report(images / (now - start))
            if now - saved > SAVE_EVERY_S or self.step == steps or is_over:
                self.save()
                saved = now
            if is_over:
                break
        self.save()
        torch.save({"config": self.config, "encoder": self.average.state_dict()}, self.work / "encoder.pt")

    def train_step(self) -> int:
        batch, loss_config = self.config["batch"], self.config["loss"]
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        views, labels, pairs = self.draw_batch(batch)
        with self.half_precision():
            vectors = self.encoder(views)
            logits = self.classifier(vectors)
        classes = F.cross_entropy(logits.float(), labels, label_smoothing=loss_config["smoothing"])
        first, second = vectors[pairs[0]], vectors[pairs[1]]
        similar = first @ second.t() / loss_config["temperature"]
        target = torch.arange(len(first), device=self.device)
        paired = (F.cross_entropy(similar, target) + F.cross_entropy(similar.t(), target)) / 2
        loss = classes + loss_config["pairs"] * paired
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimizer.step()
        self.update_average()
        return len(views)

    def draw_batch(self, batch):
        """Views of sketches with their photos, of other photos with line drawings of some, and of doodles.

        Returns float [n, 3, side, side], labels [n] and two lists of places whose views show the same photo."""
        data, side = self.data, self.config["side"]
        sketch = self.random.integers(len(data.sketches), size=batch["paired"])
        own = data.sketches.pair[sketch]
        other = self.random.integers(len(data.photos), size=batch["photos"])
        doodle = self.random.integers(len(data.doodles), size=batch["doodles"])
        half = batch["photos"] // 2
        photo = self.floats("photos", np.concatenate([own, other]))
        drawn = augment.edges(photo[len(own) : len(own) + half])
        flip = torch.rand(batch["paired"] + batch["photos"], device=self.device) < 0.5
        flip_doodles = torch.rand(batch["doodles"], device=self.device) < 0.5
        views = torch.cat(
            [
                augment.sketches(self.floats("sketches", sketch), side, flip[: len(own)]),
                augment.photos(photo, side, flip),
                augment.sketches(drawn, side, flip[len(own) : len(own) + half]),
                augment.sketches(self.floats("doodles", doodle), side, flip_doodles),
            ]
        )
        labels = np.concatenate(
            [
                data.sketches.labels[sketch],
                data.photos.labels[own],
                data.photos.labels[other],
                data.photos.labels[other[:half]],
                data.doodles.labels[doodle],
            ]
        )
        paired, photos = batch["paired"], batch["photos"]
        first = np.concatenate([np.arange(paired), 2 * paired + photos + np.arange(half)])
        second = np.concatenate([paired + np.arange(paired), 2 * paired + np.arange(half)])
        views = ((views - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)
        return views, torch.from_numpy(labels).to(self.device), (first, second)

    def floats(self, name, numbers):
        chosen = self.sources[name][torch.from_numpy(np.asarray(numbers)).to(self.device)]
        return chosen.permute(0, 3, 1, 2).float() / 255

    def learning_rate(self):
        optimizer = self.config["optimizer"]
        if self.step < optimizer["warm_up"]:
            return optimizer["peak"] * (self.step + 1) / optimizer["warm_up"]
        share = (self.step - optimizer["warm_up"]) / max(1, optimizer["steps"] - optimizer["warm_up"])
        return optimizer["peak"] * 0.5 * (1 + math.cos(math.pi * min(1, share)))

    def half_precision(self):
        if self.device.type == "cpu" and not torch.backends.mkldnn.is_available():
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    @torch.no_grad()
    def update_average(self):
        # At first the average would be of weights that know nothing.
        decay = min(self.config["optimizer"]["average"], (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.encoder.state_dict().values()):
            if value.dtype.is_floating_point:
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)

    def report(self, rate):
        self.average.eval()
        figures = {"step": self.step, "minutes": round(self.seconds / 60, 1), "images_per_s": round(rate)}
        for name in ("held_out_classes", "held_out_photos"):
            figures |= {f"{name}_{key}": value for key, value in self.validate(getattr(self.data, name)).items()}
        self.curve.append(figures)
        (self.work / "curve.json").write_text(json.dumps(self.curve, indent=1))
        print(json.dumps(figures), flush=True)

    @torch.no_grad()
    def validate(self, validation: Validation):
        photos, sketches = self.embed(validation.photos), self.embed(validation.sketches)
        similar = (sketches @ photos.t()).cpu().numpy()
        order = np.argsort(-similar, axis=1)
        relevant = validation.photos.labels[order] == validation.sketches.labels[:, None]
        precision = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
        average = (precision * relevant).sum(axis=1) / relevant.sum(axis=1)
        found = (order[:, :10] == validation.sketches.pair[:, None]).any(axis=1)
        return {"map": round(float(average.mean()), 4), "recall_at_10": round(float(found.mean()), 4)}

    def embed(self, images: Images):
        side, parts = self.config["side"], []
        for start in range(0, len(images), 256):
            x = torch.from_numpy(images.pixels[start : start + 256]).to(self.device).permute(0, 3, 1, 2).float() / 255
            x = F.interpolate(x, (side, side), mode="bilinear", align_corners=False, antialias=True)
            x = ((x.expand(-1, 3, -1, -1) - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)
            with self.half_precision():
                parts.append(self.average(x).float())
        return torch.cat(parts)

    def save(self):
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "curve": self.curve,
            "encoder": self.encoder.state_dict(),
            "average": self.average.state_dict(),
            "classifier": self.classifier.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": self.random.bit_generator.state,
            "torch_random": torch.get_rng_state(),
        }
        temporary = self.work / "state.part"
        torch.save(state, temporary)
        temporary.rename(self.work / "state.pt")

    def restore(self):
        file = self.work / "state.pt"
        if not file.exists():
            return
        state = torch.load(file, map_location=self.device)
        for name in ("encoder", "average", "classifier", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds, self.curve = state["step"], state["seconds"], state["curve"]
        self.random.bit_generator.state = state["random"]
        torch.set_rng_state(state["torch_random"].cpu())
        print(f"goes on after step {self.step}", flush=True)


if __name__ == "__main__":
    main()
