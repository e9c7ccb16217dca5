"""Kill the bot at any moment, many times over, while members ask, report, review and plan."""

import asyncio
import random
import sys
from pathlib import Path

from tests.fakes.discord_server import discord_server
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.members import Members
from tests.measure.faults.outcomes import Outcome, spread

MEMBERS = 9
LONGEST = 3.0
"""Seconds from when the bot is there until it is killed, at most."""

EVERY = 10
"""After how many kills the store is compared with the database, too."""

IN_TIME = 15.0
"""Seconds for a start."""

TAKEN_OVER = 300.0
"""Seconds until timed work that a killed process had begun is taken over, and done."""

AGREES = "Vector store"


ROUNDS = 200


async def kills(folder: Path, shelf: Shelf, rounds: int) -> Outcome:
    """Kill the bot so many times, and look after each start whether all that was acknowledged is there."""
    rounds = rounds or ROUNDS
    chance, outcome = random.Random(11), Outcome("SIGKILL at any moment")  # noqa: S311 (the same moments each time)
    starts: list[float] = []
    worked: list[float] = []
    async with discord_server(clubs=rounds + 1, members=MEMBERS) as discord:
        bot, members = Bot(discord, shelf, folder, folder / "data"), Members(discord, shelf, chance)
        first = await bot.start()
        for n in range(rounds):
            life = asyncio.create_task(members.live(discord.clubs[n + 1]))
            await asyncio.sleep(chance.uniform(0.0, LONGEST))
            await bot.kill()
            life.cancel()
            await asyncio.wait([life])
            starts.append(await bot.start())
            worked.append(bot.worked())
            lost = members.lost(bot.data)
            if (n + 1) % EVERY == 0:
                lost += await doctors_findings(bot)
                await bot.start()
            outcome.add(lost)
            print(f"{n + 1} kills, {len(outcome.lost)} lost", file=sys.stderr, flush=True)
        outcome.add(await missing_events(members))
        outcome.add(await doctors_findings(bot))
        outcome.notes += [
            f"first start, which builds the store: {first:.1f} s",
            spread("start", starts),
            spread("processor time of a start", worked),
            f"starts within {IN_TIME:.0f} s: {sum(one <= IN_TIME for one in starts)} of {len(starts)}",
            f"writes acknowledged: {members.acknowledged}",
            f"questions asked: {len(members.asked)}, answered twice: {members.answered_twice}",
            f"reviews brought up to date in the store at a start: {bot.log.count('brought up to date in the vector')}",
        ]
        if members.answered_twice:
            outcome.lost.append("a question was answered twice")
    if unknown := sorted(set(discord.unknown)):
        outcome.notes.append(f"unknown requests: {unknown[:5]}")
    return outcome


async def doctors_findings(bot: Bot) -> list[str]:
    """Stop the bot, have the doctor look at its data, and return what is not well."""
    status = await bot.stop()
    _, said = await bot.command("doctor")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    agreed = any(line.startswith(f"✓ {AGREES}") for line in lines)
    found = [] if agreed else [f"doctor: {' '.join(line for line in lines if AGREES in line or '✗' in line)}"]
    return found + ([f"leaving ended with {status}"] if status else [])


async def missing_events(members: Members) -> list[str]:
    """Return the schedules whose first event is not there exactly once, when all claims of dead processes are over."""
    wanted = {str(club) for club, kept in members.schedules.items() if kept.acknowledged}
    end = asyncio.get_running_loop().time() + TAKEN_OVER
    while asyncio.get_running_loop().time() < end:
        made = [str(club.id) for club in members.discord.clubs for _ in club.guild.scheduled_events]
        if wanted <= set(made):
            break
        await asyncio.sleep(1)
    counts = {club: made.count(club) for club in wanted}
    return [f"schedule of {club}: its first event is there {n} times" for club, n in counts.items() if n != 1]
