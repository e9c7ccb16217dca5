"""Claims on timed work: processes that overlap by mistake still do each thing once."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bot.db.database import StoredRecords, open_records
from bot.features.prompts.store import Prompt, State
from bot.features.votes.store import Candidate, Draft, Kind
from bot.people import Place
from tests.fakes.scheduled import a_schedule

ROOT = Path(__file__).parents[3]
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HERE = Place(1, 100)
PROCESSES, STEPS, PROMPTS = 3, 40, 12
PROCESS = """
import asyncio, datetime as dt, sys
from bot.features.prompts.store import State
from bot.db.database import open_records

async def main():
    now = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
    until, before = now + dt.timedelta(hours=1), now - dt.timedelta(hours=1)
    async with open_records(sys.argv[1]) as records:
        (schedule,) = await records.schedules.of_club(1)
        prompts = await records.prompts.listed(1, [State.APPROVED])
        vote = await records.votes.latest(1)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(int(sys.argv[2])):
            if await records.schedules.claim(schedule.id, f"step {number}", now, until):
                print("step", number)
        for prompt in prompts:
            if await records.prompts.claim(prompt, now, before):
                print("prompt", prompt.id)
        if await records.votes.claim(vote.id, until, before):
            print("vote")

asyncio.run(main())
"""
"""What a process does: it takes whatever it can get, and says what that was."""


async def plan(records: StoredRecords) -> None:
    """Keep a schedule, discussion prompts that are due, and a vote that has to be closed."""
    assert await records.schedules.add(replace(a_schedule(), id=0, club=1), "abc", NOON) is not None
    for number in range(PROMPTS):
        prompt = Prompt(0, HERE, 10, "Why?", NOON, message=900 + number, state=State.APPROVED, due=NOON)
        assert await records.prompts.add(prompt) is not None
    books = (Candidate("emma", "Emma"), Candidate("kim", "Kim"))
    vote = await records.votes.begin(Draft(HERE, Kind.RANKED, books, NOON, hidden=False), "first", "seed", NOON)
    assert vote is not None
    await records.votes.opened(vote.id, 999)


async def test_what_several_processes_take_at_once_one_of_them_gets(database: str | Path) -> None:
    async with open_records(database) as records:
        await plan(records)
    said = await asyncio.to_thread(_run, str(database))
    claimed = [line for lines in said for line in lines]
    assert len(claimed) == len(set(claimed)) == STEPS + PROMPTS + 1


def _run(database: str) -> list[list[str]]:
    """Run the processes side by side, from the moment at which all are ready, and return what each of them says."""
    command = [sys.executable, "-W", "error", "-c", PROCESS, database, str(STEPS)]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(PROCESSES)]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(PROCESSES) as threads:
            return [out.splitlines() for out, _ in threads.map(lambda each: each.communicate("go\n", 120), running)]
    finally:
        for process in running:
            process.kill()
            process.communicate()
