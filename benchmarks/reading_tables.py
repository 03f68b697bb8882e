"""How well readers read, as Markdown from the committed results."""

from results import read_results
from table_text import table

LANGUAGES = {"english": "English", "korean": "Korean"}
WAYS = {
    "end_to_end": "end to end",
    "separate": "encoder and decoder separately",
    "fine_tuned": "separately, then fine-tuned",
}


def reading() -> str:
    """Whole words by the number of images, and what files and ways of training change in that."""
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
        text += table(("way", "whole words", "processor seconds"), trained)
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
