"""The table of runtimes that exported files can be proven in. A runtime is a row here and a file in ``runtimes/``."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from export.formats import FORMATS

TOLERANCES: dict[str, float | None] = {name: row.tolerance for name, row in FORMATS.items()}


@dataclass(frozen=True)
class Proof:
    """One way to run TFLite files, each signature in a process of its own, which alone imports the runtime.

    Args:
        module: Has ``open_signature(path, signature, *, threads=1, ...)`` and ``check_installed()``, which raises
            `export.errors.RuntimeMissingError`.
        variant: Which of a runtime's ways it is, in words; None where there is but one.
        options: For ``open_signature``.
        formats: Those that are tried.
        not_tried: Why the others are not.
        tolerances: Format to the largest relative difference from Keras; None where only the score binds.
        times_itself: The module has ``run_timed(path, signature, inputs, *, time_limit)``, which gives outputs and
            milliseconds of each run by the runtime's own clock; others are timed from outside.
        most_samples: How many samples of a signature are run; None for what `export.proving` takes.
        arena: The module has ``smallest_arena(path, signature)``, the bytes that the runtime needs beside the file.
    """

    module: str
    variant: str | None = None
    options: Mapping[str, int | str] = field(default_factory=dict)
    formats: tuple[str, ...] = tuple(FORMATS)
    not_tried: str = ""
    tolerances: Mapping[str, float | None] = field(default_factory=lambda: TOLERANCES)
    times_itself: bool = False
    most_samples: int | None = None
    arena: bool = False


LITERT = "export.runtimes.litert"
# The name on the command line and in the report, to the ways in which the runtime is run.
PROOFS: dict[str, tuple[Proof, ...]] = {
    "litert": (
        Proof(LITERT, "XNNPACK, 1 thread", {"threads": 1}),
        Proof(LITERT, "XNNPACK, 2 threads", {"threads": 2}),
        Proof(LITERT, "XNNPACK, 4 threads", {"threads": 4}),
        Proof(LITERT, "built-in kernels, 1 thread", {"kernels": "builtin"}),
        Proof(LITERT, "reference kernels, 1 thread", {"kernels": "reference"}),
    ),
    # A software driver may take half a second for one sample; Micro has one thread and plain kernels.
    "gpu": (Proof("export.runtimes.gpu", tolerances={**TOLERANCES, "float32": 1e-4}, most_samples=1000),),
    "micro": (
        Proof(
            "export.runtimes.micro",
            formats=tuple(name for name in FORMATS if name not in ("float16", "dynamic")),
            not_tried="TFLite Micro runs neither float16 nor dynamic-range files",
            most_samples=1000,
            arena=True,
        ),
    ),
    "browser": (
        Proof(
            "export.runtimes.browser",
            formats=tuple(name for name in FORMATS if name != "full_int8"),
            not_tried="LiteRT.js takes no int8 inputs",
            times_itself=True,
        ),
    ),
    "arm64": tuple(
        # An image may take half a second, each in five formats and on two processors.
        Proof("export.runtimes.arm64", variant, {"cpu": cpu}, times_itself=True, most_samples=500)
        for variant, cpu in (("Cortex-A72", "cortex-a72"), ("Cortex-A76", "cortex-a76"))
    ),
}
ALL, NOT_IN_ALL = "all", ("arm64",)
"""All but those that take an emulated processor's time."""


def check_runtimes(names: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple, in the table's order; ``"all"`` stands for all but ``"arm64"``.

    Raises:
        ValueError: a name that is not in `PROOFS`; says the nearest.
    """
    wanted = {names} if isinstance(names, str) else set(names)
    for name in sorted(wanted - {*PROOFS, ALL}):
        nearest = difflib.get_close_matches(name, [*PROOFS, ALL], n=1, cutoff=0.4)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"expected runtimes out of {', '.join([*PROOFS, ALL])}, received {name!r}.{hint}")
    return tuple(name for name in PROOFS if name in wanted or (ALL in wanted and name not in NOT_IN_ALL))
