"""`doctor`: looks at everything that Dogear needs, and says for each thing that is wrong what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.settings import Settings
from bot.terminal import checks
from bot.terminal.checks import Check, HasStale
from corpus.library import Library
from corpus.passages import ClubText

DISCORD = ("discord.com", 443)


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the doctor looks with: each raises an error that says what to do, where something is wrong.

    `published_model` compares the weights of the packaged embedding model, `open_store` opens the vector store of
    a library, `open_model` opens the chat model, `sign_in` asks Discord whose a token is, `club_data` describes a
    database, `club_texts` returns what clubs have in it for the vector store; `store` is the folder in the data folder
    that the store keeps.
    """

    published_model: Callable[[], Path]
    open_store: Callable[[Settings, Library], AbstractContextManager[HasStale]]
    open_model: Callable[[Settings], object]
    sign_in: Callable[[SecretStr], str]
    club_data: Callable[[str | Path], str]
    club_texts: Callable[[str | Path], Sequence[ClubText]]
    store: str = "chroma"
    discord: tuple[str, int] = DISCORD


def examine(
    environment: Mapping[str, str | None], look: Instruments, library: Path | None = None, data: Path | None = None
) -> Iterator[Check]:
    """Yield one check after the other; `library` and `data`, as the command line gives them, win over settings."""
    yield checks.check_python()
    settings, found = checks.check_settings(environment)
    yield from found
    settings = replace(settings, library=library or settings.library, data=data or settings.data)
    model = checks.check_model(settings.embedding_model, look.published_model)
    yield model
    writable = checks.check_data(settings.data)
    yield writable
    if settings.database or writable.ok:
        club_data = checks.check_club_data(settings.club_data, look.club_data)
        yield club_data
    yield checks.check_shards(settings)
    books, found = checks.check_library(settings.library)
    yield from found
    if books is not None and model.ok and writable.ok:
        folder = None if settings.chroma else settings.data / look.store
        store = checks.check_store(folder, lambda: look.open_store(settings, books))
        yield store
        if not store.failed and club_data.ok:
            yield checks.check_agreement(
                folder, lambda: look.open_store(settings, books), lambda: look.club_texts(settings.club_data)
            )
    yield from checks.check_chat_model(settings, look.open_model)
    token = checks.check_token(settings.discord_token)
    yield token
    cure = "Check the network. The terminal works without Discord."
    reachable = checks.check_reachable("Discord", *look.discord, cure)
    yield reachable
    if settings.discord_token and token.ok and reachable.ok:
        yield checks.check_sign_in(settings.discord_token, look.sign_in)


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
        console.print(f"{wrong} to mend{f', {can_wait} that can wait' if can_wait else ''}.")
    else:
        console.print(f"All is well{f'; {can_wait} can wait' if can_wait else ''}.")
    return not wrong
