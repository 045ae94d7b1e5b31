"""An embedder in Python: the mean colour of each cell of an 8 × 8 grid."""

import numpy as np


class ColorGrid:
    def __init__(self, cells: int = 8):
        self.cells = cells

    def embed(self, images: np.ndarray) -> np.ndarray:
        """float32 [n, 224, 224, 3] in 0…1 to [n, dimensions]; dimensions is whatever comes back."""
        n, height, width, channels = images.shape
        rows, columns = height // self.cells, width // self.cells
        cropped = images[:, : rows * self.cells, : columns * self.cells]
        grid = cropped.reshape(n, self.cells, rows, self.cells, columns, channels).mean(axis=(2, 4))
        return grid.reshape(n, -1) + 1e-3
