"""Fill the disk under the bot, and take from it the right to write: nothing is damaged, and it goes on by itself."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.chroma import FAILED
from tests.fakes.discord_server import DiscordServer, Interaction, discord_server
from tests.measure.faults.agreement import agreed
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.kills import doctors_findings
from tests.measure.faults.members import REPORTED, WRITTEN, Members
from tests.measure.faults.outcomes import Outcome

ROOMS = (0, 8, 32, 128, 512)
"""Kilobytes that are left on the disk when a member writes: each fails at another step, or not at all."""

MENDED = 150.0
"""Seconds for the bot to find that there is room again: it tries every minute."""

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
LATER = ("try again in a few minutes",)


class NotPossible(Exception):
    """This machine does not let us make the fault."""


@dataclass
class Disk:
    """A small disk of its own."""

    folder: Path

    @property
    def filler(self) -> Path:
        """The file that fills it."""
        return self.folder / "filler"

    def fill(self, left: int) -> None:
        """Take all room but so many kilobytes."""
        self.empty()
        with self.filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"0" * 4096)
        size = self.filler.stat().st_size
        with self.filler.open("r+b") as file:
            file.truncate(max(0, size - left * 1024))

    def empty(self) -> None:
        """Give the room back."""
        self.filler.unlink(missing_ok=True)


@contextlib.contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount a disk of memory. Raises NotPossible."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder, root included. Raises NotPossible."""
    _run("mount", "--bind", str(folder), str(folder))
    try:
        _run("mount", "-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotPossible(f"not tried: {error}") from error
    if done.returncode:
        raise NotPossible(f"not tried: {' '.join(command)}: {done.stderr.strip()}")


async def full(folder: Path, shelf: Shelf, _: int) -> Outcome:
    """Fill the disk while members write, while the store is built, and while a backup is taken."""
    outcome = Outcome("a full disk")
    try:
        with mounted(folder / "disk", 96) as disk:
            async with discord_server(members=4) as discord:
                bot = Bot(discord, shelf, folder, disk.folder / "data")
                await while_it_is_built(bot, disk, outcome)
                await while_members_write(bot, disk, outcome)
                await while_a_backup_is_taken(bot, disk, outcome)
                await bot.stop()
    except NotPossible as error:
        outcome.notes.append(str(error))
    return outcome


async def while_it_is_built(bot: Bot, disk: Disk, outcome: Outcome) -> None:
    """Start with too little room for the store, and then with enough."""
    for left in (64, 700, 1200):
        disk.fill(left)
        process = await bot.spawn()
        try:
            status = await asyncio.wait_for(process.wait(), 120)
        except TimeoutError:
            await bot.kill()
            outcome.notes.append(f"a start with {left} kB of room came through")
            continue
        said = bot.log.strip().splitlines()[-1]
        outcome.expect(f"building, {left} kB: {said}", status == 1 and ("full" in said or "room" in said))
    disk.empty()
    await bot.start()
    outcome.add(await agreed(bot))
    await bot.start()


async def while_members_write(bot: Bot, disk: Disk, outcome: Outcome) -> None:
    """Have members write and ask while there is little room, and once more when there is."""
    members = Members(bot.discord, bot.shelf, random.Random(3))  # noqa: S311 (the same members each time)
    liz = bot.discord.people[0]
    await members.report(liz)
    await members.write(liz)
    for left in ROOMS:
        disk.fill(left)
        for _ in range(6):  # until a log of the database has used up what is left
            written, reported = await members.write(liz), await members.report(liz)
        outcome.expect(f"{left} kB, review: {written.text}", understood(written, WRITTEN))
        outcome.expect(f"{left} kB, report: {reported.text}", understood(reported, REPORTED))
        asked = await members.ask(liz)
        outcome.expect(
            f"{left} kB, a question: {asked.text}", asked.answers and not any(one in asked.text for one in LATER)
        )
        disk.empty()
        outcome.expect(f"{left} kB, afterwards: {await writes_again(members)}", not await writes_again(members))
        outcome.add(members.lost(bot.data))
    outcome.expect("the store was not mended", await mended(bot.data))
    outcome.add(await doctors_findings(bot))
    await bot.start()
    outcome.expect("something was moved aside", not list(bot.data.glob("chroma-damaged-*")))
    outcome.notes.append(f"{bot.log.count('disk is full')} lines of the log say that the disk is full")


def understood(told: Interaction, kept: str, words: Sequence[str] = LATER) -> bool:
    """Return whether a member was told that something is kept, or a clear sentence."""
    return kept in told.text or any(one in told.text for one in words)


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


async def mended(data: Path) -> bool:
    """Wait until the running bot is in no doubt of its store any more; return whether it came to that."""
    end = asyncio.get_running_loop().time() + MENDED
    while asyncio.get_running_loop().time() < end and (data / FAILED).exists():  # noqa: ASYNC110
        await asyncio.sleep(1)
    return not (data / FAILED).exists()


async def while_a_backup_is_taken(bot: Bot, disk: Disk, outcome: Outcome) -> None:
    """Take a backup onto the full disk, and one with room."""
    file = disk.folder / "backup.zip"
    disk.fill(16)
    status, said = await bot.command("backup", str(file))
    left = [path.name for path in disk.folder.iterdir() if "backup" in path.name]
    outcome.expect(
        f"backup: {status} {said} {left}", status == 1 and not left and "room" in said and "Trace" not in said
    )
    disk.empty()
    status, said = await bot.command("backup", str(file))
    outcome.expect(f"backup with room: {said}", status == 0 and file.exists())


async def rights(folder: Path, shelf: Shelf, _: int) -> Outcome:
    """Start over a folder that cannot be written, and take the right to write from a bot that runs."""
    outcome, data = Outcome("a data folder that cannot be written"), folder / "data"
    async with discord_server(members=4) as discord:
        bot = Bot(discord, shelf, folder, data)
        await bot.start()
        await bot.stop()
        before = contents(data)
        try:
            with read_only(data):
                await refused(bot, outcome, "a read-only mount")
                status, said = await bot.command("doctor")
                outcome.expect(f"doctor: {status} {said}", status == 1 and "cannot be written" in said)
            outcome.expect("something changed under a read-only mount", contents(data) == before)
        except NotPossible as error:
            outcome.notes.append(str(error))
        other = Bot(discord, shelf, folder, data, before=NOBODY, more={"HOME": str(folder)})
        await refused(other, outcome, "another user's folder")
        outcome.expect("something changed in another user's folder", contents(data) == before)
        await taken_away(discord, shelf, folder, outcome)
    return outcome


async def refused(bot: Bot, outcome: Outcome, what: str) -> None:
    """Start where nothing can be written."""
    process = await bot.spawn()
    status = await asyncio.wait_for(process.wait(), 120)
    said = bot.log.strip().splitlines()[-1]
    outcome.expect(f"{what}: {status} {said}", status == 1 and "cannot be written" in said and "Give" in said)


async def taken_away(discord: DiscordServer, shelf: Shelf, folder: Path, outcome: Outcome) -> None:
    """Run as a user from whom the folder is taken while members ask and write, and given back."""
    data = folder / "theirs"
    data.mkdir()
    owned(data, "65534:65534", "u+w")
    bot = Bot(discord, shelf, folder, data, before=NOBODY, more={"HOME": str(folder)})
    await bot.start()
    members = Members(discord, shelf, random.Random(4))  # noqa: S311 (the same members each time)
    liz = discord.people[0]
    await members.report(liz)
    await members.write(liz)
    owned(data, "0:0", "a-w")
    written, asked = await members.write(liz), await members.ask(liz)
    outcome.expect(f"taken away, review: {written.text}", understood(written, WRITTEN))
    outcome.expect(f"taken away, question: {asked.text}", asked.answers and not any(one in asked.text for one in LATER))
    owned(data, "65534:65534", "u+w")
    outcome.expect("it does not write again", not await writes_again(members))
    outcome.add(members.lost(data))
    outcome.expect("the store was not mended", await mended(data))
    outcome.add(await doctors_findings(bot))
    outcome.expect("something was moved aside", not list(data.glob("chroma-damaged-*")))


def owned(folder: Path, owner: str, rights: str) -> None:
    """Give a folder with all that is in it to somebody, with some rights."""
    subprocess.run(["chown", "-R", owner, str(folder)], check=True)
    subprocess.run(["chmod", "-R", rights, str(folder)], check=True)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, but for the locks."""
    return {
        str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock"
    }
