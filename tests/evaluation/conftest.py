"""Small images that every test of the measures can use."""

import numpy as np
import pytest


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype=np.uint8)
