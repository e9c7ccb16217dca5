"""`/vote`: organisers hold a vote about the next book. A vote closes on its own, also after an outage."""

from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands

from bot.app import App
from bot.audit import Audit, Did
from bot.club_settings import SetUp
from bot.discord import autocomplete, context
from bot.discord.buttons import DANGER, ID, PAGE, Cancel, Confirm, Page, Picked, Pressed, own_question
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, notice_card, one_line, paged_card, safe
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs, visitor
from bot.features.ask.store import AskedQuestions
from bot.features.votes import rules
from bot.features.votes.jobs import VotePosts
from bot.features.votes.store import JOBS, Nominations, Votes
from bot.features.votes.views import VOTE, VOTE_BUTTONS, PlanButton, counted_card, preview_card
from bot.people import Member, Place
from bot.times import read_moment, timestamp
from corpus.text import plural

TITLE = "Nominated for our next book"


class NominationsPageButton(Page, template=rf"nominations:{PAGE}"):
    """Turns to a page of the list."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        return await nominations_card(context.app_of(interaction), member, self.page)


async def nominations_card(app: App, member: Member, page: int = 1) -> Card:
    """Return the list: how many would like to read each book, and which are one's own; never who the others are."""
    lines = [
        f"**{safe(each.candidate.title)}** · {plural(len(each.by), 'member')}{' · you' * (member.id in each.by)}"
        for each in await app.get(Nominations).listed(member.club)
    ]
    if not lines:
        return notice_card("No book has been nominated yet. Add one with /nominate add.", TITLE)
    return paged_card(TITLE, lines, page, NominationsPageButton)


class BooksMenu(Picked, template=rf"vote-books:{ID}"):
    """Picks the books of a vote that is being prepared."""

    @classmethod
    def of(cls, asked_id: str, draft: rules.VoteDraft) -> "BooksMenu":
        """Return the menu of the books that are offered."""
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.key, default=each in draft.candidates)
            for each in draft.offered
        ]
        return cls(
            discord.ui.Select(
                custom_id=f"vote-books:{asked_id}", placeholder="The books", options=options,
                min_values=min(rules.FEWEST_BOOKS, len(options)), max_values=min(rules.MOST_BOOKS, len(options)),
            )
        )  # fmt: skip

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Show the preview with these books."""
        asked = await own_question(interaction, self.item.custom_id.partition(":")[2], "vote")
        draft = replace(rules.DRAFT.validate_json(asked.text), picked=tuple(values))
        return await preview(context.app_of(interaction), asked.member, asked.place, draft)


class StartButton(Confirm, template=rf"vote-start:{ID}"):
    """Posts a vote that its organiser has seen."""

    of = ("vote",)

    async def card(self, interaction: Interaction) -> Card:
        """Post it, once."""
        asked = await self.asked(interaction)
        await context.needs(interaction, context.ORGANISER)
        draft = rules.DRAFT.validate_json(asked.text)
        may_post(interaction, draft.kind)
        app, bot = context.app_of(interaction), context.bot_of(interaction)
        vote = await app.get(Votes).begin(draft, asked.place, self.given["asked_id"])
        vote = await VotePosts(bot).open(vote)
        await app.get(Audit).note(Did.VOTE, vote.where, asked.member.id, message=vote.message)
        bot.jobs.nudge()
        link = vote.where.link(vote.message)
        return Card(body=f"The vote is open: {link}\nIt closes {timestamp(draft.closes)}, or with /vote close.")


class CloseButton(Pressed, template=rf"vote-close:{VOTE}"):
    """Closes a vote now."""

    label, style = "Close it now", DANGER

    async def card(self, interaction: Interaction) -> Card:
        """Close it, and post its outcome."""
        member, _ = await context.needs(interaction, context.ORGANISER)
        votes = context.app_of(interaction).get(Votes)
        vote = await votes.vote(self.number("vote_id"), member)
        if not await VotePosts(context.bot_of(interaction)).see_to(vote, early=True):
            raise context.Refused("That vote has already been closed.")
        closed = await votes.vote(vote.id, member)
        where = closed.where.link(closed.result) if closed.result else "I can’t post there; see /vote results."
        return Card(body=f"Closed. The result: {where}")


def may_post(interaction: Interaction, kind: rules.VoteKind) -> None:
    """See that the bot may post a vote in this channel, and later its outcome. Raises Refused."""
    send = "send_messages_in_threads" if context.is_thread(interaction.channel) else "send_messages"
    polls = ("send_polls",) if kind is rules.VoteKind.POLL else ()
    needed = ("view_channel", send, "attach_files", "read_message_history", *polls)
    if lacks := context.lacking(interaction.app_permissions, needed):
        raise context.Refused(
            f"I lack the permission {' and '.join(lacks)} in this channel, so I can’t hold a vote here."
        )


async def preview(app: App, member: Member, place: Place, draft: rules.VoteDraft) -> Card:
    """Return the preview of a vote, with what changes and confirms it. Raises VoteProblem."""
    await app.get(Votes).check(place.club, draft)
    asked = await app.get(AskedQuestions).keep("vote", member, place, rules.DRAFT.dump_json(draft).decode())
    items: list[Any] = [BooksMenu.of(asked.id, draft), StartButton(asked.id), Cancel(member.id)]
    return preview_card(draft, items)


Title = app_commands.Range[str, 1, 200]


class NominateCog(AppCog):
    """The list of books from which the next one is chosen."""

    nominate = in_clubs(app_commands.Group(name="nominate", description="Books that we could read next."))

    @nominate.command()
    @app_commands.describe(book="A book from the library, or any title")
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: Interaction, book: Title) -> None:
        """Nominate a book, from the library or any other; if it’s already listed, support it."""
        member, _ = await acknowledge(interaction)
        (_, title, slug), by = await self._app.get(Nominations).add(member, book)
        done = f"“{title}” is now on the list."
        if len(by) > 1:
            done = f"“{title}” was already on the list; now {len(by)} members would like to read it."
        elif slug is None:
            done += " It isn’t in the library yet, so I used the title as you typed it."
        await context.deliver(interaction, notice_card(done))

    @nominate.command(name="list")
    async def show(self, interaction: Interaction) -> None:
        """Show the nominated books, and how many members would like to read each."""
        member, _ = await acknowledge(interaction)
        await context.deliver(interaction, await nominations_card(self._app, member))

    @nominate.command()
    @app_commands.describe(book="A book on the list")
    @app_commands.autocomplete(book=autocomplete.nominated)
    async def withdraw(self, interaction: Interaction, book: Title) -> None:
        """Take back your nomination; organisers can remove a book from the list."""
        member, _ = await acknowledge(interaction)
        organiser = await context.has(interaction, context.ORGANISER)
        title, number = await self._app.get(Nominations).withdraw(member, book, organiser=organiser)
        done = f"“{title}” is no longer nominated{'' if organiser else ' by you'}."
        if number > 1:
            done = f"“{title}” is off the list; {number} members had nominated it."
        await context.deliver(interaction, notice_card(done))


Books = app_commands.Range[str, 1, 1_000]
When = app_commands.Range[str, 1, 100]


class VoteCog(AppCog):
    """Votes, from the preview to the outcome."""

    vote = in_clubs(
        app_commands.Group(
            name="vote",
            description="Choose the next book together.",
            default_permissions=discord.Permissions(manage_events=True),
        )
    )

    @vote.command()
    @app_commands.describe(
        kind="poll: a Discord poll, one vote each. ranked: everybody ranks up to five books",
        books="Titles, separated by semicolons; the nominated books if left out",
        closes="Such as Friday 8pm, in 3 days or 48 hours; in 3 days if left out",
        hidden="Hide the count until the vote closes (ranked only)",
    )
    async def start(
        self, interaction: Interaction, kind: Literal["poll", "ranked"],
        books: Books | None = None, closes: When | None = None, hidden: Literal["yes", "no"] = "no",
    ) -> None:  # fmt: skip
        """Start a vote in this channel. You see a preview before it is posted."""
        member, place = await acknowledge(interaction, context.ORGANISER)
        way = rules.VoteKind(kind)
        may_post(interaction, way)
        if books:
            offered = rules.typed_candidates(books, self._app.books_of(member.club))
        else:
            offered = [each.candidate for each in await self._app.get(Nominations).listed(place.club)]
        now, zone = self._app.now(), (await self._app.get(SetUp).settings(place.club)).zone
        until = await self._app.workers.do(
            lambda: read_moment(closes or rules.USUAL, now, zone, rules.SOONEST, rules.LATEST)
        )
        draft = rules.VoteDraft(way, until, hidden == "yes", tuple(offered[:OPTIONS]))
        await context.deliver(interaction, await preview(self._app, member, place, draft))

    @vote.command()
    async def close(self, interaction: Interaction) -> None:
        """Close the current vote early."""
        member, _ = await acknowledge(interaction, context.ORGANISER)
        vote = await self._app.get(Votes).latest(member.club)
        books = ", ".join(map(safe, vote.titles.values()))
        body = f"{books}\nOtherwise it closes {timestamp(vote.closes)}. After that nobody can vote."
        card = Card("Close the vote now?", body, buttons=[CloseButton(vote.id), Cancel(member.id)])
        if vote.state == rules.VoteState.CLOSED:
            card = notice_card("No vote is running. Start one with /vote start.")
        await context.deliver(interaction, card)

    @vote.command()
    async def results(self, interaction: Interaction) -> None:
        """Show the count of the current vote, unless hidden, or the last result."""
        member, _ = await acknowledge(interaction)
        vote = await self._app.get(Votes).latest(member.club)
        if vote.kind == rules.VoteKind.POLL and vote.count is None:
            there = f"Discord shows the count in the poll: {vote.where.link(vote.message)}"
            card = Card(body=there if vote.message else "The poll is being posted.")
        else:
            card = await counted_card(self._app, *await self._app.get(Votes).so_far(vote.id, member))
        await context.deliver(interaction, card)


FEATURE = Feature(
    "votes",
    cogs=(NominateCog, VoteCog),
    buttons=(NominationsPageButton, *VOTE_BUTTONS, BooksMenu, StartButton, CloseButton, PlanButton),
    jobs={JOBS: lambda bot: VotePosts(bot).do},
)
