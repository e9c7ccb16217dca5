"""Build what the Dockerfile builds, step by step and without a container engine, and run the bot in it.

python -m tests.benchmarks.container [--keep FOLDER]

As root on Linux. Each stage is a folder; a RUN is done in it by chroot, in mounts of its own, over this machine's /usr
and Python, read-only, where the base image would be. Then the bot runs as the Dockerfile's user over a read-only root,
against our own Discord: it is asked, its HEALTHCHECK is made, and it is stopped by STOPSIGNAL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from string import Template

from tests.fakes.discord_server.server import DiscordServer, discord_server

ROOT = Path(__file__).parents[2]

PATH = f"{sys.base_prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
START = 300.0

HEALTH = 10
"""Times that the health check is made: the gateway is there a few seconds after the bot is."""

FIRST = "Who is Liz Gold?"


@dataclass
class Stage:
    """One stage of a build: its root folder, and what its instructions have set."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    user: str = "0:0"
    home: str = "/"
    entry: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    stop: str = "SIGTERM"


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions of a Dockerfile, each as its word and the rest, with its lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), " ".join(rest.split()) if word.upper() != "RUN" else rest.strip()


def is_sent(name: str, rules: Sequence[str]) -> bool:
    """Return whether a file reaches the builder, by the rules of .dockerignore: the last one that fits decides."""
    sent = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        parts = [name, *(str(parent) for parent in Path(name).parents)]
        anywhere = pattern.startswith("**/")
        if any(fnmatchcase(Path(part).name if anywhere else part, pattern.removeprefix("**/")) for part in parts):
            sent = rule.startswith("!")
    return sent


def context(folder: Path) -> None:
    """Copy what reaches the builder into a folder."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    for name in names:
        if name and (ROOT / name).is_file() and is_sent(name, rules):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def base(root: Path) -> Stage:
    """Make the root of a stage: what the base image has, as far as it is used here."""
    for name in ("usr", "dev", "proc", "tmp", "opt", "data", sys.base_prefix.lstrip("/")):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "data").rmdir()  # the Dockerfile makes it
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    subprocess.run(["cp", "-a", "/etc", root / "etc"], check=True, stderr=subprocess.DEVNULL)
    return Stage(root)


def inside(stage: Stage, command: Sequence[str], *, building: bool, data: Path | None = None) -> list[str]:
    """Return the command that runs another one within a stage."""
    root, python = shlex.quote(str(stage.root)), shlex.quote(sys.base_prefix)
    mounts = [f"mount --bind {root} {root}"]
    mounts += [f"mount --rbind /{name} {root}/{name}" for name in ("usr", "dev", "proc")]
    mounts += [f"mount -o remount,ro,bind {root}/usr", f"mount --bind {python} {root}{python}"]
    mounts += [f"mount -o remount,ro,bind {root}{python}"]
    if building:
        mounts += [f"mount --bind /opt {root}/opt"]  # where this machine may keep wheels
    else:
        mounts += [f"mount -o remount,ro,bind {root}", f"mount -t tmpfs tmpfs {root}/tmp"]  # noqa: S108 (the image's own)
        mounts += [f"mount --bind {shlex.quote(str(data))} {root}/data"]
    given = [f"{name}={value}" for name, value in ((how_pip_is_set() if building else {}) | stage.environment).items()]
    line = shlex.join(["env", "-i", f"--chdir={stage.home}", *given, *command])
    leave = f"exec chroot --userspec={stage.user} {root} {line}"
    return ["unshare", "--mount", "sh", "-ec", "\n".join([*mounts, leave])]


def how_pip_is_set() -> dict[str, str]:
    """Return how pip finds packages on this machine, as variables; they are no part of the image."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    told = (line.split("=", 1) for line in listed.stdout.splitlines())
    return {f"PIP_{key.rpartition('.')[2].replace('-', '_').upper()}": literal_eval(value) for key, value in told}


def build(folder: Path) -> Stage:
    """Do every instruction of the Dockerfile; return the last stage. Raises CalledProcessError.

    What was built in the folder before is left as it is, and only what the instructions set is read.
    """
    sent, stages = folder / "context", {}
    built = sent.exists()
    if not built:
        sent.mkdir()
        context(sent)
    stage = Stage(folder)
    for word, rest in instructions((ROOT / "Dockerfile").read_text("utf-8")):
        begun = time.monotonic()
        match word:
            case "FROM":
                name = rest.partition(" AS ")[2] or "bot"
                stage = stages[name] = Stage(folder / name) if built else base(folder / name)
            case "COPY" | "RUN" if built:
                continue
            case "COPY":
                _copy(rest, stage, sent, stages)
            case "RUN":
                subprocess.run(inside(stage, ["sh", "-c", rest], building=True), check=True, stdout=subprocess.DEVNULL)
            case _:
                _set(word, rest, stage)
        print(f"{time.monotonic() - begun:7.1f} s  {word} {rest[:90]}", flush=True)
    return stage


def _set(word: str, rest: str, stage: Stage) -> None:
    """Note what an instruction says of how the container is run."""
    match word:
        case "ENV":
            told = dict(pair.split("=", 1) for pair in shlex.split(rest))
            stage.environment |= {k: Template(v).substitute(stage.environment) for k, v in told.items()}
        case "USER":
            stage.user = rest
        case "WORKDIR":
            stage.home = rest
        case "ENTRYPOINT":
            stage.entry = json.loads(rest)
        case "HEALTHCHECK":
            stage.health = json.loads(rest.partition("CMD ")[2])
        case "STOPSIGNAL":
            stage.stop = rest
        case "VOLUME":
            pass  # a folder of the machine's is mounted there
        case _:
            raise SystemExit(f"The Dockerfile has {word}, which is not known here.")


def _copy(rest: str, stage: Stage, sent: Path, stages: Mapping[str, Stage]) -> None:
    words = rest.split()
    source = stages[words.pop(0).partition("=")[2]].root if words[0].startswith("--from=") else sent
    *names, target = words
    for name in names:
        path, into = source / name.lstrip("/"), stage.root / target.lstrip("/")
        if path.is_dir():
            subprocess.run(["cp", "-a", "--no-preserve=ownership", f"{path}/.", _made(into)], check=True)
        else:
            into = into / path.name if target.endswith("/") else into
            _made(into.parent)
            shutil.copy(path, into)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def run(stage: Stage, folder: Path) -> None:
    """Run the bot in the last stage, look at it from outside, and stop it."""
    data = Path(tempfile.mkdtemp(prefix="volume-", dir=folder))  # empty, so that the bot describes its commands
    user, group = map(int, stage.user.split(":"))
    os.chown(data, user, group)
    async with discord_server(clock=lambda: 0.0) as discord:  # nothing is late, however busy this machine is
        stage.environment |= {"DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api}
        with (folder / "log").open("wb") as log:
            begun = time.monotonic()
            command = inside(stage, stage.entry, building=False, data=data)
            bot = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
            try:
                await discord.online(patience=START)
                print(f"{time.monotonic() - begun:7.1f} s  start, as user {stage.user}, over a read-only root")
                await _look(stage, discord, data)
                begun = time.monotonic()
                bot.send_signal(signal.Signals[stage.stop])
                status = await asyncio.wait_for(bot.wait(), 15)
                print(f"{time.monotonic() - begun:7.1f} s  {stage.stop}, exit status {status}")
            except BaseException:
                print((folder / "log").read_text("utf-8")[-4_000:])
                raise
            finally:
                with suppress(ProcessLookupError):
                    bot.kill()
    lines = (folder / "log").read_text("utf-8").splitlines()
    print(f"           {len(lines)} lines of log, all JSON: {all('message' in json.loads(line) for line in lines)}")


async def _look(stage: Stage, discord: DiscordServer, data: Path) -> None:
    asked = discord.slash("ask", by=discord.people[0], question=FIRST)
    await asked.answered(START)
    print(f"           answered: {asked.text.splitlines()[0][:60]}…")
    for _ in range(HEALTH):
        if not (status := await _status(stage, stage.health, data)):
            break
        await asyncio.sleep(1)
    print(f"           HEALTHCHECK: exit status {status}")
    for place in ("/app/bot/x", "/venv/x"):
        print(f"           writing to {place}: exit status {await _status(stage, ['touch', place], data)}")
    print(f"           in the volume: {await asyncio.to_thread(_kept, data)}")


async def _status(stage: Stage, command: Sequence[str], data: Path) -> int:
    """Return the exit status of a command beside the bot."""
    within = inside(stage, command, building=False, data=data)
    return await (await asyncio.create_subprocess_exec(*within, stderr=subprocess.DEVNULL)).wait()


def _kept(data: Path) -> str:
    """Return what lies in the volume, with its owner and rights."""
    return ", ".join(f"{path.name} {path.stat().st_uid} {path.stat().st_mode & 0o777:o}" for path in data.iterdir())


def main() -> None:
    """Read the command line, build, and run."""
    parser = argparse.ArgumentParser(description="The Dockerfile's steps, without a container engine.")
    parser.add_argument("--keep", type=Path, help="a folder to keep what is built; once it is, it is only run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = _made(given.keep or Path(name))
        asyncio.run(run(build(folder), folder))


if __name__ == "__main__":
    main()
