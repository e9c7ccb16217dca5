"""When a discussion prompt is to be posted, as a moderator types it: “Friday 8pm”, “in 3 hours”.

A time without a zone is one in the club's, and what was understood is shown in everybody's own time.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from corpus.errors import DogearError

FURTHEST = dt.timedelta(days=366)
"""How far ahead a prompt may wait: a year, so that a slip of the keyboard does not wait for a century."""

_DISCORD = re.compile(r"<t:(?P<seconds>\d{1,11})(?::[a-zA-Z])?>")


class MomentProblem(DogearError):
    """A moment that is not understood, is over, or is too far away."""


def moment(typed: str, now: dt.datetime, zone: str = "UTC") -> dt.datetime:
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
