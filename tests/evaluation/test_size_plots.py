"""The picture of scores against bytes: what is drawn where, and what is refused."""

import pytest
from PIL import Image

from keraszoo.evaluation import SizedModel, plot_sizes, size_plots

SMALL = SizedModel("small", {"float16": (20_000, 3.0), "int8": (10_000, 3.2)})
LARGE = SizedModel("large", {"float16": (200_000, 2.0), "int8": (100_000, 2.1)}, chosen=True)


def test_each_format_has_a_line_and_the_chosen_model_a_larger_mark(monkeypatch, tmp_path):
    figures = []
    save_figure = size_plots.save_figure
    monkeypatch.setattr(
        size_plots, "save_figure", lambda figure, path: (figures.append(figure), save_figure(figure, path))
    )
    plot_sizes({"squared error": [LARGE, SMALL]}, tmp_path / "sizes.png")
    (axes,) = figures[0].axes
    lines, chosen = axes.lines[::2], axes.lines[1::2]
    assert [line.get_label() for line in lines] == ["float16", "int8"]
    assert [list(line.get_xdata()) for line in lines] == [[20, 200], [10, 100]]
    assert [list(line.get_ydata()) for line in chosen] == [[2.0], [2.1]]
    assert {text.get_text() for text in axes.texts} == {"small", "large"}
    with Image.open(tmp_path / "sizes.png") as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize("panels", [{}, {"error": []}, {"error": [SizedModel("empty", {})]}])
def test_nothing_to_draw_is_refused(panels, tmp_path):
    with pytest.raises(ValueError, match="expected models with files in each"):
        plot_sizes(panels, tmp_path / "sizes.png")
    assert not list(tmp_path.iterdir())
