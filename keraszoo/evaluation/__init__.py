"""Measures of trained models, and the pictures of them.

The names are looked up on first use, so that importing this package loads neither scikit-learn nor
matplotlib. TensorFlow and Keras are never imported here: models come in as arrays or callables.
"""

from importlib import import_module
from typing import Any

_MODULE_OF = {
    "SizedModel": "size_plots",
    "answers": "reading_confidence",
    "classification_scores": "classification",
    "code_advice": "diagnostics",
    "code_diagnostics": "diagnostics",
    "code_probe_scores": "classification",
    "confidences": "reading_confidence",
    "confusion_matrix": "classification",
    "decision_scores": "classification",
    "itq_bits": "hashing_baselines",
    "add_noise": "denoising",
    "apply_filter": "filters",
    "best_setting": "filters",
    "denoising_curve": "denoising",
    "denoising_scores": "denoising",
    "digit_confusion": "reading",
    "digit_scores": "reading",
    "edit_distances": "edit_distance",
    "fit_pca": "reconstruction",
    "nearest_images": "neighbour_plots",
    "pca_curve": "reconstruction",
    "pca_reconstructions": "reconstruction",
    "pca_scores": "reconstruction",
    "pca_sign_bits": "hashing_baselines",
    "reading_scores": "reading",
    "reconstruction_scores": "reconstruction",
    "reliability_bins": "classification",
    "retrieval_scores": "retrieval",
    "retrieval_split": "retrieval",
    "selective_scores": "reading_confidence",
    "share_of_ceiling": "reading",
    "shares_of_ceiling": "reading",
    "plot_attention": "reading_plots",
    "plot_code_diagnostics": "diagnostics_plots",
    "plot_code_map": "plots",
    "plot_confusion": "classification_plots",
    "plot_denoising_curves": "denoising_plots",
    "plot_denoising_grid": "denoising_plots",
    "plot_digit_confusion": "reading_plots",
    "plot_error_against_code_size": "plots",
    "plot_errors": "classification_plots",
    "plot_image_rows": "plots",
    "plot_label_curves": "label_curve_plots",
    "plot_learning_curves": "plots",
    "plot_learning_ways": "reading_curve_plots",
    "plot_length_curves": "reading_curve_plots",
    "plot_neighbours": "neighbour_plots",
    "plot_reconstructions": "plots",
    "plot_reliability": "classification_plots",
    "plot_selective": "reading_curve_plots",
    "plot_sizes": "size_plots",
    "plot_strips": "reading_plots",
    "plot_walks": "plots",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_MODULE_OF)
