"""Trains the sketch tower and the photos' head: python3 train.py --archives FOLDER [--extra FOLDER] --work FOLDER

The state is saved every few minutes; the same command goes on from there. Progress is printed and kept in `curve.jsonl`.
"""

import json
import math
import multiprocessing
import os
import threading
import time
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from backbone import Backbone
from batches import Batches, as_ink, round_at
from data import NO_LABEL, Data
from network import PhotoHead, SketchTower, Whitening
from options import loaded, parser_of
from photo import Tower, calibration_pictures, features, tower_file
from validation import Validation

SAVE_EVERY_S = 180


def main():
    arguments = parser_of(__doc__).parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    cv2.setNumThreads(1)  # its threads would be missing in the process that makes batches
    config, data = loaded(arguments)
    file = tower_file(
        arguments.work, config, lambda: calibration_pictures(data, data.sketches, config["seed"])
    )
    photo_features = torch.from_numpy(features(data, arguments.work, config, Tower(file)))
    Training(data, photo_features, config, arguments.work / arguments.name).run()


class Training:
    def __init__(self, data: Data, photo_features, config: dict, folder: Path):
        torch.manual_seed(config["seed"])
        self.data, self.config, self.folder = data, config, folder
        self.options = config["training"]
        folder.mkdir(parents=True, exist_ok=True)
        dimensions = config["photo"]["dimensions"]
        self.features, self.labels = photo_features, torch.tensor(data.photos.labels)
        self.trained = torch.from_numpy(np.flatnonzero(data.trained))
        self.whitening = self.fitted_whitening(dimensions, folder / "whitening.pt")
        self.frozen = torch.cat(
            [self.whitening(self.features[:, view])[:, None] for view in range(self.features.shape[1])], 1
        )
        self.tower, self.head = (
            SketchTower(config["sketch"]["backbone"], dimensions),
            PhotoHead(self.whitening, config["photo"]["frozen_share"]),
        )
        self.teacher = Backbone(config["photo"]["backbone"]).network.get_classifier().requires_grad_(False)
        self.prototypes = self.label_prototypes(dimensions)
        self.scale = nn.Parameter(torch.tensor(math.log(16.0)))
        self.model = nn.ModuleDict({"tower": self.tower, "head": self.head})
        self.model.register_parameter("prototypes", self.prototypes)
        self.model.register_parameter("scale", self.scale)
        self.optimizer, self.rates = self.make_optimizer()
        self.averaged = None
        self.step, self.curve, self.parts = 0, [], {}

    def fitted_whitening(self, dimensions, file):
        """Fits once: the components' signs are arbitrary, and everything learned depends on them."""
        whitening = Whitening(dimensions, self.config["photo"]["whitening"])
        if file.exists():
            whitening.load_state_dict(torch.load(file))
        else:
            sharp = [n for n in self.trained.tolist() if self.data.photos.is_sharp(n)]
            whitening.fit(self.features[sharp, 0])
            torch.save(whitening.state_dict(), file)
        return whitening

    def label_prototypes(self, dimensions):
        count = len(self.data.labels)
        sums, numbers = torch.zeros(count, dimensions), torch.zeros(count)
        labelled = self.trained[self.labels[self.trained] != NO_LABEL]
        sums.index_add_(0, self.labels[labelled], self.frozen[labelled, 0])
        numbers.index_add_(0, self.labels[labelled], torch.ones(len(labelled)))
        has_photos = numbers > 0
        print(
            f"{int(has_photos.sum())} of {count} labels have photos; {len(self.trained)} photos, "
            f"{len(self.data.sketches)} sketches, {len(self.data.doodles)} doodles",
            flush=True,
        )
        sums[~has_photos] = torch.randn(int((~has_photos).sum()), dimensions)
        return nn.Parameter(F.normalize(sums, dim=1))

    def make_optimizer(self):
        rate, head_rate = self.options["rate"], self.options["head_rate"]
        tower = {id(p) for p in self.tower.network.parameters()} - {
            id(p) for p in self.tower.classifier.parameters()
        }
        groups = [
            {"params": [p for p in self.tower.parameters() if id(p) in tower], "lr": rate},
            {"params": [p for p in self.tower.parameters() if id(p) not in tower], "lr": head_rate},
            {"params": list(self.head.parameters()), "lr": head_rate},
            {"params": [self.prototypes, self.scale], "lr": head_rate, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, weight_decay=self.options["decay"]), [
            group["lr"] for group in groups
        ]

    def start_projection(self):
        """Sets the sketch tower's last layer by ridge regression from its features of line drawings to the photos' vectors."""
        batches = Batches(self.data, {**self.config, "training": {**self.options, "line_drawings": 1.0}})
        found, wanted = [], []
        with torch.no_grad():
            self.tower.train()
            for step in range(12):
                drawings, _, photos, views = batches.at(step)
                with torch.autocast("cpu", torch.bfloat16, enabled=self.options["bfloat16"]):
                    found.append(self.tower.features(as_ink(drawings)).float())
                weight, bias = self.whitening.linear()
                wanted.append(self.features[photos, views] @ weight.t() + bias)
        x, y = torch.cat(found), F.normalize(torch.cat(wanted), dim=1) * 8
        mean, middle = x.mean(0), y.mean(0)
        x = x - mean
        solved = torch.linalg.solve(
            x.t() @ x + 0.3 * len(x) * x.var() * torch.eye(x.shape[1]), x.t() @ (y - middle)
        )
        self.tower.project.weight.data = solved.t().contiguous()
        self.tower.project.bias.data = middle - mean @ solved

    def run(self):
        saved = self.folder / "state.pt"
        shared["batches"] = Batches(self.data, self.config)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            self.run_with(pool, saved)

    def run_with(self, pool, saved):
        if saved.exists():
            self.restore(torch.load(saved, weights_only=False))
        else:
            self.start_projection()
            self.averaged = {name: value.clone() for name, value in self.model.state_dict().items()}
        validation = Validation(self.data, self.features[:, 0], self.config)
        if self.step == 0:
            self.report(validation, 0)
        last_saved = started = time.time()
        steps = sum(self.options["rounds"])
        for batch in pool.imap(batch_at, ahead(self, steps)):
            self.train_on(*batch)
            self.made.release()
            if time.time() - last_saved > SAVE_EVERY_S:
                self.save(saved)
                last_saved = time.time()
                print(f"step {self.step} of {steps}", flush=True)
            if self.step % self.options["validate_every"] == 0 or self.step == steps:
                self.report(validation, time.time() - started)
            if self.step in accumulate(self.options["rounds"]):
                torch.save(self.averaged, self.folder / f"round-{self.step}.pt")
        self.save(saved)

    def train_on(self, drawings, labels, photos, views):
        factor = rate_factor(self.step, self.options)
        for group, rate in zip(self.optimizer.param_groups, self.rates):
            group["lr"] = rate * factor
        self.model.train()
        loss, parts = self.loss(
            as_ink(drawings), torch.from_numpy(labels), torch.from_numpy(photos), torch.from_numpy(views)
        )
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.average()
        self.parts = (
            parts
            if self.step == 1
            else {name: 0.97 * self.parts[name] + 0.03 * parts[name] for name in parts}
        )

    def loss(self, drawings, labels, photos, views):
        options, scale = self.options, self.scale.exp().clamp(max=60)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options["bfloat16"]):
            vectors, features = self.tower(drawings)
        vectors, features = vectors.float(), features.float()
        classes = F.normalize(self.prototypes, dim=1)
        labelled = labels != NO_LABEL
        label_loss = F.cross_entropy(
            scale * vectors[labelled] @ classes.t(), labels[labelled], label_smoothing=0.05
        )

        paired = photos >= 0
        own = self.features[photos[paired], views[paired]]
        others = self.trained[torch.randint(len(self.trained), (options["bank"],))]
        other_views = torch.randint(self.features.shape[1], (len(others),))
        bank = self.head(torch.cat([own, self.features[others, other_views]]))
        count = len(own)
        pair_loss = F.cross_entropy(scale * vectors[paired] @ bank.t(), torch.arange(count))
        near_loss = (1 - (vectors[paired] * bank[:count]).sum(1)).mean()

        # The backbone's own answers to the photo, for its line drawing (Hinton et al. 2015).
        soft = F.softmax(self.teacher(own) / 2, dim=1)
        answers = F.log_softmax(self.tower.classifier(features[paired]) / 2, dim=1)
        soft_loss = F.kl_div(answers, soft, reduction="batchmean")

        # Photos stay near the neighbours that they have in the frozen space, and near their label.
        some = others[:256]
        of_some, before = bank[count : count + 256], self.frozen[some, other_views[:256]]
        keep_loss = F.mse_loss(of_some @ of_some.t(), before @ before.t())
        known = self.labels[some] != NO_LABEL
        photo_loss = F.cross_entropy(
            scale * of_some[known] @ classes.t(), self.labels[some][known], label_smoothing=0.05
        )

        loss = (
            label_loss
            + pair_loss
            + 2 * near_loss
            + options["soft"] * soft_loss
            + options["keep"] * keep_loss
            + 0.5 * photo_loss
        )
        parts = {
            "label": label_loss,
            "pair": pair_loss,
            "near": near_loss,
            "soft": soft_loss,
            "keep": keep_loss,
            "photo": photo_loss,
        }
        return loss, {name: float(value.detach()) for name, value in parts.items()}

    def average(self):
        share = min(self.options["average"], (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.dtype.is_floating_point:
                    self.averaged[name].lerp_(value, 1 - share)
                else:
                    self.averaged[name].copy_(value)

    def report(self, validation, seconds):
        current = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.averaged)
        self.model.eval()
        figures = validation.figures(self.tower, self.head, self.frozen[:, 0])
        self.model.load_state_dict(current)
        row = {"step": self.step, "seconds": round(seconds), **self.parts, **figures}
        self.curve.append({name: round(value, 4) for name, value in row.items()})
        (self.folder / "curve.jsonl").write_text("\n".join(json.dumps(row) for row in self.curve))
        print(json.dumps(self.curve[-1]), flush=True)

    def save(self, file):
        state = {
            "step": self.step,
            "curve": self.curve,
            "model": self.model.state_dict(),
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            "whitening": self.whitening.state_dict(),
            "chance": torch.get_rng_state(),
            "parts": self.parts,
            "labels": self.data.labels,
        }
        part = file.with_suffix(".part")
        torch.save(state, part)
        part.rename(file)

    def restore(self, state):
        self.step, self.curve, self.averaged, self.parts = (
            state["step"],
            state["curve"],
            state["averaged"],
            state["parts"],
        )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["chance"])
        print(f"goes on from step {self.step}", flush=True)


def rate_factor(step, options):
    """Share of the full rate: each round rises over `warm_up` steps and falls by a cosine (Loshchilov and Hutter 2017)."""
    turn, done, share = round_at(step, options)
    warm = min(1, (done + 1) / options["warm_up"])
    return options["round_rates"][turn] * warm * (0.5 * (1 + math.cos(math.pi * share)) + 0.01)


# What the forked process that makes batches inherits.
shared = {}


def batch_at(step):
    return shared["batches"].at(step)


def ahead(training, steps):
    """Step numbers for the batch maker, a few ahead of the training."""
    training.made = threading.Semaphore(4)
    for step in range(training.step, steps):
        training.made.acquire()
        yield step


if __name__ == "__main__":
    main()
