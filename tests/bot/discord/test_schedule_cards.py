"""The cards of schedules: within Discord's limits, whatever a book is called, and nothing of others unescaped."""

from __future__ import annotations

import datetime as dt
from functools import partial

from bot.discord.cards import Card, CardView, paged_card
from bot.features.prompts.rules import Prompt
from bot.features.schedules.views import (
    ShownPageButton,
    opening_card,
    prompts_card,
    reminder_card,
    shown_lines,
)
from bot.people import Place
from tests.fakes.club import texts
from tests.fakes.scheduled import a_book, a_schedule

EMMA = a_book(55, title="*Emma*", slug="emma")
LONG = a_book(52, title="@everyone " + "A *very* long title " * 20)


def seen(card: Card) -> str:
    return "\n".join(texts(CardView(card).to_components()))  # type: ignore[no-untyped-call]


def a_prompt(number: int, text: str) -> Prompt:
    return Prompt(number, Place(7, 70), 1, text, dt.datetime(2027, 1, 1, tzinfo=dt.UTC))


def test_a_long_schedule_has_pages_that_hold_every_section_once() -> None:
    lines = shown_lines(a_schedule("Fridays at 8pm, 1 chapter a week", book=LONG))
    pages = [seen(paged_card("Title", lines, page, partial(ShownPageButton, 1), between="\n")) for page in (1, 2, 3)]
    assert sum(page.count("· up to") for page in pages) == 52
    assert "Page 1 of" in pages[0]
    assert seen(paged_card("Title", lines, 99, partial(ShownPageButton, 1), between="\n")) == pages[-1]


def test_an_opening_says_how_far_it_goes_what_is_free_and_what_comes_next() -> None:
    schedule = a_schedule(also={"emma": EMMA})
    books = {"emma": EMMA}
    first, last = schedule.sections[0], schedule.sections[-1]
    told = seen(opening_card(schedule, first, books, (), late="This comes 3 hours late: I was away."))
    assert "This thread goes up to chapter 5, and no further." in told
    assert "spoken of freely, too: \\*Emma\\*." in told
    assert "Next: chapters 6–10, <t:" in told
    assert "3 hours late" in told
    assert "goes up to the end." in seen(opening_card(schedule, last, books, ()))
    assert "Next" not in seen(opening_card(schedule, last, {}, ()))


def test_prompts_are_numbered_and_their_small_print_says_which_they_are() -> None:
    schedule = a_schedule(book=LONG)
    prompts = [a_prompt(number, f"Why {number}? @everyone " + "x" * 450) for number in range(1, 6)]
    for card in (opening_card(schedule, schedule.sections[0], {}, (), prompts=prompts), prompts_card(prompts, ())):
        told = seen(card)
        assert all(f"-# Discussion prompt {number}" in told for number in range(1, 6))
        assert "**5**" in told
        assert "@everyone" not in told


def test_a_reminder_names_nobody_but_those_who_read_it_together() -> None:
    schedule = a_schedule()
    section = schedule.sections[0]
    assert "<@" not in seen(reminder_card(schedule, section, ()))
    told = seen(reminder_card(schedule, section, (), range(100_000_000_000_000_000, 100_000_000_000_000_050)))
    assert told.count("<@") == 50
    assert f"<t:{int(section.meets.timestamp())}:F>" in told
