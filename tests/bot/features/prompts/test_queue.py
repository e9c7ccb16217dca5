"""The queue of discussion prompts as rules: who fills it, what a decision changes, and when a prompt is posted."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import inspect

from bot.answering.drafts import PromptDraft
from bot.answering.engine import Discussion
from bot.app import App
from bot.audit import Audit, Did
from bot.db.jobs import JobTable
from bot.features.ceilings.store import Ceilings
from bot.features.prompts.store import LATE, MAX_OWN, Prompt, PromptProblem, Prompts, PromptState, posting
from bot.people import EVERY, Member, Place
from bot.workers import Workers
from corpus.books import Reveals
from retrieval.retriever import Retriever
from tests.fakes.records import keep_prompt, opened_records

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

    async def next_due(self) -> dt.datetime | None:
        return await JobTable(self.app.database).next_due(["prompt"], EVERY)

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


READY = {"message": 900, "state": PromptState.APPROVED, "due": NOON, "by": ELINOR.id}


async def kept(desk: Desk, **values: object) -> Prompt:
    return await keep_prompt(desk.app.database, THREAD, LIZ.id, "Why does Ishmael go to sea?", NOON, **READY | values)


def told(prompt: Prompt) -> dict[str, object]:
    """Return all that is kept of a prompt."""
    return {column.key: getattr(prompt, column.key) for column in inspect(Prompt).columns}


async def test_all_of_a_prompt_is_kept(each_desk: Desk) -> None:
    needs = Reveals.of({"moby": 4})
    whole = {"kind": "theme", "book": "moby", "mark": 5, "needs": needs, "reason": "?", "overridden": True, "post": 7}
    prompt = await kept(each_desk, **whole)
    assert told(await each_desk.prompts.prompt(1, prompt.id)) == told(prompt)
    assert told(prompt).items() >= (READY | whole).items()


async def test_a_message_is_suggested_once_whatever_became_of_it(each_desk: Desk) -> None:
    prompt = await each_desk.prompts.suggest(LIZ, THREAD, HARMLESS, 900)
    for _ in range(2):
        with pytest.raises(PromptProblem, match="already been suggested"):
            await each_desk.prompts.suggest(ELINOR, THREAD, "Again?", 900)
        await each_desk.prompts.reject(ELINOR, prompt.id)
    assert await each_desk.prompts.queue(1) == []


async def test_what_is_being_posted_cannot_be_changed_until_its_claim_ends(each_desk: Desk) -> None:
    prompt, jobs = await kept(each_desk), JobTable(each_desk.app.database)
    assert await jobs.claim(posting(1, prompt.id), NOON, NOON + HOUR) is not None
    with pytest.raises(PromptProblem, match="Somebody else has just dealt"):
        await each_desk.prompts.edit(ELINOR, prompt.id, HARMLESS)
    assert told(await each_desk.prompts.prompt(1, prompt.id)) == told(prompt)
    each_desk.later(HOUR)
    assert (await each_desk.prompts.edit(ELINOR, prompt.id, HARMLESS)).text == HARMLESS


@pytest.mark.parametrize(
    ("values", "due"),
    [
        ({}, NOON),
        ({"due": None}, None),
        *(({"state": state}, None) for state in PromptState if state != PromptState.APPROVED),
    ],
    ids=["timed", "at no time", "suggested", "rejected", "posted"],
)
async def test_what_is_approved_for_a_time_is_to_be_posted(
    desk: Desk, values: dict[str, object], due: dt.datetime | None
) -> None:
    await kept(desk, **values)
    assert await desk.next_due() == due


async def test_a_prompt_that_cannot_be_posted_says_why_and_loses_its_time(each_desk: Desk) -> None:
    prompt = await kept(each_desk)
    await each_desk.prompts.stopped(prompt, "I may not write there.")
    stopped = told(prompt) | {"due": None, "reason": "I may not write there."}
    assert told(await each_desk.prompts.prompt(1, prompt.id)) == stopped
    assert await each_desk.next_due() is None


async def test_one_member_fills_no_queue_alone(desk: Desk) -> None:
    for _ in range(MAX_OWN):
        await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    with pytest.raises(PromptProblem, match="of your suggestions are waiting"):
        await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    first, *_ = await desk.prompts.queue(1)
    await desk.prompts.reject(ELINOR, first.id)
    await desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    await desk.prompts.suggest(Member(1, 11), THREAD, HARMLESS)


async def test_other_words_are_placed_anew_and_an_override_does_not_hold_for_them(desk: Desk) -> None:
    await desk.ceiling("ch 5")
    draft = PromptDraft("Why does Silas row out?", "character", Reveals.of({"the-lantern": 5}))
    drafted = await desk.prompts.keep(ELINOR, THREAD, draft, "the-lantern")
    await desk.prompts.plan(ELINOR, drafted.id, THREAD, NOON + HOUR, override=True)
    edited = await desk.prompts.edit(ELINOR, drafted.id, SPOILER)
    assert not edited.overridden
    assert await desk.prompts.beyond(edited, THREAD) == {"the-lantern": 10}


async def test_what_is_posted_is_not_decided_any_more(each_desk: Desk) -> None:
    prompt = await each_desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    await each_desk.prompts.posted(await each_desk.prompts.plan(ELINOR, prompt.id, THREAD), 77)
    for decide in (each_desk.prompts.approve, each_desk.prompts.reject):
        with pytest.raises(PromptProblem, match="already been posted"):
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
    assert await desk.next_due() == NOON + HOUR
    planned = await desk.prompts.planned(1, prompt.id)
    assert planned is not None
    desk.later(HOUR + LATE)
    assert not desk.prompts.too_late(planned)
    desk.later(dt.timedelta(seconds=1))
    assert desk.prompts.too_late(planned)


async def test_a_post_is_in_the_audit_once(each_desk: Desk) -> None:
    prompt = await each_desk.prompts.suggest(LIZ, THREAD, HARMLESS)
    planned = await each_desk.prompts.plan(ELINOR, prompt.id, THREAD, override=True)
    for message in (77, 77, 78):
        await each_desk.prompts.posted(planned, message)
    assert (await each_desk.prompts.prompt(1, prompt.id)).post == 77
    assert await each_desk.next_due() is None
    entries = await each_desk.app.get(Audit).since(1, 1)
    assert [(entry.did, entry.by, entry.message) for entry in entries if entry.message == 77] == [
        (Did.OVERRIDE, ELINOR.id, 77),
        (Did.PROMPT, ELINOR.id, 77),
    ]


async def test_what_goes_further_than_a_section_does_not_go_with_it(desk: Desk) -> None:
    prompt = await desk.prompts.suggest(LIZ, THREAD, SPOILER)
    with pytest.raises(PromptProblem, match="comes after that section"):
        await desk.prompts.in_section(ELINOR, prompt.id, desk.app.books["the-lantern"], "ch 5")
    draft = PromptDraft("Would Silas fly a kite?", "comparison", Reveals.of({"the-lantern": 2, "the-kite": 1}))
    drafted = await desk.prompts.keep(ELINOR, THREAD, draft, "the-lantern")
    with pytest.raises(PromptProblem, match="about more than The Lantern"):
        await desk.prompts.in_section(ELINOR, drafted.id, desk.app.books["the-lantern"], "ch 5")
