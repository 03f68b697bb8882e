"""A trained model in one runtime, used by its verbs."""

import warnings
from typing import Any

import numpy as np

from export.runtimes.signature import Tensor
from keraszoo.data.pictures import fitted_note
from keraszoo.loading.given import given_to
from keraszoo.loading.runtimes import Opened
from keraszoo.loading.verbs import VERBS, verbs_of


class LoadedModel:
    """A trained model, as `load` opens it. Use it from one thread at a time.

    A model has the ``verbs`` of its family; another one is a ``ValueError`` that names those it has. ``pictures`` are a
    path, a Pillow image, an array (whole numbers 0-255 or floats 0-1), a list of these or a batch as one array. For one
    picture the answer is one; for a list or a batch, a list or an array of as many. Pictures of another size or mode
    than the model's are fitted, which a warning says.

    Attributes:
        name: the model's.
        runtime: which it is opened in.
        verbs: what it can do.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.name
        self.runtime = opened.runtime
        self.verbs = verbs_of(opened.signatures)

    def __repr__(self) -> str:
        return f"<{self.name} in {self.runtime}: {', '.join(self.verbs)}>"

    def reconstruct(self, pictures: Any) -> np.ndarray:
        """The pictures compressed and rebuilt: 0-1, ``(height, width, channels)`` for one."""
        return self._ask("reconstruct", pictures)

    def encode(self, pictures: Any) -> np.ndarray:
        """The pictures' codes: ``(code_size,)`` for one."""
        return self._ask("encode", pictures)

    def decode(self, codes: Any) -> Any:
        """What codes stand for: an image, 0-1, for one of `encode` or `hash`; `Words` for one `context`."""
        return self._ask("decode", codes)

    def denoise(self, pictures: Any) -> np.ndarray:
        """The pictures cleaned: 0-1, ``(height, width, channels)`` for one."""
        return self._ask("denoise", pictures)

    def hash(self, pictures: Any) -> np.ndarray:
        """The pictures' bits, as `keraszoo.search` takes them: ``uint8`` 0 and 1, ``(bits,)`` for one."""
        return self._ask("hash", pictures)

    def soft_code(self, pictures: Any) -> np.ndarray:
        """What `hash` rounds to bits: 0-1, ``(bits,)`` for one."""
        return self._ask("soft_code", pictures)

    def classify(self, pictures: Any) -> Any:
        """What the pictures show: a `Classification` for one, a list of them for several."""
        return self._ask("classify", pictures)

    def read(self, numbers: Any) -> Any:
        """The words of a number, whose digits are a picture each: `Words`, or a list of them for several numbers.

        A list of pictures is one number, from left to right, light digits on dark; a list of such lists, several.
        `keraszoo.data.cut_digits` cuts a picture of several digits apart, its result can be given here.
        """
        return self._ask("read", numbers)

    def translate(self, texts: Any) -> Any:
        """A number's words in the other language: `Words` for one text, a list of them for several."""
        return self._ask("translate", texts)

    def context(self, given: Any) -> np.ndarray:
        """What stands between encoder and decoder, given as to `read` or `translate`: ``(max_digits, 11)`` for one."""
        return self._ask("context", given)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """The ``(height, width, channels)`` of pictures that need not be fitted; a ``ValueError`` if it takes none."""
        shapes = [tensor.shape for name, tensor in map(self._input, self.verbs) if name in ("image", "images")]
        if not shapes:
            raise ValueError(f"{self.name} takes no pictures")
        height, width, channels = shapes[0][-3:]
        return height, width, channels

    @property
    def max_digits(self) -> int:
        """The most digits that `read` takes as one number."""
        return self._input("read")[1].shape[1]

    def warm_up(self, verb: str) -> None:
        """Open what a verb runs, which its first use does otherwise, by running it once on zeros."""
        name, tensor = self._input(verb)
        self._opened.run(VERBS[verb].signature, {name: np.zeros((1, *tensor.shape[1:]), tensor.dtype)})

    def _input(self, verb: str) -> tuple[str, Tensor]:
        """The name of what the verb's signature takes, and its shape and dtype."""
        if verb not in self.verbs:
            raise ValueError(f"{self.name} cannot {verb}: expected one of its verbs, {', '.join(self.verbs)}")
        ((name, tensor),) = self._opened.signatures[VERBS[verb].signature].inputs.items()
        return name, tensor

    def _ask(self, verb: str, given: Any) -> Any:
        name, tensor = self._input(verb)
        row, opened = VERBS[verb], self._opened
        values, single, fitted = given_to(name, tensor.shape[1:], opened.read_text)(given)
        if fitted:
            warnings.warn(f"{self.name} {fitted_note(tensor.shape[-3:], fitted)}", stacklevel=3)
        answers = row.answers(opened.run(row.signature, {name: values}), opened.read_text)
        return answers[0] if single else answers
