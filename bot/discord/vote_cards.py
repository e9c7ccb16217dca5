"""The cards of nominations and votes, and Discord's own poll."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import discord

from bot.club.votes.counting import Ballot, Count
from bot.club.votes.records import Candidate, Draft, Kind, Vote
from bot.club.votes.telling import outcome, rounds, rule_of_ties
from bot.discord.cards import Card, Picture, Tone
from bot.discord.limits import POLL_ANSWER, POLL_HOURS
from bot.discord.safe_text import clipped, one_line, safe
from corpus.text import plural

Items = Sequence[discord.ui.Item[Any]]

QUESTION = "Which book shall we read next?"
TITLE = 100
"""Characters of a title in a list."""

KINDS = {
    Kind.POLL: "Discord’s own poll: everybody votes for one book, and everybody sees the count.",
    Kind.RANKED: "Ranked choice: everybody ranks up to five books. Ballots are secret, also from organisers.",
}


def moment(when: dt.datetime) -> str:
    """Return a moment as Discord shows it to each reader in their own time."""
    return f"<t:{int(when.timestamp())}:F> (<t:{int(when.timestamp())}:R>)"


def preview_card(draft: Draft, items: Items) -> Card:
    """Return a vote as it would be posted, for its organiser to confirm."""
    hidden = "Hidden until the close." if draft.hidden else "Seen by all while the vote runs."
    body = f"{_books(draft.candidates)}\n\n{KINDS[draft.kind]}\n**Count**: {hidden}\n**Closes**: {moment(draft.closes)}"
    note = "Nothing is posted yet. A time without a zone is read in the club’s; above it stands in your own."
    return Card(QUESTION, body, buttons=items, note=note)


def open_card(vote: Vote, items: Items) -> Card:
    """Return the post of a ranked vote that takes ballots."""
    hidden = "The count is hidden until the close." if vote.draft.hidden else "The count can be seen at any time."
    how = "Press Vote, and rank as many as you like; you can change it until the close. Ballots are secret."
    body = f"{_books(vote.candidates)}\n\n{how} {hidden}\n**Closes**: {moment(vote.draft.closes)}"
    return Card(QUESTION, body, (_ties(vote),), Tone.PUBLIC, items)


def closed_card(vote: Vote, result: str) -> Card:
    """Return the post of a ranked vote that is over, with a link to its outcome where it was posted."""
    told = f"This vote is closed: {result}" if result else "This vote is closed."
    return Card(QUESTION, f"{_books(vote.candidates)}\n\n{told}", (_ties(vote),), Tone.PUBLIC)


def poll_text(vote: Vote) -> str:
    """Return the line above a poll; its end tells the vote from all others."""
    return f"Closes {moment(vote.draft.closes)}\n-# {_ties(vote)} {poll_mark(vote)}"


def poll_mark(vote: Vote) -> str:
    """Return the words by which a vote's poll is found again."""
    return f"(Vote {vote.id})"


def poll_of(vote: Vote, now: dt.datetime) -> discord.Poll:
    """Return a vote as Discord's poll. It lasts whole hours, and so is ended by us, at the close."""
    hours = math.ceil((vote.draft.closes - now) / dt.timedelta(hours=1))
    poll = discord.Poll(QUESTION, dt.timedelta(hours=min(max(1, hours), POLL_HOURS)))
    for candidate in vote.candidates:
        poll.add_answer(text=one_line(candidate.title, POLL_ANSWER))
    return poll


def ballot_card(vote: Vote, ballot: Ballot, items: Items) -> Card:
    """Return somebody's ballot, for them alone."""
    titles = {candidate.key: candidate.title for candidate in vote.candidates}
    ranked = "\n".join(f"{n}\\. {safe(titles[key])}" for n, key in enumerate(ballot, 1) if key in titles)
    body = f"{ranked}\n\nThis is kept. You can change it until the close." if ranked else "Pick your first choice."
    note = f"Closes {moment(vote.draft.closes)}. It counts for your first choice; once that is out, for your next."
    return Card("Your ballot", body, buttons=items, note=note)


def count_card(vote: Vote, count: Count, picture: Picture | None, items: Items = (), *, so_far: bool = False) -> Card:
    """Return how a vote stands or has ended, with each round in words."""
    number = plural(count.ballots, "ballot")
    if so_far:
        told = (
            f"{number} so far. If the vote closed now: {safe(outcome(vote, count))}" if count.rounds else "No ballots."
        )
        return Card("The count so far", f"{told}\n\n{_rounds(vote, count)}", (_ties(vote),), picture=picture)
    title = f"Our next book: {safe(_winner(vote, count))}" if count.winner else "The vote is closed"
    cast = [f"{number} cast."] if count.ballots else []
    body = f"{safe(outcome(vote, count))}\n\n{_rounds(vote, count)}"
    return Card(title, body, (*cast, _ties(vote)), Tone.PUBLIC, items, picture)


def _rounds(vote: Vote, count: Count) -> str:
    return "\n".join(safe(told) for told in rounds(vote, count))


def _winner(vote: Vote, count: Count) -> str:
    return "" if count.winner is None else vote.candidate(count.winner).title


def _books(candidates: Sequence[Candidate]) -> str:
    return "\n".join(f"• {clipped(safe(candidate.title), 2 * TITLE)}" for candidate in candidates)


def _ties(vote: Vote) -> str:
    return safe(rule_of_ties(vote))
