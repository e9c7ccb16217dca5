"""The club's data, for whoever runs the bot: `db upgrade` and `db copy`, and what `doctor` says of it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.screen import Screen
from bot.cli.start import DataFolder, LibraryFolder, app
from bot.db.copy import copy as copy_all
from bot.db.copy import look_at
from bot.db.migrate import HEAD
from bot.db.migrate import upgrade as bring_up
from bot.db.sessions import Address
from bot.ops.backup import restore_backup, take_backup
from bot.settings import Settings
from corpus.errors import DogearError
from corpus.library import SHIPPED


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as dogear-today.zip.")],
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Back up club data and library into one file."""
    settings = context.obj.settings(library, data)
    manifest = take_backup(settings, file)
    books = ", the library" if settings.library != SHIPPED else ""
    Screen(sys.stdout).line(
        f"{file}: {sum(manifest.rows.values()):,} rows of the club's data{books}, the settings without secrets. "
        "Keep it as you keep the data itself: it holds what members wrote, and where they are."
    )


@app.command()
def restore(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup wrote.")],
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Restore a backup; what is there is moved aside."""
    settings = context.obj.settings(library, data)
    done = restore_backup(settings, file)
    screen = Screen(sys.stdout)
    screen.line(f"{file}, of {done.manifest.made}, is in {settings.data}: {done.rows:,} rows of the club's data.")
    if done.aside is not None:
        screen.line(f"What was there before is in {done.aside}. Delete it once all is as it should be.")
    if done.library is not None and done.library != settings.library:
        screen.line(f"Its library is in {done.library}: set DOGEAR_LIBRARY to that.")
    screen.line("Its settings, without secrets, are in settings.json there; compare them with yours.")
    screen.line("The vector store is built again when the bot next starts.")


commands = typer.Typer(help="Bring the club's data up to date, or copy it elsewhere.")
app.add_typer(commands, name="db")


@commands.command()
def upgrade(context: typer.Context, data: DataFolder = None) -> None:
    """Bring the database to the version of this program, or make it; starting the bot does so, too."""
    settings: Settings = context.obj.settings(data=data, quiet=True)
    before = bring_up(settings.club_data)
    done = f"from version {before} to {HEAD}" if before else f"made, version {HEAD}"
    told = f"version {HEAD} already" if before == HEAD else done
    Screen(sys.stdout).line(f"{Address.of(settings.club_data).name}: {told}.")


@commands.command()
def copy(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A data folder, a file, an address, or DATABASE_URL: what is set.")
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; it may hold nothing yet.")],
) -> None:
    """Copy all of the club's data into another database, and count it on both sides. Stop the bot before."""
    settings: Settings = context.obj.settings(quiet=True)
    rows = copy_all(place_of(source, settings), place_of(target, settings))
    screen = Screen(sys.stdout)
    for table, count in rows.items():
        screen.line(f"{table:<20}{count:>10}")
    screen.line(f"{sum(rows.values())} rows in {len(rows)} tables are on both sides.")


def place_of(text: str, settings: Settings) -> str | Path:
    """Return what somebody means by FROM or TO: a folder, a file, an address, or by its name the one that is set.

    Who writes that name need not write the password where others may read it.
    """
    if text == "DATABASE_URL":
        if settings.database is None:
            raise DogearError("DATABASE_URL is not set. Set it in .env, or write a folder or an address.")
        return settings.club_data
    is_file = "://" not in text and (Path(text).is_file() or text.endswith(".db"))
    return f"sqlite:///{text}" if is_file else text


def described(where: str | Path) -> str:
    """Look at a database and say what it is. Raises an error that says what to do where it cannot be used."""
    seen = look_at(where)
    if seen.version is not None and seen.version > HEAD:
        raise DogearError(f"{seen.name} was written by a newer Dogear (version {seen.version}). Update this one.")
    known = {None: "made when it is needed", HEAD: f"version {HEAD}"}
    version = known.get(seen.version, f"version {seen.version}, brought to {HEAD} at the next start")
    return f"{seen.kind}, {seen.name}, {version}"
