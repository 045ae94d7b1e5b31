"""Renders sketches as photographs of drawings on paper: python3 photographed.py SKETCHES TO

SKETCHES holds `CLASS/*.{png,jpg,webp}`, black on white. Each is drawn with a pen or pencil on plain, ruled or squared paper, which lies on a
table in uneven light and is photographed from an angle. The seed is fixed. Measures `sketch-search evaluate` on such queries.
"""

import random
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 960, 720
PENS = {"black": (40, 38, 36), "blue": (150, 70, 35), "pencil": (120, 118, 116), "red": (50, 45, 170)}  # BGR
PAPERS = ("plain", "ruled", "squared")


def main():
    source, target = map(Path, sys.argv[1:])
    for file in sorted(p for p in source.glob("*/*") if p.suffix in (".png", ".jpg", ".webp")):
        name = file.relative_to(source)
        ink = 1 - cv2.imread(str(file), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        photo = photographed(ink, random.Random(zlib.crc32(str(name).encode())))
        place = (target / name).with_suffix(".jpg")
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), photo, [cv2.IMWRITE_JPEG_QUALITY, 82])


def photographed(ink: np.ndarray, chance: random.Random) -> np.ndarray:
    """Ink (float [h, w], 1 is black) to a photo: uint8 BGR [720, 960, 3]."""
    noise = np.random.default_rng(chance.getrandbits(32))
    paper = with_ink(sheet_of_paper(chance), ink, chance)
    photo = seen_from_an_angle(paper, table(noise, chance), chance)
    photo = (
        photo
        * light(chance)[..., None]
        * np.array([chance.uniform(0.88, 1.0), 1.0, chance.uniform(0.95, 1.05)])
    )
    photo = cv2.GaussianBlur(photo, (0, 0), chance.uniform(0.5, 1.1))
    photo = photo + noise.standard_normal(photo.shape) * chance.uniform(1, 4)
    return np.uint8(np.clip(photo, 0, 255))


def sheet_of_paper(chance):
    """Paper of 900 × 900 pixels: float BGR."""
    paper = np.full((900, 900, 3), chance.uniform(228, 250), np.float32)
    kind = chance.choice(PAPERS)
    if kind == "plain":
        return paper
    colour = np.array(chance.choice([(225, 200, 170), (205, 190, 185), (215, 215, 195)]), np.float32)
    step, width = chance.uniform(28, 60), chance.choice((1, 2, 2))
    for n in range(1, int(900 / step) + 1):
        at = int(n * step)
        paper[at : at + width] = colour
        if kind == "squared":
            paper[:, at : at + width] = colour
    return paper


def with_ink(paper, ink, chance):
    """Draws ink over half to nine tenths of the paper."""
    name = chance.choice(list(PENS))
    side = int(900 * chance.uniform(0.5, 0.9))
    ink = cv2.resize(ink, (side, side), interpolation=cv2.INTER_CUBIC)
    if chance.random() < 0.5:
        ink = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    ink = np.clip(ink, 0, 1) * (chance.uniform(0.45, 0.75) if name == "pencil" else chance.uniform(0.8, 1))
    top, left = (chance.randrange(900 - side + 1) for _ in range(2))
    part = paper[top : top + side, left : left + side]
    part += (np.array(PENS[name], np.float32) - part) * ink[..., None]
    return paper


def table(noise, chance):
    """A table with a grain, darker than paper: float BGR [720, 960, 3]."""
    colour = np.array(chance.choice([(60, 90, 130), (50, 55, 60), (110, 140, 170), (90, 80, 75)]), np.float32)
    grain = cv2.resize(
        noise.standard_normal((120, 12)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )
    return colour * (1 + 0.12 * grain[..., None])


def seen_from_an_angle(paper, background, chance):
    """Puts the paper on the table in perspective; in half of the photos it reaches beyond the frame."""
    size = HEIGHT * (chance.uniform(0.85, 1.0) if chance.random() < 0.5 else chance.uniform(1.3, 1.6))
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * size
    angle = np.radians(chance.gauss(0, 5))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = corners @ turn.T + centre
    corners += np.array([[chance.uniform(-0.07, 0.07) * size for _ in range(2)] for _ in range(4)])
    matrix = cv2.getPerspectiveTransform(
        np.float32([(0, 0), (899, 0), (899, 899), (0, 899)]), np.float32(corners)
    )
    over = cv2.warpPerspective(paper, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    covers = cv2.warpPerspective(np.ones(paper.shape[:2], np.float32), matrix, (WIDTH, HEIGHT))[..., None]
    return over * covers + background * (1 - covers)


def light(chance):
    """Light that falls off to one side, and in half of the photos a soft shadow: float [720, 960]."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    slope = chance.uniform(0, 0.3)
    angle = chance.uniform(0, 2 * np.pi)
    result = 0.8 + slope * (np.cos(angle) * x + np.sin(angle) * y) / 1.4
    if chance.random() < 0.5:
        angle, place, softness = (
            chance.uniform(0, 2 * np.pi),
            chance.uniform(-0.4, 0.6),
            chance.uniform(0.05, 0.4),
        )
        across = np.cos(angle) * x + np.sin(angle) * y - place
        result *= 1 - chance.uniform(0.25, 0.5) / (1 + np.exp(-across / softness * 4))
    return result.astype(np.float32)


if __name__ == "__main__":
    main()
