import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keraszoo.data import load_images

PREPARED = os.environ.get("TFDS_DATA_DIR")


@pytest.mark.slow
@pytest.mark.skipif(
    not PREPARED or not Path(PREPARED, "mnist").is_dir(), reason="MNIST is not prepared in TFDS_DATA_DIR"
)
def test_mnist():
    mnist = load_images("mnist")
    assert [len(split) for split in (mnist.train, mnist.validation, mnist.test)] == [55_000, 5_000, 10_000]
    # The sum of all training pixels and the counts of the test labels in the original files.
    assert mnist.train.images.sum() + mnist.validation.images.sum() == 1_567_298_545
    assert np.bincount(mnist.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]

    program = "import time; start = time.time(); from keraszoo.data import load_images; load_images('mnist');"
    timed = [sys.executable, "-c", f"{program} print(time.time() - start)"]
    seconds = [float(subprocess.run(timed, check=True, capture_output=True).stdout) for _ in range(3)]
    assert min(seconds) < 1
