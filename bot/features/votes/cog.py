"""`/vote`: organisers hold a vote about the next book. A vote closes on its own, also after an outage."""

from collections.abc import Sequence
from typing import Any, Literal

import discord
from discord import app_commands

from bot.app import App
from bot.audit import Audit, Did
from bot.club_settings import SetUp
from bot.discord import autocomplete, context
from bot.discord.buttons import DANGER, ID, PAGE, Cancel, Confirm, Page, Picked, Pressed, own_question
from bot.discord.cards import OPTION, Card, Interaction, notice_card, one_line, paged_card, safe
from bot.discord.visitor import AppCog, acknowledge, in_clubs, visitor
from bot.feature import Feature
from bot.features.ask.store import AskedQuestions
from bot.features.votes import rules
from bot.features.votes.jobs import VotePosts
from bot.features.votes.store import JOBS, Nominations, Votes
from bot.features.votes.views import VOTE, VOTE_BUTTONS, PlanButton, counted_card, link_to, preview_card
from bot.people import Member, Place
from bot.times import read_moment, timestamp
from corpus.text import plural

EMPTY = "No book has been nominated yet. Add one with /nominate add."
TITLE = "Nominated for our next book"


class NominationsPageButton(Page, template=rf"nominations:{PAGE}"):
    """Turns to a page of the list."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        listed = await context.app_of(interaction).get(Nominations).listed(member.club)
        return nominations_card(listed, member, self.page)


def nominations_card(listed: Sequence[rules.Nominated], member: Member, page: int = 1) -> Card:
    """Return the list: how many would like to read each book, and which are one's own; never who the others are."""
    if not listed:
        return notice_card(EMPTY, TITLE)
    lines = [
        f"**{safe(each.candidate.title)}** · {plural(len(each.by), 'member')}{' · you' * (member.id in each.by)}"
        for each in listed
    ]
    return paged_card(TITLE, lines, page, NominationsPageButton)


def nominated_card(nominated: rules.Nominated, member: Member) -> Card:
    """Return what a nomination has done."""
    title = nominated.candidate.title
    if nominated.by - {member.id}:
        members = plural(len(nominated.by), "member")
        return notice_card(f"“{title}” was already on the list; now {members} would like to read it.")
    new = nominated.candidate.book is None
    unknown = " It isn’t in the library yet, so I used the title as you typed it." if new else ""
    return notice_card(f"“{title}” is now on the list.{unknown}")


def withdrawn_card(candidate: rules.Candidate, number: int, *, organiser: bool) -> Card:
    """Return what was taken back."""
    if organiser and number > 1:
        return notice_card(f"“{candidate.title}” is off the list; {number} members had nominated it.")
    return notice_card(f"“{candidate.title}” is no longer nominated{'' if organiser else ' by you'}.")


class BooksMenu(Picked, template=rf"vote-books:{ID}"):
    """Picks the books of a vote that is being prepared."""

    @classmethod
    def of(cls, asked_id: str, prepared: rules.PreparedVote) -> "BooksMenu":
        """Return the menu of the books that are offered."""
        picked = {each.key for each in prepared.draft.candidates}
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.key, default=each.key in picked)
            for each in prepared.offered
        ]
        most, fewest = min(rules.MOST_BOOKS, len(options)), min(rules.FEWEST_BOOKS, len(options))
        return cls(
            discord.ui.Select(
                custom_id=f"vote-books:{asked_id}", placeholder="The books", options=options,
                min_values=fewest, max_values=most,
            )
        )  # fmt: skip

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Show the preview with these books."""
        asked = await own_question(interaction, self.item.custom_id.partition(":")[2], "vote")
        prepared = rules.PreparedVote.read(asked.text, asked.place).picking(values)
        return await preview(context.app_of(interaction), asked.member, asked.place, prepared)


class StartButton(Confirm, template=rf"vote-start:{ID}"):
    """Posts a vote that its organiser has seen."""

    of = ("vote",)

    async def card(self, interaction: Interaction) -> Card:
        """Post it, once."""
        asked = await self.asked(interaction)
        await context.needs(interaction, context.ORGANISER)
        draft = rules.PreparedVote.read(asked.text, asked.place).draft
        may_post(interaction, poll=draft.kind is rules.VoteKind.POLL)
        vote = await context.app_of(interaction).get(Votes).begin(draft, self.given["asked_id"])
        vote = await VotePosts(context.bot_of(interaction)).open(vote)
        await context.app_of(interaction).get(Audit).note(Did.VOTE, vote.place, asked.member.id, message=vote.message)
        context.bot_of(interaction).jobs.nudge()
        link = link_to(vote, vote.message)
        done = f"The vote is open: {link}\nIt closes {timestamp(draft.closes)}, or with /vote close."
        return Card(body=done)


class CloseButton(Pressed, template=rf"vote-close:{VOTE}"):
    """Closes a vote now."""

    label, style = "Close it now", DANGER

    async def card(self, interaction: Interaction) -> Card:
        """Close it, and post its outcome."""
        await context.needs(interaction, context.ORGANISER)
        member, _ = await visitor(interaction)
        vote = await context.app_of(interaction).get(Votes).vote(self.number("vote_id"), member)
        if not await VotePosts(context.bot_of(interaction)).see_to(vote, early=True):
            raise context.Refused("That vote has already been closed.")
        closed = await context.app_of(interaction).get(Votes).vote(self.number("vote_id"), member)
        where = link_to(closed, closed.result) if closed.result else "I can’t post there; see /vote results."
        return Card(body=f"Closed. The result: {where}")


def may_post(interaction: Interaction, *, poll: bool) -> None:
    """See that the bot may post a vote in this channel, and later its outcome. Raises Refused."""
    send = "send_messages_in_threads" if context.is_thread(interaction.channel) else "send_messages"
    needed = ("view_channel", send, "attach_files", "read_message_history", *(("send_polls",) if poll else ()))
    if lacks := context.lacking(interaction.app_permissions, needed):
        raise context.Refused(
            f"I lack the permission {' and '.join(lacks)} in this channel, so I can’t hold a vote here."
        )


async def preview(app: App, member: Member, place: Place, prepared: rules.PreparedVote) -> Card:
    """Return the preview of a vote, with what changes and confirms it. Raises VoteProblem."""
    await app.get(Votes).check(prepared.draft)
    asked = await app.get(AskedQuestions).keep("vote", member, place, prepared.written())
    books: Sequence[Any] = [BooksMenu.of(asked.id, prepared)]
    return preview_card(prepared.draft, [*books, StartButton(asked.id), Cancel(member.id)])


def closing_card(vote: rules.Vote, owner: int) -> Card:
    """Return the question whether a vote is to be closed now."""
    books = ", ".join(safe(each.title) for each in vote.candidates)
    body = f"{books}\nOtherwise it closes {timestamp(vote.draft.closes)}. After that nobody can vote."
    return Card("Close the vote now?", body, buttons=[CloseButton(vote.id), Cancel(owner)])


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
        await context.deliver(interaction, nominated_card(await self._app.get(Nominations).add(member, book), member))

    @nominate.command(name="list")
    async def show(self, interaction: Interaction) -> None:
        """Show the nominated books, and how many members would like to read each."""
        member, _ = await acknowledge(interaction)
        await context.deliver(
            interaction, nominations_card(await self._app.get(Nominations).listed(member.club), member)
        )

    @nominate.command()
    @app_commands.describe(book="A book on the list")
    @app_commands.autocomplete(book=autocomplete.nominated)
    async def withdraw(self, interaction: Interaction, book: Title) -> None:
        """Take back your nomination; organisers can remove a book from the list."""
        member, _ = await acknowledge(interaction)
        organiser = await context.has(interaction, context.ORGANISER)
        book_gone, number = await self._app.get(Nominations).withdraw(member, book, organiser=organiser)
        await context.deliver(interaction, withdrawn_card(book_gone, number, organiser=organiser))


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
        await acknowledge(interaction, context.ORGANISER)
        may_post(interaction, poll=rules.VoteKind(kind) is rules.VoteKind.POLL)
        member, place = await visitor(interaction)
        if books:
            offered = rules.typed_candidates(books, self._app.books_of(member.club))
        else:
            offered = [each.candidate for each in await self._app.get(Nominations).listed(place.club)]
        now = self._app.now()
        zone = (await self._app.get(SetUp).settings(place.club)).zone
        until = await self._app.workers.do(
            lambda: read_moment(closes or rules.USUAL, now, zone, rules.SOONEST, rules.LATEST)
        )
        prepared = rules.PreparedVote.of(place, rules.VoteKind(kind), offered, until, hidden=hidden == "yes")
        await context.deliver(interaction, await preview(self._app, member, place, prepared))

    @vote.command()
    async def close(self, interaction: Interaction) -> None:
        """Close the current vote early."""
        member, _ = await acknowledge(interaction, context.ORGANISER)
        vote = await self._app.get(Votes).latest(member.club)
        nothing = notice_card("No vote is running. Start one with /vote start.")
        await context.deliver(
            interaction, nothing if vote.state is rules.VoteState.CLOSED else closing_card(vote, member.id)
        )

    @vote.command()
    async def results(self, interaction: Interaction) -> None:
        """Show the count of the current vote, unless hidden, or the last result."""
        member, _ = await acknowledge(interaction)
        vote = await self._app.get(Votes).latest(member.club)
        if vote.draft.kind is rules.VoteKind.POLL and vote.count is None:
            there = f"Discord shows the count in the poll: {link_to(vote, vote.message)}"
            await context.deliver(
                interaction, Card(body=there) if vote.message else notice_card("The poll is being posted.")
            )
            return
        await context.deliver(
            interaction, await counted_card(self._app, *await self._app.get(Votes).so_far(vote.id, member))
        )


FEATURE = Feature(
    "votes",
    cogs=(NominateCog, VoteCog),
    buttons=(NominationsPageButton, *VOTE_BUTTONS, BooksMenu, StartButton, CloseButton, PlanButton),
    jobs={JOBS: lambda bot: VotePosts(bot).do},
)
