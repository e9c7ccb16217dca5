"""Lists of several pages: buttons lead to the page before and behind, and to no other."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.discord.cards import CardView, Picture, headed, paged_card

ITEMS = [f"Item {n}. " + "word " * 100 for n in range(9)]
PICTURE = Picture("p.png", b"", "A picture")


def turn(page: int, label: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=f"turn:{page}")


@pytest.mark.parametrize(
    ("page", "ids"), [(1, ["turn:2"]), (2, ["turn:1", "turn:3"]), (3, ["turn:2"]), (0, ["turn:2"]), (99, ["turn:2"])]
)
def test_a_page_leads_to_its_neighbours_and_one_that_is_no_more_to_the_nearest(page: int, ids: list[str]) -> None:
    card = paged_card("List", ITEMS, page, turn)
    assert [button.custom_id for button in card.buttons if isinstance(button, discord.ui.Button)] == ids
    assert card.footers[0].endswith("of 3")
    assert CardView(card).total_children_count < 40


def test_one_page_has_no_number_and_no_buttons() -> None:
    card = paged_card("List", ITEMS[:1], 1, turn)
    assert (card.footers, card.buttons) == ((), ())


def test_a_picture_stands_on_the_first_page_alone() -> None:
    assert [paged_card("List", ITEMS, n, turn, PICTURE).picture for n in (1, 2)] == [PICTURE, None]


def test_a_title_and_a_heading_are_shown_as_they_are() -> None:
    assert paged_card("*A*", [], 1, turn).title == r"\*A\*"
    assert headed("*A*\n# B\nC") == "**\\*A\\***\n\\# B\nC"
    assert headed("A") == "**A**"
