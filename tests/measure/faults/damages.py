"""Damage the files of the bot's data, while it is away and while it runs."""

import asyncio
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fakes.discord_server import discord_server
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.kills import doctors_findings
from tests.measure.faults.members import REPORTED, WRITTEN, Members
from tests.measure.faults.outcomes import Outcome, spread

Damage = Callable[[Path, random.Random], None]

PAGES = 20
"""Times that some bytes at a place drawn by lot are turned round."""

END = "drowned"
"""A word of the last chapter, that nobody at the first may read."""

MENDED = 150.0
"""Seconds for the bot to find that it can write again: it tries every minute."""

HNSW = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")


def turned_round(file: Path, where: int, length: int) -> None:
    """Turn every bit of a stretch of a file round."""
    with file.open("r+b") as opened:
        opened.seek(where)
        stretch = opened.read(length)
        opened.seek(where)
        opened.write(bytes(byte ^ 0xFF for byte in stretch))


def at(where: int, length: int) -> Damage:
    """Return what damages one stretch of Chroma's database."""
    return lambda store, _: turned_round(store / "chroma.sqlite3", where, length)


def anywhere(store: Path, chance: random.Random) -> None:
    """Turn a stretch round at a place drawn by lot."""
    file = store / "chroma.sqlite3"
    turned_round(file, chance.randrange(file.stat().st_size), chance.choice((1, 16, 512, 8192)))


def cut_to(part: float) -> Damage:
    """Return what cuts Chroma's database short."""
    file = "chroma.sqlite3"
    return lambda store, _: os.truncate(store / file, int((store / file).stat().st_size * part))


def indexes(name: str, do: Callable[[Path], None]) -> Damage:
    """Return what damages a file of every vector index."""

    def damage(store: Path, _: random.Random) -> None:
        for file in store.glob(f"*/{name}"):
            do(file)

    return damage


def without_indexes(store: Path, _: random.Random) -> None:
    """Delete all vector indexes."""
    for path in store.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def damages() -> Mapping[str, Damage]:
    """Return every way to damage a store."""
    ways: dict[str, Damage] = {
        "chroma.sqlite3: header turned round": at(0, 64),
        "chroma.sqlite3: list of tables turned round": at(100, 400),
        "chroma.sqlite3: cut to a half": cut_to(0.5),
        "chroma.sqlite3: cut to nothing": cut_to(0),
        "chroma.sqlite3: gone": lambda store, _: (store / "chroma.sqlite3").unlink(),
        "vector indexes: gone": without_indexes,
    }
    for name in HNSW:
        ways[f"{name}: turned round"] = indexes(name, lambda file: turned_round(file, 0, 40))
        ways[f"{name}: cut to nothing"] = indexes(name, lambda file: os.truncate(file, 0))
    return ways | {f"chroma.sqlite3: somewhere ({n + 1})": anywhere for n in range(PAGES)}


async def damaged(folder: Path, shelf: Shelf, rounds: int) -> Outcome:
    """Damage the store in every way while the bot is away, and see it come back."""
    outcome, chance = Outcome("a damaged store, at a start"), random.Random(7)  # noqa: S311 (the same places each time)
    starts: list[float] = []
    ways = list(damages().items())
    async with discord_server(members=4) as discord:
        bot, members = Bot(discord, shelf, folder, folder / "data"), Members(discord, shelf, chance)
        await bot.start()
        await members.write(discord.people[0])
        await members.report(discord.people[1])  # who stays at the first chapter
        await bot.stop()
        sound, rebuilt = folder / "sound", 0
        shutil.copytree(bot.data, sound)
        for name, damage in ways[: rounds or len(ways)]:
            shutil.rmtree(bot.data)
            shutil.copytree(sound, bot.data)
            damage(bot.data / "chroma", chance)
            starts.append(await bot.start())
            found = await well(bot, members)
            found += await compared(bot, name, outcome)
            rebuilt += bool(list(bot.data.glob("chroma-damaged-*")))
            outcome.add([f"{name}: {one}" for one in found])
        outcome.notes += [f"moved aside and built again: {rebuilt}; the others were harmless", spread("start", starts)]
    return outcome


async def writes_again(members: Members) -> str:
    """Have a member report and write until both are kept; return what was said last where they never are."""
    end, told = asyncio.get_running_loop().time() + MENDED, ""
    while asyncio.get_running_loop().time() < end:
        person = members.discord.people[0]
        try:
            reported, written = await members.report(person), await members.write(person)
        except TimeoutError:
            told = "nothing at all"
            continue
        if REPORTED in reported.text and WRITTEN in written.text:
            return ""
        told = f"{reported.text} {written.text}"
        await asyncio.sleep(2)
    return told


async def well(bot: Bot, members: Members) -> list[str]:
    """Return what is not well for members: what they cannot do, a word too early, what is lost."""
    found = []
    if told := await writes_again(members):
        found.append(f"members cannot write: {told}")
    early = members.discord.slash("ask", by=members.discord.people[1], question="Who drowned his brother?")
    await early.answered(60)
    if END in early.text:
        found.append(f"told too early: {early.text}")
    return found + members.lost(bot.data)


async def compared(bot: Bot, name: str, outcome: Outcome) -> list[str]:
    """Stop the bot, and return what of the store does not agree after its next start either.

    What nobody has read or written since it was damaged is noticed by a close look, and put right by the next start.
    """
    if found := await doctors_findings(bot):
        outcome.notes.append(f"{name}: {found[0]}, until the next start")
        await bot.start()
        found = await doctors_findings(bot)
    return found


async def damaged_in_use(folder: Path, shelf: Shelf, rounds: int) -> Outcome:
    """Damage the store under the running bot, and wait until it has mended it."""
    outcome, chance = Outcome("a damaged store, in use"), random.Random(8)  # noqa: S311 (the same places each time)
    ways = {name: way for name, way in damages().items() if "somewhere" not in name}
    ways["the whole folder: gone"] = lambda store, _: shutil.rmtree(store)
    async with discord_server(members=4) as discord:
        bot, members = Bot(discord, shelf, folder, folder / "data"), Members(discord, shelf, chance)
        await bot.start()
        await members.write(discord.people[0])
        await members.report(discord.people[1])
        for name, damage in list(ways.items())[: rounds or len(ways)]:
            damage(bot.data / "chroma", chance)
            asked = await members.ask(discord.people[0])
            answered = [] if asked.answers else ["no answer"]
            found = await well(bot, members)
            found += await compared(bot, name, outcome)
            await bot.start()
            outcome.add([f"{name}: {one}" for one in (*answered, *found)])
        mended = bot.log.count("is built again; ") + bot.log.count("The vector store was damaged")
        outcome.notes.append(f"noticed and built again, by the running bot or at its next start: {mended}")
        await bot.stop()
    return outcome


async def club_data(folder: Path, shelf: Shelf, _: int) -> Outcome:
    """Damage the club's data: nothing is started, nothing changed, and a backup brings it back."""
    outcome = Outcome("a damaged club.db")
    async with discord_server(members=4) as discord:
        bot = Bot(discord, shelf, folder, folder / "data")
        members = Members(discord, shelf, random.Random(9))  # noqa: S311 (the same members each time)
        await bot.start()
        await members.write(discord.people[0])
        await members.report(discord.people[0])
        status, said = await bot.command("backup", str(folder / "backup.zip"))
        outcome.expect(f"backup: {said}", status == 0)
        await bot.stop()
        file = bot.data / "club.db"
        sound = file.read_bytes()
        for name, broken in (
            ("header", b"\xff" * 64 + sound[64:]),
            ("a page", sound[:12288] + b"\xff" * 4096 + sound[16384:]),
            ("cut short", sound[: len(sound) // 2]),
        ):
            file.write_bytes(broken)
            process = await bot.spawn()
            status = await asyncio.wait_for(process.wait(), 120)
            said = bot.log.strip().splitlines()[-1]
            outcome.expect(f"{name}: {status} {said}", status == 1 and "is damaged; nothing was changed" in said)
            outcome.expect(f"{name}: the file was changed", file.read_bytes() == broken)
            status, said = await bot.command("doctor")
            outcome.expect(f"{name}: doctor says {said}", status == 1 and "restore FILE" in " ".join(said.split()))
        status, said = await bot.command("restore", str(folder / "backup.zip"))
        outcome.expect(f"restore: {said}", status == 0)
        await bot.start()
        outcome.add(members.lost(bot.data))
        outcome.add(await doctors_findings(bot))
        await bot.stop()
    return outcome
