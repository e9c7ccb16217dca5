"""Text from outside is made harmless: nothing of it mentions, links, formats or hides."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model import plain

LIVE = re.compile(
    r"@(?:everyone|here)|<(?:@[!&]?|#)\d+>|<a?:\w+:\d+>|https?://|\bdiscord\.gg/|\bwww\.|^[#>-] |[\u202e\u2066\x00]",
    re.IGNORECASE,
)
"""What Discord would act on, or nobody could see."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Silas rows out alone [1].", "Silas rows out alone [1]."),
        ("He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆", "He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆"),
        ("**Silas** rows _out_ `alone`, ~~not~~ ||Edward||", "Silas rows out alone, not Edward"),
        ("# Silas\n> rows\n- out", "Silas rows out"),
        ("See [the ending](http://127.0.0.1/x) [2]", "See the ending [2]"),
        ("See https://example.org/a?b=c now", "See now"),
        ("Ask <@123>, <@!123>, <@&123> in <#456> <:smile:789> </ask:12> <t:1:R>!", "Ask , , in !"),
        ("@everyone look, @here", "@\u200beveryone look, @\u200bhere"),
        ("two  words\n\non lines", "two words on lines"),
        ("right\u202eto left\x00, soft\u00adhyphen", "right to left , soft hyphen"),
        ("", ""),
    ],
)
def test_words_stay_and_what_does_something_goes(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "@*everyone*", "@\u200beveryone", "@<@1>everyone", "@||here||", "<*@123>", "<@~~123>", "h*ttp://example.org",
        "[a](b)(http://x)", "[[a](http://x)](http://y)", "<@12<@34>>", "ht<@1>tp://example.org", "disc*ord.gg/abc",
    ],
)  # fmt: skip
def test_what_is_put_together_from_pieces_is_caught_too(text: str) -> None:
    assert not LIVE.search(plain(text))


PIECES = (
    "@", "everyone", "here", "<@", "<#", "<:a:", "12", ">", "*", "_", "||", "~~", "`", "[", "](", ")", "http://",
    "www.", "x", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text())
def test_nothing_live_is_left_of_any_text(text: str) -> None:
    shown = plain(text)
    assert not LIVE.search(shown)
    assert "\n" not in shown
