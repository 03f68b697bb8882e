"""Pictures of any size through a model of one size: arrays, files and folders."""

import logging
import shutil

import numpy as np
import pytest
from PIL import Image

from keraszoo.denoising import denoise_files, denoise_picture
from keraszoo.denoising.tiles import TILES_AT_ONCE, count_tiles

GREY, COLOUR = (8, 8, 1), (8, 8, 3)


def unchanged(pixels):
    return pixels / np.float32(255)


def inverted(pixels):
    return 1 - pixels / np.float32(255)


def random_picture(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("overlap", [0, 0.25, 0.5, 0.9])
@pytest.mark.parametrize(
    "shape", [(8, 8), (1, 1), (3, 5), (8, 30), (9, 8), (7, 100), (64, 33), (20, 20, 3), (3, 20, 1)], ids=str
)
def test_tiles_put_a_picture_together_as_it_was(shape, overlap):
    picture = random_picture(*shape)
    result = denoise_picture(inverted, picture, GREY, overlap=overlap)
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, 255 - picture)


def test_a_picture_of_the_models_size_is_given_to_it_as_it_is():
    picture = random_picture(8, 8)
    calls = []

    def denoise(pixels):
        calls.append(pixels)
        return pixels / np.float32(300)

    result = denoise_picture(denoise, picture, GREY)
    np.testing.assert_array_equal(result, np.round(picture / np.float32(300) * 255))
    assert [(pixels.shape, pixels.dtype) for pixels in calls] == [((1, 8, 8, 1), np.float32)]
    np.testing.assert_array_equal(calls[0][0, ..., 0], picture)


def test_no_seams_where_tiles_disagree():
    """Each tile comes out in a brightness of its own; blended, neighbouring pixels stay close."""

    def denoise(pixels):
        shade = np.random.default_rng(0).random(len(pixels), dtype=np.float32)
        return np.ones_like(pixels) * shade[:, None, None, None]

    picture = np.zeros((16, 160), np.uint8)
    smooth = denoise_picture(denoise, picture, (16, 16, 1)).astype(int)
    tiled = denoise_picture(denoise, picture, (16, 16, 1), overlap=0).astype(int)
    assert np.abs(np.diff(smooth)).max() <= 255 * np.pi / 16  # the steepest that the window is
    assert np.abs(np.diff(tiled)).max() > 100


def test_borders_are_reflected():
    seen = []

    def denoise(pixels):
        seen.append(pixels)
        return pixels / 255

    denoise_picture(denoise, np.array([[10, 20, 30]], np.uint8), (1, 4, 1))
    shown = np.concatenate(seen).reshape(-1, 4)
    assert shown[0].tolist() == [30, 20, 10, 20]
    assert all(abs(step) == 10 for row in shown for step in np.diff(row))


def test_a_model_for_grey_cleans_each_channel_by_itself():
    picture = random_picture(8, 8, 3)
    seen = []

    def denoise(pixels):
        seen.append(pixels[0, ..., 0])
        return inverted(pixels)

    np.testing.assert_array_equal(denoise_picture(denoise, picture, GREY), 255 - picture)
    np.testing.assert_array_equal(np.stack(seen, axis=-1), picture)


def test_a_model_for_colour_sees_grey_as_three_equal_channels_and_the_mean_is_kept():
    def denoise(pixels):
        np.testing.assert_array_equal(pixels.min(axis=-1), pixels.max(axis=-1))
        return np.ones_like(pixels) * np.float32([0.1, 0.2, 0.3])

    result = denoise_picture(denoise, random_picture(20, 9), COLOUR)
    assert result.shape == (20, 9)
    assert np.unique(result).tolist() == [51]
    np.testing.assert_array_equal(
        denoise_picture(inverted, random_picture(9, 8, 3), COLOUR), 255 - random_picture(9, 8, 3)
    )


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("resize", [False, True])
def test_alpha_stays(channels, resize):
    picture = random_picture(12, 10, channels)
    for image_shape in (GREY, COLOUR):
        result = denoise_picture(inverted, picture, image_shape, resize=resize)
        np.testing.assert_array_equal(result[..., -1], picture[..., -1])
        assert not np.array_equal(result[..., :-1], picture[..., :-1])


@pytest.mark.parametrize("shape", [(20, 30), (3, 4), (20, 30, 3), (8, 8)])
def test_resizing_gives_the_model_one_image_and_the_size_back(shape):
    seen = []

    def denoise(pixels):
        seen.append(pixels.shape)
        return inverted(pixels)

    flat = np.full(shape, 200, np.uint8)
    np.testing.assert_array_equal(denoise_picture(denoise, flat, GREY, resize=True), 55)
    assert seen == [(1, *GREY)] * (3 if len(shape) == 3 else 1)


def test_tiles_come_in_batches_and_are_counted_beforehand():
    sizes = []

    def denoise(pixels):
        sizes.append(len(pixels))
        return unchanged(pixels)

    denoise_picture(denoise, random_picture(100, 80, 3), GREY)
    assert sum(sizes) == count_tiles(100, 80, 3, GREY)
    assert max(sizes) == TILES_AT_ONCE


@pytest.mark.parametrize(
    ("picture", "image_shape", "options", "message"),
    [
        (np.zeros((8, 8)), GREY, {}, "picture: expected uint8"),
        (np.zeros((8, 8, 5), np.uint8), GREY, {}, r"1 to 4 channels\), received uint8 of shape \(8, 8, 5\)"),
        (np.zeros((0, 8), np.uint8), GREY, {}, "picture: expected uint8"),
        (np.zeros((8, 8), np.uint8), (8, 8, 2), {}, "image_shape: expected"),
        (np.zeros((8, 8), np.uint8), (8, 8), {}, "image_shape: expected"),
        (np.zeros((8, 8), np.uint8), GREY, {"overlap": 1.0}, "overlap: expected a share"),
        (np.zeros((8, 8), np.uint8), GREY, {"overlap": float("nan")}, "overlap: expected a share"),
    ],
)
def test_what_cannot_be_is_refused(picture, image_shape, options, message):
    with pytest.raises(ValueError, match=message):
        denoise_picture(unchanged, picture, image_shape, **options)


def test_a_model_that_gives_no_images_is_refused():
    with pytest.raises(ValueError, match=r"of shape \(1, 8, 8, 1\), received float32 of shape \(1, 8, 8\); check"):
        denoise_picture(lambda pixels: pixels[..., 0], random_picture(8, 8), GREY)
    with pytest.raises(ValueError, match="with NaN or infinity"):
        denoise_picture(lambda pixels: pixels * np.float32(np.nan), random_picture(8, 8), GREY)


def saved(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def read(path):
    with Image.open(path) as picture:
        return picture.mode, np.asarray(picture)


@pytest.mark.parametrize(
    ("mode", "shape"), [("L", (9, 20)), ("LA", (9, 20, 2)), ("RGB", (9, 20, 3)), ("RGBA", (9, 20, 4))]
)
def test_a_file_becomes_a_file_of_its_mode(mode, shape, tmp_path):
    picture = random_picture(*shape)
    source = saved(tmp_path / "noisy.png", picture)
    assert denoise_files(inverted, source, tmp_path / "new" / "clean.png", GREY, verbose=0) == 1
    cleaned_mode, cleaned = read(tmp_path / "new" / "clean.png")
    assert cleaned_mode == mode
    np.testing.assert_array_equal(cleaned, denoise_picture(inverted, picture, GREY))


def test_16_bits_palettes_and_rotated_pictures(tmp_path):
    deep = saved(tmp_path / "deep.png", np.full((8, 9), 257 * 40, np.uint16))
    palette = Image.new("P", (9, 8), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    palette.save(tmp_path / "palette.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    lying = saved(tmp_path / "lying.png", random_picture(8, 9), exif=exif)
    results = {}
    for source in (deep, tmp_path / "palette.png", lying):
        denoise_files(inverted, source, tmp_path / "out" / source.name, GREY, verbose=0)
        results[source.stem] = read(tmp_path / "out" / source.name)
    assert (results["deep"][0], np.unique(results["deep"][1]).tolist()) == ("L", [215])
    assert (results["palette"][0], results["palette"][1][0, 0].tolist()) == ("RGB", [245, 235, 225])
    np.testing.assert_array_equal(results["lying"][1], 255 - np.rot90(random_picture(8, 9), -1))


def test_a_folder_keeps_names_and_sub_folders_and_shows_progress(tmp_path, capsys):
    pictures = {
        "one.png": random_picture(8, 8),
        "deep/er/two.png": random_picture(20, 9, 3),
        "deep/three.bmp": random_picture(3, 4),
    }
    for name, picture in pictures.items():
        saved(tmp_path / "in" / name, picture)
    saved(tmp_path / "in" / ".hidden" / "four.png", random_picture(8, 8))
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    assert denoise_files(inverted, tmp_path / "in", tmp_path / "out", GREY) == 3
    out = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert out == set(pictures)
    for name, picture in pictures.items():
        np.testing.assert_array_equal(read(tmp_path / "out" / name)[1], 255 - picture)
    tiles = sum(count_tiles(*shape, GREY) for shape in ((8, 8, 1), (20, 9, 3), (3, 4, 1)))
    assert f"{tiles}/{tiles}" in capsys.readouterr().out


def test_a_broken_picture_is_named_or_left_out(tmp_path, caplog):
    saved(tmp_path / "in" / "good.png", random_picture(8, 8))
    whole = saved(tmp_path / "in" / "half.jpg", random_picture(80, 80)).read_bytes()
    (tmp_path / "in" / "half.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"cannot be read: .*half\.jpg .*; written before it: 1, with overwrite"):
        denoise_files(unchanged, tmp_path / "in", tmp_path / "out", GREY, verbose=0)
    (tmp_path / "in" / "none.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"cannot be read: .*none\.png .*skip_broken"):
        denoise_files(unchanged, tmp_path / "in", tmp_path / "new", GREY, verbose=0)
    with caplog.at_level(logging.WARNING, logger="keraszoo"):
        assert denoise_files(unchanged, tmp_path / "in", tmp_path / "new", GREY, skip_broken=True, verbose=0) == 1
    assert "Left out 2 of 3 pictures" in caplog.text
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["good.png"]
    with pytest.raises(ValueError, match=r"none\.png"):
        denoise_files(unchanged, tmp_path / "in" / "none.png", tmp_path / "x.png", GREY, skip_broken=True, verbose=0)


def test_a_picture_too_large_to_be_one_is_refused(tmp_path, monkeypatch):
    source = saved(tmp_path / "bomb.png", random_picture(30, 30))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    with pytest.raises(ValueError, match="decompression bomb"):
        denoise_files(unchanged, source, tmp_path / "out.png", GREY, verbose=0)


def test_a_file_is_replaced_whole_or_stays(tmp_path):
    source = saved(tmp_path / "noisy.png", random_picture(8, 8))
    target = saved(tmp_path / "clean.png", random_picture(3, 3))
    before = target.read_bytes()

    def fail(_pixels):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        denoise_files(fail, source, target, GREY, overwrite=True, verbose=0)
    assert target.read_bytes() == before
    denoise_files(inverted, source, target, GREY, overwrite=True, verbose=0)
    np.testing.assert_array_equal(read(target)[1], 255 - random_picture(8, 8))
    assert {path.name for path in tmp_path.iterdir()} == {"noisy.png", "clean.png"}


def test_transparency_in_a_format_without_it_is_refused(tmp_path):
    source = saved(tmp_path / "noisy.png", random_picture(8, 8, 4))
    with pytest.raises(ValueError, match=r"clean\.jpg cannot hold this picture .*\.png"):
        denoise_files(unchanged, source, tmp_path / "clean.jpg", GREY, verbose=0)
    assert not (tmp_path / "clean.jpg").exists()


@pytest.mark.parametrize(
    ("source", "target", "error", "message"),
    [
        ("in/a.png", "in/a.png", ValueError, "would be overwritten"),
        ("in/a.png", "in/../in/a.png", ValueError, "would be overwritten"),
        ("in", "in", ValueError, "a target outside"),
        ("in", "in/out", ValueError, "a target outside"),
        ("in/in", "in", ValueError, "would be overwritten"),
        ("in/a.png", "file.png", ValueError, r"file\.png would be overwritten; .* \(--overwrite\)"),
        ("in/in", "out", ValueError, r"out/a\.png and 1 more would be overwritten"),
        ("in", "file.png", NotADirectoryError, "received the file"),
        ("in/a.png", "in", IsADirectoryError, "received the folder"),
        ("in/a.png", "a.xyz", ValueError, r"a picture file to write \(.bmp .*received .*a.xyz"),
        ("missing.png", "a.png", FileNotFoundError, "found nothing"),
        ("empty", "new", ValueError, "found none"),
    ],
)
def test_targets_that_would_do_harm_and_sources_that_are_none(source, target, error, message, tmp_path):
    saved(tmp_path / "in" / "a.png", random_picture(8, 8))
    saved(tmp_path / "in" / "in" / "a.png", random_picture(8, 8))
    saved(tmp_path / "in" / "in" / "in" / "a.png", random_picture(8, 8))
    saved(tmp_path / "file.png", random_picture(8, 8))
    shutil.copytree(tmp_path / "in" / "in", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    with pytest.raises(error, match=message):
        denoise_files(unchanged, tmp_path / source, tmp_path / target, GREY, verbose=0)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.png")} == before
