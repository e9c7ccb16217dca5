"""Pages: nothing is lost, nothing is too long, and a page ends where a reader would pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards import opening, pages, pages_of_items

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


@given(st.lists(st.text(max_size=60), max_size=20), st.integers(10, 40))
def test_pages_of_items_lose_nothing(items: list[str], room: int) -> None:
    found = pages_of_items(items, room)
    assert "".join("".join(found).split()) == "".join("".join(items).split())
    assert all(len(page) <= room for page in found)
