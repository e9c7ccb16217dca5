"""Figures as people read them, what counts as worse than recorded, and a command for every figure in the docs."""

import re
from pathlib import Path

import pytest

from tests.measure.evaluation.tables import PAGE, faults, page, recorded, with_tables

THEN = {
    "at: hit@1": 0.90, "at: refused": 0.05, "at: asked": 300, "check: too early": 0.01, "model before: asked": 300,
    "model before: leaks": 3, "model before: own words": 0.01, "club: Dogear: first two": 0.8,
    "club: Dogear: answerable, refused": 0.01, "club: Dogear: p50 ms": 20, "club: Dogear: words": 30,
}  # fmt: skip


def test_arms_with_the_same_figures_share_a_table() -> None:
    figures = {"at: asked": 1917, "at: hit@1": 0.9346, "hint: leaks": 0, "after: asked": 3, "after: hit@1": 1.0}
    assert page(figures) == (
        "|  | asked | hit@1 |\n| --- | --- | --- |\n| at | 1,917 | 93.5% |\n| after | 3 | 100.0% |\n\n"
        "|  | leaks |\n| --- | --- |\n| hint | 0 |"
    )
    assert page({}) == ""


@pytest.mark.parametrize(
    ("name", "within", "fault"),
    [
        ("at: hit@1", 0.885, 0.875),
        ("at: refused", 0.065, 0.075),
        ("check: too early", 0.025, 0.035),
        ("club: Dogear: first two", 0.785, 0.775),
        ("club: Dogear: answerable, refused", 0.025, 0.035),
        ("model before: own words", 0.025, 0.035),
        ("model before: leaks", 8, 10),
    ],
)
def test_more_than_two_points_are_a_fault_in_either_direction(name: str, within: float, fault: float) -> None:
    assert faults(THEN | {name: within}, THEN) == []
    [found] = faults(THEN | {name: fault}, THEN)
    assert found.startswith(name.partition(":")[0])


@pytest.mark.parametrize(
    "name",
    [
        "before: leaks",
        "at: leaks",
        "hint: leaks",
        "recap: leaks",
        "at: beyond",
        "at: failed",
        "model before: beyond",
        "club: Dogear: told early",
    ],
)
def test_a_single_leak_passage_or_failure_is_a_fault(name: str) -> None:
    assert faults({name: 1}, {}) == [f"{name}: 1, and must be 0."]
    assert faults({name: 0}, {}) == []


def test_the_page_shows_what_was_recorded_and_that_gives_nothing_away() -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert with_tables(told, recorded()) == told, "python -m tests.measure.evaluation --record writes both"
    assert "shipped" in recorded()
    assert [fault for figures in recorded().values() for fault in faults(figures, figures)] == []


ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FIGURE = re.compile(r"\|\s*[\d.,/; –-]*\d\s*(?:%|ms|s|MB|GB)\s*(?=\|)")
"""A cell of a table that holds nothing but a measured number."""

_COMMAND = re.compile(r"make [a-z]+|python -m [\w.]+|python run_bot\.py|score\.py|pytest")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def without_commands(text: str) -> list[str]:
    """Return the headings of sections that show measured numbers in a table and name no command."""
    sections = re.split(r"(?m)^(?=#+ )", text)
    measured = [section for section in sections if _FIGURE.search(_FENCE.sub("", section))]
    return [section.partition("\n")[0] for section in measured if not _COMMAND.search(section)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_table_of_figures_names_the_command_that_makes_it(path: Path) -> None:
    assert without_commands(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("told", "measured"), [("12.5%", True), ("0.3 ms", True), ("54.9 / 80.9 / 92.3%", True), ("2 GB", True),
                           ("`45%`", False), ("up to 5% of it", False), ("12", False), ("–", False)],
)  # fmt: skip
def test_a_measured_number_wants_a_command(told: str, measured: bool) -> None:
    text = f"## Speed\n\nSo it went.\n\n| a | b |\n| --- | --- |\n| x | {told} |\n"
    assert without_commands(text) == (["## Speed"] if measured else [])
    assert without_commands(text + "\n`make bench` prints it.\n") == []
