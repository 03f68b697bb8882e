"""Every picture of the zoo, each written as a PNG, whole or not at all."""

from keraszoo.evaluation.code_plots import plot_code_map
from keraszoo.evaluation.curve_plots import plot_error_against_code_size, plot_learning_curves
from keraszoo.evaluation.image_plots import plot_image_rows, plot_reconstructions, plot_walks

__all__ = [
    "plot_code_map",
    "plot_error_against_code_size",
    "plot_image_rows",
    "plot_learning_curves",
    "plot_reconstructions",
    "plot_walks",
]
