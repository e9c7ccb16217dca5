"""When a vote closes, as people write it: “Friday 8pm”, “in 3 days”, “48 hours”, “Friday 8pm Europe/London”."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, available_timezones

from bot.club.votes.problems import VoteProblem

USUAL = dt.timedelta(days=3)
"""How long a vote takes, where nobody says."""

SOONEST = dt.timedelta(minutes=5)
LATEST = dt.timedelta(days=32)
"""Discord: a poll lasts 32 days at most."""

_HOURS = re.compile(r"(?:in\s+)?(\d{1,4})\s*(?:h|hrs?|hours?)?", re.IGNORECASE)
_HELP = "Write for example: Friday 8pm, in 3 days, 48 hours, or Friday 8pm Europe/London."


def closing_time(typed: str, now: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the moment that is meant, seen from a zone; a bare number is hours. Raises VoteProblem.

    This takes a while the first time: the library that reads dates is loaded then.
    """
    text = " ".join(typed.split())
    closes = _moment(text, now, zone) if text else now + USUAL
    if closes is None:
        raise VoteProblem(f"I do not understand “{text[:60]}” as a time. {_HELP}")
    if closes < now + SOONEST:
        raise VoteProblem(f"“{text[:60]}” is in the past, or less than five minutes away. {_HELP}")
    if closes > now + LATEST:
        raise VoteProblem(f"A vote takes {LATEST.days} days at most. {_HELP}")
    return closes.astimezone(dt.UTC).replace(microsecond=0)


def _moment(text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    if hours := _HOURS.fullmatch(text):
        return now + dt.timedelta(hours=int(hours[1]))
    words, _, last = text.rpartition(" ")
    if last in available_timezones() and "/" in last:
        text, zone = words, ZoneInfo(last)
    import dateparser  # reading dates is rare, and loading what can takes half a second

    there = now.astimezone(zone).replace(tzinfo=None)
    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": there}
    found = dateparser.parse(text[:100], languages=["en"], settings=settings)
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
