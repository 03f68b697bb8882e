import numpy as np
import pytest
from PIL import Image

from keraszoo.evaluation import code_advice, code_diagnostics, plot_code_diagnostics


@pytest.fixture
def good_codes():
    """Each code of 6 bits 20 times."""
    bits = (np.arange(1280)[:, np.newaxis] % 64 >> np.arange(6)) & 1
    return np.where(bits, 0.99, 0.01)


def test_good_codes(good_codes):
    figures = code_diagnostics(good_codes)
    assert figures["undecided"] == 0
    assert figures["bit_means"] == [0.5] * 6
    assert figures["entropy_mean"] == figures["entropy_min"] == 1
    assert figures["correlation_max"] == pytest.approx(0, abs=1e-12)
    assert (figures["buckets_used"], figures["largest_bucket"]) == (64, 20)
    assert figures["empty_share"] == figures["own_bucket"] == 0
    assert figures["shared"] == 1
    assert code_advice(figures) == []


def test_figures_by_hand():
    soft = np.array([[0.95, 0.05, 0.5], [0.95, 0.95, 0.05], [0.95, 0.95, 0.05], [0.95, 0.05, 0.8]])
    figures = code_diagnostics(soft)
    assert figures["undecided"] == pytest.approx(2 / 12)
    assert figures["bit_means"] == [1, 0.5, 0.25]
    entropy_of_quarter = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    assert figures["entropy_mean"] == pytest.approx((0 + 1 + entropy_of_quarter) / 3)
    assert figures["entropy_min"] == pytest.approx(0)
    assert figures["correlation_max"] == pytest.approx(1 / np.sqrt(3))
    assert figures["correlation_mean"] == pytest.approx(1 / np.sqrt(3) / 3)
    assert sorted(figures["most_correlated"]) == [1, 2]
    assert (figures["buckets_used"], figures["largest_bucket"], figures["own_bucket"]) == (3, 2, 0.5)
    assert figures["empty_share"] == 5 / 8
    assert figures["empty_share_expected"] == pytest.approx((7 / 8) ** 4)
    assert figures["shared_expected"] == pytest.approx(1 - (7 / 8) ** 3)


def test_expectations_agree_with_random_codes():
    figures = code_diagnostics(np.random.default_rng(0).integers(0, 2, (20_000, 14)))
    assert figures["empty_share"] == pytest.approx(figures["empty_share_expected"], abs=0.01)
    assert figures["shared"] == pytest.approx(figures["shared_expected"], abs=0.01)


def test_advice_names_what_is_wrong(good_codes):
    undecided = good_codes.copy()
    undecided[:, 0] = np.where(undecided[:, 0] > 0.5, 0.6, 0.4)
    constant = good_codes.copy()
    constant[:, 5] = 0.99
    same = good_codes.copy()
    same[:, 3] = 1 - same[:, 1]
    wide = np.random.default_rng(0).integers(0, 2, (1000, 32))
    cases = [
        (undecided, "16.7% of the values are undecided"),
        (constant, "Bit 5 is almost always 1"),
        (same, "Bits 1 and 3 say the same"),
        (wide, "Too many bits for this many images: 32 bits for 1,000; about 9"),
        (wide, "use near(), not bucket()"),
        (np.zeros((500, 8)) + 0.01, "One bucket holds 100% of the images"),
    ]
    for codes, sentence in cases:
        assert sentence in " ".join(code_advice(code_diagnostics(codes)))


def test_one_bit_and_one_image():
    assert code_diagnostics([[0.9]])["correlation_mean"] == 0
    assert code_diagnostics(np.zeros((3, 300)))["buckets_used"] == 1


@pytest.mark.parametrize(
    ("codes", "message"), [([[1.2]], "0-1"), ([[-0.1]], "0-1"), ([[np.nan]], "finite"), (np.zeros((0, 3)), "at least")]
)
def test_wrong_codes(codes, message):
    with pytest.raises(ValueError, match=message):
        code_diagnostics(codes)


@pytest.mark.parametrize("codes", [np.random.default_rng(0).uniform(size=(200, 16)), [[0.9]], np.eye(2, 1100)])
def test_plot(tmp_path, codes):
    path = tmp_path / "codes.png"
    plot_code_diagnostics(codes, path)
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20
