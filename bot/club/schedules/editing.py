"""Planning the rest of a schedule anew, by an organiser's words; what has begun stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.club.reached import Reached
from bot.club.schedules.differences import Change
from bot.club.schedules.drafting import Draft, drafted
from bot.club.schedules.keeping import dated, each_ahead, going_on, in_order, raised, since
from bot.club.schedules.plan import Schedule, SectionState, section_of
from bot.club.schedules.wishes import NotPossible, Wish
from corpus.books import Book


def edited(schedule: Schedule, wish: Wish, book: Book, now: dt.datetime) -> Change:
    """Return a schedule as an organiser's words would have it from here on. Raises NotPossible.

    A time or a zone alone moves every meeting to come. Anything else plans the rest of the book anew, at the time of
    day of the last section unless another is said.
    """
    going_on(schedule)
    zone = wish.zone or schedule.zone
    if replace(wish, at=None, zone="") == Wish():
        sections = each_ahead(schedule, now, lambda s: dated(s, s.day, wish.at or s.at, zone))
        return in_order(schedule, replace(schedule, zone=zone, sections=sections), now)
    if schedule.whole != Reached.in_book(book, book.marks):
        raise NotPossible(f"“{book.title}” is counted in another way now. Cancel this schedule and create a new one.")
    begun = [section for section in schedule.live if section.begun(since(schedule, now))]
    whole = replace(wish, at=wish.at or schedule.live[-1].at)
    draft = drafted(whole, book, zone, now, after=begun[-1].last if begun else 0)
    return _replanned(schedule, draft, now)


def _replanned(schedule: Schedule, draft: Draft, now: dt.datetime) -> Change:
    """Return a schedule with the sections of a draft in place of those ahead, number by number."""
    sections = {s.number: s for s in schedule.live if s.begun(since(schedule, now))}
    known = {section.number: section for section in schedule.sections}
    for number, slot in enumerate(draft.slots, max(sections, default=0) + 1):
        fresh, old = section_of(slot, number, draft.zone), known.get(number)
        if old is not None:
            fresh = raised(old, replace(fresh, sequence=old.sequence, event=old.event))
        sections[number] = fresh
    for number, old in known.items():
        if number not in sections:
            sections[number] = raised(old, replace(old, state=SectionState.CANCELLED, event=0))
    ordered = tuple(sections[number] for number in sorted(sections))
    return in_order(schedule, replace(schedule, zone=draft.zone, sections=ordered), now)
