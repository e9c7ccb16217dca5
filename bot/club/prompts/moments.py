"""When a discussion prompt is to be posted, as a moderator types it: a day with a time, or “in 3 hours”.

Only what can mean one moment is taken. A time without a zone is UTC, and what was understood is shown in everybody's
own time.
"""

from __future__ import annotations

import datetime as dt
import re

from corpus.errors import DogearError

FURTHEST = dt.timedelta(days=366)
"""How far ahead a prompt may wait: a year, so that a slip of the keyboard does not wait for a century."""

_DISCORD = re.compile(r"<t:(?P<seconds>\d{1,11})(?::[a-zA-Z])?>")
_FROM_NOW = re.compile(r"in (?P<number>an?|\d{1,4}) ?(?P<unit>minute|min|hour|h|day|week)s?")
_UNITS = {
    "minute": dt.timedelta(minutes=1),
    "min": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "h": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(weeks=1),
}


class MomentProblem(DogearError):
    """A moment that is not understood, is over, or is too far away."""


def moment(typed: str, now: dt.datetime) -> dt.datetime:
    """Return the moment that is meant, in UTC. Raises MomentProblem."""
    text = " ".join(typed.split())
    found = _moment(text, now)
    if found is None:
        raise MomentProblem(
            f"I don't understand “{text[:40]}” as a time. Write “in 3 hours”, or a day and a time in UTC such as "
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


def _moment(text: str, now: dt.datetime) -> dt.datetime | None:
    try:
        if stamp := _DISCORD.fullmatch(text):
            return dt.datetime.fromtimestamp(int(stamp["seconds"]), dt.UTC)
        if ahead := _FROM_NOW.fullmatch(text.casefold()):
            number = 1 if ahead["number"].startswith("a") else int(ahead["number"])
            return now + number * _UNITS[ahead["unit"]]
        written = dt.datetime.fromisoformat(re.sub(r"\s*(?:utc|z)$", "", text, flags=re.IGNORECASE))
    except (ValueError, OverflowError, OSError):
        return None
    return written.replace(tzinfo=dt.UTC) if written.tzinfo is None else written.astimezone(dt.UTC)
