"""The benchmark's tables, goals and page, from figures as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.measure.benchmarks.peers import pages
from tests.measure.benchmarks.peers.__main__ import merged
from tests.measure.benchmarks.peers.contender import CONTENDERS, DOGEAR, ENSEMBLE, LLAMA, PEERS, SEARCH, STOCK
from tests.measure.benchmarks.peers.goals import Goal, goals
from tests.measure.benchmarks.peers.pictures import draw
from tests.measure.benchmarks.peers.tables import by_size, number, quality, table, tables


def of_size(passages: int, ours: float, peers: float) -> dict[str, Any]:
    times = {DOGEAR: ours, SEARCH: ours / 10} | dict.fromkeys(PEERS, peers)
    return {
        "passages": passages,
        "questions": 10,
        "ms": {name: {"p50": ms, "p95": 2 * ms} for name, ms in times.items()},
        "first_touch_ms": {"p50": 8.0, "p95": 12.0, "most": 15.0},
        "start_s": dict.fromkeys(CONTENDERS, 4.0) | {DOGEAR: 2.0},
        "resident_mb": dict.fromkeys(CONTENDERS, 800) | {DOGEAR: 1200},
    }


def figures() -> dict[str, Any]:
    shares = {"at_1": 0.5, "at_answer": 0.25, "leaks": 0.0, "leaks_unfiltered": 0.75}
    own = {"at_1": 0.75, "at_answer": 0.5, "leaks": 0.0}
    return {
        "machine": {
            "processor": "a processor", "cores": 2, "memory_gb": 24, "bfloat16": True, "python": "3.11",
            "versions": {"chromadb": "1.5"},
        },
        "quality": {"told": {"books": 3, "questions": 40, "contenders": dict.fromkeys(PEERS, shares) | {DOGEAR: own}}},
        "indexing": {"passages": 800, "bfloat16": True, "rate": {DOGEAR: 250.0, STOCK: 100.0, LLAMA: 90.0}},
        "sizes": {"4000": of_size(4_098, 5.0, 20.0), "300000": of_size(300_098, 6.0, 200.0)},
    }  # fmt: skip


def test_a_table_has_a_line_for_its_head_and_numbers_to_the_right() -> None:
    assert table(["", "a"], [["x", "1"]]) == "|  | a |\n| --- | --: |\n| x | 1 |"


@pytest.mark.parametrize(
    ("value", "told"),
    [(1234.5, "1,234"), (99.94, "99.9"), (10.0, "10.0"), (9.994, "9.99"), (0.123, "0.12"), (None, "–")],
)
def test_a_number_has_as_many_digits_as_mean_something(value: float | None, told: str) -> None:
    assert number(value) == told


def test_quality_has_a_column_a_contender_and_a_dash_where_there_is_no_filter_to_leave_out() -> None:
    lines = quality(figures()["quality"]["told"]).splitlines()
    assert lines[0] == f"| 40 questions, 3 books | {' | '.join(CONTENDERS)} |"
    assert lines[-1].endswith("| – | 75.0% | 75.0% | 75.0% |")
    assert len(lines) == 2 + 4


def test_sizes_stand_in_their_order_not_in_that_of_letters() -> None:
    head = by_size(figures(), [DOGEAR], lambda _, name: name).splitlines()[0]
    assert head == "| passages | 4,098 | 300,098 |"


def test_a_goal_is_reached_at_its_limit_and_not_beyond() -> None:
    assert Goal("time", 1.0, 1.0).reached
    assert not Goal("time", 1.0, 1.01).reached
    assert Goal("rate", 2.5, 2.5, more=True).reached
    assert not Goal("rate", 2.5, 2.4, more=True).reached


def test_goals_compare_with_stock_langchain_at_the_sizes_that_they_name() -> None:
    seen = {goal.what: (goal.seen, goal.reached) for goal in goals(figures())}
    assert seen == {
        "search alone, book open, 4,000 passages": (0.5, True),
        "search alone, book open, 300,000 passages": (pytest.approx(0.6), True),
        "whole answer, 4,000 passages: part of LangChain's time": (0.25, True),
        "whole answer, 300,000 passages: part of LangChain's time": (pytest.approx(0.03), False),
        "indexing: times LangChain's rate": (2.5, True),
        "process start to first answer, 4,000 passages: part of LangChain's": (0.5, True),
        "resident memory, 4,000 passages: part of LangChain's": (1.5, False),
    }


def test_a_processor_without_bfloat16_is_asked_for_less() -> None:
    slower = figures() | {"indexing": {"bfloat16": False, "rate": {DOGEAR: 100.0, STOCK: 100.0}}}
    assert [goal.reached for goal in goals(slower) if goal.what.startswith("indexing")] == [True]


def test_there_is_no_goal_without_its_figure() -> None:
    assert list(goals({})) == []


def test_a_page_gets_its_tables_between_their_marks_and_keeps_the_rest() -> None:
    page = "".join(f"a\n<!-- bench-{name}:begin -->\nold {name}\n<!-- bench-{name}:end -->\n" for name in ("time", "x"))
    put = pages.with_tables(page, {"time": "new", "unknown": "?"})
    assert put == page.replace("old time", "new")
    assert pages.with_tables(put, {"time": "new"}) == put
    assert pages.marked(page) == ["time", "x"]


def test_a_part_that_was_not_measured_keeps_its_figures() -> None:
    before = figures()
    now = {"machine": {"cores": 4}, "sizes": {"4000": {"passages": 1}}}
    both = merged(before, now)
    assert both["sizes"] == {"4000": {"passages": 1}, "300000": before["sizes"]["300000"]}
    assert (both["machine"], both["quality"], both["indexing"]) == (
        {"cores": 4}, before["quality"], before["indexing"],
    )  # fmt: skip
    assert merged({}, {"machine": {}}) == {"machine": {}}


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "figures" / "bench.json"
    assert pages.read_figures(path) == {}
    pages.write_figures(figures(), path)
    assert pages.read_figures(path) == figures()


def test_pictures_are_drawn_of_what_was_measured(tmp_path: Path) -> None:
    drawn = draw(figures(), tmp_path)
    assert [path.name for path in drawn] == ["bench-time.png", "bench-quality-told.png", "bench-cost.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
    assert draw({}, tmp_path) == []


def test_every_contender_has_a_line_in_the_table_of_times() -> None:
    told = tables(figures())["time"]
    assert [name in told for name in (DOGEAR, SEARCH, STOCK, ENSEMBLE, LLAMA)] == [True] * 5


def test_the_page_has_a_place_for_every_table() -> None:
    named = tables(figures() | {"quality": {name: figures()["quality"]["told"] for name in ("shipped", "told")}})
    assert sorted(pages.marked(pages.PAGE.read_text(encoding="utf-8"))) == sorted(named)


def test_the_page_says_what_the_figures_say() -> None:
    page, kept = pages.PAGE.read_text(encoding="utf-8"), pages.read_figures()
    assert not kept or pages.with_tables(page, tables(kept)) == page, "make bench puts this right"
