"""``keraszoo train``: a preset or a family, with any of its options changed."""

import argparse
import shlex
from typing import Any

from keraszoo.commands import evaluate
from keraszoo.commands.shared import add_output, image_size, integers, load_quietly
from keraszoo.families import FAMILIES, SHORT_NAMES, full_name, options_of
from keraszoo.names import nearest_name_hint
from keraszoo.presets import PRESETS

DESCRIPTION = (
    "Train a model into OUTPUT/NAME. A training that was killed goes on where it was when the same command is "
    "given again. What stood there before stays until the new model is done. A family has only some of the options "
    "of model and training, and says which if another is given. On a folder of pictures a family chooses what is not "
    "given by their number and size, says so, and scores the model on pictures that were held out."
)
STOPPED = "the same command goes on from the last whole epoch"

# Parameter of a family's ``build`` or ``train``: its type, what stands for its value in the help, and the help.
BUILDER_OPTIONS: dict[str, tuple[Any, str, str]] = {
    "autoencoder": (str, "NAME", "of a trained autoencoder to build on, or a preset, which is trained first"),
    "reader": (str, "NAME", "of a trained reader whose decoder a translator writes with, or a preset, trained first"),
    "code_size": (int, "N", "numbers that an image is compressed to"),
    "bits": (int, "N", "bits that an image is turned into"),
    "architecture": (str, "NAME", "dense, convolutional ..."),
    "hidden_units": (integers, "N,N", "units of the dense layers"),
    "filters": (integers, "N,N", "channels of the convolutions"),
    "activation": (str, "NAME", "of the hidden layers: relu, silu, gelu ..."),
    "noise_stddev": (float, "X", "of the noise in training: on pixels in 0-1, or on the logits of a binary code"),
    "head_units": (integers, "N,N", "units of the dense layers between the code and the classes [none]"),
    "dropout": (float, "X", "share of the head's inputs that are dropped in training, 0-0.9"),
    "max_digits": (int, "N", "images that a reader reads at most, 1-8 [4]"),
    "language": (str, "NAME", "of the words that a reader writes or a translator reads: en, ko, de ... [en]"),
    "into": (str, "NAME", "the language of the reader that a translator is built on [ko]"),
    "units": (int, "N", "units of a reader's recurrent layer"),
    "embedding_size": (int, "N", "numbers that a reader makes of a token"),
    "recurrent_layer": (str, "NAME", "of a reader: gru or lstm"),
    "attention": (bool, "", "let a reader attend to one image or another at each step"),
    "corruption": (str, "NAME", "in place of noise: masking:0.25 or so, salt_and_pepper, lower_resolution"),
}
TRAINING_OPTIONS: dict[str, tuple[Any, str, str]] = {
    "epochs": (int, "N", "passes over the images"),
    "batch_size": (int, "N", "images a step"),
    "optimizer": (str, "NAME", "adam or muon"),
    "learning_rate": (float, "X", "the highest, after the first epoch"),
    "weight_decay": (float, "X", "how strongly weights are drawn towards 0, 0-"),
    "patience": (int, "N", "stop after so many epochs without a better validation loss"),
    "warp_strength": (float, "X", "how much training images are turned and shifted, 0-"),
    "warp_share": (float, "X", "the share of them that are, 0-1"),
    "elastic_strength": (float, "X", "how strongly training images are bent, 0 or more"),
    "erased_side": (float, "X", "longest side of what is erased of training images, as a share of theirs, 0-1"),
    "mirrored_share": (float, "X", "of training images that are mirrored left to right, 0-1"),
    "strokes": (int, "N", "drawn over each training image, white or black, so that a bar or a gap does not matter"),
    "labels": (int, "N", "labelled images to learn from, as many of each class [all]"),
    "method": (
        str,
        "NAME",
        "of a classifier: frozen, fine_tuned, joint or scratch; of a reader: end_to_end, separate or fine_tuned",
    ),
    "labelled_share": (float, "X", "of each batch of a joint training, 0-1"),
    "reconstruction_weight": (float, "X", "of the squared error beside the classes', which keeps the decoder useful"),
    "strips_per_epoch": (int, "N", "that a reader is shown"),
    "texts_per_epoch": (int, "N", "that a translator is shown"),
    "decoder_epochs": (int, "N", "of a reader's decoder alone"),
    "tuning_epochs": (int, "N", "of all of a reader's layers, after its parts"),
    "tuning_rate": (float, "X", "the highest learning rate of these"),
    "neighbours": (int, "N", "images that are taken to show the same as an image, for binary codes"),
    "neighbour_stages": (int, "N", "how often to train on with such neighbours, for binary codes"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to train, where, and the two tables."""
    parser.add_argument(
        "preset",
        metavar="NAME",
        help=f"a preset or a family, from `keraszoo list`; also {', '.join(SHORT_NAMES)} for families",
    )
    parser.add_argument("--data", help="digits, a TensorFlow Datasets name such as mnist, or a folder of pictures")
    parser.add_argument(
        "--from",
        dest="start",
        metavar="MODEL",
        help="go on from this trained model of the same family, its name or folder, with its settings",
    )
    parser.add_argument("--name", help="the run folder's name [the preset's, or made of family and data]")
    add_output(parser)
    parser.add_argument("--seed", type=int, help="of the weights, the validation split and the batches [the preset's]")
    parser.add_argument("--image-size", type=image_size, metavar="HxW", help="resize every image to this")
    parser.add_argument("--channels", type=int, metavar="N", help="make pictures of a folder grey, 1, or coloured, 3")
    parser.add_argument(
        "--patches", type=int, metavar="N", help="cut so many images of each picture of a folder; 0: resize each to one"
    )
    parser.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    parser.add_argument(
        "--evaluate",
        action=argparse.BooleanOptionalAction,
        help="also score it on held-out images, as `keraszoo evaluate` does [of a folder of pictures]",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    for title, table in (("the model", BUILDER_OPTIONS), ("the training", TRAINING_OPTIONS)):
        group = parser.add_argument_group(title)
        for name, (kind, metavar, text) in table.items():
            if kind is bool:
                group.add_argument(_flag(name), action=argparse.BooleanOptionalAction, help=text)
            else:
                group.add_argument(_flag(name), type=kind, metavar=metavar, help=text)


def run(options: argparse.Namespace) -> None:
    """Train, and print where the model is."""
    family = full_name(options.preset)
    if options.preset in PRESETS:
        family = PRESETS[options.preset].family
    elif family not in FAMILIES:
        hint = nearest_name_hint(options.preset, [*PRESETS, *FAMILIES, *SHORT_NAMES])
        raise ValueError(
            f"expected a preset or a family, received {options.preset!r}.{hint} `keraszoo list` shows all of them"
        )
    from keraszoo.data.folder import check_source, picture_folder

    if options.data is not None:
        check_source(options.data)
    load_quietly()
    from keraszoo import runs

    builder, training = _given(options, BUILDER_OPTIONS), _given(options, TRAINING_OPTIONS)
    _check_options(family, {**builder, **training})
    settings = runs.settings_for(
        options.preset,
        builder=builder,
        training=training,
        output=options.output,
        skip_broken=options.skip_broken,
        **_given(options, ("data", "name", "seed", "image_size", "channels", "patches", "start")),
    )
    folder = runs.train(settings, options.output, verbose=0 if options.quiet else "auto")
    print(f"trained: {folder}")
    scored = picture_folder(settings.data) is not None if options.evaluate is None else options.evaluate
    if scored:
        evaluate.run(argparse.Namespace(model=settings.name, output=options.output, data=None, code_sizes=()))
    place = shlex.quote(f"{folder}")
    print(f"next: {'' if scored else f'keraszoo evaluate {place}; '}keraszoo export {place}")


def _given(options: argparse.Namespace, names: Any) -> dict[str, Any]:
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _check_options(family: str, given: dict[str, Any]) -> None:
    """The check that `runs.settings_for` makes too, in the words of the command line."""
    builder, training = options_of(family)
    has = [name for name in BUILDER_OPTIONS if name in builder] + [
        name for name in TRAINING_OPTIONS if name in training
    ]
    for name in given:
        if name not in has:
            raise ValueError(f"{_flag(name)} is not an option of {family}, which has {', '.join(map(_flag, has))}")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
