"""Which fonts are found for which words, with a font for Hangul that is made here."""

import matplotlib
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from matplotlib.font_manager import fontManager

from keraszoo.evaluation.figures import new_figure
from keraszoo.evaluation.fonts import font_families


@pytest.fixture(autouse=True)
def bundled_fonts_only(monkeypatch):
    bundled = [entry for entry in fontManager.ttflist if entry.fname.startswith(matplotlib.get_data_path())]
    monkeypatch.setattr(fontManager, "ttflist", bundled)


def install_font(path, family, characters, weight=400):
    """A font of blank glyphs, one for each of ``characters``."""
    names = {ord(character): f"uni{ord(character):04X}" for character in characters}
    glyphs = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(names)
    builder.setupCFF(family, {}, {glyph: T2CharStringPen(1000, None).getCharString() for glyph in glyphs}, {})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=weight)
    builder.setupPost()
    builder.save(path)
    fontManager.addfont(path)


@pytest.mark.parametrize("words", ["twenty one", "vingt-et-un été", "двадцать один", "είκοσι ένα"])
def test_the_default_serves_what_it_has(words):
    assert font_families([words]) == matplotlib.rcParams["font.family"]


def test_hangul_without_a_font_is_not_written_in_placeholders():
    assert font_families(["이십일"]) is None


@pytest.mark.filterwarnings("error")
def test_hangul_comes_from_a_font_that_has_all_of_it(tmp_path):
    install_font(tmp_path / "few.otf", "A Few Syllables", "이십")
    assert font_families(["이십일", "two"]) is None
    install_font(tmp_path / "all.otf", "More Syllables", "이십일")
    families = font_families(["이십일", "two"])
    assert families == [*matplotlib.rcParams["font.family"], "More Syllables"]
    figure = new_figure(2, 1)
    figure.text(0.5, 0.5, "이십일 two", family=families)
    figure.canvas.draw()  # a glyph that is missing is a warning


def test_a_regular_font_is_preferred(tmp_path):
    install_font(tmp_path / "bold.otf", "A Bold One", "이", weight=700)
    install_font(tmp_path / "regular.otf", "The Regular One", "이")
    assert font_families(["이"])[-1] == "The Regular One"


def test_a_font_that_is_gone_is_passed_over(tmp_path):
    install_font(tmp_path / "gone.otf", "Gone", "이")
    (tmp_path / "gone.otf").unlink()
    assert font_families(["이"]) is None


@pytest.mark.parametrize("words", ["عشرون", "עשרים", "ยี่สิบ"])
def test_scripts_that_would_come_apart_are_not_written(words):
    assert font_families([words]) is None
