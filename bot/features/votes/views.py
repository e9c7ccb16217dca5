"""What members see of votes: the posts, the ballot, the count as text and as a picture, and how it was counted."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.app import App
from bot.discord import cards
from bot.discord.buttons import PRIMARY, OpenButton, Picked, Pressed, button
from bot.discord.context import app_of
from bot.discord.visitor import visitor
from bot.features.votes import rules
from bot.features.votes.counting import Ballot, Count, Why
from bot.features.votes.store import Vote, Votes
from bot.pictures.canvas import GAP, HUGE, QUIET, Page, writable
from bot.reading_order.advice import title_of
from bot.times import timestamp
from corpus.text import plural

QUESTION = "Which book shall we read next?"
KINDS = {
    rules.VoteKind.POLL: "Discord’s own poll: everybody votes for one book, and everybody sees the count.",
    rules.VoteKind.RANKED: "Ranked choice: everybody ranks up to five books. Ballots are secret, even from organisers.",
}


def preview_card(draft: rules.VoteDraft, items: cards.Items) -> cards.Card:
    """Return a vote as it would be posted, for its organiser to confirm."""
    hidden = "Hidden until the vote closes." if draft.hidden else "Everybody can see it during the vote."
    body = f"{_books(draft.offered)}\n\n{KINDS[draft.kind]}\n**Count**: {hidden}\n**Closes**: {timestamp(draft.closes)}"
    note = "Nothing is posted yet. The closing time is shown in your own time zone."
    return cards.Card(QUESTION, body, buttons=items, note=note)


def open_card(vote: Vote) -> cards.Card:
    """Return the post of a ranked vote that takes ballots."""
    seen = [] if vote.hidden else [count_button(vote.id)]
    hidden = "The count is hidden until the vote closes." if vote.hidden else "You can see the count at any time."
    told = (
        "Press Vote and rank as many as you like. You can change your ballot until the vote closes. Ballots are secret."
        f" {hidden}\n**Closes**: {timestamp(vote.closes)}"
    )
    return _post(vote, told, [vote_button(vote.id), *seen, how_button(vote.id)])


def closed_card(vote: Vote, result: int) -> cards.Card:
    """Return the post of a ranked vote that is over, with a link to its outcome where it was posted."""
    return _post(vote, f"This vote is closed: {vote.where.link(result)}" if result else "This vote is closed.")


def _post(vote: Vote, told: str, items: cards.Items = ()) -> cards.Card:
    return cards.Card(
        QUESTION, f"{_books(vote.candidates)}\n\n{told}", (cards.safe(vote.ties),), cards.Tone.PUBLIC, items
    )


def poll_text(vote: Vote) -> str:
    """Return the lines above a poll; with their moment, they tell the vote from all others."""
    return f"Closes {timestamp(vote.closes)}\n-# {cards.safe(vote.ties)}"


def poll_of(vote: Vote, now: dt.datetime) -> discord.Poll:
    """Return a vote as Discord's poll. It lasts whole hours, and so is ended by us, at the close."""
    hours = math.ceil((vote.closes - now) / dt.timedelta(hours=1))
    poll = discord.Poll(QUESTION, dt.timedelta(hours=min(max(1, hours), cards.POLL_HOURS)))
    for candidate in vote.candidates:
        poll.add_answer(text=cards.one_line(candidate.title, cards.POLL_ANSWER))
    return poll


WINNER, STAYED, OUT = ("#f5b13d", "#f9d08a"), ("#7cc4f0", "#b9e0f8"), ("#5d7ea6", "#86a2c4")
"""Colours of first choices, and of what came later: of the winner, of who was in to the end, of who went out."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A book: the votes that each round brought it, the round after which it went out (0: never), and by lot or not."""

    title: str
    gains: tuple[int, ...]
    out: int = 0
    by_lot: bool = False
    wins: bool = False

    @property
    def votes(self) -> int:
        """The votes that it had in the end."""
        return sum(self.gains)

    def __str__(self) -> str:
        """Return its votes and what became of it: “3 + 1 = 4 · out in round 2”."""
        gains = [str(gain) for n, gain in enumerate(self.gains) if gain or not n]
        votes = " + ".join(gains) + (f" = {self.votes}" if len(gains) > 1 else "")
        out = f"out in round {self.out}{', by a draw' * self.by_lot}" if self.out else ""
        return " · ".join(filter(None, (votes, "wins" if self.wins else out)))


def alt_text(vote: Vote, count: Count) -> str:
    """Return what the picture shows, in words: the outcome, and every round."""
    return " ".join(
        ["Bars of votes, round by round.", rules.outcome(count, vote.titles), *rules.rounds(count, vote.titles)]
    )


def bars(vote: Vote, count: Count) -> list[Bar]:
    """Return a bar for each book, first choices first: the winner on top, who went out first at the bottom."""
    found = []
    for key, title in vote.titles.items():
        its = [each for each in count.rounds if key in each.votes]
        votes = [each.votes[key] for each in its]
        gains = tuple(now - before for before, now in zip([0, *votes], votes, strict=False))
        out = len(its) if key in its[-1].out else 0
        shown = title if writable(title) else title_of(key, {})
        found.append(Bar(shown, gains, out, bool(out) and its[-1].why is Why.LOT, key == count.winner))
    return sorted(found, key=lambda bar: (not bar.wins, -(bar.out or len(count.rounds) + 1), -bar.votes))


def rounds_page(vote: Vote, count: Count) -> Page:
    """Return the page of a count."""
    page, shown, exhausted = Page(), bars(vote, count), count.rounds[-1].exhausted
    page.write("The count", size=HUGE, bold=True)
    facts = (plural(count.ballots, "ballot"), plural(len(count.rounds), "round"), f"{exhausted} no longer counted")
    page.write(" · ".join(facts if exhausted else facts[:2]), colour=QUIET)
    page.y += GAP
    most = max(bar.votes for bar in shown)
    for bar in shown:
        first, later = WINNER if bar.wins else OUT if bar.out else STAYED
        page.bar(bar.title, str(bar), [(gain / most, later if n else first) for n, gain in enumerate(bar.gains)])
    if len(count.rounds) > 1:
        page.write("Bright: first choices. Pale: what came with later rounds.", colour=QUIET)
    return page


async def counted_card(app: App, vote: Vote, count: Count, items: cards.Items = ()) -> cards.Card:
    """Return how a vote stands or has ended, with each round in words and in a picture, if there is any."""
    picture = None
    if count.rounds:
        png = await app.workers.do(lambda: rounds_page(vote, count).png())
        picture = cards.Attachment("rounds.png", png, alt_text(vote, count))
    outcome, number = cards.safe(rules.outcome(count, vote.titles)), plural(count.ballots, "ballot")
    told, ties = map(cards.safe, rules.rounds(count, vote.titles)), cards.safe(vote.ties)
    if vote.count is None:
        so_far = f"{number} so far. If the vote closed now: {outcome}\n" if count.rounds else "No ballots."
        return cards.Card("The count so far", "\n".join((so_far, *told)), (ties,), picture=picture)
    title = f"Our next book: {cards.safe(vote.titles[count.winner])}" if count.winner else "The vote is closed"
    cast = [f"{number} cast."] if count.ballots else []
    body = "\n".join((f"{outcome}\n", *told))
    return cards.Card(title, body, (*cast, ties), cards.Tone.PUBLIC, items, picture)


def outcome_items(vote: Vote) -> list[cards.Item]:
    """Return the buttons under the outcome of a vote, with which the reading of its winner is planned."""
    winner = vote.outcome.winner if vote.outcome else None
    return [*([OpenButton("plan", winner)] if winner else [OpenButton("open-vote")]), how_button(vote.id)]


def _books(books: Sequence[rules.Candidate]) -> str:
    return "\n".join(f"• {cards.clipped(cards.safe(book.title), 200)}" for book in books)


VOTE = r"(?P<vote_id>\d{1,18})"
NAMES = ("First", "Second", "Third", "Fourth", "Fifth")


@button(Pressed, rf"ballot:{VOTE}", "Vote", style=PRIMARY, opens=True)
async def vote_button(button: Pressed, interaction: cards.Interaction) -> cards.Card:
    """Shows whoever presses it their ballot."""
    member, _ = await visitor(interaction)
    return _ballot(*await app_of(interaction).get(Votes).ballot(button.number("vote_id"), member))


class RankMenu(Picked, template=rf"rank:{VOTE}:(?P<number>[1-{rules.CHOICES}])"):
    """Makes a book somebody's choice of a number; left empty, it is taken off."""

    @classmethod
    def of(cls, vote: Vote, number: int, ballot: Ballot) -> "RankMenu":
        """Return the menu, with what was picked before."""
        chosen, name = ballot[number - 1] if number <= len(ballot) else "", f"{NAMES[number - 1]} choice"
        options = [
            discord.SelectOption(label=cards.one_line(title, cards.OPTION), value=key, default=key == chosen)
            for key, title in vote.titles.items()
        ]
        custom_id = f"rank:{vote.id}:{number}"
        return cls(discord.ui.Select(custom_id=custom_id, placeholder=name, min_values=0, options=options))

    async def card(self, interaction: cards.Interaction, values: list[str]) -> cards.Card:
        """Keep the choice, and show the ballot as it is now."""
        member, _ = await visitor(interaction)
        _, vote_id, number = self.item.custom_id.split(":")
        key = values[0] if values else None
        return _ballot(*await app_of(interaction).get(Votes).choose(int(vote_id), member, int(number), key))


@button(Pressed, rf"unballot:{VOTE}", "Take my ballot back")
async def ballot_back_button(button: Pressed, interaction: cards.Interaction) -> cards.Card:
    """Takes one's own ballot back."""
    member, _ = await visitor(interaction)
    return _ballot(*await app_of(interaction).get(Votes).choose(button.number("vote_id"), member, 0, None))


def _ballot(vote: Vote, ballot: Ballot) -> cards.Card:
    """Return somebody's ballot, for them alone."""
    ranked = "\n".join(f"{n}\\. {cards.safe(vote.titles[key])}" for n, key in enumerate(ballot, 1))
    body = f"{ranked}\n\nSaved. You can change it until the vote closes." if ranked else "Pick your first choice."
    note = f"Closes {timestamp(vote.closes)}. It counts for your first choice; if that is out, for your next."
    numbers = range(1, min(rules.CHOICES, len(vote.books)) + 1)
    items: list[Any] = [RankMenu.of(vote, number, ballot) for number in numbers]
    items += [ballot_back_button(vote.id)] if ballot else []
    return cards.Card("Your ballot", body, buttons=items, note=note)


@button(Pressed, rf"count:{VOTE}", "Show the count so far", opens=True)
async def count_button(button: Pressed, interaction: cards.Interaction) -> cards.Card:
    """Shows the count so far, in private; of a closed vote, the outcome."""
    member, _ = await visitor(interaction)
    app = app_of(interaction)
    return await counted_card(app, *await app.get(Votes).so_far(button.number("vote_id"), member))


@button(Pressed, rf"how-counted:{VOTE}", "How is this counted?", opens=True)
async def how_button(button: Pressed, interaction: cards.Interaction) -> cards.Card:
    """Explains how a vote was counted; by its id, the post of an outcome is told from all others."""
    member, _ = await visitor(interaction)
    vote = await app_of(interaction).get(Votes).vote(button.number("vote_id"), member)
    return cards.notice_card(rules.explanation(rules.VoteKind(vote.kind)), "How is this counted?")


VOTE_BUTTONS = (vote_button, RankMenu, ballot_back_button, count_button, how_button)
