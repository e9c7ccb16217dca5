"""What continuous integration takes for worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.measure.evaluation.recording import PAGE, RECORDED, faults, record, recorded, with_tables, worse

THEN = {
    "at: hit@1": 0.90,
    "at: refused": 0.05,
    "at: asked": 300,
    "check: too early": 0.01,
    "model before: asked": 300,
    "model before: leaks": 3,
    "model before: own words": 0.01,
}


def test_what_was_recorded_is_good_enough() -> None:
    assert faults(THEN, THEN) == []
    assert faults({}, THEN) == [], "what is not measured is not judged"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at: hit@1", 0.885),
        ("at: hit@1", 1.0),
        ("at: refused", 0.065),
        ("at: refused", 0.0),
        ("check: too early", 0.025),
        ("model before: leaks", 8),
        ("at: asked", 20),
    ],
)
def test_two_points_are_within_what_processors_differ_by(name: str, value: float) -> None:
    assert faults(THEN | {name: value}, THEN) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at: hit@1", 0.875),
        ("at: refused", 0.075),
        ("check: too early", 0.035),
        ("model before: own words", 0.035),
        ("model before: leaks", 10),
    ],
)
def test_more_than_two_points_are_a_fault_in_either_direction(name: str, value: float) -> None:
    [fault] = faults(THEN | {name: value}, THEN)
    assert fault.startswith(name.partition(":")[0])


@pytest.mark.parametrize(
    "name", ["before: leaks", "at: leaks", "hint: leaks", "recap: leaks", "at: beyond", "at: failed"]
)
def test_a_single_leak_passage_or_failure_is_a_fault(name: str) -> None:
    assert faults({name: 1}, {}) == [f"{name}: 1, and must be 0."]
    assert faults({name: 0}, {}) == []


def test_a_passage_beyond_the_gate_is_a_fault_with_a_model_too() -> None:
    assert faults({"model before: beyond": 2}, {}) == ["model before: beyond: 2, and must be 0."]


def test_less_is_better_of_what_is_wrong() -> None:
    assert worse("at: refused", 0.3, 0.1) == pytest.approx(0.2)
    assert worse("before: refused", 0.3, 0.1) == pytest.approx(-0.2)
    assert worse("placing reviews: too early", 0.3, 0.1) == pytest.approx(0.2)
    assert worse("model at: own words", 0.3, 0.1) == pytest.approx(-0.2)


def test_a_record_keeps_other_sets_and_fills_their_places_in_the_page(tmp_path: Path) -> None:
    kept, docs = tmp_path / "recorded.json", tmp_path / "page.md"
    docs.write_text(
        "a\n<!-- shipped:begin -->\nnot yet\n<!-- shipped:end -->\n<!-- stories:begin -->\n<!-- stories:end -->\n"
    )
    record("shipped", {"at: hit@1": 0.12341678}, kept, docs)
    record("stories", {"at: hit@1": 0.5}, kept, docs)
    assert recorded(kept) == {"shipped": {"at: hit@1": 0.1234}, "stories": {"at: hit@1": 0.5}}
    told = docs.read_text(encoding="utf-8")
    assert "not yet" not in told
    assert "| right place first | – | 12.3% | – |" in told
    assert "| right place first | – | 50.0% | – |" in told
    assert with_tables(told, recorded(kept)) == told


def test_the_page_shows_what_was_recorded() -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert with_tables(told, recorded()) == told, "python -m tests.measure.evaluation --record writes both"


def test_what_was_recorded_gives_nothing_away() -> None:
    kept = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert "shipped" in kept
    assert [fault for figures in kept.values() for fault in faults(figures, figures)] == []
