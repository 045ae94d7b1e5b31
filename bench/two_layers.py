"""An embedder for measuring: two layers on patches of 16 × 16 pixels, about as much work as a small network."""

import numpy as np


class TwoLayers:
    def __init__(self, hidden=1024, dimensions=256):
        random = np.random.default_rng(0)
        self.first = random.normal(size=(768, hidden)).astype(np.float32) / 28
        self.second = random.normal(size=(hidden, dimensions)).astype(np.float32) / 32

    def embed(self, images):
        n = len(images)
        patches = images.reshape(n, 14, 16, 14, 16, 3).transpose(0, 1, 3, 2, 4, 5).reshape(n, 196, 768)
        return (np.maximum(patches @ self.first, 0) @ self.second).mean(axis=1)
