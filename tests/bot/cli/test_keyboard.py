"""Lines from a pipe: as they come, whatever bytes they hold, until the end."""

from __future__ import annotations

import io

from bot.cli.chat import lines_from


def piped(data: bytes) -> list[str]:
    with io.TextIOWrapper(io.BytesIO(data), encoding="ascii") as source:
        return [line.rstrip("\n") for line in lines_from(source, io.StringIO())]


def test_each_line_comes_once_and_the_last_needs_no_end() -> None:
    assert piped(b"one\ntwo\r\n\nthree") == ["one", "two", "", "three"]


def test_an_empty_pipe_or_a_closed_input_is_the_end() -> None:
    assert piped(b"") == []
    assert list(lines_from(None, io.StringIO())) == []


def test_letters_are_read_as_utf_8_and_a_mark_at_the_beginning_is_none() -> None:
    assert piped("\ufeffle Carré".encode()) == ["le Carré"]
