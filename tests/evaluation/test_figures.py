"""How a figure is saved."""

from io import BytesIO

import numpy as np
from PIL import Image

from keraszoo.evaluation.figures import new_figure, save_figure


def test_a_picture_of_256_colours_looks_as_it_was_drawn(tmp_path):
    figure = new_figure(4, 3)
    axes = figure.add_subplot()
    axes.imshow(np.random.default_rng(0).normal(size=(20, 20)), cmap="viridis")
    axes.set_title("0.00123")
    drawn = BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight", pad_inches=0.15)

    save_figure(figure, tmp_path / "figure.png")

    saved, whole = Image.open(tmp_path / "figure.png"), Image.open(drawn)
    assert saved.mode == "P"
    levels = [np.asarray(picture.convert("RGB")).astype(int) for picture in (saved, whole)]
    assert np.abs(levels[0] - levels[1]).max() <= 12
    assert (tmp_path / "figure.png").stat().st_size < 0.6 * len(drawn.getvalue())
