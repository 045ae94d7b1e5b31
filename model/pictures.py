"""Prepares photos and drawings as the product does, and makes drawings from strokes and from photos."""

import math
import random

import cv2
import numpy as np

INK = 0.2  # ink of at least this strength bounds a drawing
PAPER = 0.08  # fainter than this is paper


def prepare_ink(ink: np.ndarray, side: int, margin: float) -> np.ndarray:
    """Crops ink (float [h, w], 1 is black) to the drawing, centres it in a square with a free margin, resizes and levels it: float [side, side]."""
    rows, columns = np.flatnonzero((ink > INK).any(1)), np.flatnonzero((ink > INK).any(0))
    if len(rows) == 0:
        return np.zeros((side, side), np.float32)
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    extent = max(height, width)
    square = np.zeros((round(extent / (1 - 2 * margin)),) * 2, np.float32)
    top, left = (len(square) - height) // 2, (len(square) - width) // 2
    square[top : top + height, left : left + width] = box
    return level(resized(square, side))


def level(ink: np.ndarray) -> np.ndarray:
    """Scales ink so that its strong part is black: lines that are faint or thinner than a pixel count as others do."""
    drawn = ink[ink > PAPER]
    if len(drawn) == 0:
        return ink
    return np.clip(ink / max(float(np.percentile(drawn, 75)), PAPER), 0, 1)


def resized(image: np.ndarray, side: int) -> np.ndarray:
    shrinks = image.shape[0] > side
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def ink_of(grey: np.ndarray) -> np.ndarray:
    """uint8 [h, w], black on white, to ink 0…1 relative to its strongest."""
    ink = 1 - grey.astype(np.float32) / 255
    ink[ink < PAPER] = 0
    strongest = np.percentile(ink[ink > 0], 95) if (ink > 0).any() else 1
    return np.minimum(ink / strongest, 1)


# ---- drawings from strokes


def draw_strokes(strokes, side: int, chance: random.Random) -> np.ndarray:
    """Strokes [[xs], [ys]] in 0…255 to ink [side, side] with another pen, slips and missing strokes."""
    if len(strokes) > 3 and chance.random() < 0.3:
        strokes = chance.sample(strokes, len(strokes) - chance.randint(1, max(1, len(strokes) // 4)))
    image = np.zeros((side, side), np.uint8)
    width = chance.choice((1, 2, 2, 3, 3, 4, 5))
    slip = chance.random() * 2.5
    noise = np.random.default_rng(chance.getrandbits(32))
    for xs, ys in strokes:
        points = np.stack([xs, ys], 1).astype(np.float32)
        points += noise.standard_normal(points.shape) * slip
        fixed = np.int32((points / 255 * (side - 24) + 12) * 8)
        cv2.polylines(image, [fixed], False, 255, width, cv2.LINE_AA, 3)
    return image.astype(np.float32) / 255


# ---- line drawings from photos


def line_drawing(photo: np.ndarray, chance: random.Random, side: int = 160) -> np.ndarray:
    """A line drawing of a photo (RGB uint8) by one of five methods: ink [h, w] with the longer side `side`."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    scale = side / max(grey.shape)
    grey = cv2.resize(
        grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    method = chance.choice((canny, canny, smooth_canny, dark_lines, contours, contours))
    ink = method(grey, chance)
    if chance.random() < 0.35:
        ink = ink * ellipse(ink.shape, chance)
    return ink


def canny(grey, chance):
    """Edges (Canny 1986) at a random scale and threshold."""
    smooth = cv2.GaussianBlur(grey, (0, 0), chance.uniform(0.8, 2.4))
    low = chance.uniform(20, 80)
    return thickened(cv2.Canny(smooth, low, low * chance.uniform(1.6, 3)), chance)


def smooth_canny(grey, chance):
    """Edges after a bilateral filter, which removes texture (Tomasi and Manduchi 1998)."""
    smooth = cv2.bilateralFilter(grey, 9, chance.uniform(40, 110), chance.uniform(3, 7))
    smooth = cv2.GaussianBlur(smooth, (0, 0), chance.uniform(0.6, 1.4))
    low = chance.uniform(25, 90)
    return thickened(cv2.Canny(smooth, low, low * chance.uniform(1.6, 3)), chance)


def dark_lines(grey, chance):
    """Ink where a pixel is darker than its surroundings (difference of Gaussians, Winnemöller et al., "XDoG", 2012)."""
    values = grey.astype(np.float32)
    sigma = chance.uniform(0.8, 1.9)
    difference = cv2.GaussianBlur(values, (0, 0), sigma) - 0.98 * cv2.GaussianBlur(
        values, (0, 0), sigma * 1.6
    )
    return np.clip(-np.tanh((difference - chance.uniform(-1, 2)) * chance.uniform(0.3, 1.2)), 0, 1).astype(
        np.float32
    )


def contours(grey, chance):
    """The longest edges, simplified and drawn again by an unsteady hand."""
    smooth = cv2.GaussianBlur(cv2.bilateralFilter(grey, 7, 70, 5), (0, 0), chance.uniform(0.8, 1.8))
    low = chance.uniform(20, 60)
    edges = cv2.Canny(smooth, low, low * 2.5)
    lines, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    lines = sorted(lines, key=len, reverse=True)[: chance.randint(8, 60)]
    image = np.zeros(grey.shape, np.uint8)
    width, slip, detail = chance.choice((1, 2, 2, 3)), chance.uniform(0, 1.2), chance.uniform(0.6, 3)
    noise = np.random.default_rng(chance.getrandbits(32))
    for line in lines:
        if len(line) < 12:
            continue
        points = cv2.approxPolyDP(line, detail, False).astype(np.float32)
        points += noise.standard_normal(points.shape) * slip
        # An edge's contour runs along both of its sides: half of it is the line.
        cv2.polylines(image, [np.int32(points * 8)], False, 255, width, cv2.LINE_AA, 3)
    return image.astype(np.float32) / 255


def thickened(edges, chance):
    if chance.random() < 0.7:
        edges = cv2.dilate(edges, np.ones((2, 2), np.uint8))
    return edges.astype(np.float32) / 255


def ellipse(shape, chance):
    """1 inside a random ellipse around the middle: people leave the background out."""
    y, x = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    x, y = (
        (x - chance.uniform(-0.2, 0.2)) / chance.uniform(0.5, 1),
        (y - chance.uniform(-0.2, 0.2)) / chance.uniform(0.5, 1),
    )
    return (x**2 + y**2 < 1).astype(np.float32)


# ---- variation of drawings


def varied(ink: np.ndarray, side: int, margin: float, chance: random.Random) -> np.ndarray:
    """Turns, shears, stretches, bends, mirrors, thickens, erases and fades ink, then prepares it as the product does: float [side, side]."""
    height, width = ink.shape
    extent = int(max(height, width) * 1.5)
    angle, shear, stretch = (
        math.radians(chance.gauss(0, 9)),
        chance.gauss(0, 0.08),
        math.exp(chance.gauss(0, 0.14)),
    )
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = np.array([[cos * stretch, -sin + shear], [sin, cos / stretch]])
    if chance.random() < 0.5:
        matrix[:, 0] *= -1
    offset = np.array([extent / 2, extent / 2]) - matrix @ np.array([width / 2, height / 2])
    ink = cv2.warpAffine(ink, np.hstack([matrix, offset[:, None]]), (extent, extent), flags=cv2.INTER_LINEAR)
    if chance.random() < 0.5:
        ink = bent(ink, chance.uniform(0.5, 2.5) * extent / 100, chance)
    pen = chance.random()
    if pen < 0.25:
        ink = cv2.dilate(ink, np.ones((2, 2), np.uint8))
    elif pen < 0.35:
        ink = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    elif pen < 0.45:
        ink = ink * chance.uniform(0.3, 0.7)
    if chance.random() < 0.25:
        x, y = (chance.randrange(extent) for _ in range(2))
        ink = ink.copy()
        ink[
            y : y + int(extent * chance.uniform(0.05, 0.25)), x : x + int(extent * chance.uniform(0.05, 0.25))
        ] = 0
    return jittered(prepare_ink(ink, side, margin + chance.uniform(-0.02, 0.08)), chance)


def bent(ink, amount, chance):
    noise = np.random.default_rng(chance.getrandbits(32))
    size = ink.shape[::-1]
    shifts = [
        cv2.resize(
            noise.standard_normal((5, 5)).astype(np.float32) * amount, size, interpolation=cv2.INTER_CUBIC
        )
        for _ in range(2)
    ]
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    return cv2.remap(ink, x + shifts[0], y + shifts[1], cv2.INTER_LINEAR)


def jittered(ink, chance):
    """Shifts by a few pixels, and varies the contrast that levelling leaves."""
    side = len(ink)
    x, y = (round(chance.gauss(0, 0.02) * side) for _ in range(2))
    ink = np.roll(ink, (y, x), (0, 1)) if abs(x) < side * 0.04 and abs(y) < side * 0.04 else ink
    return ink * chance.uniform(0.75, 1) if chance.random() < 0.4 else ink
