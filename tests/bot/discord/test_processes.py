"""Several processes over one Discord and one database: each club has one, and nothing is done twice."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest
from simcord.backend.models import Channel

from bot.client import Dogear
from bot.db.sessions import Sessions
from bot.features.progress.store import Progress
from bot.features.prompts.store import PromptState
from bot.features.schedules.store import By
from bot.features.votes.rules import Candidate, VoteDraft, VoteKind
from bot.features.votes.store import Votes
from bot.people import EVERY, Member, Place, Shards
from corpus.books import Reveals
from retrieval.retriever import Retriever
from tests.fakes.app import app_on
from tests.fakes.discord_server import Club, DiscordServer, discord_server
from tests.fakes.processes import Clock, app_over, running, spoken_to
from tests.fakes.records import add_finding_to, keep_prompt, opened_records
from tests.fakes.scheduled import NOW, a_schedule, schedules_of

FIRST = dt.datetime(2027, 1, 8, 19, tzinfo=dt.UTC)
"""The first meeting of the schedules: Friday at 8 in the evening, in Berlin."""

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
HALVES = (Shards((0,), 2), Shards((1,), 2))


@dataclass
class Fleet:
    """Two processes, what both see, and the club's data as it is kept."""

    discord: DiscordServer
    bots: list[Dogear]
    records: Sessions
    clock: Clock

    async def do_due(self) -> None:
        """Have both processes do all that is due, at the same moment, until neither finds anything."""
        for _ in range(3):
            await asyncio.gather(*(bot.jobs.do_due() for bot in self.bots))

    def posts(self, place: Channel) -> list[str]:
        """Return what the bot was told to post in a place: Discord itself would show a message twice only once."""
        called = f"POST /channels/{place.id}/"
        return [call for call in self.discord.requests if call.startswith(called)]


async def until(reached: Callable[[], bool]) -> None:
    """Wait until something holds of what comes over the sockets."""
    async with asyncio.timeout(30):
        while not reached():  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.01)


async def opened_fleet(stack: AsyncExitStack, island: Retriever, address: str, *whose: Shards) -> Fleet:
    """Start one process for each part of the shards, over a Discord with four clubs."""
    clock = Clock(NOW)
    discord = await stack.enter_async_context(discord_server(clubs=4, shards=whose[0].count))
    await stack.enter_async_context(spoken_to(discord))
    records = await stack.enter_async_context(opened_records(address))
    app = [await stack.enter_async_context(app_over(island, address, clock, part)) for part in whose]
    bots = [await stack.enter_async_context(running(each, discord)) for each in app]
    return Fleet(discord, bots, records, clock)


@pytest.fixture
async def halves(island: Retriever, address: str) -> AsyncIterator[Fleet]:
    """Two processes that have half of the clubs each."""
    async with AsyncExitStack() as stack:
        yield await opened_fleet(stack, island, address, *HALVES)


@pytest.fixture
async def overlapping(island: Retriever, address: str) -> AsyncIterator[Fleet]:
    """Two processes that both have every club, by mistake."""
    async with AsyncExitStack() as stack:
        yield await opened_fleet(stack, island, address, EVERY, EVERY)


async def planned(fleet: Fleet, club: Club) -> None:
    """Plan every kind of timed work in a club, for the minute of the first meeting."""
    records, books, place = fleet.records, fleet.bots[0].app.books, club.places[0]
    liz, jim, jo = (person.id for person in fleet.discord.people[:3])
    here = Place(club.id, place.id)
    new = replace(a_schedule(book=books["the-lantern"]), id=0, club=club.id, place=place.id, organiser=jo)
    schedule = await schedules_of(records).add(new, f"schedule {club.id}")
    await schedules_of(records).remind(schedule.id, Member(club.id, liz), By.DIRECT)
    await schedules_of(records).remind(schedule.id, Member(club.id, jim), By.THREAD)
    books_of = (Candidate("emma", "Emma"), Candidate("kim", "Kim"))
    draft = VoteDraft(VoteKind.RANKED, FIRST, False, books_of)
    votes = Votes(app_on(records, now=lambda: NOW))
    await votes.opened(await votes.begin(draft, here, str(club.id)), fleet.discord.write(place, "a vote").stored.id)
    ready = {"needs": Reveals(), "state": PromptState.APPROVED, "due": FIRST}
    await keep_prompt(records, here, liz, "Why does she stay?", NOW, **ready)
    needs, at = Reveals.of({"the-lantern": 9}), FIRST - 2 * MINUTE
    assert await add_finding_to(records, here, jim, 900, needs, at, FIRST - MINUTE) is not None


async def test_what_two_processes_that_overlap_do_at_once_is_done_once(overlapping: Fleet) -> None:
    fleet, club = overlapping, overlapping.discord.clubs[0]
    await planned(fleet, club)
    for moment in (NOW, FIRST - HOUR / 2, FIRST + MINUTE, FIRST + 6 * MINUTE):
        fleet.clock.time = moment
        await fleet.do_due()
    channel, thread = club.places
    told = ["card", "reminder", "outcome", "prompt"]
    assert sorted(fleet.posts(channel)) == [f"POST /channels/{channel.id}/messages"] * len(told) + [
        f"POST /channels/{channel.id}/threads"
    ]
    assert fleet.posts(thread) == [f"POST /channels/{thread.id}/messages"], "the opening"
    assert len(club.guild.scheduled_events) == 2, "one for each meeting"
    liz, jim = (fleet.discord.direct(person) for person in fleet.discord.people[:2])
    assert len(fleet.posts(liz)) == 1, "she is reminded"
    assert len(fleet.posts(jim)) == 1, "he is told that a message may go too far"
    assert fleet.discord.unknown == []


async def test_each_process_does_the_work_of_its_own_clubs(halves: Fleet) -> None:
    fleet = halves
    for club in fleet.discord.clubs[:2]:
        await planned(fleet, club)
    fleet.clock.time = FIRST + MINUTE
    assert [call for call in fleet.discord.requests if call.startswith("PUT ")] == [
        f"PUT /applications/{fleet.discord.backend.application_id}/commands"
    ], "the commands are sent by one of them"
    one = fleet.bots[0]
    mine, others = sorted(fleet.discord.clubs[:2], key=lambda club: not HALVES[0].holds(club.id))
    assert [guild.id for guild in one.guilds] == [c.id for c in fleet.discord.clubs if HALVES[0].holds(c.id)]
    await one.jobs.do_due()
    assert fleet.posts(mine.places[0])
    assert fleet.posts(others.places[0]) == []
    await fleet.do_due()
    assert len(fleet.posts(others.places[0])) == len(fleet.posts(mine.places[0]))


async def test_in_a_club_that_the_bot_has_left_nothing_is_due_until_it_is_back(halves: Fleet) -> None:
    fleet, bot = halves, halves.bots[0]
    club = next(club for club in fleet.discord.clubs if HALVES[0].holds(club.id))
    await planned(fleet, club)
    fleet.clock.time = FIRST + MINUTE
    fleet.discord.gateway.tell("GUILD_DELETE", {"id": str(club.id)})
    await until(lambda: bot.get_guild(club.id) is None)
    await fleet.do_due()
    assert fleet.posts(club.places[0]) == []
    assert await bot.jobs.next_due() is None
    joined = {name: value for name, value in club.payload().items() if name != "unavailable"}
    fleet.discord.gateway.tell("GUILD_CREATE", joined)
    async with asyncio.timeout(30):
        while await bot.jobs.next_due() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await fleet.do_due()
    assert fleet.posts(club.places[0])


async def test_a_direct_message_about_a_club_of_another_process_is_answered_once(halves: Fleet) -> None:
    fleet = halves
    elsewhere = next(club for club in fleet.discord.clubs if HALVES[1].holds(club.id))
    liz, jim = fleet.discord.people[:2]
    there = Member(elsewhere.id, liz.id)
    app = fleet.bots[1].app
    await app.get(Progress).set(there, app.books["the-lantern"], "ch 5")
    fleet.discord.say("Who is Silas in The Lantern?", by=liz, place=fleet.discord.direct(liz))
    await until(lambda: bool(fleet.discord.posts))
    await asyncio.gather(*(bot.under_way.finish(10) for bot in fleet.bots))
    (answer,) = fleet.discord.posts
    assert "keeps the lighthouse" in answer.text
    assert [call for call in fleet.discord.requests if "/members/" in call] == [
        f"GET /guilds/{elsewhere.id}/members/{liz.id}"
    ]
    del elsewhere.guild.members[jim.id]
    assert not await fleet.bots[0].is_member(elsewhere.id, jim.id)
    assert not await fleet.bots[0].is_member(999 << 22, liz.id), "a club in which the bot is not"
