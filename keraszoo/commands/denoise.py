"""``keraszoo denoise``."""

import argparse
from pathlib import Path
from typing import Any

from keraszoo.commands.opening import add_runtime, model_folder, open_model

DESCRIPTION = (
    "Clean the picture IN into the picture OUT, or every picture in the folder IN into the folder OUT. A picture of "
    "another size than the model's is cleaned in overlapping tiles."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to clean, where to, and with which model."""
    parser.add_argument("source", metavar="IN", type=Path, help="a picture, or a folder of pictures")
    parser.add_argument("target", metavar="OUT", type=Path, help="the cleaned picture, or the folder for them")
    parser.add_argument(
        "--model",
        metavar="NAME",
        required=True,
        help="a trained denoising model: its name, as `keraszoo list` shows it, or the path of its folder",
    )
    parser.add_argument("--resize", action="store_true", help="resize to the model's size and back instead of tiling")
    parser.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    parser.add_argument("--overwrite", action="store_true", help="replace pictures that stand where OUT goes")
    add_runtime(parser)


def run(options: argparse.Namespace) -> None:
    """Clean the pictures."""
    model = open_model(model_folder(options.model, options), "denoise", options)
    from keraszoo.denoising import denoise_files

    def denoise(pixels: Any) -> Any:
        return model.denoise(pixels.astype("uint8"))  # floats would be taken as 0-1

    count = denoise_files(
        denoise,
        options.source,
        options.target,
        model.image_shape,
        resize=options.resize,
        skip_broken=options.skip_broken,
        overwrite=options.overwrite,
    )
    print(f"pictures cleaned: {count}, in {options.target}")
