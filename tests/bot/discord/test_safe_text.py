"""What others write is words in a message: who reads it as Discord does finds nothing to obey."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.discord.cards import clipped, one_line, safe
from tests.fakes.discord_reading import live, rendered

NASTY = [
    "**bold**", "*", "_", "__", "~~", "||", "`", "```\n", "# ", "### x", "> ", ">>> ", "- ", "-# ", "+ ", "1. ", "12) ",
    "[a](https://evil.example/x)", "](", "[", ")", "https://", "HTTPS://evil.example", "steam://run/1", "mailto:",
    "tel:", "<https://evil.example>", "<", ">", "@everyone", "@here", "@", "every", "one", "<@123456789012345678>",
    "<@!1>", "<@&123456789012345678>", "<#123456789012345678>", "</ask:123456789012345678>", "<id:guide>", "<:a:1>",
    "<a:b:1>", "<t:1700000000:R>", "discord.gg/abc", "discord", ".gg/", "discord.com/invite/x",
    "discordapp.com/invite/x", ":smile:", ":", "/", "\\", "\n", "\n\n\n", " ", "\t", "\r\n", "\x1b[31m",
    "\x1b]0;x\x07", "\x00", "\u202e", "\u200b", "\u200d", "\u2060", "\ud800", "\u2028", "é",
    "👩\u200d👧", "1", "a", "¯\\_(ツ)_/¯",
]  # fmt: skip
anything = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=4)), max_size=25).map("".join)


@pytest.mark.parametrize("text", [part for part in NASTY if live(f"{part}x{part}") or live(f"\n{part} x")])
def test_what_discord_would_obey_is_words_afterwards(text: str) -> None:
    assert live(safe(f"{text}x{text}")) == []
    assert live(safe(f"\n{text} x")) == []


def test_the_recogniser_knows_nearly_all_of_it() -> None:
    harmless = [part for part in NASTY if not live(f"{part}x{part}") and not live(f"\n{part} x")]
    assert len(harmless) < len(NASTY) / 3


@given(anything)
@example("hthttps://tps://evil.example")
@example("mailmailto:to:a@b.example")
@example("[a](b) [c](d)")
@example("\n  - x\n\n- y")
@example("@\u200beveryone @e\u202every\u202cone")
@example("https:\u200b//evil.example")
def test_nothing_that_anybody_writes_is_obeyed(text: str) -> None:
    made = safe(text)
    assert live(made) == []
    assert len(made) <= 2 * len(text)
    made.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("“He’s here” [1], she said – ★★★☆☆", "“He’s here” [1], she said – ★★★☆☆"),
        ("¯\\_(ツ)_/¯ 3*4*5 snake_case_name C#", "¯\\_(ツ)_/¯ 3*4*5 snake_case_name C#"),
        ("see https://evil.example/x_y_z", "see evil.example/x_y_z"),
        ("<mailto:a@b.example>", "<a@b.example>"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("a\r\n\r\n\r\n\r\nb\u2028c", "a\n\nb\nc"),
        ("\x1b[1;31mred\x1b[0m \x9b2Jtext\x1b]0;title\x07", "red text"),
        ("abc\u202edef\u2066\u200b", "abcdef"),
        ("👩\u200d👩\u200d👧 می\u200cخواهم pass\u200dword", "👩\u200d👩\u200d👧 می\u200cخواهم password"),
        ("@everyone, @here", "@everyone, @here"),
        ("  indented\n\tlines", "indented\nlines"),
        ("", ""),
    ],
)
def test_a_message_shows(text: str, seen: str) -> None:
    assert rendered(safe(text)) == seen


@given(anything, st.integers(1, 60))
def test_safe_text_stays_safe_when_it_is_clipped(text: str, limit: int) -> None:
    made = clipped(safe(text), limit)
    assert len(made) <= limit
    assert live(made) == []


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("The lantern of the lighthouse", 18, "The lantern of…"),
        ("The lantern, of the lighthouse", 14, "The lantern…"),
        ("Llanfairpwllgwyngyll", 10, "Llanfairp…"),
        (r"abcdef\*\*", 8, "abcdef…"),
        (r"abcdefgh\\\*", 11, r"abcdefgh\\…"),
        ("abcde👩\u200d👩\u200d👧s", 9, "abcde…"),
        ("abcdefe\u0301x", 8, "abcdef…"),
        ("abcd👍🏽ef", 6, "abcd…"),
        ("word", 1, "…"),
        ("word", 0, ""),
    ],
)
def test_clipping_parts_words_and_no_sign_from_its_parts(text: str, limit: int, kept: str) -> None:
    assert clipped(text, limit) == kept


@given(anything, st.integers(1, 100))
def test_a_label_is_one_line_that_is_seen(text: str, limit: int) -> None:
    made = one_line(text, limit)
    assert len(made) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Zl", "Zp"} for c in made)
    assert made == " ".join(made.split())
