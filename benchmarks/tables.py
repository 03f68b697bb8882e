"""The README's figures as Markdown, from the committed results.

python benchmarks/tables.py    # writes them into README.md
"""

from collections.abc import Iterable
from typing import Any

import export_tables
from results import RESULTS, read_results

from keraszoo.files import write_whole

README = RESULTS.parent.parent / "README.md"
BEGIN, END = "<!-- figures: python benchmarks/tables.py -->", "<!-- end of figures -->"
DATASETS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
KINDS = {"pca": "PCA", "dense": "dense autoencoder", "conv": "convolutional autoencoder"}
METHODS = {
    "scratch": "from new weights",
    "frozen": "a head on the frozen encoder",
    "fine_tuned": "fine-tuned",
    "joint": "jointly with unlabelled images",
}
LANGUAGES = {"english": "English", "korean": "Korean"}
WAYS = {
    "end_to_end": "end to end",
    "separate": "encoder and decoder separately",
    "fine_tuned": "separately, then fine-tuned",
}
FORMATS = ("saved_model", "float32", "float16", "dynamic", "int8")


def main() -> None:
    text = README.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    with write_whole(README) as temporary:
        temporary.write_text(before + figures() + after)


def figures() -> str:
    """All sections, between the marks that they stand between in the README."""
    sections = (
        reconstruction(),
        denoising(),
        retrieval(),
        search(),
        labels(),
        reading(),
        agreement(),
        export_tables.coverage(table),
        speed(),
        export_tables.peers(table),
    )
    return "\n\n".join([BEGIN, *(section for section in sections if section), END])


def reconstruction() -> str:
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
        "### Rebuilding images from 30 numbers\n\n"
        "`python benchmarks/reconstruction.py`. Squared error is summed over an image's pixels, which are counted in 0-1."
        "\n\n"
        + table(("", "squared error", "MSE per pixel", "PSNR, dB", "SSIM", "parameters"), rows)
        + "\n\nThe best published figure that we found for MNIST and 30 numbers is 2.65 (a dense autoencoder with batch\n"
        "normalization)."
    )


def denoising() -> str:
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
        "### Cleaning noisy images\n\n"
        "`python benchmarks/denoising.py`. Gaussian noise, clipped to 0-1, on the first 1,000 test images; each filter of\n"
        "scikit-image with its best setting, gain and offset on validation images. Noise 0 is a clean image.\n\n"
        + table(columns, rows)
    )
    if "keras_io" in results and "ours_same_size" in results:
        example, ours = results["keras_io"], results["ours_same_size"]
        text += (
            f"\n\nkeras.io's example ({example['parameters']:,} parameters, noise 0.4, `python "
            f"benchmarks/keras_io_denoiser.py`) reaches a binary cross-entropy of {example['bce']:.4f}; ours, with "
            f"{ours['parameters']:,}\nparameters, {ours['bce']:.4f}."
        )
    return text


def retrieval() -> str:
    results = read_results("retrieval")
    rows = []
    for dataset in DATASETS:
        for key, row in sorted(results.get(dataset, {}).items(), key=lambda pair: int(pair[0].removeprefix("bits"))):
            bits, seeds = key.removeprefix("bits"), len(row["seeds"])
            ours = f"ours, {seeds} seeds" if seeds > 1 else "ours"
            for name, scores in ((ours, row), ("ITQ", row["ITQ"]), ("PCA, sign", row["PCA sign"])):
                values = (f"{scores[measure]:.3f}" for measure in ("p100", "p5000", "map"))
                rows.append((f"{DATASETS[dataset]}, {bits} bits", name, *values))
    if not rows:
        return ""
    return (
        "### Finding images by their bits\n\n"
        "`python benchmarks/retrieval.py`. No label is looked at in training; 100 test images a class are queries, all\n"
        "other images the database; images equally far count as the mean over their orders.\n\n"
        + table(("", "codes", "precision at 100", "at 5,000", "mean average precision"), rows)
        + "\n\nPublished for MNIST, 32 bits, by an autoencoder: .827, .452 and .382 (a binary VAE)."
    )


def search() -> str:
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
        "### Searching a million codes\n\n"
        "`python benchmarks/search.py`: microseconds a query, beside faiss's flat index, in one run on 2 threads.\n\n"
        + table(columns, rows)
    )


def labels() -> str:
    results = read_results("labels")
    rows = []
    for count in (10, 100, 1000):
        row = results.get("mnist", {}).get(f"labels{count}", {})
        for method in METHODS:
            if method in row:
                spread = f"{row[method]['error_percent']:.2f} ± {row[method]['stdev']:.2f}"
                rows.append((f"{count:,}", METHODS[method], spread, str(len(row[method]["values"]))))
    every = [
        f"{DATASETS[data]} {results[data]['all']['accuracy']:.4f}"
        for data in DATASETS
        if "all" in results.get(data, {})
    ]
    if not rows:
        return (
            f"### Telling pictures apart\n\n`python benchmarks/labels.py all`. With all labels: {', '.join(every)}."
            if every
            else ""
        )
    text = (
        "### Telling digits apart by a few labels\n\n"
        "`python benchmarks/labels.py`. Error on MNIST's test images in percent, mean and standard deviation over seeds,\n"
        "each of which draws other labelled images. One network in four ways; only the last sees unlabelled images.\n\n"
        + table(("labels", "way", "error, %", "seeds"), rows)
        + "\n\nPublished for 100 labels: 1.06 ± 0.37 (the Ladder network), 0.91 ± 0.05 (the best of its line)."
    )
    if "book" in results:
        book = results["book"]["labels480"]
        text += (
            f" With 480 labels, by a textbook's protocol,\nan accuracy of {book['accuracy']:.4f}, from new weights "
            f"{book['scratch']:.4f}, its own best {book['published']:.3f}."
        )
    return text + (f"\nWith all labels: {', '.join(every)}." if every else "")


def reading() -> str:
    results = read_results("reading")
    rows, proofs, notes = [], [], []
    for language in (each for each in LANGUAGES if each in results):
        row = results[language]
        for length in sorted(key for key in row if key.isdigit()):
            found = row[length]
            published = f"{found['published']:.3f}" if "published" in found else ""
            values = f"{found['word_accuracy']:.4f}", f"{found['share_of_ceiling']:.4f}", published
            rows.append((LANGUAGES[language], length, *values))
        if row["files"]:
            cells = (
                f"{f['strips_read_otherwise']:,}, {100 * f['word_accuracy_loss']:.2f}" for f in row["files"].values()
            )
            proofs.append((LANGUAGES[language], *cells))
    if not rows:
        return ""
    text = (
        "### Reading digits as words\n\n"
        "`python benchmarks/reading.py`. The share of whole words without a mistake, on 10,000 strips of MNIST's test images,\n"
        "and that share over the accuracy of single digits to the power of their number. One Korean model reads all lengths.\n\n"
        + table(("words", "images", "ours", "of what the digits allow", "a textbook"), rows)
    )
    if proofs:
        text += "\n\nTest strips that a TFLite file reads otherwise than Keras, and the percentage points of whole words lost by it:\n\n"
        text += table(("words", "float32", "float16", "int8"), proofs)
    if all(way in results.get("ways", {}) for way in WAYS):
        ways = results["ways"]
        trained = [(name, f"{ways[way]:.4f}", f"{ways[f'{way}_seconds']:,.0f}") for way, name in WAYS.items()]
        text += "\n\nThree ways to train the Korean reader from the same first weights for about as long, on four images:\n\n"
        text += table(("way", "whole words", "seconds"), trained)
    if "word_accuracy_unseen" in results.get("korean", {}):
        seen, unseen = (results["korean"][f"word_accuracy_{which}"] for which in ("seen", "unseen"))
        notes.append(f"Korean numbers of two digits or more, seen in training: {seen:.4f}; never seen: {unseen:.4f}.")
    if "translation" in results:
        accuracy = results["translation"]["word_accuracy"]
        notes.append(f"English words into Korean ones, numbers never seen in training: {accuracy:.4f}.")
    if "reading" in results:
        found = results["reading"]
        times = found["milliseconds"]
        notes.append(
            f"One strip of the Korean reader takes {times['tflite']:.2f} ms in TFLite, on one thread, and "
            f"{times['predict_loop']:,.0f} ms in\na loop of `model.predict`: {found['vs_predict_loop']:,} times as long."
        )
    return "\n\n".join([text, *notes])


def agreement() -> str:
    results = read_results("reconstruction")
    rows = []
    for dataset in DATASETS:
        for kind in ("dense", "conv"):
            found = results[dataset][kind]["agreement"]
            cells = (f"{found[f]['largest_difference']:.0e}, {100 * found[f]['score_loss']:.2f}%" for f in FORMATS)
            rows.append((f"{DATASETS[dataset]}, {KINDS[kind].split()[0]}", *cells))
    return (
        "### What ships against what was trained\n\n"
        "1,000 test images through each file, in LiteRT and in TensorFlow Serving's own loader, beside Keras: the largest\n"
        "difference of a pixel (0-1), and how much the squared error rises. What is refused is not published: float32 must\n"
        "stay within 1e-5, int8 within 5%.\n\n" + table(("", "SavedModel", *FORMATS[1:]), rows)
    )


def speed() -> str:
    training, latency = read_results("training"), read_results("latency")
    models = {
        "784-128-32-128-784": training["autoencoder"],
        "784-1000-500-250-30-250-500-1000-784": training["deep_autoencoder"],
    }
    rows = [
        (
            name,
            *(f"{row['images_per_second'][which]:,}" for which in ("keraszoo", "plain_keras", "pytorch")),
            f"{row['vs_plain_keras']:.2f} times",
            f"{row['vs_pytorch']:.2f} times",
        )
        for name, row in models.items()
    ]
    columns = (
        "dense autoencoder",
        "keraszoo `fit`",
        "plain `model.fit(x, x)`",
        "PyTorch",
        "against plain Keras",
        "against PyTorch",
    )
    times = [
        (f"`{name}`", f"{row['milliseconds']:.3f}", f"{row['tool_milliseconds']:.2f}", f"{row['vs_tool']:.2f}")
        for name, row in latency.items()
        if name != "versions"
    ]
    return (
        "### Speed\n\n"
        "`python benchmarks/training.py`: images per second in training, the same model and batches of 256, on 2 cores."
        "\n\n" + table(columns, rows) + "\n\n"
        "`python benchmarks/latency.py`: one image through float32 TFLite, one thread, beside LiteRT's own benchmark tool."
        "\n\n" + table(("", "ours, ms", "the tool, ms", "ratio"), times)
    )


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    columns = list(columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))


if __name__ == "__main__":
    main()
