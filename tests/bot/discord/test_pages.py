"""Pages: nothing is lost, nothing is too long, and a page ends where a reader would pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards import ROOM, PageText, opening, page_of, pages, pages_of_items
from bot.discord.text import safe
from tests.fakes.discord_reading import live

words = st.text(st.sampled_from("abc.!?*-1’”👩\u200d"), min_size=1, max_size=15)
texts = st.lists(words, max_size=80).flatmap(
    lambda drawn: st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=len(drawn), max_size=len(drawn)).map(
        lambda gaps: "".join(word + gap for word, gap in zip(drawn, gaps, strict=True))
    )
)


@given(texts, st.integers(40, 90))
def test_no_word_is_lost_or_parted_and_no_page_is_too_long(text: str, room: int) -> None:
    found = pages(text, room)
    assert " ".join(found).split() == text.split()
    assert all(0 < len(page) <= room for page in found) or found == [""]


@given(texts, st.integers(40, 90))
def test_pages_of_safe_text_are_safe(text: str, room: int) -> None:
    assert [live(page) for page in pages(safe(text), room) if live(page)] == []


@given(st.text(max_size=200), st.integers(1, 9))
def test_any_text_comes_to_an_end(text: str, room: int) -> None:
    found = pages(text, room)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(len(page) <= room for page in found)


@pytest.mark.parametrize(
    ("text", "room", "first"),
    [
        ("Chapter 1: one.\nChapter 2: two. And more of it.", 24, "Chapter 1: one."),
        ("He left. She stayed. They met again in Bern.", 24, "He left. She stayed."),
        ("She saw Mr. Jim at the gate of the house", 20, "She saw Mr. Jim at"),
        ("“He left.” She stayed where she was", 20, "“He left.”"),
        ("xxxxxxxxxxxxxxx", 10, "xxxxxxxxxx"),
        (r"xxxxxxxxx\*xxxx", 10, "xxxxxxxxx"),
        ("short", 10, "short"),
    ],
    ids=["paragraph", "sentence", "not a sentence", "quotation", "no word", "escaped sign", "fits"],
)
def test_a_page_ends_with_a(text: str, room: int, first: str) -> None:
    assert opening(text, room) == first
    assert pages(text, room)[0] == first


def test_a_page_by_its_number_is_the_nearest_there_is() -> None:
    text = "One two. Three four. Five six."
    assert page_of(text, 2, 12) == PageText("Three four.", 2, 3)
    assert page_of(text, 9, 12) == PageText("Five six.", 3, 3)
    assert page_of(text, 0, 12) == PageText("One two.", 1, 3)
    assert page_of("", 1) == PageText("", 1, 1)
    assert page_of(text, 1) == PageText(text, 1, 1)


def test_items_stay_whole_where_they_fit() -> None:
    assert pages_of_items(["a" * 6, "b" * 6, "c" * 6], 14) == ["aaaaaa\n\nbbbbbb", "cccccc"]
    assert pages_of_items(["a" * 6, "b" * 6], 13, "\n") == ["aaaaaa\nbbbbbb"]
    assert pages_of_items([], 14) == [""]
    assert pages_of_items([" ", "a"], 14) == ["a"]


def test_an_item_too_long_for_a_page_goes_on_over_the_next() -> None:
    assert pages_of_items(["One two. Three four.", "x"], 12) == ["One two.", "Three four.", "x"]


@given(st.lists(st.text(max_size=60), max_size=20), st.integers(10, 40))
def test_pages_of_items_lose_nothing(items: list[str], room: int) -> None:
    found = pages_of_items(items, room)
    assert "".join("".join(found).split()) == "".join("".join(items).split())
    assert all(len(page) <= room for page in found)


def test_a_page_leaves_a_card_room_for_more() -> None:
    assert ROOM < 2_000
