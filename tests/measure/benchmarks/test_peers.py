"""The benchmark's filters, times, judging, tables and page."""

import json
from typing import Any

import pytest

from tests.measure.benchmarks.peers import report
from tests.measure.benchmarks.peers.contender import (
    CONTENDERS,
    DOGEAR,
    LLAMA,
    PEERS,
    SEARCH,
    STOCK,
    Asked,
    Found,
    PeersMissing,
    package,
)
from tests.measure.benchmarks.peers.langchain_peer import where
from tests.measure.benchmarks.peers.quality import by_section, judge, told
from tests.measure.benchmarks.peers.report import goals, tables
from tests.measure.evaluation.questions import Examination, Piece, Question, Story

STORY = Story(
    "kite", "The Kite", 3,
    [
        Piece("Marianne finds red paper in the attic.", {"kite": 1}),
        Piece("She keeps it under her bed.", {"kite": 1}),
        Piece("The kite is caught by a passing train.", {"kite": 2}),
        Piece("Edward becomes a clockmaker in the city.", {"kite": 3}),
    ],
)  # fmt: skip
WHO = Question("q", "kite", "What does Edward become?", ("a clockmaker",), 2, 3, frozenset({3}))


def test_a_missing_peer_is_told_in_one_sentence_that_says_what_to_run() -> None:
    with pytest.raises(PeersMissing, match=r"needs no_such_peer, which is not installed\. Run: make bench"):
        package("no_such_peer.inside")
    assert package("json") is json


def test_the_filter_asks_for_the_book_and_for_the_position_where_it_counts() -> None:
    assert where(Asked("?", "kite", 2)) == {"$and": [{"book": "kite"}, {"mark": {"$lte": 2}}]}
    assert where(Asked("?", "kite", None)) == {"book": "kite"}


def test_neighbouring_pieces_that_reveal_the_same_are_one_section() -> None:
    sections = by_section(Examination({"kite": STORY}, [WHO]))
    assert [piece.text.count("\n\n") for piece in sections.stories["kite"].pieces] == [1, 0, 0]
    assert sections.questions[0].right == {2}
    assert [(one.book, one.mark) for one in told(sections.stories)] == [("kite", 1), ("kite", 2), ("kite", 3)]


def ending(asked: Asked) -> Found:
    """Tell the last section to whoever may read it, or whose position is not asked for."""
    shown = [p.text for p in STORY.pieces if asked.at is None or p.needs["kite"] <= asked.at]
    return Found.passages(shown[::-1])


def test_an_answer_is_judged_at_its_position_after_the_end_and_before() -> None:
    filtered = judge(ending, WHO, STORY, filtered=True)
    assert filtered == {
        "at_1": [True], "at_3": [True], "at_5": [True], "at_answer": [True],
        "after_1": [True], "after_3": [True], "after_5": [True], "after_answer": [True],
        "leaks": [False],
    }  # fmt: skip
    assert judge(ending, WHO, STORY, filtered=False) == {"leaks_unfiltered": [True]}


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


def measured() -> dict[str, Any]:
    shares = {"at_1": 0.5, "at_answer": 0.25, "leaks": 0.0, "leaks_unfiltered": 0.75}
    own = {"at_1": 0.75, "at_answer": 0.5, "leaks": 0.0}
    return {
        "machine": {
            "processor": "a processor", "cores": 2, "memory_gb": 24, "python": "3.11",
            "versions": {"chromadb": "1.5"},
        },
        "quality": {"told": {"books": 3, "questions": 40, "contenders": dict.fromkeys(PEERS, shares) | {DOGEAR: own}}},
        "indexing": {"passages": 800, "rate": {DOGEAR: 250.0, STOCK: 100.0, LLAMA: 90.0}},
        "sizes": {"4000": of_size(4_098, 5.0, 20.0), "300000": of_size(300_098, 6.0, 200.0)},
    }  # fmt: skip


def test_goals_compare_with_stock_langchain_at_the_sizes_that_they_name() -> None:
    seen = {goal.what: (goal.seen, goal.reached) for goal in goals(measured())}
    assert seen == {
        "whole answer, 4,000 passages: part of LangChain's time": (0.25, True),
        "whole answer, 300,000 passages: part of LangChain's time": (pytest.approx(0.03), True),
        "process start to first answer, 4,000 passages: part of LangChain's": (0.5, True),
        "resident memory, 4,000 passages: part of LangChain's": (1.5, False),
    }


def test_a_page_gets_its_tables_between_their_marks_and_keeps_the_rest() -> None:
    page = "".join(f"a\n<!-- bench-{name}:begin -->\nold {name}\n<!-- bench-{name}:end -->\n" for name in ("time", "x"))
    put = report.with_tables(page, {"time": "new", "unknown": "?"})
    assert put == page.replace("old time", "new")
    assert report.with_tables(put, {"time": "new"}) == put
    assert report.marked(page) == ["time", "x"]


def test_the_page_has_a_place_for_every_table() -> None:
    named = tables(measured() | {"quality": {name: measured()["quality"]["told"] for name in ("shipped", "told")}})
    assert sorted(report.marked(report.PAGE.read_text(encoding="utf-8"))) == sorted(named)


def test_the_page_says_what_the_figures_say() -> None:
    page, kept = report.PAGE.read_text(encoding="utf-8"), report.read_figures()
    assert not kept or report.with_tables(page, tables(kept)) == page, "make bench puts this right"
