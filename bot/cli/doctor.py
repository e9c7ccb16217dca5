"""`doctor`: looks at everything that Dogear needs, and says for each thing that is wrong what to do."""

from __future__ import annotations

import asyncio
import logging
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.data import described
from bot.cli.start import DataFolder, LibraryFolder, app
from bot.db.copy import read_in, reviews_in
from bot.logs import set_up_logs
from bot.settings import Settings, SettingsError
from corpus.books import Slug
from corpus.errors import DogearError
from corpus.importing.notes import foreign_marks
from corpus.library import Library
from corpus.passages import ClubText
from corpus.text import plural

if TYPE_CHECKING:  # they would load the models' libraries
    from bot.answering.model import Trial
    from retrieval.retriever import Outlook, Retriever

    Opened = Callable[[], AbstractContextManager[Retriever]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; where it is not `ok`, the cure says what to do; what is not `serious` can wait."""

    name: str
    ok: bool
    found: str
    cure: str = ""
    serious: bool = True


def check(name: str, look: Callable[[], str]) -> Check:
    """Return what a look finds; where it raises an error, that says what to do."""
    try:
        return Check(name, True, look())
    except DogearError as error:
        return Check(name, False, "not usable", str(error))


def check_settings(environment: Mapping[str, str | None]) -> tuple[Settings, list[Check]]:
    """Look at every setting; where one is wrong, go on with what holds when nothing is set."""
    try:
        return Settings.from_environment(environment), [Check("Settings", True, "all understood")]
    except SettingsError as error:
        return Settings(), [Check(f"Settings: {name}", False, "wrong", cure) for name, cure in error.problems.items()]


def writable(folder: Path) -> str:
    """Return a data folder that can be written, or can be made. Raises DogearError."""
    nearest = next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path.cwd())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return f"{folder}{'' if folder.exists() else ', made when it is needed'}"
    except OSError as error:
        cure = "Give a folder that you may write to in DOGEAR_DATA or with --data."
        raise DogearError(f"{folder} cannot be written ({error.strerror}). {cure}") from error


def check_library(folder: Path) -> tuple[Library | None, list[Check]]:
    """Look at the library and everything that is wrong in it: file, line and cure."""
    try:
        library = Library.load(folder)
    except DogearError as error:
        return None, [Check("Library", False, "not usable", str(error))]
    found = f"{plural(len(library.books), 'book')} in {folder}"
    checks = [Check("Library", bool(library.books), found, "Add a book; docs/library.md says how.")]
    for problem in library.problems:
        where = f"{problem.path}:{problem.line}" if problem.line else str(problem.path)
        checks.append(Check("Library", False, f"{where}: {problem.what}", problem.cure, serious=problem.fatal))
    for slug in library.books:
        for document in library.documents[slug]:
            marks = {block.line: seen for block in document.blocks if (seen := foreign_marks(block.text))}
            if marks:
                examples = ", ".join(dict.fromkeys(example for seen in marks.values() for example in seen))
                place = f"{folder / slug / document.name}:{min(marks)}"
                what = f"{place}: members would read leftovers of another program ({examples})"
                cure = f"Take them out, or import it from another folder with --book {slug}, which leaves them out."
                checks.append(Check("Library", False, what, cure, serious=False))
    return library, checks


def check_book(look: Outlook) -> Check:
    """Say how many passages of a book readers see at each quarter, and count what somebody should look at."""
    seen = ", ".join(f"{quarter.count} at {quarter.share}%" for quarter in look.quarters)
    found = f"{look.book.title}: of {plural(look.passages, 'passage')}, readers see {seen}"
    doubts = Counter(part.doubt for part in look.doubts if part.doubt)
    said = "".join(f"; {plural(count, 'text')} {doubt}" for doubt, count in doubts.most_common())
    return Check("Book", True, found + said)


def check_club_books(settings: Settings, look_through: Callable[[Library, Slug], Outlook]) -> Iterator[Check]:
    """Look at the books of clubs as at those of the library; an organiser of the club corrects them."""
    from bot.features.books.rules import put
    from bot.features.books.store import every_book

    cure = "An organiser of its club can change it with /book sources."
    with tempfile.TemporaryDirectory(prefix="dogear-") as name:
        folder = Path(name)
        for text in read_in(settings.club_data, every_book):
            put(folder / text.slug, text.files)
        library, found = check_library(folder)
        for one in found[1:]:
            yield Check("Club book", one.ok, one.found.replace(f"{folder}/", ""), cure, serious=False)
        for look in (look_through(library, slug) for slug in library.books) if library else ():
            yield replace(check_book(look), name="Club book")


def check_store(folder: Path | None, opened: Opened, texts: Callable[[], list[ClubText]]) -> Check:
    """Look at whether the vector store, in `folder` or on a server, fits the library and the texts of the clubs."""
    name, later = "Vector store", "It is built when it is needed; “python run_bot.py index” does it now."
    if folder is not None and not folder.is_dir():
        return Check(name, False, "not built yet", later, serious=False)
    try:
        with opened() as store:
            what, stale, kept = store.check_store(), list(store.stale()), texts()
            wrong = [] if stale else store.verify_store(kept)
    except DogearError as error:
        return Check(name, False, "cannot be opened", str(error))
    if stale:
        some = ", ".join(stale[:3]) + (" …" if len(stale) > 3 else "")
        return Check(name, False, f"{what}: out of date for {len(stale)} ({some})", later, serious=False)
    if wrong:
        cure = "The next start of the bot puts it right: the store is made from the library and the reviews."
        if folder is None:
            cure += " If not, give Dogear an empty database, with ?database=… in CHROMA_URL."
        return Check(name, False, "; ".join(wrong[:3]), cure, serious=False)
    return Check(name, True, f"{what}, fits the library and {plural(len(kept), 'review')}")


@dataclass(frozen=True, slots=True)
class DoctorTools:
    """What the doctor looks with.

    `published_model` compares the weights of the packaged embedding model, `open_store` opens the vector store of
    a library, `look_through` reads a book, `try_model` asks the chat model something small, `sign_in` asks Discord
    whose a token is. The first two raise an error that says what to do, where something is wrong.
    """

    published_model: Callable[[], Path]
    open_store: Callable[[Settings, Library], AbstractContextManager[Retriever]]
    look_through: Callable[[Library, Slug], Outlook]
    try_model: Callable[[Settings], Trial]
    sign_in: Callable[[SecretStr], Check]


def examine(
    environment: Mapping[str, str | None], look: DoctorTools, library: Path | None = None, data: Path | None = None
) -> Iterator[Check]:
    """Yield one check after the other; `library` and `data`, as the command line gives them, win over settings."""
    yield Check("Python", True, platform.python_version())
    settings, found = check_settings(environment)
    yield from found
    settings = settings.model_copy(update={"library": library or settings.library, "data": data or settings.data})

    def embedding_model() -> str:
        if settings.embedding_model:
            return f"{settings.embedding_model} (EMBEDDING_MODEL)"
        look.published_model()
        return "all-MiniLM-L6-v2, the published weights"

    model = check("Embedding model", embedding_model)
    folder = check("Data folder", lambda: writable(settings.data))
    database = check("Club data", lambda: described(settings.club_data))
    yield from (model, folder, database)
    yield Check("Shards", True, str(settings.shards or "all: this process has every club"))
    books, found = check_library(settings.library)
    yield from found
    yield from (check_book(look.look_through(books, slug)) for slug in books.books) if books else ()
    if database.ok:
        yield from check_club_books(settings, look.look_through)
    if books is not None and model.ok and folder.ok and database.ok:
        yield check_store(
            None if settings.chroma else settings.data / "chroma",
            lambda: look.open_store(settings, books),
            lambda: [review.in_store() for review in reviews_in(settings.club_data) if review.text],
        )
    if settings.chat_model:
        trial = look.try_model(settings)
        yield Check("Chat model", trial.ok, f"{settings.chat_model} {trial.found}", trial.cure, trial.serious)
    else:
        yield Check("Chat model", True, "none: quote mode, nothing leaves this machine")
    if settings.discord_token:
        yield look.sign_in(settings.discord_token)
    else:
        cure = "Only Discord needs it: put the bot's token in DISCORD_TOKEN."
        yield Check("Discord", False, "there is no token", cure, serious=False)


def show(found: Iterable[Check], console: Console) -> bool:
    """Write the checks, each with its cure below it, and a last line; return whether nothing serious is wrong."""
    done = list(found)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for one in done:
        sign = "[green]✓[/]" if one.ok else "[red]✗[/]" if one.serious else "[yellow]![/]"
        cure = f"\n→ {escape(one.cure)}" if one.cure and not one.ok else ""
        table.add_row(sign, escape(one.name), escape(one.found) + cure)
    console.print(table)
    wrong = sum(not one.ok and one.serious for one in done)
    can_wait = sum(not one.ok for one in done) - wrong
    console.print(f"{f'{wrong} to fix' if wrong else 'All is well'}{f', {can_wait} can wait' if can_wait else ''}.")
    return not wrong


@app.command()
def doctor(context: typer.Context, library: LibraryFolder = None, data: DataFolder = None) -> None:
    """Check everything that Dogear needs, and how to fix it."""
    from bot.answering.model import tried
    from bot.start import DiscordUnreachable, TokenRefused, signed_in
    from retrieval.embedding import published_model
    from retrieval.gate import Audience
    from retrieval.retriever import open_retriever, outlook

    def open_store(settings: Settings, library: Library) -> AbstractContextManager[Retriever]:
        # What the store would say while it is opened, the doctor says in its own words.
        where = settings.embedding_model, lambda _: None, settings.chroma
        return open_retriever(library, settings.data, *where, replacing=False, at_once=False)

    def look_through(library: Library, slug: Slug) -> Outlook:
        return outlook(library.books[slug], library.documents[slug], library.books, Audience())

    def sign_in(token: SecretStr) -> Check:
        try:
            return Check("Discord", True, f"the token is {asyncio.run(signed_in(token)).user}’s")
        except (TokenRefused, DiscordUnreachable) as error:
            found = "did not say whose token it is"
            return Check("Discord", False, found, str(error), serious=isinstance(error, TokenRefused))

    environment = context.obj.environment
    set_up_logs(logging.WARNING, check_settings(environment)[0].secrets)
    found = examine(environment, DoctorTools(published_model, open_store, look_through, tried, sign_in), library, data)
    raise typer.Exit(0 if show(found, Console(file=sys.stdout, highlight=False)) else 1)
