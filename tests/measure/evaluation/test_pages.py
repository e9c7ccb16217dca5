"""No figure without its command: whoever reads a measured number in README or docs can make it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FIGURE = re.compile(r"\|\s*[\d.,/; –-]*\d\s*(?:%|ms|s|MB|GB)\s*(?=\|)")
"""A cell of a table that holds nothing but a measured number."""

_COMMAND = re.compile(r"make [a-z]+|python -m [\w.]+|python run_bot\.py|score\.py|pytest")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def without_commands(page: str) -> list[str]:
    """Return the headings of sections that show measured numbers in a table and name no command."""
    sections = re.split(r"(?m)^(?=#+ )", page)
    measured = [section for section in sections if _FIGURE.search(_FENCE.sub("", section))]
    return [section.partition("\n")[0] for section in measured if not _COMMAND.search(section)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_table_of_figures_names_the_command_that_makes_it(page: Path) -> None:
    assert without_commands(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("cell", ["12.5%", "0.3 ms", "1,500 s", "54.9 / 80.9 / 92.3%", "25.1; 37.3%", "2 GB"])
def test_a_measured_number_wants_a_command(cell: str) -> None:
    page = f"## Speed\n\nSo it went.\n\n| a | b |\n| --- | --- |\n| x | {cell} |\n"
    assert without_commands(page) == ["## Speed"]
    assert without_commands(page + "\n`make bench` prints it.\n") == []
    assert without_commands(f"{page}\n## Others\n\n`make bench` prints it.\n") == ["## Speed"], "of another section"


@pytest.mark.parametrize("cell", ["`45%`", "up to 5% of it", "12", "what “45%” means", "–"])
def test_what_is_no_measured_number_wants_none(cell: str) -> None:
    assert without_commands(f"## Words\n\n| a | b |\n| --- | --- |\n| x | {cell} |\n") == []
