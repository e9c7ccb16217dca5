"""The queue of discussion prompts as rules: who fills it, what a decision changes, and when a prompt is posted."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.answering.drafts import PromptDraft
from bot.answering.engine import Discussion
from bot.app import App
from bot.audit import Audit, Did
from bot.db.jobs import StoredJobs
from bot.features.ceilings.store import Ceilings
from bot.features.prompts.rules import LATE, MAX_OWN, PromptProblem, Prompts
from bot.people import EVERY, Member, Place
from bot.workers import Workers
from corpus.books import Reveals
from retrieval.retriever import Retriever
from tests.fakes.records import opened_records

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LIZ, ELINOR = Member(1, 10), Member(1, 20)
THREAD = Place(1, 100)
HARMLESS = "Which book do you give away most often?"
SPOILER = "Silas drowned his brother for the sake of the lamp. Was he right?"


@dataclass
class Desk:
    """The app of a club, and a clock that a test moves."""

    app: App
    clock: list[dt.datetime] = field(default_factory=lambda: [NOON])

    @property
    def prompts(self) -> Prompts:
        return self.app.get(Prompts)

    def later(self, by: dt.timedelta) -> None:
        self.clock[0] += by

    async def ceiling(self, where: str) -> None:
        await self.app.get(Ceilings).set(THREAD, self.app.books["the-lantern"], where, ELINOR)


@pytest.fixture
async def desk(island: Retriever, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened_desk(island, tmp_path) as opened:
        yield opened


@pytest.fixture
async def each_desk(island: Retriever, database: str | Path) -> AsyncIterator[Desk]:
    """The same over each kind of database."""
    async with opened_desk(island, database) as opened:
        yield opened


@contextlib.asynccontextmanager
async def opened_desk(island: Retriever, where: str | Path) -> AsyncIterator[Desk]:
    workers, clock = Workers(2), [NOON]
    async with opened_records(where) as records:
        discussion = Discussion(island.library, island)
        yield Desk(App(discussion, records, workers, lambda: clock[0]), clock)
    workers.close()


async def test_one_member_fills_no_queue_alone(desk: Desk) -> None:
    for _ in range(MAX_OWN):
        await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    with pytest.raises(PromptProblem, match="of your suggestions wait"):
        await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    first, *_ = await desk.prompts.queue(1)
    await desk.prompts.reject(ELINOR, first.id)
    await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    await desk.prompts.suggest(Member(1, 11), THREAD, HARMLESS)


async def test_other_words_are_placed_anew_and_an_override_does_not_hold_for_them(desk: Desk) -> None:
    await desk.ceiling("ch 5")
    draft = PromptDraft("Why does Silas row out?", "character", Reveals.of({"the-lantern": 5}))
    kept = await desk.prompts.keep(ELINOR, THREAD, draft, "the-lantern")
    await desk.prompts.plan(ELINOR, kept.id, THREAD, NOON + HOUR, override=True)
    edited = await desk.prompts.edit(ELINOR, kept.id, SPOILER)
    assert not edited.overridden
    assert await desk.prompts.beyond(edited, THREAD) == {"the-lantern": 10}


async def test_what_is_posted_is_not_decided_any_more(each_desk: Desk) -> None:
    prompt = await each_desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    await each_desk.prompts.posted(await each_desk.prompts.plan(ELINOR, prompt.id, THREAD), 77)
    for decide in (each_desk.prompts.approve, each_desk.prompts.reject):
        with pytest.raises(PromptProblem, match="posted already"):
            await decide(ELINOR, prompt.id)
    with pytest.raises(PromptProblem, match="no discussion prompt 99"):
        await each_desk.prompts.approve(ELINOR, 99)


async def test_what_has_a_time_of_its_own_does_not_go_with_its_section(desk: Desk) -> None:
    prompt, lantern = await desk.prompts.suggest(LIZ, THREAD, HARMLESS), desk.app.books["the-lantern"]
    await desk.prompts.in_section(ELINOR, prompt.id, lantern, "ch 5")
    assert [found.id for found in await desk.prompts.approved_for(1, "the-lantern", 5, 5)] == [prompt.id]
    assert await desk.prompts.approved_for(2, "the-lantern", 5, 5) == []
    await desk.prompts.plan(ELINOR, prompt.id, THREAD, NOON + HOUR)
    assert await desk.prompts.approved_for(1, "the-lantern", 5, 5) == []


async def test_a_prompt_is_due_at_its_time_and_too_late_after_a_day(desk: Desk) -> None:
    prompt = await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    assert await desk.prompts.planned(1, prompt.id) is None
    await desk.prompts.plan(ELINOR, prompt.id, THREAD, NOON + HOUR)
    assert await desk.app.get(StoredJobs).next_due(["prompt"], EVERY) == NOON + HOUR
    planned = await desk.prompts.planned(1, prompt.id)
    assert planned is not None
    desk.later(HOUR + LATE)
    assert not desk.prompts.too_late(planned)
    desk.later(dt.timedelta(seconds=1))
    assert desk.prompts.too_late(planned)


async def test_a_post_is_in_the_audit_once(each_desk: Desk) -> None:
    prompt = await each_desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    planned = await each_desk.prompts.plan(ELINOR, prompt.id, THREAD, override=True)
    for _ in range(2):
        await each_desk.prompts.posted(planned, 77)
    entries = await each_desk.app.get(Audit).since(1, 1)
    assert [(entry.did, entry.by, entry.message) for entry in entries] == [
        (Did.OVERRIDE, ELINOR.id, 77),
        (Did.PROMPT, ELINOR.id, 77),
    ]


async def test_what_tells_of_another_book_too_goes_with_no_section(desk: Desk) -> None:
    draft = PromptDraft("Would Silas fly a kite?", "comparison", Reveals.of({"the-lantern": 2, "the-kite": 1}))
    kept = await desk.prompts.keep(ELINOR, THREAD, draft, "the-lantern")
    with pytest.raises(PromptProblem, match="tells of more than The Lantern"):
        await desk.prompts.in_section(ELINOR, kept.id, desk.app.books["the-lantern"], "ch 5")
