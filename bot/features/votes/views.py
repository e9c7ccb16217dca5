"""The buttons and menus of votes for members: voting, seeing the count, and how it was counted."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import discord

from bot.app import App
from bot.discord import cards
from bot.discord.buttons import PRIMARY, Picked, Pressed
from bot.discord.context import ORGANISER, Choice, app_of, needs
from bot.discord.visitor import visitor
from bot.features.books.views import AddItButton
from bot.features.votes import rules
from bot.features.votes.counting import Ballot, Count
from bot.features.votes.picture import alt_text, rounds_page
from bot.features.votes.store import Votes
from bot.times import timestamp
from corpus.text import plural


class PlanButton(Pressed, template=r"plan:(?P<key>[^:]{1,90})"):
    """Says how a schedule for a book is made, to whoever may make one; `key` is the book's slug or its title's key."""

    label, style, opens = "Plan the schedule", PRIMARY, True

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the command."""
        by, _ = await needs(interaction, ORGANISER)
        book = app_of(interaction).books_of(by.club).get(self.given["key"])
        if book is None:
            told = "That book isn’t in the library yet. Once it is, plan it with /schedule create."
            raise Choice(told, [AddItButton(self.given["key"].replace("-", " ").title())])
        line = f"/schedule create book:{book.title}"
        return cards.notice_card(f"Type this, and I’ll ask for the rest: {line}", book.title)


QUESTION = "Which book shall we read next?"
TITLE = 100
"""Characters of a title in a list."""

KINDS = {
    rules.VoteKind.POLL: "Discord’s own poll: everybody votes for one book, and everybody sees the count.",
    rules.VoteKind.RANKED: "Ranked choice: everybody ranks up to five books. Ballots are secret, even from organisers.",
}


def preview_card(draft: rules.VoteDraft, items: cards.Items) -> cards.Card:
    """Return a vote as it would be posted, for its organiser to confirm."""
    hidden = "Hidden until the vote closes." if draft.hidden else "Everybody can see it during the vote."
    body = (
        f"{_books(draft.candidates)}\n\n{KINDS[draft.kind]}\n**Count**: {hidden}\n**Closes**: {timestamp(draft.closes)}"
    )
    note = "Nothing is posted yet. The closing time is shown in your own time zone."
    return cards.Card(QUESTION, body, buttons=items, note=note)


def open_card(vote: rules.Vote) -> cards.Card:
    """Return the post of a ranked vote that takes ballots."""
    seen = [] if vote.draft.hidden else [CountButton(vote.id)]
    items = [VoteButton(vote.id), *seen, HowButton(vote.id)]
    hidden = "The count is hidden until the vote closes." if vote.draft.hidden else "You can see the count at any time."
    how = (
        "Press Vote and rank as many as you like. You can change your ballot until the vote closes. Ballots are secret."
    )
    body = f"{_books(vote.candidates)}\n\n{how} {hidden}\n**Closes**: {timestamp(vote.draft.closes)}"
    return cards.Card(QUESTION, body, (cards.safe(rules.rule_of_ties(vote)),), cards.Tone.PUBLIC, items)


def closed_card(vote: rules.Vote, result: str) -> cards.Card:
    """Return the post of a ranked vote that is over, with a link to its outcome where it was posted."""
    told = f"This vote is closed: {result}" if result else "This vote is closed."
    return cards.Card(
        QUESTION, f"{_books(vote.candidates)}\n\n{told}", (cards.safe(rules.rule_of_ties(vote)),), cards.Tone.PUBLIC
    )


def poll_text(vote: rules.Vote) -> str:
    """Return the line above a poll; its end tells the vote from all others."""
    return f"Closes {timestamp(vote.draft.closes)}\n-# {cards.safe(rules.rule_of_ties(vote))} {poll_mark(vote)}"


def poll_mark(vote: rules.Vote) -> str:
    """Return the words by which a vote's poll is found again."""
    return f"(Vote {vote.id})"


def poll_of(vote: rules.Vote, now: dt.datetime) -> discord.Poll:
    """Return a vote as Discord's poll. It lasts whole hours, and so is ended by us, at the close."""
    hours = math.ceil((vote.draft.closes - now) / dt.timedelta(hours=1))
    poll = discord.Poll(QUESTION, dt.timedelta(hours=min(max(1, hours), cards.POLL_HOURS)))
    for candidate in vote.candidates:
        poll.add_answer(text=cards.one_line(candidate.title, cards.POLL_ANSWER))
    return poll


def count_card(vote: rules.Vote, count: Count, picture: cards.Attachment | None, items: cards.Items) -> cards.Card:
    """Return how a vote stands or has ended, with each round in words."""
    number, told_rounds = plural(count.ballots, "ballot"), "\n".join(map(cards.safe, rules.rounds(vote, count)))
    if vote.count is None:
        told = (
            f"{number} so far. If the vote closed now: {cards.safe(rules.outcome(vote, count))}"
            if count.rounds
            else "No ballots."
        )
        return cards.Card(
            "The count so far", f"{told}\n\n{told_rounds}", (cards.safe(rules.rule_of_ties(vote)),), picture=picture
        )
    title = f"Our next book: {cards.safe(vote.candidate(count.winner).title)}" if count.winner else "The vote is closed"
    cast = [f"{number} cast."] if count.ballots else []
    body = f"{cards.safe(rules.outcome(vote, count))}\n\n{told_rounds}"
    return cards.Card(title, body, (*cast, cards.safe(rules.rule_of_ties(vote))), cards.Tone.PUBLIC, items, picture)


def _books(candidates: Sequence[rules.Candidate]) -> str:
    return "\n".join(f"• {cards.clipped(cards.safe(candidate.title), 2 * TITLE)}" for candidate in candidates)


VOTE = r"(?P<vote_id>\d{1,18})"
NAMES = ("First", "Second", "Third", "Fourth", "Fifth")


class VoteButton(Pressed, template=rf"ballot:{VOTE}"):
    """Shows whoever presses it their ballot."""

    label, style, opens = "Vote", PRIMARY, True

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the ballot, in private."""
        member, _ = await visitor(interaction)
        return _ballot(*await app_of(interaction).get(Votes).ballot(self.number("vote_id"), member))


class RankMenu(Picked, template=rf"rank:{VOTE}:(?P<number>[1-{rules.CHOICES}])"):
    """Makes a book somebody's choice of a number; left empty, it is taken off."""

    @classmethod
    def of(cls, vote: rules.Vote, number: int, ballot: Ballot) -> "RankMenu":
        """Return the menu, with what was picked before."""
        chosen = ballot[number - 1] if number <= len(ballot) else ""
        options = [
            discord.SelectOption(
                label=cards.one_line(book.title, cards.OPTION), value=book.key, default=book.key == chosen
            )
            for book in vote.candidates
        ]
        return cls(
            discord.ui.Select(
                custom_id=f"rank:{vote.id}:{number}",
                placeholder=f"{NAMES[number - 1]} choice",
                min_values=0,
                options=options,
            )
        )

    async def card(self, interaction: cards.Interaction, values: list[str]) -> cards.Card:
        """Keep the choice, and show the ballot as it is now."""
        member, _ = await visitor(interaction)
        _, vote_id, number = self.item.custom_id.split(":")
        key = values[0] if values else None
        return _ballot(*await app_of(interaction).get(Votes).choose(int(vote_id), member, int(number), key))


class BallotBackButton(Pressed, template=rf"unballot:{VOTE}"):
    """Takes one's own ballot back."""

    label = "Take my ballot back"

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the empty ballot."""
        member, _ = await visitor(interaction)
        vote = await app_of(interaction).get(Votes).take_back(self.number("vote_id"), member)
        return _ballot(vote, ())


class CountButton(Pressed, template=rf"count:{VOTE}"):
    """Shows the count so far, in private; of a closed vote, the outcome."""

    label, opens = "Show the count so far", True

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the count."""
        member, _ = await visitor(interaction)
        app = app_of(interaction)
        vote, count = await app.get(Votes).so_far(self.number("vote_id"), member)
        return await counted_card(app, vote, count)


class HowButton(Pressed, template=rf"how-counted:{VOTE}"):
    """Explains how a vote was counted; by its id, the post of an outcome is told from all others."""

    label, opens = "How is this counted?", True

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Explain, in private."""
        member, _ = await visitor(interaction)
        vote = await app_of(interaction).get(Votes).vote(self.number("vote_id"), member)
        return cards.notice_card(rules.explanation(vote), "How is this counted?")


async def counted_card(app: App, vote: rules.Vote, count: Count, items: cards.Items = ()) -> cards.Card:
    """Return how a vote stands, or its outcome, with a picture where there is anything to draw."""
    if not count.rounds:
        return count_card(vote, count, None, items)
    png = await app.workers.do(lambda: rounds_page(vote, count).png())
    return count_card(vote, count, cards.Attachment("rounds.png", png, alt_text(vote, count)), items)


def outcome_items(vote: rules.Vote) -> list[cards.Item]:
    """Return the buttons under the outcome of a vote, with which the reading of its winner is planned."""
    winner = vote.candidate(vote.count.winner) if vote.count and vote.count.winner else None
    return [*([PlanButton(winner.book or winner.key)] if winner else []), HowButton(vote.id)]


def link_to(vote: rules.Vote, message: int) -> str:
    """Return the address of a post of a vote."""
    return f"https://discord.com/channels/{vote.place.club}/{vote.place.id}/{message}"


def _ballot(vote: rules.Vote, ballot: Ballot) -> cards.Card:
    """Return somebody's ballot, for them alone."""
    titles = rules.titles_of(vote)
    ranked = "\n".join(f"{n}\\. {cards.safe(titles[key])}" for n, key in enumerate(ballot, 1) if key in titles)
    body = f"{ranked}\n\nSaved. You can change it until the vote closes." if ranked else "Pick your first choice."
    note = f"Closes {timestamp(vote.draft.closes)}. It counts for your first choice; if that is out, for your next."
    menus: Sequence[Any] = [
        RankMenu.of(vote, n, ballot) for n in range(1, min(rules.CHOICES, len(vote.candidates)) + 1)
    ]
    back = [BallotBackButton(vote.id)] if ballot else []
    return cards.Card("Your ballot", body, buttons=[*menus, *back], note=note)


VOTE_BUTTONS = (VoteButton, RankMenu, BallotBackButton, CountButton, HowButton)
