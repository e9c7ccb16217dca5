"""A reply keeps what it says apart from what that rests on, and tells both as one text where there is but text."""

from __future__ import annotations

import pytest

from bot.answering.reply import Reply, with_sources


@pytest.mark.parametrize(
    ("body", "sources", "answer"),
    [
        ("Silas rows out.", (), "Silas rows out."),
        ("“Silas rows out.”", ("summary, chapter 5",), "“Silas rows out.”\n— summary, chapter 5"),
        (
            "“A storm.” [1] “A wreck.” [2]",
            ("[1] summary, chapter 5", "[2] a reader, ★★★★☆"),
            "“A storm.” [1] “A wreck.” [2]\n— [1] summary, chapter 5 · [2] a reader, ★★★★☆",
        ),
        ("", (), ""),
    ],
)
def test_the_sources_stand_on_a_line_below_the_answer(body: str, sources: tuple[str, ...], answer: str) -> None:
    assert Reply("ask", body=body, sources=sources).answer == with_sources(body, sources) == answer
