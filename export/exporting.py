"""A Keras model in; SavedModel, TFLite files, proof, report and card out, or nothing at all."""

import json
import shutil
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from export.assets import check_assets, listed_assets, write_assets
from export.card import card, picture_paths
from export.files import publish, sha256_of, workspace
from export.formats import FORMATS, SAVED_MODEL, check_formats
from export.proof import prove
from export.report import build_report, file_entry
from export.samples import check_ranges, check_samples
from export.saved_model import next_version, write_saved_model
from export.score import Score, describe_score
from export.signatures import describe, named_signatures, predict
from export.texts import Texts, check_texts, join_texts
from export.tflite import write_tflite
from export.verify import Rounded, check_rounded

Samples = Mapping[str, Mapping[str, np.ndarray]]


def export_model(
    signatures: Mapping[str, Any],
    folder: str | PathLike[str],
    *,
    name: str,
    calibration: Samples,
    samples: Samples,
    score: Score | None = None,
    rounded: Rounded | None = None,
    texts: Texts | None = None,
    formats: Iterable[str] = tuple(FORMATS),
    details: Mapping[str, Any] | None = None,
    pictures: Mapping[str, str | PathLike[str]] | None = None,
    assets: Mapping[str, str] | None = None,
    description: str = "",
    command: str | None = None,
    time_limit: float = 300.0,
) -> dict[str, Any]:
    """Convert a model, prove every file against Keras in its own runtime, then publish into ``folder``.

    Writes ``saved_model/<next version>/``, ``tflite/<format>.tflite`` (batch 1, all signatures, builtin
    operators only), ``pictures/``, ``README.md`` (a card) and, last, ``report.json``. TFLite files, and assets beside
    them, of an earlier export that are not made again are removed; earlier SavedModel versions stay. After any error
    ``folder`` is as it was.

    Args:
        signatures: Name to functional ``keras.Model`` with named inputs and a dictionary of outputs. The
            first is also ``serving_default``.
        folder: The run folder; is made.
        name: The model's name, for report and card.
        calibration: Signature name to input name to array ``(n, ...)`` of training data; sets int8 ranges.
        samples: The same from the test data; what the files are compared on.
        score: The task's own measure, which no file may lose beyond its bound.
        rounded: Signature name to outputs that are 0 or 1, each with the output of the signature that it is rounded
            from, such as ``{"hash": {"bits": "soft_code"}}``: values on the brink of 0.5 may be rounded either way.
        texts: Signature name to further outputs of the SavedModel, and of it alone: strings in UTF-8, shape
            ``(batch,)``, made of an output of ids, such as ``{"read": {"text": Text("token_ids", pieces, end=2)}}``.
        formats: Rows of `FORMATS`.
        details: What else the report shall hold (training, evaluation, seed); anything JSON can.
        pictures: Title to PNG file, for the card.
        assets: File name to text, such as ``{"class_names.txt": "cat\\ndog\\n"}``: each becomes an asset of the
            SavedModel, ``saved_model/<version>/assets/<name>`` in UTF-8, and the same beside the TFLite files,
            ``tflite/<name>``.
        description: A paragraph for the card.
        command: The command that made the model; this process's own by default.
        time_limit: Seconds for one conversion.

    Returns:
        The report, as it stands in report.json.

    Raises:
        ValueError: signatures, samples, score, texts, formats, details or assets that cannot be used.
        ExportError: a ValueError; a conversion failed or a file does not agree with Keras.
        OSError: the folder cannot be written, the disk is full, or another export is writing there.
    """
    formats = check_formats(formats)
    named = named_signatures(signatures)
    calibration_arrays = check_samples(named, calibration, "calibration")
    sample_arrays = check_samples(named, samples, "samples")
    check_ranges(calibration_arrays, sample_arrays)
    details = _json_object(details or {})
    pictures = dict(pictures or {})
    shown = picture_paths(pictures)
    assets = check_assets(assets or {})
    if score is not None and score.signature not in named:
        raise ValueError(f"score {score.name!r} is of signature {score.signature!r}; expected one of {list(named)}")
    check_rounded(rounded or {}, named)
    texts = texts or {}
    check_texts(texts, named)
    if not time_limit > 0:
        raise ValueError(f"time_limit must be more than 0 seconds, received {time_limit}")

    folder = Path(folder)
    with workspace(folder) as temporary:
        expected = predict(named, sample_arrays)
        expected_texts = join_texts(texts, expected)
        keras_score = score and describe_score(score, expected)
        built, scratch = temporary / "built", temporary / "scratch"
        scratch.mkdir()

        version = next_version(folder / "saved_model")
        artifacts = {
            f"saved_model/{version}": SAVED_MODEL,
            **{f"tflite/{key}.tflite": key for key in formats},
        }
        saved_model = built / "saved_model" / str(version)
        write_saved_model(named, saved_model, assets=write_assets(assets, temporary / "assets"), texts=texts)
        write_tflite(named, built / "tflite", calibration_arrays, scratch, formats=formats, time_limit=time_limit)
        write_assets(assets, built / "tflite")
        report = build_report(
            name=name,
            description=description,
            command=command,
            signatures=describe(named, texts),
            score=keras_score,
            files=[file_entry(built, path, kind) for path, kind in artifacts.items()],
            agreement=prove(built, artifacts, expected, sample_arrays, score, rounded, expected_texts),
            pictures=shown,
            assets={key: sha256_of(saved_model / "assets" / key) for key in assets},
            details=details,
        )
        for title, source in pictures.items():
            (built / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(source, built / shown[title])
        (built / "README.md").write_text(card(report), encoding="utf-8")
        (built / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

        order = [*artifacts, *(f"tflite/{key}" for key in assets), *shown.values(), "README.md", "report.json"]
        earlier = [*(f"{key}.tflite" for key in FORMATS), *listed_assets(folder / "report.json")]
        publish(
            built,
            folder,
            order=order,
            outdated=[path for path in (f"tflite/{key}" for key in earlier) if path not in order],
        )
    return report


def _json_object(details: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(dict(details), allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"details must hold finite numbers, texts, lists and dictionaries only: {error}") from error
