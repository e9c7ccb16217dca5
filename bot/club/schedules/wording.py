"""An organiser's plain words as a Wish: “Fridays at 8pm, 5 chapters a week, from next week”.

A sentence is read from its beginning, one phrase after the other. What no phrase answers to is refused, with the words
that were not understood and what to write in their place; nothing is guessed at or passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from bot.club.schedules.days import Today, spelt_out
from bot.club.schedules.phrases import PHRASES
from bot.club.schedules.wishes import Every, NotUnderstood, Own, Rhythm, Wish

MAX_LENGTH = 500
"""Characters: more than people need, and little enough to read back."""

_NOTHING = re.compile(
    r"(?:[\s,;.!:]|\b(?:and|then|but|with|we|us|i|want|to|please|let's|even|evenly|read|reading|meet|discuss|talk|meetings?|sections)\b)+"
)
_CURE = "Write for example “Fridays at 8pm, 5 chapters a week, from next week”."


def read_wish(words: str, now: dt.datetime, *, month_first: bool = False) -> Wish:
    """Return what an organiser's words say; `now` is in the zone of the club. Raises NotUnderstood.

    `month_first` reads 3/4 as 4 March, as in the United States, and not as 3 April.
    """
    text = spelt_out(_tidied(words))
    wish, dates = Wish(), []
    for said, part in _phrases(text, Today(now.date(), month_first)):
        wish = _joined(wish, part, said)
        dates += [*part.dates, *(own.on for own in part.own if own.on)]
    if wish == Wish():
        raise NotUnderstood(words, _CURE)
    return _settled(wish, dates)


def _tidied(words: str) -> str:
    if len(words) > MAX_LENGTH:
        raise NotUnderstood(words, f"Write it in {MAX_LENGTH} characters.")
    plain = re.sub(r"[‐‑–—−]", "-", words.replace("’", "'"))
    lines = re.sub(r"\s*\n\s*", ", ", plain.strip())
    return " ".join(re.sub(r"[“”\"*()]", " ", lines).split()).lower()


def _phrases(text: str, today: Today) -> Iterator[tuple[str, Wish]]:
    """Yield the phrases of a text, and what each says. Raises NotUnderstood at the first words that say nothing."""
    at = 0
    while at < len(text):
        if blank := _NOTHING.match(text, at):
            at = blank.end()
            continue
        for pattern, read in PHRASES:
            if said := pattern.match(text, at):
                yield said[0], read(said, today)
                at = said.end()
                break
        else:
            raise NotUnderstood(re.split(r"[,;]", text[at:])[0].strip(), _CURE)


def _joined(wish: Wish, part: Wish, said: str) -> Wish:
    """Return a wish and one more part of it. Raises NotUnderstood where they say different things."""
    changes: dict[str, Any] = {}
    for field in fields(Wish):
        before, now = getattr(wish, field.name), getattr(part, field.name)
        if not now or before == now:
            continue
        if isinstance(now, tuple):
            changes[field.name] = (*before, *now)
        elif not before:
            changes[field.name] = now
        elif both := _both(before, now):
            changes[field.name] = both
        else:
            raise NotUnderstood(said, "You said something else before: write one of the two.")
    return replace(wish, **changes)


def _both(before: object, now: object) -> Rhythm | None:
    """Return the rhythm that two make together: “Fridays” and “every two weeks”, “Tuesdays” and “Fridays”."""
    if not isinstance(before, Rhythm) or not isinstance(now, Rhythm):
        return None
    if before.every is not Every.WEEK or now.every is not Every.WEEK:
        return None
    if before.weekdays and now.weekdays and before.interval != now.interval:
        return None
    days = tuple(sorted({*before.weekdays, *now.weekdays}))
    return Rhythm(Every.WEEK, max(before.interval, now.interval), days)


def _settled(wish: Wish, dates: Sequence[dt.date]) -> Wish:
    """Return a wish whose dates belong to its sections, or to the beginning, where that is what was meant."""
    wish = replace(wish, own=_counted_alike(wish.own))
    if wish.own and len(dates) == len(wish.own):
        own = tuple(replace(each, on=day) for each, day in zip(wish.own, dates, strict=True))
        return replace(wish, own=own, dates=())
    if any(own.on for own in wish.own):
        raise NotUnderstood(_named(wish.own), f"There are {len(wish.own)} sections and {len(dates)} dates.")
    goes_on = wish.rhythm or wish.pace or wish.span or wish.own
    if len(dates) == 1 and wish.first is None and goes_on:
        return replace(wish, first=dates[0], dates=())
    return replace(wish, dates=tuple(sorted(set(dates))))


def _counted_alike(own: Sequence[Own]) -> tuple[Own, ...]:
    """Return sections that count what the one before counts, where they do not say: “pages 1-90, 91-200”."""
    counted: list[Own] = []
    for each in own:
        counted.append(replace(each, unit=each.unit or (counted[-1].unit if counted else None)))
    return tuple(counted)


def _named(own: Sequence[Own]) -> str:
    return ", ".join(f"{each.first}-{each.last or 'end'}" for each in own)
