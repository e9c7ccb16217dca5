"""The screen: text is shown as it is, never obeyed, and a pipe gets plain lines."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.screen import Screen, Told, opening, printable, problem


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


def shown(told: Told, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    Screen(out).show(told)
    return out.getvalue()


def test_a_pipe_gets_plain_lines_with_a_blank_one_at_the_end() -> None:
    assert shown(Told("Who? She.\n— summary", "A Title", "a tip")) == "A Title\nWho? She.\n— summary\na tip\n\n"


def test_a_long_line_stays_one_line_in_a_pipe() -> None:
    assert shown(Told("word " * 100)).count("\n") == 2


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", "[link=https://example.org]x[/link]", ":smile:", "\\[x]"])
def test_brackets_and_colons_are_only_that(text: str) -> None:
    assert text in shown(Told(text, heading=text, tip=text))
    assert text in shown(Told(text), Terminal())


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    told = shown(
        Told("\x1b[31mred\x1b[0m \x07bell\r\x9bcsi \u202eright\u2066 a\u2028b\x00", heading="\x1b]0;title\x07")
    )
    assert told == "]0;title\n[31mred[0m bellcsi right ab\n\n"


def test_tabs_and_the_line_ends_of_windows_are_plain() -> None:
    assert printable("a\tb\r\nc") == "a b\nc"


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    left = printable(text)
    assert all(c in "\n\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in left)
    assert printable(left) == left
    left.encode()


def test_a_person_sees_colours_for_what_went_wrong_and_dim_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[33m" in shown(problem("no"), Terminal())
    assert "\x1b[2m— summary" in shown(Told("x\n— summary"), Terminal())


def test_nothing_is_shown_of_opening_where_nobody_looks() -> None:
    out = io.StringIO()
    with opening(out) as report:
        assert report is None
    assert out.getvalue() == ""


def test_a_person_sees_how_far_the_store_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    with opening(out) as report:
        assert report is not None
        report(3, 12)
    assert "Opening the library" in out.getvalue()
    assert "3/12" in out.getvalue()
