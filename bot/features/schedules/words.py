"""The phrases of a wish: a pattern for each, and what it says of the schedule."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

from bot.features.schedules.plan import Every, Own, Pace, Per, Rhythm, Span, Wish
from bot.times import (
    BEGINNING,
    DAY,
    MONTH,
    TIME,
    WEEKDAY,
    NotUnderstood,
    Today,
    days_with_months,
    find_zone,
    read_day,
    read_time,
    weekday,
)
from corpus.books import PERCENT_WORDS, UNIT_WORDS, Unit
from corpus.positions import DIGITS, WORDS, value

Phrase = tuple[re.Pattern[str], Callable[[re.Match[str], Today], Wish]]
"""A pattern, and the wish that what it matches says by itself."""

_COUNT = rf"(?:{DIGITS}|{WORDS}|an?\b)"
_AND = r"(?:, and |,? and |, | & |/)"
_DAYS = rf"{DAY}(?:{_AND}(?:on )?{DAY})*"
_WEEKDAYS = rf"{WEEKDAY}s?\b(?:{_AND}(?:on )?{WEEKDAY}s?\b)*"
_UNITS = "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + f"|(?P<percent>{PERCENT_WORDS})"
_WHICH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_MEETING = "meeting|time|session|sitting|gathering|go"
_PER = (
    rf"(?:,? ?(?:an?|per|each|every|/|at a) ?(?P<per>day|week|month|{_MEETING}|section|{WEEKDAY})"
    r"|,? (?P<ly>dai|week|month)ly|,? (?:each|apiece))(?!\w)"
)
_NTH = rf"(?P<which>{'|'.join(_WHICH)}) (?P<days>{WEEKDAY})s?"
_MONTHLY = r"(?:monthly|every month|once a month)"
_ON = r"(?: on(?:wards?)?(?= ?,|$))?"
_FROM = r"(?:(?:from|starting|starts?|beginning|begins?|as of|first meeting)(?: on| from| in)?)"
_BY = r"(?:until|till|by|end(?:s|ing)?(?: on)?|done by|(?:to )?finish(?:ed|ing)?(?: by| on)?)"
_OWN = (
    rf"(?:(?P<counted>{_UNITS}) ?)?(?P<from>\d{{1,4}}) ?%?"
    r"(?: ?(?:-|to|until) ?(?:(?:the )?(?P<end>end)|(?P<to>\d{1,4}))|(?(counted)|(?!)))(?![\w:./-])(?: ?(?P<sign>%))?"
)
_OFTEN = {None: 1, "other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3}


def _every(said: re.Match[str], _: Today) -> Wish:
    often, every = said["often"], said.groupdict().get("every")
    interval = _OFTEN[often] if often in _OFTEN else _number(often)
    days = _weekdays(said.groupdict().get("days") or "")
    return Wish(rhythm=Rhythm(Every(every) if every else Every.WEEK, max(1, interval), days))


def _often(rhythm: Rhythm, _: re.Match[str], __: Today) -> Wish:
    return Wish(rhythm=rhythm)


def _of_month(said: re.Match[str], _: Today) -> Wish:
    return Wish(rhythm=Rhythm(Every.MONTH, 1, _weekdays(said["days"]), _WHICH[said["which"]]))


def _on_weekdays(said: re.Match[str], _: Today) -> Wish:
    return Wish(rhythm=Rhythm(Every.WEEK, 1, _weekdays(said["days"])))


def _first(said: re.Match[str], today: Today) -> Wish:
    last = said.groupdict().get("until")
    return Wish(first=read_day(said["first"], today), until=read_day(last, today) if last else None)


def _in_month(said: re.Match[str], today: Today) -> Wish:
    first = read_day(said["month"], today)
    return Wish(first=first, until=first.replace(day=monthrange(first.year, first.month)[1]))


def _until(said: re.Match[str], today: Today) -> Wish:
    return Wish(until=read_day(said["until"], today))


def _skipped(said: re.Match[str], today: Today) -> Wish:
    return Wish(skipped=tuple(read_day(day[0], today) for day in re.finditer(DAY, said["days"])))


def _dates(said: re.Match[str], today: Today) -> Wish:
    return Wish(dates=tuple(read_day(day[0], today) for day in re.finditer(DAY, said["days"])))


def _pace(said: re.Match[str], _: Today) -> Wish:
    unit, per = _unit(said) or Unit.CHAPTER, said["per"] or {"dai": "day"}.get(said["ly"] or "", said["ly"])
    number = _number(said["number"])
    if not number:
        raise NotUnderstood(said[0], "Write how much is read, for example “5 chapters a week”.")
    if per and re.fullmatch(WEEKDAY, per):
        return Wish(pace=Pace(number, unit, Per.MEETING), rhythm=Rhythm(Every.WEEK, 1, (weekday(per),)))
    return Wish(pace=Pace(number, unit, Per(per) if per in list(Per) else Per.MEETING))


def _two_paces(said: re.Match[str], _: Today) -> Wish:
    raise NotUnderstood(said[0], "Write one number, for example “5 chapters a week”.")


def _twice(said: re.Match[str], _: Today) -> Wish:
    raise NotUnderstood(said[0], "Write the days, for example “Tuesdays and Fridays”, or “every two weeks”.")


def _count(said: re.Match[str], _: Today) -> Wish:
    return Wish(count=_number(said["number"]))


def _span(said: re.Match[str], _: Today) -> Wish:
    return Wish(span=Span(_number(said["number"]), Every(said["every"])))


def _by(said: re.Match[str], _: Today) -> Wish:
    return Wish(by_pages=not said["by"].startswith("chapter"))


def _at(said: re.Match[str], _: Today) -> Wish:
    return Wish(at=read_time(said["at"]))


def _zone(said: re.Match[str], _: Today) -> Wish:
    return Wish(zone=find_zone(said["zone"]))


def _own(said: re.Match[str], today: Today) -> Wish:
    unit = Unit.PERCENT if said["sign"] or said["percent"] or "%" in said[0] else _unit(said)
    first = int(said["from"])
    last = None if said["end"] else int(said["to"] or first)
    day = said.groupdict().get("on")
    return Wish(own=(Own(first, last, unit, read_day(day, today) if day else None),))


def _weekdays(said: str) -> tuple[int, ...]:
    return tuple(sorted({weekday(name[0]) for name in re.finditer(WEEKDAY, said)}))


def _unit(said: re.Match[str]) -> Unit | None:
    return next((unit for unit in Unit if said.groupdict().get(unit)), None)


def _number(written: str) -> int:
    return 1 if written in ("a", "an") else int(value(written))


def _phrase(pattern: str, read: Callable[[re.Match[str], Today], Wish]) -> Phrase:
    return re.compile(rf"(?:{pattern})(?!\w)"), read


PHRASES: tuple[Phrase, ...] = (
    _phrase(rf"(?:not|no meetings?|skip(?:ping)?|except|without|off)(?: on| for)? (?P<days>{_DAYS})", _skipped),
    _phrase(rf"(?:from|between) (?P<first>{DAY}),? (?:to|until|till|and|-) (?P<until>{DAY})", _first),
    _phrase(rf"{_BY} (?P<until>{DAY})", _until),
    _phrase(rf"{_FROM} (?P<first>{BEGINNING}){_ON}", _first),
    _phrase(rf"in (?P<month>{MONTH}(?: 20\d\d)?)", _in_month),
    _phrase(rf"(?:on )?(?P<on>{DAY})(?: is|:| ?-)? {_OWN}", _own),
    _phrase(rf"{_OWN},?(?: on| by| for|:)? (?P<on>{DAY})", _own),
    _phrase(rf"(?P<first>next (?:week|month)|(?:this|next|coming) {WEEKDAY}){_ON}", _first),
    _phrase(rf"(?:on )?(?P<days>{_DAYS})", _dates),
    _phrase(rf"(?:on )?(?:every |the )?{_NTH} (?:of|in|every|each|per|a)(?: the| each| every| a)? month", _of_month),
    _phrase(rf"{_MONTHLY},? on the {_NTH}", _of_month),
    _phrase(rf"(?:bi-?weekly|bi-?monthly|(?:twice|{_COUNT} times) (?:a|per|every) (?:week|month))", _twice),
    _phrase(rf"\d+ ?(?:-|to|or) ?\d+ (?:{_UNITS}){_PER}", _two_paces),
    _phrase(rf"(?:about )?(?P<number>{_COUNT}) ?(?:{_UNITS}){_PER}", _pace),
    _phrase(rf"(?:on )?(?:every|each) (?:(?P<often>other|second|third|2nd|3rd) )?(?P<days>{_WEEKDAYS})", _every),
    _phrase(rf"(?:every|each) (?:(?P<often>other|second|third|2nd|3rd|{_COUNT}) )?(?P<every>day|week|month)s?", _every),
    _phrase(r"fortnightly|(?:once )?(?:every|a) fortnight", partial(_often, Rhythm(Every.WEEK, 2))),
    _phrase(r"weekly|once a week", partial(_often, Rhythm(Every.WEEK))),
    _phrase(r"daily|once a day", partial(_often, Rhythm(Every.DAY))),
    _phrase(_MONTHLY, partial(_often, Rhythm(Every.MONTH))),
    _phrase(r"(?:on )?weekdays", partial(_often, Rhythm(Every.WEEK, 1, (0, 1, 2, 3, 4)))),
    _phrase(rf"(?:on )?(?P<days>{_WEEKDAYS})(?: (?:morning|afternoon|evening|night)s?)?", _on_weekdays),
    _phrase(rf"(?:in |over |for |within )?(?:about )?(?P<number>{_COUNT}) (?P<every>day|week|month)s?", _span),
    _phrase(rf"(?:in|over|into)? ?(?P<number>{_COUNT}) (?:(?:even|equal) )?(?:sections?|meetings?|sessions?)", _count),
    _phrase(r"(?:even(?:ly)?,? )?(?:cut |divided |split )?by (?P<by>pages?|chapters?|length)", _by),
    _phrase(rf"(?:at |from |@ ?)?(?P<at>{TIME})", _at),
    _phrase(r"(?:in )?(?P<zone>[a-z]+(?:/[a-z_-]+)+|utc|gmt|[ecmp][sd]t|cet|cest|bst|ist|jst|ae[sd]t)", _zone),
    _phrase(r"(?:in )?(?P<zone>[a-z][a-z ]{1,30}?) time", _zone),
    _phrase(rf"(?:on )?{_OWN}", _own),
)
"""All phrases; the first whose pattern answers to the words is taken."""


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
    text = days_with_months(_tidied(words))
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
