"""The cards of schedules: previews, what opens a meeting, reminders, and what an organiser is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.club.prompts.records import Prompt
from bot.club.schedules.plan import Schedule, Section, SectionState
from bot.club.schedules.showing import ceiling_name, preview, range_name, thread_title
from bot.discord.cards import Card, Tone
from bot.discord.pages import pages_of_items
from bot.discord.prompt_cards import mark_of
from bot.discord.safe_text import safe
from corpus.books import Book, Slug

Items = Sequence[discord.ui.Item[Any]]
Books = Mapping[Slug, Book]

NAMED = 8
"""Other books that are named in an opening message."""


def when(moment: dt.datetime) -> str:
    """Return a moment as Discord shows it to each reader in their own time."""
    return f"<t:{int(moment.timestamp())}:F> (<t:{int(moment.timestamp())}:R>)"


def lines_card(title: str, lines: Sequence[str], page: int, pager: Items, items: Items, note: str = "") -> Card:
    """Return a page of lines that are safe, with what turns it, and with further buttons and menus below."""
    pages = _pages(lines)
    shown = min(max(1, page), len(pages))
    footers = (f"Page {shown} of {len(pages)}",) if len(pages) > 1 else ()
    return Card(safe(title), pages[shown - 1], footers, Tone.ANSWER, (*pager, *items), note=safe(note))


def pages_in(lines: Sequence[str]) -> int:
    """Return how many pages lines make."""
    return len(_pages(lines))


def shown_lines(schedule: Schedule) -> list[str]:
    """Return a schedule's lines as everybody sees them, safe; threads that are open can be gone to."""
    threads = {section.number: f" · <#{section.thread}>" for section in schedule.live if section.thread}
    first, *rest = preview(schedule)
    numbers = [line.partition(".")[0] for line in rest]
    linked = [
        safe(line) + (threads.get(int(number), "") if number.isdigit() else "")
        for number, line in zip(numbers, rest, strict=True)
    ]
    return [safe(first), *linked]


def _pages(lines: Sequence[str]) -> list[str]:
    return pages_of_items(lines, between="\n")


def opening_card(
    schedule: Schedule, section: Section, books: Books, items: Items, *, late: str = "", prompts: Sequence[Prompt] = ()
) -> Card:  # fmt: skip
    """Return the message that opens a section's thread, with its discussion prompts."""
    stretch = safe(range_name(schedule, section.first, section.last))
    parts = [
        f"Here we speak of {stretch}. {_how_far(schedule, section)}",
        _free(schedule, books),
        _next(schedule, section),
        prompts_text(prompts),
    ]
    footers = [*([safe(late)] if late else []), *map(mark_of, prompts)]
    return Card(safe(thread_title(schedule, section)), "\n\n".join(filter(None, parts)), footers, Tone.PUBLIC, items)


def prompts_card(prompts: Sequence[Prompt], items: Items) -> Card:
    """Return the discussion prompts of a section as a message of their own."""
    return Card("For discussion", prompts_text(prompts), [mark_of(prompt) for prompt in prompts], Tone.PUBLIC, items)


def prompts_text(prompts: Sequence[Prompt]) -> str:
    """Return discussion prompts, numbered."""
    return "\n\n".join(f"**{number}**  {safe(prompt.text)}" for number, prompt in enumerate(prompts, 1))


def reminder_card(schedule: Schedule, section: Section, items: Items, members: Sequence[int] = ()) -> Card:
    """Return a reminder of a meeting; those to whom it goes are mentioned where others read it, too."""
    who = " ".join(f"<@{member}>" for member in members)
    text = f"We meet {when(section.meets)} about {safe(range_name(schedule, section.first, section.last))}."
    where = f"<#{schedule.place}>" if not members else ""
    return Card(safe(thread_title(schedule, section)), "\n".join(filter(None, (who, text, where))), (), buttons=items)


def note_card(text: str, mark: str, items: Items, organiser: int = 0) -> Card:
    """Return what an organiser is told; by `mark` it is found again after a crash."""
    who = f"<@{organiser}>\n" if organiser else ""
    return Card("", who + safe(text), (mark,), Tone.PROBLEM, items)


def _how_far(schedule: Schedule, section: Section) -> str:
    upto = safe(ceiling_name(schedule, section.ceiling))
    further = "" if section.ceiling >= schedule.whole.of else ", and no further"
    return f"This thread goes {upto}{further}."


def _free(schedule: Schedule, books: Books) -> str:
    titles = [books[slug].title for slug in schedule.also if slug in books]
    if not titles:
        return ""
    more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    return f"These may be spoken of freely, too: {safe(', '.join(titles[:NAMED]))}{more}."


def _next(schedule: Schedule, section: Section) -> str:
    later = (each for each in schedule.live if each.number > section.number and each.state is SectionState.AHEAD)
    following = next(later, None)
    if following is None:
        return ""
    return f"Next: {safe(range_name(schedule, following.first, following.last))}, {when(following.meets)}."
