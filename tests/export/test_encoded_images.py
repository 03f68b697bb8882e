"""Signatures that take PNG and JPEG files, in TensorFlow Serving's C++ loader."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import make_saved_model
from PIL import Image

from export import ExportError, Text
from export.encoded_images import describe_files, picture_signatures, to_files, to_pixels
from export.encoded_proof import prove_files
from export.runtimes import serving
from export.runtimes.signature import Tensor
from export.saved_model import write_saved_model
from export.signatures import describe, named_signatures

HEIGHT, WIDTH = 12, 20
Runs = dict[str, Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]]


def same(shape: tuple[int, ...], name: str, dtype: str = "float32") -> Any:
    """A model that gives the pixels that it is given."""
    import keras

    pixels = keras.Input(shape, dtype=dtype, name=name)
    return keras.Model(pixels, {"pixels": keras.ops.cast(pixels, "float32")})


@pytest.fixture(scope="module")
def signatures() -> dict[str, Any]:
    models = {
        "grey": same((HEIGHT, WIDTH, 1), "image"),
        "color": same((HEIGHT, WIDTH, 3), "image", dtype="uint8"),
        "strip": same((3, HEIGHT, WIDTH, 1), "images"),
    }
    return named_signatures(models)


@pytest.fixture(scope="module")
def samples() -> dict[str, dict[str, np.ndarray]]:
    random = np.random.default_rng(7)
    strips = random.integers(0, 256, (4, 3, HEIGHT, WIDTH, 1)).astype(np.float32)
    strips[1, 2] = 0
    return {
        "grey": {"image": random.integers(0, 256, (8, HEIGHT, WIDTH, 1)).astype(np.float32)},
        "color": {"image": random.integers(0, 256, (8, HEIGHT, WIDTH, 3)).astype(np.uint8)},
        "strip": {"images": strips},
    }


@pytest.fixture(scope="module")
def saved_model(signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "1"
    write_saved_model(signatures, folder, encoded=list(signatures))
    return folder


@pytest.fixture(scope="module")
def runs(saved_model: Path) -> Runs:
    return serving.open_signatures(saved_model)


def picture(height: int = HEIGHT, width: int = WIDTH) -> Image.Image:
    """Smooth colours, as a photograph has, none so extreme that Pillow clips it between resizing rows and columns."""
    colors = np.random.default_rng(3).integers(60, 196, (4, 5, 3), np.uint8)
    return Image.fromarray(colors).resize((width, height), Image.Resampling.BICUBIC)


def file_of(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def strings(*values: bytes) -> np.ndarray:
    return np.array(values, object)


@pytest.mark.parametrize("name", ["grey", "color", "strip"])
def test_a_file_of_the_models_size_keeps_its_pixels(runs: Runs, samples: dict[str, Any], name: str) -> None:
    received = runs[f"{name}_from_bytes"](to_files(samples[name]))
    np.testing.assert_array_equal(received["pixels"], next(iter(samples[name].values())))


def test_the_signatures_take_strings_in_any_batch(saved_model: Path) -> None:
    described = serving.signatures(saved_model)
    assert described["color_from_bytes"].inputs == {"image_bytes": Tensor((-1,), "string")}
    assert described["strip_from_bytes"].inputs == {"images_bytes": Tensor((-1, 3), "string")}
    assert described["strip_from_bytes"].outputs == described["strip"].outputs


def test_a_blank_of_a_strip_is_an_empty_string_or_a_black_picture(runs: Runs) -> None:
    blank = file_of(Image.new("L", (WIDTH, HEIGHT)), "PNG")
    files = strings(b"", file_of(picture(), "PNG"), blank)[np.newaxis]
    pixels = runs["strip_from_bytes"]({"images_bytes": files})["pixels"][0]
    assert [bool(image.any()) for image in pixels] == [False, True, False]


@pytest.mark.parametrize(
    "file",
    [
        file_of(picture(), "PNG"),
        file_of(picture().convert("L"), "PNG"),
        file_of(picture().convert("1"), "PNG"),
        file_of(picture().convert("P"), "PNG"),
        file_of(picture().quantize(4), "PNG", bits=2),
        file_of(picture(), "JPEG"),
        file_of(picture(), "JPEG", progressive=True, subsampling=0),
        file_of(picture().convert("L"), "JPEG"),
        file_of(picture().convert("CMYK"), "JPEG"),
    ],
    ids=[
        "png",
        "grey_png",
        "one_bit_png",
        "palette_png",
        "two_bit_png",
        "jpeg",
        "progressive_jpeg",
        "grey_jpeg",
        "cmyk_jpeg",
    ],
)
@pytest.mark.parametrize(("name", "mode"), [("grey", "L"), ("color", "RGB")])
def test_the_pixels_are_those_that_pillow_reads(runs: Runs, file: bytes, name: str, mode: str) -> None:
    expected = np.asarray(Image.open(io.BytesIO(file)).convert(mode)).reshape(HEIGHT, WIDTH, -1)
    received = runs[f"{name}_from_bytes"]({"image_bytes": strings(file)})["pixels"]
    np.testing.assert_array_equal(received[0], expected)


def test_transparent_parts_lie_on_white(runs: Runs) -> None:
    image = picture().convert("RGBA")
    image.putalpha(Image.fromarray(np.linspace(0, 255, HEIGHT * WIDTH).astype(np.uint8).reshape(HEIGHT, WIDTH)))
    expected = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    received = runs["color_from_bytes"]({"image_bytes": strings(file_of(image, "PNG"))})["pixels"]
    np.testing.assert_allclose(received[0], np.asarray(expected), atol=1)
    assert (received[0, 0, 0] == 255).all()


@pytest.mark.parametrize("bits", [1, 8])
def test_a_transparent_color_of_a_palette_lies_on_white(runs: Runs, bits: int) -> None:
    image = Image.fromarray((np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 2).astype(np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    file = file_of(image, "PNG", transparency=0, bits=bits)
    received = runs["color_from_bytes"]({"image_bytes": strings(file)})["pixels"][0]
    assert received[0, :2].tolist() == [[255, 255, 255], [40, 50, 60]]


def test_sixteen_bits_are_brought_to_eight(runs: Runs) -> None:
    values = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)
    received = runs["grey_from_bytes"]({"image_bytes": strings(file_of(Image.fromarray(values), "PNG"))})["pixels"]
    np.testing.assert_array_equal(received[0, ..., 0], np.round(values / 257))


@pytest.mark.parametrize("size", [(7, 9), (12, 31), (90, 61), (1, 1)])
@pytest.mark.parametrize(("name", "mode"), [("grey", "L"), ("color", "RGB")])
def test_another_size_is_stretched_as_pillow_does(runs: Runs, size: tuple[int, int], name: str, mode: str) -> None:
    image = picture(*size)
    resized = image.convert(mode).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    received = runs[f"{name}_from_bytes"]({"image_bytes": strings(file_of(image, "PNG"))})["pixels"][0]
    # Pillow rounds between rows and columns too.
    np.testing.assert_allclose(received, np.asarray(resized).reshape(received.shape), atol=1)
    np.testing.assert_array_equal(received, np.round(received))


@pytest.mark.parametrize(
    "file", [b"", b"no picture", b"\x89PNG", file_of(picture(), "PNG")[:200], file_of(picture(), "JPEG")[:400]]
)
def test_what_is_no_whole_picture_fails_the_run(runs: Runs, file: bytes) -> None:
    with pytest.raises(ValueError, match="TensorFlow Serving cannot run 'grey_from_bytes' of"):
        runs["grey_from_bytes"]({"image_bytes": strings(file)})


def test_which_signatures_take_files() -> None:
    shape = (HEIGHT, WIDTH, 1)
    models = {
        "pixels": same(shape, "image"),
        "of_0_to_1": same(shape, "image"),
        "below_0": same(shape, "image"),
        "code": same(shape, "code"),
        "two_channels": same((HEIGHT, WIDTH, 2), "image"),
        "no_strip": same(shape, "images"),
    }
    high = {"pixels": 255.0, "of_0_to_1": 1.0}
    samples: dict[str, dict[str, np.ndarray]] = {
        name: {key: np.full((2, *tensor.shape[1:]), high.get(name, 200.0)) for key, tensor in model.input.items()}
        for name, model in named_signatures(models).items()
    }
    samples["below_0"]["image"][1] = -1
    assert picture_signatures(named_signatures(models), samples) == ["pixels"]


def test_a_signature_that_has_the_name_already() -> None:
    models = {"read": same((HEIGHT, WIDTH, 1), "image"), "read_from_bytes": same((4,), "code")}
    samples: dict[str, dict[str, np.ndarray]] = {
        "read": {"image": np.full((1, HEIGHT, WIDTH, 1), 9.0)},
        "read_from_bytes": {"code": np.ones((1, 4))},
    }
    with pytest.raises(ValueError, match="'read_from_bytes': 'read' gets one of this name for files; rename it"):
        picture_signatures(named_signatures(models), samples)


def test_they_are_described(signatures: dict[str, Any]) -> None:
    described = describe(signatures)
    strips = describe_files(described, ["strip"])
    assert strips["strip_from_bytes"]["inputs"] == {"images_bytes": {"shape": [None, 3], "dtype": "string"}}
    assert strips["strip_from_bytes"]["outputs"] == described["strip"]["outputs"]


def test_pixels_are_what_a_file_can_hold() -> None:
    pixels = to_pixels({"image": np.array([-3.0, 0.4, 99.6, 255.4], np.float32)})["image"]
    assert pixels.tolist() == [0, 0, 100, 255]
    assert pixels.dtype == np.float32


def test_the_proof_has_a_row_for_each_output(tmp_path: Path) -> None:
    import keras

    image = keras.Input((HEIGHT, WIDTH, 1), name="image")
    total = keras.ops.sum(image, axis=(1, 2))
    ids = keras.ops.cast(keras.ops.mod(total, 3), "int32")
    signatures = named_signatures({"read": keras.Model(image, {"total": total, "token_ids": ids})})
    texts = {"read": {"text": Text("token_ids", ("zero", "one", "two"), end=2)}}
    write_saved_model(signatures, tmp_path / "saved_model" / "1", encoded=["read"], texts=texts)
    noisy = {"read": {"image": np.random.default_rng(5).uniform(0, 255, (20, HEIGHT, WIDTH, 1)).astype(np.float32)}}
    rows = prove_files(tmp_path, "saved_model/1", ["read"], signatures, noisy, {}, texts)
    assert {row["output"]: row["largest_difference"] for row in rows} == {"total": 0, "token_ids": 0, "text": 0}
    assert {(row["file"], row["signature"], row["agrees"]) for row in rows} == {
        ("saved_model/1", "read_from_bytes", True)
    }


def test_the_proof_notices_another_model(
    tiny_signatures: dict[str, Any], tiny_samples: dict[str, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    import keras

    other = keras.models.clone_model(tiny_signatures["encode"])
    image = keras.Input((8, 8, 1), name="image")
    write_saved_model(
        named_signatures({"encode": keras.Model(image, {"code": next(iter(other(image).values()))})}),
        tmp_path / "1",
        encoded=["encode"],
    )
    with pytest.raises(ExportError, match="1 does not agree with Keras in serving: signature 'encode_from_bytes'"):
        prove_files(tmp_path, "1", ["encode"], named_signatures(tiny_signatures), tiny_samples, {}, {})


def test_none_are_written_unless_asked_for(tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    folder = make_saved_model(tiny_signatures, tmp_path / "1")
    assert not any(name.endswith("_from_bytes") for name in serving.signatures(folder))
