"""The zoo's table: every row names what there is, and can be trained."""

import json
from dataclasses import asdict

import pytest

from keraszoo.families import check_options, family
from keraszoo.presets import PRESETS, preset


@pytest.mark.parametrize("name", PRESETS)
def test_every_row_fits_its_family(name):
    row = PRESETS[name]
    check_options(row.family, row.builder, row.training)
    assert row.minutes > 0
    assert json.loads(json.dumps(asdict(row)))["data"] == row.data


@pytest.mark.parametrize("name", [name for name, row in PRESETS.items() if "autoencoder" in row.builder])
def test_what_a_row_is_built_on_is_a_row_of_the_same_data(name):
    row = PRESETS[name]
    assert PRESETS[row.builder["autoencoder"]].data == row.data


@pytest.mark.parametrize("name", [name for name, row in PRESETS.items() if row.family == "translator"])
def test_a_translator_is_built_on_a_reader_of_its_language(name):
    builder = PRESETS[name].builder
    assert PRESETS[builder["reader"]].family == "reader"
    assert PRESETS[builder["reader"]].builder["language"] == builder["into"]


def test_an_unknown_preset_is_told_the_nearest():
    with pytest.raises(ValueError, match=r"received 'autoencoder-digit'\. Did you mean 'autoencoder-digits'\?"):
        preset("autoencoder-digit")


def test_an_unknown_family_is_told_the_nearest():
    with pytest.raises(ValueError, match=r"received 'autoencodr'\. Did you mean 'autoencoder'\?"):
        family("autoencodr")
