"""The look that all pictures share: canvas, colours, axes and how a PNG is saved.

Figures are made without pyplot, so that nothing global is touched and threads do not disturb each other.
"""

from io import BytesIO
from os import PathLike

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, Locator, LogLocator, MaxNLocator, NullLocator
from PIL import Image

from keraszoo.files import write_whole

DOTS_PER_INCH = 150
TEXT_COLOUR = "#333333"
GRID_COLOUR = "#DDDDDD"

# Paul Tol's "bright" and "muted" schemes, for colour-blind readers too (personal.sron.nl/~pault).
LINE_COLOURS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377")
LINE_MARKERS = "osD^vP"
CLASS_COLOURS = (
    "#CC6677",
    "#332288",
    "#DDCC77",
    "#117733",
    "#88CCEE",
    "#882255",
    "#44AA99",
    "#999933",
    "#AA4499",
    "#555555",
)


def new_figure(width: float, height: float) -> Figure:
    """An empty white figure of ``width`` by ``height`` inches that lays itself out."""
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def line_look(index: int) -> tuple[str, str]:
    """The colour and the marker of a plot's line, counted from 0."""
    return LINE_COLOURS[index % len(LINE_COLOURS)], LINE_MARKERS[index % len(LINE_MARKERS)]


def style_axes(axes: Axes, grid: bool = True) -> None:
    """Light frame on the left and below, grey text, and a faint grid behind what is drawn."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID_COLOUR)
    axes.tick_params(which="both", color=GRID_COLOUR, labelcolor=TEXT_COLOUR, labelsize=9)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(color=GRID_COLOUR, linewidth=0.6)
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_fontsize(10)
        text.set_color(TEXT_COLOUR)
    axes.title.set_fontsize(11)
    axes.title.set_color(TEXT_COLOUR)


def add_legend(axes: Axes, **options: object) -> None:
    """A legend without a frame, in the shared text colour."""
    axes.legend(frameon=False, labelcolor=TEXT_COLOUR, fontsize=9, **options)


def label_log_axis(axis: Axis, values: np.ndarray, sparse: bool = False) -> None:
    """Plain numbers on a log axis that spans ``values``, never crowded; ``sparse`` suits a low panel."""
    spread = values.max() / values.min()
    locator: Locator
    if spread == 1:
        locator = FixedLocator([values[0]])
    elif spread < (10 if sparse else 3):
        locator = MaxNLocator(nbins=3 if sparse else 6, steps=[1, 2, 5, 10])
    elif sparse or spread >= 1000:
        locator = LogLocator()
    else:
        locator = LogLocator(subs=(1, 2, 3, 5, 7) if spread < 30 else (1, 2, 5))
    _put_plain_ticks(axis, locator)


def label_log_axis_at(axis: Axis, values: np.ndarray) -> None:
    """Ticks on a log axis at ``values`` themselves, leaving out those too close to the one before."""
    kept: list[float] = []
    apart = (values.max() / values.min()) ** 0.05
    for value in np.unique(values):
        if not kept or value >= kept[-1] * apart:
            kept.append(float(value))
    _put_plain_ticks(axis, FixedLocator(kept))


def save_figure(figure: Figure, path: str | PathLike[str]) -> None:
    """Write the figure as a PNG of 256 colours, less than half the bytes of one of all, whole or not at all.

    Raises:
        OSError: the folder is read-only or the disk is full.
    """
    drawn = BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight", pad_inches=0.15)
    picture = Image.open(drawn).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    with write_whole(path) as temporary:
        picture.save(temporary, format="png", optimize=True)


def _put_plain_ticks(axis: Axis, locator: Locator) -> None:
    axis.set_major_locator(locator)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
