"""What the families of autoencoders do, beside others, as Markdown from the committed results."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from results import read_results
from table_text import DATASETS, KINDS, table

from keraszoo.presets import PRESETS

WAYS = {
    "scratch_unchanged": "from new weights, images as they are",
    "frozen_unchanged": "a head on the frozen encoder, images as they are",
    "fine_tuned_unchanged": "fine-tuned, images as they are",
    "scratch": "from new weights",
    "frozen": "a head on the frozen encoder",
    "fine_tuned": "fine-tuned",
    "joint": "jointly with unlabelled images",
}


PUBLISHED = (
    ("784-1000-500-250-30, pretrained (Hinton & Salakhutdinov, 2006)", 3.00),
    ("the same, with batch normalization and ReLU in place of pretraining; the best that we found", 2.65),
)
"""Squared error of MNIST's test images, rebuilt from 30 numbers."""
PUBLISHED_FASHION = {"dense": 0.0132, "conv": 0.0121}
"""MSE per pixel of validation images, from 30 numbers: Géron, Hands-On Machine Learning, 3rd edition, chapter 17."""


def reconstruction() -> str:
    """How well images are rebuilt from 30 numbers."""
    results = read_results("reconstruction")
    rows = [
        (
            f"{DATASETS[dataset]}, {KINDS[kind]}",
            f"{row['squared_error']:.2f}",
            f"{row['mse']:.5f}",
            f"{row['psnr']:.2f}",
            f"{row['ssim']:.3f}",
            f"{row['parameters']:,}" if "parameters" in row else "",
        )
        for dataset in DATASETS
        for kind, row in ((kind, results[dataset][kind]) for kind in KINDS)
    ]
    return (
        "`python benchmarks/reconstruction.py`. Squared error is summed over an image's pixels, which are counted in 0-1."
        "\n\n"
        + table(("", "squared error", "MSE per pixel", "PSNR, dB", "SSIM", "parameters"), rows)
        + "\n\nThe best published figure that we found for MNIST and 30 numbers is 2.65 (a dense autoencoder with batch\n"
        "normalization)."
    )


def reconstruction_published() -> str:
    """The same beside what others have published."""
    results = read_results("reconstruction")
    mnist, fashion = results["mnist"], results["fashion_mnist"]
    ours = [(f"ours, {kind}", mnist[key]["squared_error"]) for key, kind in KINDS.items() if key != "pca"]
    pca = ("PCA", mnist["pca"]["squared_error"])
    rows = [(f"MNIST, {name}", "squared error", f"{error:.2f}") for name, error in (pca, *PUBLISHED, *ours)]
    for key, published in PUBLISHED_FASHION.items():
        rows.append((f"Fashion-MNIST, a textbook's {KINDS[key]}", "MSE, validation", f"{published:.4f}"))
        rows.append((f"Fashion-MNIST, ours, {KINDS[key]}", "MSE, test", f"{fashion[key]['mse']:.4f}"))
    return table(("30 numbers", "measure", ""), rows)


def denoising() -> str:
    """How clean noisy images become."""
    results = read_results("denoising")
    rows = []
    for dataset in DATASETS:
        for noise, row in results.get(dataset, {}).get("curve", {}).items():
            found = f"{row['filter_psnr']:.2f} ({row['best_filter']})" if row["best_filter"] else ""
            gain = f"{row['gain_db']:+.2f}" if row["best_filter"] else ""
            given = f"{row['input_psnr']:.2f}" if row["best_filter"] else ""
            rows.append((DATASETS[dataset], noise, given, found, f"{row['psnr']:.2f}", gain, f"{row['ssim']:.3f}"))
    if not rows:
        return ""
    columns = ("", "noise", "input, PSNR in dB", "best classical filter", "ours", "gain", "ours, SSIM")
    text = (
        "`python benchmarks/denoising.py`. Gaussian noise, clipped to 0-1, on the first 1,000 test images; each filter of\n"
        "scikit-image with its best setting, gain and offset on validation images. Noise 0 is a clean image.\n\n"
        + table(columns, rows)
    )
    if "keras_io" in results and "ours_same_size" in results:
        example, ours = results["keras_io"], results["ours_same_size"]
        text += (
            f"\n\nkeras.io's example ({example['parameters']:,} parameters, noise 0.4, `python "
            f"benchmarks/keras_io_denoiser.py --clean-epochs {example['clean_epochs']}`) reaches a\nbinary cross-entropy of "
            f"{example['bce']:.4f} (0.0837 by its own account); ours, with {ours['parameters']:,} parameters, "
            f"{ours['bce']:.4f}."
        )
        if after := results.get("keras_io_after_clean"):
            text += (
                f"\nThe example's {after['clean_epochs']} epochs on clean images, which come first there, make it "
                f"{after['bce']:.4f} ({after['best_bce']:.4f} after the best epoch)."
            )
    return text


def retrieval() -> str:
    """What is found by bits, beside other codes."""
    results = read_results("retrieval")
    rows = []
    for dataset, width, row in _by_bits(results):
        seeds = len(row["seeds"])
        ours = f"ours, {seeds} seeds" if seeds > 1 else "ours"
        for name, scores in ((ours, row), ("ITQ", row["ITQ"]), ("PCA, sign", row["PCA sign"])):
            values = (f"{scores[measure]:.3f}" for measure in ("p100", "p5000", "map"))
            rows.append((f"{DATASETS[dataset]}, {width} bits", name, *values))
    if not rows:
        return ""
    return (
        "`python benchmarks/retrieval.py`. No label is looked at in training; 100 test images a class are queries, all\n"
        "other images the database; images equally far count as the mean over their orders.\n\n"
        + table(("", "codes", "precision at 100", "at 5,000", "mean average precision"), rows)
        + "\n\nPublished for MNIST, 32 bits, by an autoencoder: .827, .452 and .382 (a binary VAE)."
    )


def bits() -> str:
    """What becomes of codes when they are rounded, and of bits in an int8 file: means over the seeds."""
    results = read_results("retrieval")
    rows = []
    for dataset, width, row in _by_bits(results):
        flipped = [seed["files"]["int8"]["flipped"] for seed in row["seeds"].values() if seed["files"]]
        rows.append(
            (
                f"{DATASETS[dataset]}, {width} bits",
                f"{row['undecided']:.1%}",
                f"{row['rounding_loss']:+.1%}",
                f"{mean(flipped):.2%}" if flipped else "",
            )
        )
    if not rows:
        return ""
    columns = ("", "values undecided (0.1-0.9)", "MSE from bits, not the soft code", "bits flipped in int8")
    return table(columns, rows)


def search() -> str:
    """How fast a million codes are searched."""
    results = read_results("retrieval").get("search", {})
    kinds = {kind: row for kind, row in results.items() if isinstance(row, dict)}
    rows = [
        (
            kind.replace("_", ", ") + " bits",
            f"{row['buckets']:,}",
            *(f"{row['microseconds_a_query'][way]:,.2f}" for way in ("flat_search", "search")),
            f"{row['exact_vs_flat']:.2f} times",
            *(f"{row['microseconds_a_query'][way]:,.2f}" for way in ("flat_range_search", "buckets")),
            f"{row['bucket_vs_flat']:,} times",
        )
        for kind, row in kinds.items()
    ]
    if not rows:
        return ""
    columns = ("codes", "different", "flat, exact top 10", "ours", "", "flat, radius 0", "our buckets", "")
    return (
        "`python benchmarks/search.py`: microseconds a query, beside faiss's flat index, in one run on 2 threads.\n\n"
        + table(columns, rows)
    )


def labels() -> str:
    """How far a few labels go, and all of them."""
    results = read_results("labels")
    rows = []
    for count in (10, 100, 1000):
        row = results.get("mnist", {}).get(f"labels{count}", {})
        for way in WAYS:
            if "error_percent" in row.get(way, {}):
                spread = f"{row[way]['error_percent']:.2f} ± {row[way]['stdev']:.2f}"
                rows.append((f"{count:,}", WAYS[way], spread, str(len(row[way]["values"]))))
    every = [
        f"{DATASETS[data]} {results[data]['all']['accuracy']:.4f}"
        for data in DATASETS
        if "all" in results.get(data, {})
    ]
    if not rows:
        return f"`python benchmarks/labels.py all`. With all labels: {', '.join(every)}." if every else ""
    text = (
        "`python benchmarks/labels.py`. Error on MNIST's test images in percent, mean and standard deviation over seeds,\n"
        "each of which draws other labelled images. One network, on the encoder of `hasher-mnist-wide`, which no label taught;\n"
        "only the last way sees unlabelled images. Where nothing else is said, images are warped, bent, partly erased and drawn\n"
        "over.\n\n"
        + table(("labels", "way", "error, %", "seeds"), rows)
        + "\n\nPublished for 100 labels: 1.06 ± 0.37 (the Ladder network), 0.91 ± 0.05 (the best of its line)."
    )
    if "book" in results:
        book = results["book"]["labels480"]
        text += (
            f"\nWith 480 labels, by a textbook's protocol, an accuracy of {book['accuracy']:.4f} jointly and "
            f"{book['scratch']:.4f} from new weights;\nits own best is {book['published']:.3f}."
        )
    return text + (f"\nWith all labels: {', '.join(every)}." if every else "")


def sizes() -> str:
    """What a smaller model would lose."""
    rows = [
        [
            f"**{name}, {width}**" if _ships(name, model["builder"]) else f"{name}, {width}",
            f"{model['parameters']:,}",
            *(cell for kind in ("float16", "int8") for cell in _size_cells(model["files"][kind])),
        ]
        for name, comparison in read_results("sizes").items()
        if name != "versions"
        for width, model in comparison["models"].items()
    ]
    if not rows:
        return ""
    columns = ["model", "parameters", "float16, KB", "score", "int8, KB", "score"]
    return (
        "`python benchmarks/sizes.py`. Filters and hidden units of models of MNIST, trained for fewer epochs than those that\n"
        "ship, whose widths are in bold, and scored on validation images: the squared error of the autoencoder, of the\n"
        "denoiser at noise 0.5, and the mean average precision of the hasher.\n\n" + table(columns, rows)
    )


def _ships(name: str, builder: dict[str, Any]) -> bool:
    """Whether the preset of MNIST has these widths."""
    own = PRESETS[f"{name}-mnist"].builder
    return all(tuple(own.get(size, ())) == tuple(widths) for size, widths in builder.items())


def _size_cells(file: dict[str, Any]) -> tuple[str, str]:
    return f"{file['bytes'] / 1000:,.0f}", f"{file['score']:.3f}"


def _by_bits(results: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The data set, the width of the codes and the figures of each trial, the shortest codes first."""
    for dataset in DATASETS:
        widths = {int(key.removeprefix("bits")): row for key, row in results.get(dataset, {}).items()}
        for width in sorted(widths):
            yield dataset, width, widths[width]
