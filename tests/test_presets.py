"""The zoo's table: every row names what there is, and can be trained."""

import inspect
import json
from dataclasses import asdict

import pytest

from keraszoo.families import FAMILIES, family
from keraszoo.presets import PRESETS, preset
from keraszoo.training import fit


@pytest.mark.parametrize("name", PRESETS)
def test_every_row_fits_its_family(name):
    row = PRESETS[name]
    module = family(row.family)
    assert row.family in FAMILIES
    inspect.signature(module.build).bind((28, 28, 1), **row.builder)
    accepted = {*inspect.signature(module.train).parameters, *inspect.signature(fit).parameters}
    assert set(row.training) <= accepted
    assert row.minutes > 0
    assert json.loads(json.dumps(asdict(row)))["data"] == row.data


def test_an_unknown_preset_is_told_the_nearest():
    with pytest.raises(ValueError, match=r"received 'autoencoder-digit'\. Did you mean 'autoencoder-digits'\?"):
        preset("autoencoder-digit")


def test_an_unknown_family_is_told_the_nearest():
    with pytest.raises(ValueError, match=r"received 'autoencodr'\. Did you mean 'autoencoder'\?"):
        family("autoencodr")
