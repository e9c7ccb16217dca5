"""Discussion prompts as they are kept: suggested once, changed by one at a time, posted once."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from bot.db.database import StoredRecords
from bot.features.prompts.store import Planned, Prompt, State
from bot.people import Place, Shards
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
LATE = NOON - dt.timedelta(days=1)
FIRST = Prompt(0, Place(1, 100, adults=True), 10, "Why does Ishmael go to sea?", NOON, message=900)
READY = replace(FIRST, state=State.APPROVED, due=NOON, by=11)


async def kept(records: StoredRecords, prompt: Prompt = FIRST) -> Prompt:
    found = await records.prompts.add(prompt)
    assert found is not None
    return found


async def test_all_of_a_prompt_is_kept(records: StoredRecords) -> None:
    whole = replace(
        READY, kind="theme", book="moby", mark=5, needs=Reveals.of({"moby": 4}), reason="?", overridden=True, post=7
    )
    prompt = await kept(records, whole)
    assert await records.prompts.prompt(1, prompt.id) == replace(whole, id=prompt.id)


async def test_a_message_is_suggested_once_whatever_became_of_it(records: StoredRecords) -> None:
    prompt = await kept(records)
    assert await records.prompts.add(replace(FIRST, member=11, text="Again?")) is None
    assert await records.prompts.save(replace(prompt, state=State.REJECTED), prompt)
    assert await records.prompts.add(FIRST) is None
    assert await records.prompts.listed(1, [State.SUGGESTED]) == []


async def test_prompts_without_a_message_are_all_kept_oldest_first(records: StoredRecords) -> None:
    typed = [await kept(records, replace(FIRST, message=0)) for _ in range(3)]
    assert await records.prompts.listed(1, [State.SUGGESTED]) == typed


async def test_of_five_moderators_at_once_one_decides(records: StoredRecords) -> None:
    prompt = await kept(records)
    decided = await asyncio.gather(
        *(records.prompts.save(replace(prompt, state=State.REJECTED, by=by), prompt) for by in range(5))
    )
    assert sorted(decided) == [False] * 4 + [True]


async def test_another_club_sees_nothing_and_may_suggest_the_same(records: StoredRecords) -> None:
    prompt = await kept(records)
    assert await records.prompts.prompt(2, prompt.id) is None
    assert await records.prompts.listed(2, tuple(State)) == []
    assert await records.prompts.add(replace(FIRST, place=Place(2, 100))) is not None


@pytest.mark.parametrize(
    ("prompt", "planned"),
    [
        (READY, True),
        (replace(READY, due=None), False),
        (replace(READY, due=None, claimed=NOON), True),
        (replace(READY, state=State.SUGGESTED), False),
        (replace(READY, state=State.POSTED), False),
        (replace(READY, place=Place(2 << 22, 100)), False),
        (replace(READY, due=LATE), False),
        (replace(READY, due=NOON + MINUTE), False),
        (replace(READY, claimed=NOON + MINUTE), False),
    ],
    ids=["timed", "at no time", "begun", "suggested", "posted", "another shard", "too late", "later", "being posted"],
)
async def test_what_is_to_be_posted(records: StoredRecords, prompt: Prompt, planned: bool) -> None:
    await kept(records, prompt)
    assert bool(await records.prompts.due(Shards((0, 1), 3), Planned(NOON, LATE, NOON))) is planned


async def test_the_next_prompt_is_the_one_that_is_due_or_was_begun_first(records: StoredRecords) -> None:
    async def next_due() -> dt.datetime | None:
        return await records.prompts.next_due(Shards((0,), 2), Planned(NOON, LATE, NOON - MINUTE))

    assert await next_due() is None
    await kept(records, replace(READY, place=Place(1 << 22, 100), message=901))
    await kept(records, replace(READY, due=LATE, message=902))
    assert await next_due() is None, "it is another process’s, or too late"
    await kept(records, replace(READY, due=NOON + 3 * MINUTE, message=903))
    assert await next_due() == NOON + 3 * MINUTE
    await kept(records, replace(READY, due=NOON, claimed=NOON + MINUTE, message=904))
    assert await next_due() == NOON + 2 * MINUTE


async def test_one_of_several_processes_posts(records: StoredRecords) -> None:
    prompt = await kept(records, READY)
    claims = await asyncio.gather(*(records.prompts.claim(prompt, NOON, NOON - MINUTE) for _ in range(4)))
    assert [claim for claim in claims if claim] == [prompt]
    again = await records.prompts.claim(prompt, NOON + 3 * MINUTE, NOON + MINUTE)
    assert again is not None
    assert again.claimed == NOON
    for message in (77, 78):
        await records.prompts.posted(prompt, message)
    done = await records.prompts.prompt(1, prompt.id)
    assert done is not None
    assert (done.state, done.post, done.claimed) == (State.POSTED, 77, None)
    assert await records.prompts.claim(prompt, NOON, NOON) is None


async def test_a_prompt_that_is_being_posted_is_not_changed(records: StoredRecords) -> None:
    prompt = await kept(records, READY)
    await records.prompts.claim(prompt, NOON, NOON - MINUTE)
    assert not await records.prompts.save(replace(prompt, text="Other words?"), prompt)


@pytest.mark.parametrize(("why", "due"), [("I may not write there.", None), ("", NOON)])
async def test_a_posting_that_came_to_nothing_is_tried_again_or_says_why_not(
    records: StoredRecords, why: str, due: dt.datetime | None
) -> None:
    prompt = await kept(records, READY)
    await records.prompts.claim(prompt, NOON, NOON - MINUTE)
    await records.prompts.release(prompt, why)
    found = await records.prompts.prompt(1, prompt.id)
    assert found is not None
    assert (found.state, found.claimed, found.due, found.reason) == (State.APPROVED, None, due, why)
