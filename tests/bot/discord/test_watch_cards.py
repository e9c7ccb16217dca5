"""What everybody sees of a message, and how its text is given back."""

from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.features.watch.cog import given_back, words_of
from bot.features.watch.store import Finding
from corpus.books import Book, Reveals, Unit
from tests.fakes.discord_reading import rendered

FOUND = Finding(needs=Reveals.of({"emma": 9}))
BOOKS = {"emma": Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)}


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("She marries.", "She marries."),
        ("Ending: ||she marries||, yes", "Ending: , yes"),
        ("||a|| b ||c||", "b"),
        ("||all of it||", ""),
        ("not ||closed", "not closed"),
        ("||a|| and ||open", "and open"),
        ("", ""),
    ],
)
def test_what_stands_between_two_bars_is_not_seen_at_once(content: str, seen: str) -> None:
    message = cast(discord.Message, SimpleNamespace(content=content))
    assert words_of(message) == seen


def test_a_text_is_given_back_wrapped_and_labelled_without_saying_where_it_belongs() -> None:
    (card,) = given_back(FOUND, "She marries *him*.", BOOKS)
    assert rendered(card.body) == "Spoiler for Emma: ||She marries *him*.||"


def test_a_long_text_is_given_back_in_parts_each_of_them_wrapped() -> None:
    text = " ".join(f"Word {n}." for n in range(400))
    cards = given_back(FOUND, text, BOOKS)
    bare = " ".join(rendered(card.body).partition("||")[2].removesuffix("||") for card in cards)
    assert bare.split() == text.split()
    assert all(len(card.body) <= 3_000 for card in cards)
