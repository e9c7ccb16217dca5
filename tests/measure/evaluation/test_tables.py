"""Figures as people read them."""

from __future__ import annotations

import pytest

from tests.measure.evaluation.tables import TABLES, Table, cell, page

TABLE = Table("what", {"before": "one mark before", "at": "at the mark"}, {"asked": "questions", "hit@1": "found"})


@pytest.mark.parametrize(
    ("row", "value", "told"), [("asked", 1917, "1,917"), ("hit@1", 0.9346, "93.5%"), ("leaks", 0, "0")]
)
def test_counts_are_numbers_and_all_else_is_in_per_cent(row: str, value: float, told: str) -> None:
    assert cell({f"at: {row}": value}, "at", row) == told


def test_what_was_not_measured_is_a_dash() -> None:
    assert TABLE.of({"at: asked": 3, "at: hit@1": 1.0, "before: asked": 3}) == (
        "| what | one mark before | at the mark |\n| --- | --- | --- |\n| questions | 3 | 3 |\n| found | – | 100.0% |"
    )


def test_a_table_without_figures_is_none() -> None:
    assert TABLE.of({"after: hit@1": 0.5}) == ""
    assert page({}) == ""


def test_every_way_of_taking_labels_out_has_a_line() -> None:
    figures = {
        "placing reviews: alone: too early": 0.01,
        "placing reviews: alone: sentences": 12,
        "placing x: excess": 0.5,
    }
    told = page(figures).splitlines()
    assert told[2] == "| reviews: alone | 12 | 1.0% | – | – |"
    assert told[3] == "| x | – | – | 50.0% | – |"


def test_no_two_tables_show_the_same_figure() -> None:
    shown = [(arm, row) for table in TABLES for arm in table.columns for row in table.rows if row != "asked"]
    assert len(shown) == len(set(shown))
