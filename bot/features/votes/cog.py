"""`/vote`: organisers hold a vote about the next book. A vote closes on its own, also after an outage."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.cards import Card, notice_card
from bot.discord.context import ORGANISER, ClubBot, deliver, has, needs
from bot.discord.visitor import in_clubs, visitor
from bot.feature import Feature
from bot.features.votes.cards import VOTE_BUTTONS, PlanButton, counted_card, link_to
from bot.features.votes.jobs import VotePosts
from bot.features.votes.rules import LATEST, SOONEST, USUAL, Nominations, Prepared, Votes, typed_candidates
from bot.features.votes.store import JOBS, Kind, State
from bot.features.votes.views import (
    ORGANISER_BUTTONS,
    NominationsPageButton,
    closing_card,
    may_post,
    nominated_card,
    nominations_card,
    nothing_running,
    preview,
    withdrawn_card,
)
from bot.times import read_moment

Title = app_commands.Range[str, 1, 200]


class NominateCog(commands.Cog):
    """The list of books from which the next one is chosen."""

    nominate = in_clubs(app_commands.Group(name="nominate", description="Books that we could read next."))

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @nominate.command()
    @app_commands.describe(book="A book of the library, or any title")
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: discord.Interaction[Any], book: Title) -> None:
        """Nominate a book: one of the library, or any title. If it is on the list, you support it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, nominated_card(await self._app.get(Nominations).add(member, book), member))

    @nominate.command(name="list")
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the books that are nominated, with how many would like to read each."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, nominations_card(await self._app.get(Nominations).listed(member.club), member))

    @nominate.command()
    @app_commands.describe(book="A book on the list")
    @app_commands.autocomplete(book=autocomplete.nominated)
    async def withdraw(self, interaction: discord.Interaction[Any], book: Title) -> None:
        """Take your nomination back; organisers take a book off the list altogether."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        organiser = await has(interaction, ORGANISER)
        book_gone, number = await self._app.get(Nominations).withdraw(member, book, organiser=organiser)
        await deliver(interaction, withdrawn_card(book_gone, number, organiser=organiser))


Books = app_commands.Range[str, 1, 1_000]
When = app_commands.Range[str, 1, 100]


class VoteCog(commands.Cog):
    """Votes, from the preview to the outcome."""

    vote = in_clubs(
        app_commands.Group(
            name="vote",
            description="Choose the next book together.",
            default_permissions=discord.Permissions(manage_events=True),
        )
    )

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app = bot, bot.app
        self._posts = VotePosts(bot)

    @vote.command()
    @app_commands.describe(
        kind="poll: Discord’s own, one vote each. ranked: ballots that rank up to five books",
        books="Titles with semicolons between them; otherwise the nominated books",
        closes="Such as Friday 8pm, in 3 days, 48 hours; otherwise in 3 days",
        hidden="Hide the count until the close (ranked only)",
    )
    async def start(
        self, interaction: discord.Interaction[Any], kind: Literal["poll", "ranked"],
        books: Books | None = None, closes: When | None = None, hidden: Literal["yes", "no"] = "no",
    ) -> None:  # fmt: skip
        """Start a vote in this channel. You see it first, and post it with Confirm."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await needs(interaction, ORGANISER)
        may_post(interaction, poll=Kind(kind) is Kind.POLL)
        member, place = await visitor(interaction)
        if books:
            offered = typed_candidates(books, self._app.books)
        else:
            offered = [each.candidate for each in await self._app.get(Nominations).listed(place.club)]
        now = self._app.now()
        zone = (await self._app.get(SetUp).settings(place.club)).zone
        until = await self._app.workers.do(lambda: read_moment(closes or USUAL, now, zone, SOONEST, LATEST))
        prepared = Prepared.of(place, Kind(kind), offered, until, hidden=hidden == "yes")
        await deliver(interaction, await preview(self._app, member, place, prepared))

    @vote.command()
    async def close(self, interaction: discord.Interaction[Any]) -> None:
        """Close the vote that is running before its time."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await needs(interaction, ORGANISER)
        member, _ = await visitor(interaction)
        vote = await self._app.get(Votes).latest(member.club)
        running = vote.state is not State.CLOSED
        await deliver(interaction, closing_card(vote, member.id) if running else nothing_running())

    @vote.command()
    async def results(self, interaction: discord.Interaction[Any]) -> None:
        """Show how the vote stands, unless its count is hidden, or how the latest one ended."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        vote = await self._app.get(Votes).latest(member.club)
        if vote.draft.kind is Kind.POLL and vote.count is None:
            there = f"Discord shows the count of the poll: {link_to(vote, vote.message)}"
            await deliver(interaction, Card(body=there) if vote.message else notice_card("The poll is being posted."))
            return
        await deliver(interaction, await counted_card(self._app, *await self._app.get(Votes).so_far(vote.id, member)))


FEATURE = Feature(
    "votes",
    cogs=(
        NominateCog,
        VoteCog,
    ),
    buttons=(NominationsPageButton, *VOTE_BUTTONS, *ORGANISER_BUTTONS, PlanButton),
    jobs={JOBS: lambda bot: VotePosts(bot).do},
)
