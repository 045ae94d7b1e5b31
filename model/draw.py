"""Draws strokes as different hands would, and crops ink as the product prepares a sketch."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw


def draw_strokes(strokes, side: int, generator: random.Random) -> np.ndarray:
    """Strokes with coordinates 0…255 to ink, uint8 [side, side]: some are dropped, all are bent, turned and inked anew."""
    if len(strokes) > 3 and generator.random() < 0.4:
        strokes = generator.sample(strokes, len(strokes) - generator.randint(1, len(strokes) // 4))
    angle, shear = generator.gauss(0, 0.12), generator.gauss(0, 0.08)
    stretch = math.exp(generator.gauss(0, 0.12))
    cos, sin = math.cos(angle), math.sin(angle)
    jitter = generator.uniform(0, 2.5)
    width = generator.choice((1, 2, 2, 3, 3, 4, 6)) * side / 128
    image = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(image)
    scale = side / 330
    for xs, ys in strokes:
        points = []
        for x, y in zip(xs, ys):
            u, v = (x - 127.5) * stretch, (y - 127.5) / stretch
            u, v = cos * u - sin * v + shear * v, sin * u + cos * v
            u, v = u + generator.gauss(0, jitter), v + generator.gauss(0, jitter)
            points.append((u * scale + side / 2, v * scale + side / 2))
        if len(points) == 1:
            points *= 2
        pen.line(points, fill=255, width=max(1, round(width)), joint="curve")
    return np.asarray(image)


def crop_to_ink(ink: np.ndarray, side: int, margin: float) -> np.ndarray:
    """Ink (255 is black) cropped to what is drawn, centred on a white square with a free margin; [side, side, 1], 255 is white."""
    rows, columns = np.flatnonzero((ink > 51).any(axis=1)), np.flatnonzero((ink > 51).any(axis=0))
    if len(rows) == 0:
        return np.full((side, side, 1), 255, np.uint8)
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    extent = max(box.shape)
    square_side = round(extent / (1 - 2 * margin))
    square = np.full((square_side, square_side), 255, np.uint8)
    top, left = (square_side - box.shape[0]) // 2, (square_side - box.shape[1]) // 2
    square[top : top + box.shape[0], left : left + box.shape[1]] = 255 - box
    return np.asarray(Image.fromarray(square).resize((side, side), Image.BILINEAR))[..., None]
