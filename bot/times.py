"""Local times of day as moments, and zones by the names that people type: 8pm stays 8pm when the clocks change."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from corpus.errors import DogearError
from corpus.positions import shown

FURTHEST = dt.timedelta(days=366)
"""How far ahead a prompt may wait: a year, so that a slip of the keyboard does not wait for a century."""

_DISCORD = re.compile(r"<t:(?P<seconds>\d{1,11})(?::[a-zA-Z])?>")


class MomentProblem(DogearError):
    """A moment that is not understood, is over, or is too far away."""


def posting_moment(typed: str, now: dt.datetime, zone: str = "UTC") -> dt.datetime:
    """Return the moment that is meant, in UTC, as it is typed in a zone. Raises MomentProblem.

    This takes a while the first time: the library that reads dates is loaded then.
    """
    text = " ".join(typed.split())
    found = _moment(text, now, ZoneInfo(zone))
    if found is None:
        raise MomentProblem(
            f"I don’t understand “{text[:40]}” as a time. Write “in 3 hours”, “Friday 8pm”, or a day and a time, as "
            f"{now + dt.timedelta(days=1):%Y-%m-%d} 19:00."
        )
    if found <= now:
        raise MomentProblem(f"{told(found)} is over. Give a time to come, or leave it out to post now.")
    if found > now + FURTHEST:
        raise MomentProblem("That is more than a year away. Give an earlier time.")
    return found


def told(when: dt.datetime) -> str:
    """Return a moment as Discord shows it, in each reader's own time."""
    seconds = int(when.timestamp())
    return f"<t:{seconds}:F> (<t:{seconds}:R>)"


def _moment(text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    try:
        if stamp := _DISCORD.fullmatch(text):
            return dt.datetime.fromtimestamp(int(stamp["seconds"]), dt.UTC)
        import dateparser  # reading dates is rare, and loading what can takes half a second

        settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None)}
        found = dateparser.parse(text[:100], languages=["en"], settings=settings)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None:
        return None
    return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(dt.UTC)


_SHORT = 4
"""Letters from which a part of a name says which zone is meant; “est” is in Brest and in Budapest."""


class UnknownZone(DogearError):
    """No zone of the IANA database answers to what was typed."""

    def __init__(self, typed: str, nearest: tuple[str, ...]) -> None:
        likely = f"Did you mean {' or '.join(nearest)}?" if nearest else "Write a zone like Europe/Berlin."
        super().__init__(f"I don't know the time zone {shown(typed)}. {likely}")
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC and in its zone, and a note for people where the clocks made it doubtful."""

    utc: dt.datetime
    local: dt.datetime
    note: str = ""


def moment(day: dt.date, at: dt.time, zone: str) -> Moment:
    """Return the moment at which clocks in a zone show a time on a day.

    A time that the clocks leap over moves on by the leap; of a time that comes twice, the first counts. Both are noted.
    """
    said = dt.datetime.combine(day, at.replace(fold=0), ZoneInfo(zone))
    utc = said.astimezone(dt.UTC)
    local = utc.astimezone(ZoneInfo(zone))
    if local.replace(tzinfo=None) != said.replace(tzinfo=None):
        return Moment(
            utc, local, f"On {day.day} {day:%B} the clocks in {zone} leap over {at:%H:%M}: it is {local:%H:%M} then."
        )
    if said.utcoffset() != said.replace(fold=1).utcoffset():
        return Moment(
            utc, local, f"On {day.day} {day:%B} the clocks in {zone} show {at:%H:%M} twice: the first counts."
        )
    return Moment(utc, local)


def local(moment_: dt.datetime, zone: str) -> dt.datetime:
    """Return a moment as clocks in a zone show it."""
    return moment_.astimezone(ZoneInfo(zone))


def find_zone(typed: str) -> str:
    """Return the zone that answers to a name or to a city: “europe/berlin”, “New York”. Raises UnknownZone.

    Abbreviations such as EST are refused: they name an offset, which knows of no summer.
    """
    key = _key(typed)
    zones = {_key(zone): zone for zone in _zones()}
    if key in zones:
        return zones[key]
    in_city = [zone for zone in _zones() if key and _key(zone.rpartition("/")[2]) == key]
    if len(in_city) == 1:
        return in_city[0]
    return _refused(typed, in_city or [*search_zones(typed, 3)] * (len(key) >= _SHORT))


def search_zones(typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return the zones that somebody may be typing, the likeliest first; all of them in order for nothing typed."""
    key = _key(typed)
    begun = [zone for zone in _zones() if any(_key(part).startswith(key) for part in (zone, *zone.split("/")[1:]))]
    within = [zone for zone in _zones() if key in _key(zone)]
    return tuple(dict.fromkeys([*begun, *within]))[:limit]


def _refused(typed: str, near: list[str]) -> str:
    cities = {_key(zone.rpartition("/")[2]): zone for zone in _zones()}
    city = _key(typed.rpartition("/")[2])[:60]
    if len(city) >= _SHORT and not near:
        near = [cities[each] for each in get_close_matches(city, cities, 2, 0.7)]
    raise UnknownZone(typed, tuple(near[:3]))


def _key(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip()).casefold()


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Return the zones that are places, and UTC."""
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return ("UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(old)))
