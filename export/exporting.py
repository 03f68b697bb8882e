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
from export.card_text import CardText
from export.children import check_time_limit
from export.encoded_images import describe_files, picture_signatures
from export.encoded_proof import prove_files
from export.files import publish, sha256_of, workspace
from export.forking import load_ahead
from export.formats import FORMATS, SAVED_MODEL, check_formats
from export.four_axes import four_axes_signatures
from export.metadata import describe_file
from export.proof import prove
from export.prove_runtimes import check_runtimes
from export.proving import earlier_proofs, prove_runtimes
from export.report import build_report, check_report, file_entry, report_text
from export.samples import check_ranges, check_samples
from export.saved_model import next_version, write_saved_model
from export.score import Score, describe_score
from export.serving_folder import (
    check_any_batch,
    check_keep,
    check_model_name,
    outdated_versions,
    withdraw_versions,
    write_configs,
)
from export.signatures import describe, named_signatures, predict
from export.texts import Texts, check_texts, join_texts
from export.tflite import CONVERTER, write_tflite
from export.verify import Rounded, check_rounded
from export.warmup import replay, write_warmup

Samples = Mapping[str, Mapping[str, np.ndarray]] | np.ndarray


def export_model(
    signatures: Any,
    folder: str | PathLike[str],
    *,
    name: str | None = None,
    calibration: Samples,
    samples: Samples,
    score: Score | None = None,
    rounded: Rounded | None = None,
    texts: Texts | None = None,
    formats: Iterable[str] = tuple(FORMATS),
    runtimes: Iterable[str] = (),
    details: Mapping[str, Any] | None = None,
    pictures: Mapping[str, str | PathLike[str]] | None = None,
    assets: Mapping[str, str] | None = None,
    description: str = "",
    card_text: CardText | None = None,
    command: str | None = None,
    time_limit: float = 300.0,
    keep: int | None = None,
    per_channel: bool = True,
) -> dict[str, Any]:
    """Convert a model, prove every file against Keras in its own runtime, then publish into ``folder``.

    Writes ``saved_model/<next version>/``, in which each signature of pictures has a second one, ``<name>_from_bytes``,
    that takes PNG or JPEG files (see `export.encoded_images`), and a warm-up; ``models.config`` and ``batching.config``
    beside it, for TensorFlow Serving; ``tflite/<format>.tflite`` (batch 1, all signatures, builtin operators only),
    ``pictures/``, ``README.md`` (a card) and, last, ``report.json``. TFLite files and assets of an earlier export that
    are not made again are removed; earlier SavedModel versions stay, unless ``keep`` says how many. After any error
    ``folder`` is as it was.

    Args:
        signatures: Name to functional ``keras.Model`` with named inputs and a dictionary of outputs. The
            first is also ``serving_default``. A model on its own is the signature ``predict``.
        folder: The run folder; is made.
        name: The model's name, for report and card, and at TensorFlow Serving: letters, digits, ``_``, ``.``, ``-``.
            That of the folder by default.
        calibration: Signature name to input name to array ``(n, ...)`` of training data; sets int8 ranges. Just the
            array where there is one signature of one input.
        samples: The same from the test data; what the files are compared on.
        score: The task's own measure, which no file may lose beyond its bound.
        rounded: Signature name to outputs that are 0 or 1, each with the output of the signature that it is rounded
            from, such as ``{"hash": {"bits": "soft_code"}}``: values on the brink of 0.5 may be rounded either way.
        texts: Signature name to further outputs of the SavedModel, and of it alone: strings in UTF-8, shape
            ``(batch,)``, made of an output of ids, such as ``{"read": {"text": Text("token_ids", pieces, end=2)}}``.
        formats: Rows of `FORMATS`. Files of others, from an earlier export, are removed: no report would tell of them.
        runtimes: Further runtimes to run the TFLite files in, rows of `export.prove_runtimes.PROOFS` or ``"all"``. A
            line is printed for each run; what does not agree there is a row of the report, and published. Rows of an
            earlier export in runtimes that are not among these stay while the file comes out the same.
        details: What else the report shall hold (training, evaluation, seed); anything JSON can.
        pictures: Title to PNG file, for the card.
        assets: File name to text, such as ``{"class_names.txt": "cat\\ndog\\n"}``: each becomes an asset of the
            SavedModel, ``saved_model/<version>/assets/<name>`` in UTF-8, and the same beside the TFLite files,
            ``tflite/<name>``.
        description: A paragraph for the card.
        card_text: What else the card shall say: purpose, data and licence, scores with their protocol, a program.
        command: The command that made the model; this process's own by default.
        time_limit: Seconds for one conversion, and for one signature of one file in one of ``runtimes``.
        keep: How many SavedModel versions stay, the new one included; the oldest beyond that are removed once it is
            published. None keeps all.
        per_channel: Give int8 weights one scale for each channel of a layer. False, one for the layer, makes files a
            little smaller and less exact.

    Returns:
        The report, as it stands in report.json.

    Raises:
        ValueError: name, signatures, samples, score, texts, formats, runtimes, details, assets or keep that cannot be
            used.
        ExportError: a ValueError; a conversion failed or a file does not agree with Keras.
        OSError: the folder cannot be written, the disk is full, or another export is writing there.
    """
    folder = Path(folder)
    name = folder.resolve().name if name is None else name
    check_model_name(name)
    check_keep(keep)
    formats = check_formats(formats)
    runtimes = check_runtimes(runtimes)
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
    encoded = picture_signatures(named, sample_arrays)
    check_time_limit(time_limit)

    if formats:
        load_ahead(CONVERTER)
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
        saved_assets = write_assets(assets, temporary / "assets")
        write_saved_model(named, saved_model, assets=saved_assets, texts=texts, encoded=encoded)
        check_any_batch(saved_model)
        write_warmup(saved_model, name, sample_arrays, encoded=encoded)
        replay(saved_model)
        configs = write_configs(saved_model.parent, name)
        described = describe(named, texts)
        write_tflite(
            named,
            built / "tflite",
            calibration_arrays,
            scratch,
            formats=formats,
            time_limit=time_limit,
            metadata=describe_file(name, describe(four_axes_signatures(named)), calibration_arrays, assets),
            per_channel=per_channel,
        )
        write_assets(assets, built / "tflite")
        agreement = prove(built, artifacts, expected, sample_arrays, score, rounded, expected_texts)
        agreement += prove_files(built, f"saved_model/{version}", encoded, named, sample_arrays, rounded or {}, texts)
        report = build_report(
            name=name,
            description=description,
            command=command,
            signatures={**described, **describe_files(described, encoded)},
            score=keras_score,
            files=[file_entry(built, path, kind) for path, kind in artifacts.items()],
            agreement=agreement,
            runtimes=[],
            pictures=shown,
            assets={key: sha256_of(saved_model / "assets" / key) for key in assets},
            details=details,
            **({} if per_channel else {"per_channel": False}),
        )
        proofs = earlier_proofs(folder / "report.json", report, runtimes)
        if runtimes:
            proofs += prove_runtimes(
                built, report, runtimes, expected, sample_arrays, score, rounded, time_limit=time_limit
            )
        report["runtimes"] = proofs
        check_report(report)
        for title, source in pictures.items():
            (built / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(source, built / shown[title])
        (built / "README.md").write_text(card(report, card_text, texts), encoding="utf-8")
        (built / "report.json").write_text(report_text(report), encoding="utf-8")

        order = [
            *artifacts,
            *(f"saved_model/{file}" for file in configs),
            *(f"tflite/{key}" for key in assets),
            *shown.values(),
            "README.md",
            "report.json",
        ]
        earlier = [*(f"{key}.tflite" for key in FORMATS), *listed_assets(folder / "report.json")]
        publish(
            built,
            folder,
            order=order,
            outdated=[path for path in (f"tflite/{key}" for key in earlier) if path not in order],
        )
        versions = folder / "saved_model"
        withdraw_versions(versions, outdated_versions(versions, keep), temporary)
    return report


def _json_object(details: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(dict(details), allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"details must hold finite numbers, texts, lists and dictionaries only: {error}") from error
