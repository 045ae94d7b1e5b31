"""Trains a network: python3 train.py --network NAME --archives FOLDER --work FOLDER [--config FILE] [--minutes N] [--compile]

The state is saved regularly in NAME/state.pt of the work folder, and the same command goes on where it was. Validation figures go to
curve.json there.
"""

import json
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import augment
from data import Data, Images, load, network_config, parser_of
from network import CosineClassifier, Encoder
from trained import Trained, load_trained
from traits import alike, traits_of
from validation import as_views, figures_of

SAVE_EVERY_S = 120
VALIDATE_EVERY = 500


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--network", required=True, help="there is a file of this name beside the configuration: first, second, third")
    parser.add_argument("--minutes", type=float, help="stop in time, with the state saved")
    parser.add_argument("--compile", action="store_true", help="with PyTorch 2 and a C++ compiler: on some CPUs faster")
    arguments = parser.parse_args()
    config = network_config(arguments.config, arguments.network)
    own = arguments.work / arguments.network
    own.mkdir(parents=True, exist_ok=True)
    data = load(arguments.archives, arguments.work, config)
    beside = load_trained(arguments.config, arguments.work, config["beside"]) if "beside" in config else None
    Training(config, data, own, beside=beside, compiled=arguments.compile).run(arguments.minutes)


@dataclass
class Truth:
    """What n views show: `labels` [n] with the share `own_share` [n, 1], `other_labels` [n] with the rest; where
    the `photos` are; and two lists of places whose views show the same photo."""

    labels: torch.Tensor
    other_labels: torch.Tensor
    own_share: torch.Tensor
    photos: slice
    first: np.ndarray
    second: np.ndarray

    def target(self, shares):
        """[n, d] of what the labels are taught to have, [labels, d]."""
        return self.own_share * shares[self.labels] + (1 - self.own_share) * shares[self.other_labels]


class Training:
    """A classifier over the labels that all sets share, and a contrastive term between a drawing and its photo.

    With a network `beside` it, the one in training is for photos only: labels and drawings stay where that network has them (after Zhai
    et al., "LiT", 2022)."""

    def __init__(self, config: dict, data: Data, work: Path, *, beside: Trained | None, compiled: bool):
        torch.manual_seed(config["seed"])
        self.config, self.data, self.work = config, data, work
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network = config["network"]
        self.encoder = Encoder(**network).to(self.device, memory_format=torch.channels_last)
        self.classifier = CosineClassifier(network["dimensions"], len(data.labels), config["loss"]["scale"]).to(self.device)
        traits = traits_of(data.labels)
        self.trait_classifier = CosineClassifier(network["dimensions"], traits.shape[1], config["loss"]["scale"]).to(self.device)
        # How much of each label, and of each trait, an image with a label is taught to have.
        self.label_shares = [
            torch.from_numpy(label_shares(traits, stage["neighbours"], config["loss"]["smoothing"])).to(self.device)
            for stage in config["stages"]
        ]
        self.trait_shares = torch.from_numpy(traits / traits.sum(axis=1, keepdims=True)).to(self.device)
        self.beside = beside
        if beside is not None:
            beside.encoder.to(self.device, memory_format=torch.channels_last)
            self.encoder.grow_from(beside.encoder)
            self.classifier.load_state_dict(beside.classifier.state_dict())
            self.classifier.requires_grad_(False)
        self.encode = torch.compile(self.encoder) if compiled else self.encoder
        self.average = Encoder(**network).to(self.device, memory_format=torch.channels_last)
        self.average.load_state_dict(self.encoder.state_dict())
        self.optimizer = torch.optim.AdamW(self.parameter_groups())
        self.step, self.seconds, self.curve, self.losses = 0, 0.0, [], []
        # On a GPU everything is kept there; the images are few enough.
        self.sources = {
            name: torch.from_numpy(getattr(data, name).pixels).to(self.device) for name in ("photos", "sketches", "doodles")
        }
        self.restore()

    def parameter_groups(self):
        decayed, plain = [], []
        for network in (self.encoder, self.classifier, self.trait_classifier):
            for parameter in network.parameters():
                (decayed if parameter.ndim > 1 else plain).append(parameter)
        decay = self.config["optimizer"]["weight_decay"]
        return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]

    def run(self, minutes):
        steps = sum(part["steps"] for part in self.config["optimizer"]["rounds"])
        start = saved = time.monotonic()
        begun, images = self.seconds, 0
        while self.step < steps:
            images += self.train_step()
            self.step += 1
            now = time.monotonic()
            self.seconds = begun + now - start
            is_over = minutes is not None and now - start > minutes * 60
            if self.step % VALIDATE_EVERY == 0 or self.step == steps or is_over:
                self.report(images / (now - start))
            if now - saved > SAVE_EVERY_S or is_over:
                self.save()
                saved = now
            if is_over:
                break
        self.save()

    def train_step(self) -> int:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        # Of the step's own seed, so that a training that was interrupted goes on as if it had not been.
        chance = np.random.default_rng([self.config["seed"], self.step])
        torch.manual_seed(int(chance.integers(2**62)))
        views, truth = self.draw_batch(chance)
        losses = self.losses_of(views, truth)
        self.losses.append([loss.item() for loss in losses])
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimizer.step()
        self.update_average()
        return len(views)

    def stage(self) -> dict:
        """Views are small at first: more of them in the same time, and what they teach holds for larger ones (Howard 2018)."""
        return self.config["stages"][self.stage_number()]

    def stage_number(self) -> int:
        return max(n for n, stage in enumerate(self.config["stages"]) if self.step >= stage["from"])

    def side(self):
        return self.stage()["side"]

    def draw_batch(self, chance):
        """Views of sketches with their photos, of other photos with line drawings of some and others mixed, and of doodles.

        Returns float [n, 3, side, side], and what they show."""
        data, batch = self.data, self.stage()
        side, bend, half = batch["side"], batch["bend"], batch["drawn"]
        sketch = chance.integers(len(data.sketches), size=batch["paired"])
        own = data.sketches.pair[sketch]
        other = chance.integers(len(data.photos), size=batch["photos"])
        doodle = chance.integers(len(data.doodles), size=batch["doodles"])
        photo = self.floats("photos", np.concatenate([own, other]))
        drawn = augment.edges(photo[len(own) : len(own) + half])
        flip = torch.rand(batch["paired"] + batch["photos"], device=self.device) < 0.5
        views = [
            augment.sketches(self.floats("sketches", sketch), side, flip[: len(own)], bend=bend),
            augment.photos(photo, side, flip),
            augment.sketches(drawn, side, flip[len(own) : len(own) + half], bend=bend),
        ]
        if batch["doodles"] > 0:
            flip = torch.rand(batch["doodles"], device=self.device) < 0.5
            views.append(augment.sketches(self.floats("doodles", doodle), side, flip, bend=bend))
        views = torch.cat(views)
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
        other_labels, own_share = labels.copy(), torch.ones(len(views), device=self.device)
        if batch["mixed"]:
            # Of what was drawn the photo stays as it is.
            free = slice(2 * paired + half, 2 * paired + photos)
            views[free], own_share[free] = augment.mixed(views[free])
            other_labels[free] = np.roll(labels[free], -1)
        truth = Truth(
            labels=torch.from_numpy(labels).to(self.device),
            other_labels=torch.from_numpy(other_labels).to(self.device),
            own_share=own_share[:, None],
            photos=slice(paired, 2 * paired + photos),
            first=np.concatenate([np.arange(paired), 2 * paired + photos + np.arange(half)]),
            second=np.concatenate([paired + np.arange(paired), 2 * paired + np.arange(half)]),
        )
        return augment.normalised(views), truth

    def losses_of(self, views, truth: Truth):
        config, stage = self.config["loss"], self.stage_number()
        with self.half_precision():
            vectors = self.vectors_of(views, truth.photos)
            logits, trait_logits = self.classifier(vectors), self.trait_classifier(vectors)
        taught = slice(None) if self.beside is None else truth.photos
        classes = F.cross_entropy(logits[taught].float(), truth.target(self.label_shares[stage])[taught])
        traits = F.cross_entropy(trait_logits[taught].float(), truth.target(self.trait_shares)[taught])
        pairs = contrast(vectors[truth.first], vectors[truth.second], config["temperature"])
        return classes, self.stage()["traits"] * traits, config["pairs"] * pairs

    def vectors_of(self, views, photos):
        if self.beside is None:
            return self.encode(views)
        with torch.no_grad():
            before, after = (self.beside.encoder(drawings) for drawings in (views[: photos.start], views[photos.stop :]))
        return torch.cat([before, self.encode(views[photos]), after])

    def floats(self, name, numbers):
        chosen = self.sources[name][torch.from_numpy(np.asarray(numbers)).to(self.device)]
        return chosen.permute(0, 3, 1, 2).float() / 255

    def learning_rate(self):
        """Of each round, a rise and the fall of a cosine (Loshchilov and Hutter 2017, "warm restarts")."""
        optimizer, step = self.config["optimizer"], self.step
        warm_up = optimizer["warm_up"]
        for part in optimizer["rounds"]:
            if step < part["steps"]:
                break
            step -= part["steps"]
        if step < warm_up:
            return part["peak"] * (step + 1) / warm_up
        share = (step - warm_up) / max(1, part["steps"] - warm_up)
        return part["peak"] * 0.5 * (1 + math.cos(math.pi * min(1, share)))

    def half_precision(self):
        if self.device.type == "cpu" and not has_bfloat16():
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
        figures["losses"] = [round(float(loss), 3) for loss in np.mean(self.losses, axis=0)]
        self.losses = []
        for name in ("held_out_classes", "held_out_photos"):
            for key, value in figures_of(getattr(self.data, name), self.embed).items():
                figures[f"{name}_{key}"] = value
        self.curve.append(figures)
        (self.work / "curve.json").write_text(json.dumps(self.curve, indent=1))
        print(json.dumps(figures), flush=True)

    @torch.no_grad()
    def embed(self, images: Images):
        is_beside = self.beside is not None and images.pixels.shape[-1] == 1
        encoder = self.beside.encoder if is_beside else self.average
        parts = []
        for views in as_views(images, self.side(), self.device):
            with self.half_precision():
                parts.append(encoder(views).float())
        return torch.cat(parts)

    def save(self):
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "curve": self.curve,
            "encoder": self.encoder.state_dict(),
            "classifier": self.classifier.state_dict(),
            "trait_classifier": self.trait_classifier.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        temporary = self.work / "state.part"
        torch.save(state, temporary)
        temporary.rename(self.work / "state.pt")

    def restore(self):
        file = self.work / "state.pt"
        if not file.exists():
            return
        state = torch.load(file, map_location=self.device)
        for name in ("encoder", "classifier", "trait_classifier", "average", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds, self.curve = state["step"], state["seconds"], state["curve"]
        print(f"goes on after step {self.step}", flush=True)


def label_shares(traits, neighbours, smoothing):
    """What the classifier is taught for each label, float32 [labels, labels], rows of sum 1: most of it the label itself, some of it those
    that are like it, the rest any (Szegedy et al. 2016, "label smoothing")."""
    count, own = len(traits), 1 - smoothing - neighbours
    return (own * np.eye(count) + neighbours * alike(traits) + smoothing / count).astype(np.float32)


def contrast(first, second, temperature):
    """How surely each finds its counterpart among all, in both directions: InfoNCE (van den Oord et al. 2018), [n, d] twice."""
    similar = first @ second.t() / temperature
    target = torch.arange(len(first), device=similar.device)
    return (F.cross_entropy(similar, target) + F.cross_entropy(similar.t(), target)) / 2


def has_bfloat16():
    """Whether the processor computes in bfloat16; where it does not, PyTorch imitates it, slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


if __name__ == "__main__":
    main()
