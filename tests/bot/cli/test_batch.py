"""Batch: the contract's table of fields, one line after the other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.answering.reply import MAY_SPOIL
from bot.cli.batch import answer_line, answer_lines
from tests.fakes.discussion import NotedDiscussion, small_discussion

STONE, RETURN = "the-moonstone", "the-return-of-the-moonstone"
FIELDS = [
    "id", "do", "book", "answer", "answered", "withheld", "passages", "quotes", "hints", "reveals", "books", "mode",
    "ms",
]  # fmt: skip


@pytest.fixture(scope="module")
def discussion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotedDiscussion]:
    with small_discussion(tmp_path_factory.mktemp("small")) as opened:
        yield opened


def answered(discussion: NotedDiscussion, **line: object) -> dict[str, Any]:
    return answer_line(json.dumps(line).encode(), discussion)


def error(discussion: NotedDiscussion, **line: object) -> str:
    row = answered(discussion, **line)
    assert row.keys() == {"id", "error"}
    return str(row["error"])


def test_an_answer_has_the_fields_of_the_contract_in_its_order(discussion: NotedDiscussion) -> None:
    row = answered(discussion, id=7, do="ask", book=STONE, at=2, text="Who brings the diamond to Rachel?")
    assert list(row) == FIELDS
    told = "Franklin brings the diamond to Rachel."
    scores = [passage.pop("score") for passage in row["passages"]]
    assert row | {"ms": 0} == {
        "id": 7, "do": "ask", "book": STONE, "answer": f"“{told}”\n— summary, chapter 2", "answered": True,
        "withheld": False,
        "passages": [
            {
                "text": told, "book": STONE, "kind": "summary", "source": "summary, chapter 2", "reveals": {STONE: 2},
                "inferred": False,
            },
            {
                "text": "A diamond vanishes from a country house.", "book": STONE, "kind": "premise",
                "source": "premise", "reveals": {STONE: 0}, "inferred": False,
            },
        ],
        "quotes": [{"text": told, "source": "summary, chapter 2"}], "hints": [], "reveals": {}, "books": [],
        "mode": "quote", "ms": 0,
    }  # fmt: skip
    assert 1 >= scores[0] > scores[1] >= 0
    assert isinstance(row["ms"], float)


@pytest.mark.parametrize("name", [7, "seven", None, 1.5, [1, {"a": None}], {"x": "y"}, True])
def test_the_id_is_echoed_whatever_it_is(discussion: NotedDiscussion, name: object) -> None:
    assert answered(discussion, id=name, do="order")["id"] == name
    assert answered(discussion, id=name, do="dance")["id"] == name


def test_each_kind_of_question_fills_its_own_fields(discussion: NotedDiscussion) -> None:
    hint = answered(discussion, do="hint", book=STONE, at=2, text="Who?")
    assert len(hint["hints"]) == 3
    recap = answered(discussion, do="recap", book=STONE, at=2)
    assert recap["answer"] == "Chapter 2: Franklin brings the diamond to Rachel."
    order = answered(discussion, do="order", book=RETURN)
    assert order["books"] == [STONE, RETURN]
    early = answered(discussion, do="check", book=STONE, at=2, text="Godfrey was the thief.")
    assert (early["answer"], early["reveals"]) == (MAY_SPOIL, {STONE: 10})
    met = answered(discussion, do="who", book=STONE, at=2, text="Franklin")
    assert (met["do"], met["answered"], "Franklin" in met["answer"]) == ("who", True, True)
    late = answered(discussion, do="check", book=STONE, at=10, text="Godfrey was the thief.")
    assert (late["answer"], late["reveals"]) == ("", {STONE: 10})


def test_the_book_is_the_one_that_was_used(discussion: NotedDiscussion) -> None:
    row = answered(discussion, do="ask", at={"no-name": 4}, text="Does Magdalen lose anything?")
    assert row["book"] == "no-name"


# Positions


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        (10, True),
        (9, False),
        (0, False),
        (None, False),
        ({STONE: 10}, True),
        ({STONE: 9}, False),
        ({}, False),
        ({RETURN: 100}, False),
        ({STONE: 10, "a-book-of-another-library": 3}, True),
    ],
)
def test_the_positions_decide_what_is_seen(discussion: NotedDiscussion, at: object, seen: bool) -> None:
    row = answered(discussion, do="ask", book=STONE, at=at, text="Was Godfrey there?")
    assert ("thief" in json.dumps(row)) is seen


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (11, "from 0 to 10"),
        (-1, "from 0 to 10"),
        (True, "Write the marks finished"),
        (2.0, "Write the marks finished"),
        ("2", "Write the marks finished"),
        ([2], "Write the marks finished"),
        ({STONE: 11}, "from 0 to 10"),
        ({STONE: True}, "from 0 to 10"),
        ({STONE: 2.0}, "from 0 to 10"),
        ({STONE: None}, "from 0 to 10"),
        ({RETURN: 101}, "from 0 to 100"),
    ],
)
def test_a_position_that_is_none_is_refused(discussion: NotedDiscussion, at: object, why: str) -> None:
    assert why in error(discussion, do="ask", book=STONE, at=at, text="Who?")


def test_a_number_needs_a_book_that_it_counts_in(discussion: NotedDiscussion) -> None:
    assert "of which book?" in error(discussion, do="ask", at=3, text="Who?")
    assert "error" not in answered(discussion, do="ask", at=0, text="Who?")


# What cannot be answered


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"do": "dance"}, "ask, hint, recap, check, order, who"),
        ({}, "“do” is missing"),
        ({"do": ["ask"]}, "“do” is"),
        ({"do": "ask"}, "“text” is missing"),
        ({"do": "hint", "text": 3}, "“text” is 3"),
        ({"do": "check", "text": None}, "“text” is missing"),
        ({"do": "recap"}, "“book” is missing"),
        ({"do": "ask", "book": 3, "text": "Who?"}, "“book” is 3"),
        ({"do": "ask", "book": "the-monstone", "text": "Who?"}, "Did you mean The Moonstone?"),
    ],
)
def test_a_line_that_cannot_be_answered_says_why(
    discussion: NotedDiscussion, line: dict[str, object], why: str
) -> None:
    assert why in error(discussion, **line)


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{", b"[1]", b"3", b"null", b'"x"', b"\xff", b"[" * 100_000, b"9" * 5_000]
)
def test_a_line_that_is_no_object_is_an_error_without_id(discussion: NotedDiscussion, line: bytes) -> None:
    row = answer_line(line, discussion)
    assert row.keys() == {"id", "error"}
    assert row["id"] is None


def test_a_fault_of_ours_costs_one_line_and_is_logged(
    discussion: NotedDiscussion, caplog: pytest.LogCaptureFixture
) -> None:
    told = error(discussion, id=1, do="ask", book=STONE, text="Break!")
    assert "RuntimeError" in told
    assert "broken" not in told
    assert caplog.records[0].exc_info
    assert caplog.records[0].getMessage().split("(")[1].split(")")[0] in told


# Many lines


def run(discussion: NotedDiscussion, *lines: bytes) -> tuple[bool, list[dict[str, Any]], list[bytes]]:
    written: list[bytes] = []
    fine = answer_lines(lines, discussion, written.append)
    return fine, [json.loads(row) for row in written], written


def test_lines_are_answered_in_order_and_blank_ones_passed_over(discussion: NotedDiscussion) -> None:
    fine, rows, written = run(discussion, b'{"id": 2, "do": "order"}\n', b"\n", b"  \r\n", b'{"id": 1, "do": "order"}')
    assert fine
    assert [row["id"] for row in rows] == [2, 1]
    assert all(row.endswith(b"\n") and row.count(b"\n") == 1 for row in written)


def test_one_line_that_fails_makes_the_run_fail_and_stops_nothing(discussion: NotedDiscussion) -> None:
    fine, rows, _ = run(discussion, b'{"id": 1, "do": "order"}', b"nonsense", b'{"id": 3, "do": "order"}')
    assert not fine
    assert ["error" in row for row in rows] == [False, True, False]


@pytest.mark.parametrize("name", [b"NaN", b"1e999"])
def test_an_id_that_json_cannot_hold_costs_one_line(discussion: NotedDiscussion, name: bytes) -> None:
    fine, (row,), _ = run(discussion, b'{"do": "order", "id": %s}' % name)
    assert not fine
    assert row["id"] is None
    assert "Give it a plain id" in row["error"]


def test_half_a_letter_comes_back_as_it_was_written(discussion: NotedDiscussion) -> None:
    assert b'"id": "\\ud800"' in run(discussion, b'{"do": "order", "id": "\\ud800"}')[2][0]


def test_an_id_that_is_nested_too_deeply_to_be_written_costs_one_line(discussion: NotedDiscussion) -> None:
    written: list[bytes] = []
    lines = [b'{"do": "order", "id": %s}' % (b"[" * depth + b"]" * depth) for depth in (3, *range(500, 1_500, 7))]
    answer_lines(lines, discussion, written.append)
    assert len(written) == len(lines)
    assert b'"id": [[[]]]' in written[0]


def test_a_line_of_endless_length_is_refused_and_the_rest_goes_on(discussion: NotedDiscussion) -> None:
    written: list[bytes] = []
    long = json.dumps({"id": 1, "do": "ask", "text": "a" * 1_000_000}).encode()
    short = json.dumps({"id": 2, "do": "ask", "book": STONE, "text": "Who?"}).encode()
    assert not answer_lines([long, short], discussion, written.append)
    assert "longer than 1000 kB" in json.loads(written[0])["error"]
    assert json.loads(written[1])["id"] == 2
