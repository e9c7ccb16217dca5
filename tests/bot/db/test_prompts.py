"""Discussion prompts as they are kept: suggested once, changed by one at a time, posted once."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from bot.db.base import Sessions
from bot.db.jobs import StoredJobs
from bot.features.prompts.store import Prompt, State, StoredPrompts
from bot.people import EVERY, Place
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
FIRST = Prompt(0, Place(1, 100, adults=True), 10, "Why does Ishmael go to sea?", NOON, message=900)
READY = replace(FIRST, state=State.APPROVED, due=NOON, by=11)


async def kept(records: Sessions, prompt: Prompt = FIRST) -> Prompt:
    found = await StoredPrompts(records).add(prompt)
    assert found is not None
    return found


async def test_all_of_a_prompt_is_kept(records: Sessions) -> None:
    whole = replace(
        READY, kind="theme", book="moby", mark=5, needs=Reveals.of({"moby": 4}), reason="?", overridden=True, post=7
    )
    prompt = await kept(records, whole)
    assert await StoredPrompts(records).prompt(1, prompt.id) == replace(whole, id=prompt.id)


async def test_a_message_is_suggested_once_whatever_became_of_it(records: Sessions) -> None:
    prompt = await kept(records)
    assert await StoredPrompts(records).add(replace(FIRST, member=11, text="Again?")) is None
    assert await StoredPrompts(records).save(replace(prompt, state=State.REJECTED), prompt, NOON)
    assert await StoredPrompts(records).add(FIRST) is None
    assert await StoredPrompts(records).listed(1, [State.SUGGESTED]) == []


async def test_of_five_moderators_at_once_one_decides(records: Sessions) -> None:
    prompt = await kept(records)
    decided = await asyncio.gather(
        *(StoredPrompts(records).save(replace(prompt, state=State.REJECTED, by=by), prompt, NOON) for by in range(5))
    )
    assert sorted(decided) == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("prompt", "due"),
    [
        (READY, NOON),
        (replace(READY, due=None), None),
        (replace(READY, state=State.SUGGESTED), None),
        (replace(READY, state=State.POSTED), None),
        (replace(READY, state=State.REJECTED), None),
    ],
    ids=["timed", "at no time", "suggested", "posted", "rejected"],
)
async def test_what_is_approved_for_a_time_is_to_be_posted(
    records: Sessions, prompt: Prompt, due: dt.datetime | None
) -> None:
    await kept(records, prompt)
    assert await StoredJobs(records).next_due(["prompt"], EVERY) == due


async def test_a_prompt_that_loses_its_time_is_not_posted(records: Sessions) -> None:
    prompt = await kept(records, READY)
    later = replace(prompt, due=NOON + MINUTE)
    assert await StoredPrompts(records).save(later, prompt, NOON)
    assert await StoredJobs(records).next_due(["prompt"], EVERY) == NOON + MINUTE
    assert await StoredPrompts(records).save(replace(later, due=None), later, NOON)
    assert await StoredJobs(records).next_due(["prompt"], EVERY) is None


async def test_a_prompt_becomes_one_message(records: Sessions) -> None:
    prompt = await kept(records, READY)
    for message in (77, 78):
        await StoredPrompts(records).posted(prompt, message)
    done = await StoredPrompts(records).prompt(1, prompt.id)
    assert done is not None
    assert (done.state, done.post) == (State.POSTED, 77)
    assert await StoredJobs(records).next_due(["prompt"], EVERY) is None


async def test_a_prompt_that_cannot_be_posted_says_why_and_loses_its_time(records: Sessions) -> None:
    prompt = await kept(records, READY)
    await StoredPrompts(records).stopped(prompt, "I may not write there.")
    found = await StoredPrompts(records).prompt(1, prompt.id)
    assert found == replace(prompt, due=None, reason="I may not write there.")
    assert await StoredJobs(records).next_due(["prompt"], EVERY) is None
