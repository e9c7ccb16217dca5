"""`doctor`: looks at everything that Dogear needs, and says for each thing that is wrong what to do."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import platform
import queue
import re
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli import data as club_data
from bot.logs import set_up_logs
from bot.settings import Settings, SettingsError
from corpus.errors import DogearError
from corpus.library import Library
from corpus.passages import ClubText
from corpus.text import plural

if TYPE_CHECKING:  # they would load the models' libraries
    from bot.answering.model import Trial
    from retrieval.retriever import Retriever

PATIENCE = 2.0
"""Seconds that a server has to answer."""

_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}", re.ASCII)
"""Discord: a bot's token is its id, a time and a signature, each in base64url, with dots between."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; where it is not `ok`, the cure says what to do; what is not `serious` can wait."""

    name: str
    ok: bool
    found: str
    cure: str = ""
    serious: bool = True

    @property
    def failed(self) -> bool:
        """Return whether Dogear cannot do its work like this."""
        return not self.ok and self.serious


def check_settings(environment: Mapping[str, str | None]) -> tuple[Settings, list[Check]]:
    """Look at every setting; where one is wrong, go on with what holds when nothing is set."""
    try:
        return Settings.from_environment(environment), [Check("Settings", True, "all understood")]
    except SettingsError as error:
        return Settings(), [Check(f"Settings: {name}", False, "wrong", cure) for name, cure in error.problems.items()]


def check_model(other: str | None, published: Callable[[], Path]) -> Check:
    """Look at the embedding model: the packaged one, whose weights `published` compares, or the one that is set."""
    if other:
        return Check("Embedding model", True, f"{other} (EMBEDDING_MODEL)")
    try:
        published()
    except DogearError as error:
        return Check("Embedding model", False, "not usable", str(error))
    return Check("Embedding model", True, "all-MiniLM-L6-v2, the published weights")


def check_data(folder: Path) -> Check:
    """Look at whether the data folder can be written, or can be made."""
    nearest = next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path.cwd())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        cure = "Give a folder that you may write to in DOGEAR_DATA or with --data."
        return Check("Data folder", False, f"{folder} cannot be written ({error.strerror})", cure)
    return Check("Data folder", True, f"{folder}{'' if folder.exists() else ', made when it is needed'}")


def check_club_data(where: str | Path) -> Check:
    """Look at the database: which it is and whether it can be used."""
    try:
        return Check("Club data", True, club_data.described(where))
    except DogearError as error:
        return Check("Club data", False, "not usable", str(error))


def check_shards(settings: Settings) -> Check:
    """Look at which shards are this process's, and what else it needs to share the clubs with others."""
    if settings.shards is None:
        return Check("Shards", True, "all: this process has every club")
    direct = " and direct messages" if settings.shards.direct else "; direct messages go to the process with shard 0"
    found = f"{settings.shards}: the clubs of {len(settings.shards.ids)} of {settings.shards.count} shards{direct}"
    return Check("Shards", True, f"{found}; no other process may use {settings.data}")


def check_library(folder: Path) -> tuple[Library | None, list[Check]]:
    """Look at the library and everything that is wrong in it: file, line and cure."""
    try:
        library = Library.load(folder)
    except DogearError as error:
        return None, [Check("Library", False, "not usable", str(error))]
    books = len(library.books)
    found = f"{plural(books, 'book')} in {folder}"
    checks = [Check("Library", bool(books), found, "" if books else "Add a book; docs/library.md says how.")]
    for problem in library.problems:
        where = f"{problem.path}:{problem.line}" if problem.line else str(problem.path)
        checks.append(Check("Library", False, f"{where}: {problem.what}", problem.cure, serious=problem.fatal))
    return library, [*checks, *_foreign_marks(library)]


def _foreign_marks(library: Library) -> Iterator[Check]:
    """Yield a check for every document with marks that a program for notes wrote, and members would read."""
    from corpus.importing.notes import foreign_marks

    for slug in library.books:
        for document in library.documents[slug]:
            found = {block.line: marks for block in document.blocks if (marks := foreign_marks(block.text))}
            if found:
                seen = dict.fromkeys(mark for marks in found.values() for mark in marks)
                where = f"{library.folder / slug / document.name}:{min(found)}"
                what = f"{where}: members would read marks of another program ({', '.join(seen)})."
                cure = (
                    f"Take them out, or import the file from another folder with --book {slug}, which leaves them out."
                )
                yield Check("Library", False, what, cure, serious=False)


def check_store(folder: Path | None, opened: Callable[[], AbstractContextManager[Retriever]]) -> Check:
    """Look at the vector store, in `folder` or on a server: whether it can be opened, and fits the library."""
    later = "It is built when it is needed; “python run_bot.py index” does it now."
    if folder is not None and not folder.is_dir():
        return Check("Vector store", False, "not built yet", later, serious=False)
    try:
        with opened() as store:
            stale, what = list(store.stale()), store.check_store()
    except DogearError as error:
        return Check("Vector store", False, "cannot be opened", str(error))
    if stale:
        some = ", ".join(stale[:3]) + (" …" if len(stale) > 3 else "")
        return Check("Vector store", False, f"{what}: out of date for {len(stale)} ({some})", later, serious=False)
    return Check("Vector store", True, f"{what}, fits the library")


def check_agreement(
    folder: Path | None,
    opened: Callable[[], AbstractContextManager[Retriever]],
    texts: Callable[[], Sequence[ClubText]],
) -> Check:
    """Look at whether the store, in `folder` or on a server, is whole and holds the texts that the clubs have."""
    name = "Store and reviews"
    if folder is not None and not folder.is_dir():
        return Check(name, True, "nothing to compare yet")
    try:
        kept = texts()
        with opened() as store:
            found = store.verify_store(kept)
    except DogearError as error:
        return Check(name, False, "cannot be compared", str(error))
    if found.wrong:
        cure = "The next start of the bot puts it right by itself: the store is made from the library and the reviews."
        if folder is None:
            cure = (
                "The next start of the bot updates the reviews. Where something is not whole, give Dogear an "
                "empty database, with ?database=… in CHROMA_URL: it is filled from the library and the reviews."
            )
        return Check(name, False, "; ".join(found.wrong[:3]), cure, serious=False)
    return Check(name, True, f"agree: {plural(found.books, 'book')} and {plural(len(kept), 'review')}, all whole")


def check_token(token: SecretStr | None) -> Check:
    """Look at the form of the Discord token; whether Discord takes it, only Discord knows."""
    if token is None:
        cure = "Only Discord needs it: put the bot's token in DISCORD_TOKEN."
        return Check("Discord token", False, "not set", cure, serious=False)
    if not _is_token(token.get_secret_value()):
        cure = "Copy it from Discord's developer portal, Bot, Reset Token; it is neither the client secret nor the id."
        return Check("Discord token", False, "not in the form of a bot's token", cure)
    return Check("Discord token", True, "in the right form")


def check_sign_in(token: SecretStr, sign_in: Callable[[SecretStr], str]) -> Check:
    """Ask Discord whose token it is. A Discord that is away is not serious: the terminal works without."""
    try:
        return Check("Discord sign-in", True, f"the token is {sign_in(token)}’s")
    except DogearError as error:
        return Check("Discord sign-in", False, "Discord did not say whose token it is", str(error), serious=False)


def _is_token(value: str) -> bool:
    if not _TOKEN.fullmatch(value):
        return False
    first = value.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).isdigit()
    except binascii.Error:
        return False


def check_chat_model(settings: Settings, try_model: Callable[[Settings], Trial]) -> Check:
    """Look at whether the chat model answers."""
    if settings.chat_model is None:
        return Check("Chat model", True, "none: quote mode, nothing leaves this machine")
    trial = try_model(settings)
    return Check("Chat model", trial.ok, f"{settings.chat_model} {trial.found}", trial.cure, trial.serious)


def check_reachable(name: str, host: str, port: int, cure: str) -> Check:
    """Look at whether something answers at an address. Dogear works without, so it is never serious."""
    if problem := _unreachable(host, port):
        return Check(name, False, f"could not reach {host}:{port} ({problem})", cure, serious=False)
    return Check(name, True, f"{host}:{port} answers")


def _unreachable(host: str, port: int) -> str:
    """Return why nothing was reached, or nothing. Looking up a name knows no time limit, so a thread does it."""
    outcome: queue.SimpleQueue[str] = queue.SimpleQueue()

    def attempt() -> None:
        try:
            socket.create_connection((host, port), PATIENCE).close()
            outcome.put("")
        except OSError as error:
            outcome.put(error.strerror or "no answer")

    threading.Thread(target=attempt, daemon=True).start()
    try:
        return outcome.get(timeout=PATIENCE)
    except queue.Empty:
        return f"no answer within {PATIENCE:g} s"


@dataclass(frozen=True, slots=True)
class DoctorTools:
    """What the doctor looks with: each raises an error that says what to do, where something is wrong.

    `published_model` compares the weights of the packaged embedding model, `open_store` opens the vector store of
    a library, `try_model` asks the chat model something small, `sign_in` asks Discord whose a token is.
    """

    published_model: Callable[[], Path]
    open_store: Callable[[Settings, Library], AbstractContextManager[Retriever]]
    try_model: Callable[[Settings], Trial]
    sign_in: Callable[[SecretStr], str]
    discord: tuple[str, int] = ("discord.com", 443)


def examine(
    environment: Mapping[str, str | None], look: DoctorTools, library: Path | None = None, data: Path | None = None
) -> Iterator[Check]:
    """Yield one check after the other; `library` and `data`, as the command line gives them, win over settings."""
    yield Check("Python", True, platform.python_version())
    settings, found = check_settings(environment)
    yield from found
    settings = settings.model_copy(update={"library": library or settings.library, "data": data or settings.data})
    model = check_model(settings.embedding_model, look.published_model)
    yield model
    writable = check_data(settings.data)
    yield writable
    if settings.database or writable.ok:
        database = check_club_data(settings.club_data)
        yield database
    yield check_shards(settings)
    books, found = check_library(settings.library)
    yield from found
    if books is not None and model.ok and writable.ok:
        folder = None if settings.chroma else settings.data / "chroma"
        store = check_store(folder, partial(look.open_store, settings, books))
        yield store
        if not store.failed and database.ok:
            opened = partial(look.open_store, settings, books)
            yield check_agreement(folder, opened, partial(club_data.texts, settings.club_data))
    yield check_chat_model(settings, look.try_model)
    token = check_token(settings.discord_token)
    yield token
    cure = "Check the network. The terminal works without Discord."
    reachable = check_reachable("Discord", *look.discord, cure)
    yield reachable
    if settings.discord_token and token.ok and reachable.ok:
        yield check_sign_in(settings.discord_token, look.sign_in)


def show(found: Iterable[Check], console: Console) -> bool:
    """Write the checks, each with its cure below it, and a last line; return whether nothing serious is wrong."""
    done = list(found)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for check in done:
        sign = "[green]✓[/]" if check.ok else "[red]✗[/]" if check.serious else "[yellow]![/]"
        cure = f"\n→ {escape(check.cure)}" if check.cure and not check.ok else ""
        table.add_row(sign, escape(check.name), escape(check.found) + cure)
    console.print(table)
    wrong = sum(check.failed for check in done)
    can_wait = sum(not check.ok for check in done) - wrong
    if wrong:
        console.print(f"{wrong} to fix{f', {can_wait} that can wait' if can_wait else ''}.")
    else:
        console.print(f"All is well{f'; {can_wait} can wait' if can_wait else ''}.")
    return not wrong


def look_at_everything(
    environment: Mapping[str, str | None], library: Path | None = None, data: Path | None = None
) -> bool:
    """Show on standard output what is well and what is not; return whether nothing serious is wrong."""
    from bot.answering.model import tried
    from bot.start import signed_in_as
    from retrieval.embedding import published_model
    from retrieval.retriever import open_retriever

    def open_store(settings: Settings, library: Library) -> AbstractContextManager[Retriever]:
        # What the store would say while it is opened, the doctor says in its own words.
        where = settings.embedding_model, lambda _: None, settings.chroma
        return open_retriever(library, settings.data, *where, replacing=False, at_once=False)

    set_up_logs(logging.WARNING, check_settings(environment)[0].secrets)
    look = DoctorTools(published_model, open_store, tried, lambda token: asyncio.run(signed_in_as(token)))
    return show(examine(environment, look, library, data), Console(file=sys.stdout, highlight=False))
