"""The figures in README.md and docs/, from the committed results.

    python benchmarks/tables.py [FILE ...]    # writes them into these files, or into all

README.md has all sections of `SECTIONS` between two marks. A page of docs/ has one of `SECTIONS` or `BLOCKS` wherever it
says `<!-- figures: NAME -->`, up to `<!-- end of figures -->`, and one number of a result file wherever its text says
`<!-- figure: FILE KEY.KEY FORMAT -->`, up to `<!-- . -->`. A section whose results are missing is left out.
"""

import re
import sys
from functools import reduce
from pathlib import Path

import export_tables
import family_tables
import reading_tables
from results import RESULTS, read_results

from keraszoo.files import write_whole

ROOT = RESULTS.parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- figures: python benchmarks/tables.py -->", "<!-- end of figures -->"
BLOCK = re.compile(rf"(<!-- figures: (\w+) -->\n).*?({END})", re.DOTALL)
NUMBER = re.compile(r"(<!-- figure: (\w+) ([\w.-]+) (\S+) -->).*?(<!-- \. -->)", re.DOTALL)
MISSING = "*Not measured yet.*"

SECTIONS = {
    "reconstruction": ("Rebuilding images from 30 numbers", family_tables.reconstruction),
    "denoising": ("Cleaning noisy images", family_tables.denoising),
    "retrieval": ("Finding images by their bits", family_tables.retrieval),
    "search": ("Searching a million codes", family_tables.search),
    "labels": ("Telling pictures apart", family_tables.labels),
    "reading": ("Reading digits as words", reading_tables.reading),
    "sizes": ("How small a model may be", family_tables.sizes),
    "agreement": ("What ships against what was trained", export_tables.agreement),
    "coverage": ("In every runtime", export_tables.coverage),
    "speed": ("Speed", export_tables.speed),
}
"""Title and text of each part of README.md."""

BLOCKS = {
    **{name: text for name, (_, text) in SECTIONS.items()},
    "reconstruction_published": family_tables.reconstruction_published,
    "bits": family_tables.bits,
}
"""What a page of docs/ may show."""

PICTURES = {
    "labels": ("label-curves.png", "Errors by the number of labels, in four ways"),
    "reading": ("reading-ways.png", "Whole words by the time of training, in three ways"),
    "sizes": ("sizes.png", "Scores of float16 and int8 files by their bytes, a line a format"),
}
"""What stands above a block, once a benchmark has drawn it."""


def main(chosen: list[str]) -> None:
    for path in map(Path, chosen) if chosen else (README, *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        renewed = filled(text)
        if renewed != text:
            with write_whole(path) as temporary:
                temporary.write_text(renewed, encoding="utf-8")


def filled(text: str) -> str:
    """README.md or a page of docs/ with the figures that the results have now."""
    if BEGIN in text:
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
        text = before + figures() + after
    return NUMBER.sub(_number, BLOCK.sub(_block, text))


def figures() -> str:
    """All sections, between the marks that they stand between in the README."""
    texts = ((name, title, text()) for name, (title, text) in SECTIONS.items())
    return "\n\n".join([BEGIN, *(f"### {title}\n\n{_picture(name)}{text}" for name, title, text in texts if text), END])


def _picture(name: str, root: str = "") -> str:
    """What shows the picture of a block, from a page that the results are at ``root`` of; nothing if there is none."""
    file, title = PICTURES.get(name, ("", ""))
    return f"![{title}]({root}benchmarks/results/{file})\n\n" if file and (RESULTS / file).exists() else ""


def _block(match: re.Match[str]) -> str:
    begin, name, end = match.groups()
    if name not in BLOCKS:
        raise ValueError(f"expected a block of figures ({', '.join(BLOCKS)}), received {name!r}")
    return f"{begin}\n{_picture(name, '../')}{BLOCKS[name]() or MISSING}\n\n{end}"


def _number(match: re.Match[str]) -> str:
    begin, name, keys, form, end = match.groups()
    try:
        value = reduce(lambda row, key: row[key], keys.split("."), read_results(name))
    except KeyError as error:
        raise ValueError(f"benchmarks/results/{name}.json has no {keys}: {error} is missing") from error
    return f"{begin}{value:{form}}{end}"


if __name__ == "__main__":
    main(sys.argv[1:])
