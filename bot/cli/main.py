"""The command line: what can be typed after `run_bot.py`, and what each command starts."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.cli import data as club_data
from bot.cli.batch import answer_lines
from bot.cli.chat import ask_once, talk
from bot.cli.doctor import look_at_everything
from bot.cli.library import import_pages, index_library, show_order, show_placed
from bot.cli.screen import Screen, opening, problem_line
from bot.cli.start import Starting, opened, write_down
from corpus.errors import DogearError
from corpus.library import SHIPPED

NEXT_STEPS = """\
To try the bot in a local web page, without Discord: make try (or: python run_bot.py try)
To talk about a book here in the terminal: make chat (or: python run_bot.py chat)
To bring Dogear to Discord: set DISCORD_TOKEN in .env; python run_bot.py doctor checks it"""

app = typer.Typer(
    help="Dogear answers questions about books, without spoilers beyond what you have read.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(club_data.commands, name="db")

LibraryFolder = Annotated[
    Path | None, typer.Option("--library", help="The library folder. Default: the one that comes with Dogear.")
]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="The data folder: the store and your positions. Default: data.")
]
BookName = Annotated[
    str | None, typer.Option("--book", help="The book: slug or title. Without it, the bot finds the book.")
]
PlaceIn = Annotated[
    str | None,
    typer.Option("--at", help="How far you are in it: 9, ch 9, 45%, finished. Default: as set in chat."),
]
Adults = Annotated[bool, typer.Option("--adults", help="Also show quotes and reviews that are marked as explicit.")]


def main(arguments: Sequence[str], environment: Mapping[str, str | None]) -> int:
    """Run one command and return the exit status: 0 done, 1 failed, 2 wrongly called."""
    starting = Starting(environment)
    try:
        typer.main.get_command(app).main(list(arguments), prog_name="python run_bot.py", obj=starting)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except DogearError as error:
        problem_line(str(error))
    except Exception as error:  # noqa: BLE001 (it is written down)
        problem_line(write_down(error, starting.data, starting.secrets))
    return 1


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Start the bot where no command is given."""
    if version:
        Screen(sys.stdout).line(f"Dogear {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return
    settings = context.ensure_object(Starting).settings()
    if settings.discord_token is None:
        Screen(sys.stdout).line(NEXT_STEPS)
        raise typer.Exit(1)
    from bot.run import run

    run(settings)


@app.command()
def invite(context: typer.Context) -> None:
    """Print the link that brings the bot into a server."""
    from bot.start import invite_link

    Screen(sys.stdout).line(invite_link(context.obj.settings(quiet=True)))


@app.command()
def chat(
    context: typer.Context, library: LibraryFolder = None, data: DataFolder = None, adults: Adults = False
) -> None:
    """Talk about a book in the terminal."""
    talk(context.obj.settings(library, data, quiet=True), adults=adults)


@app.command("try")
def try_(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of the page on this machine; otherwise any that is free.")
    ] = 0,
    data: DataFolder = None,
) -> None:
    """Try the bot in a local web page: a small club, no Discord."""
    try:
        from bot.demo.page import run_trial
    except ImportError as error:
        cure = "“make try” sets it up in .venv and starts from there; or: pip install 'dogear[try]'."
        raise DogearError(f"This Python lacks what the page is made with ({error.name}). {cure}") from error

    settings = context.obj.settings(data=data, quiet=True)
    run_trial(
        settings.model_copy(update={"library": SHIPPED}), port, Screen(sys.stdout).line, lambda: opening(sys.stderr)
    )


@app.command()
def ask(
    context: typer.Context,
    line: Annotated[str, typer.Argument(metavar="QUESTION", help="A question, or a line of chat such as “/who NAME”.")],
    book: BookName = None, at: PlaceIn = None,
    library: LibraryFolder = None, data: DataFolder = None, adults: Adults = False,
) -> None:  # fmt: skip
    """Answer one question, or one line of chat."""
    ask_once(context.obj.settings(library, data, quiet=True), line, book, at, adults=adults)


@app.command()
def order(
    context: typer.Context,
    book: Annotated[str | None, typer.Option("--book", help="What to read on the way to this book.")] = None,
    series: Annotated[str | None, typer.Option("--series", help="In which order to read this series.")] = None,
    picture: Annotated[Path | None, typer.Option("--picture", help="Draw it, too: a PNG file.", dir_okay=False)] = None,
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Show in which order to read a book’s series, or all books."""
    show_order(context.obj.settings(library, data, quiet=True), book, series, picture)


@app.command()
def index(context: typer.Context, library: LibraryFolder = None, data: DataFolder = None) -> None:
    """Build the vector store, or bring it up to date."""
    index_library(context.obj.settings(library, data))


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="E-books (EPUB), saved pages, guides (also .docx, PDF), notes, texts."),
    ],
    book: Annotated[str, typer.Option("--book", help="The slug of the book that they are about.")],
    library: LibraryFolder = None,
    data: DataFolder = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Of an e-book, take the table of contents alone, not its words.")
    ] = False,
    chapters: Annotated[int | None, typer.Option(min=1, max=1_000, help="How many chapters the book has.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="The files are about this book, I know it.")] = False,
) -> None:
    """Import files about a book into a library, with a report."""
    where = context.obj.settings(library, data, quiet=True)
    import_pages(files, book, where, text=not no_text, chapters=chapters, unchecked=unchecked)


@app.command()
def placed(
    context: typer.Context,
    book: Annotated[str | None, typer.Argument(metavar="BOOK", help="Slug or title; otherwise all books.")] = None,
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Show where unlabelled text was placed, least certain first."""
    show_placed(context.obj.settings(library, data, quiet=True), book)


@app.command()
def batch(
    context: typer.Context,
    questions: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="QUESTIONS.jsonl", help="JSON Lines; - reads standard input.")
    ],
    library: LibraryFolder = None,
    data: DataFolder = None,
) -> None:
    """Answer questions from a file of JSON Lines.

    The order is kept, logs go to standard error, and the exit status is 1 where a line could not be answered.
    """
    settings = context.obj.settings(library, data)
    out = sys.stdout.buffer

    def write(row: bytes) -> None:
        out.write(row)
        out.flush()

    with redirect_stdout(sys.stderr), opened(settings) as discussion:  # whatever a library prints is no answer
        answered = answer_lines(questions, discussion, write)
    raise typer.Exit(0 if answered else 1)


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as dogear-today.zip.")],
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Back up club data and library into one file."""
    club_data.back_up(context.obj.settings(library, data), file)


@app.command()
def restore(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup wrote.")],
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Restore a backup; what is there is moved aside."""
    club_data.put_back(context.obj.settings(library, data), file)


@app.command()
def doctor(context: typer.Context, library: LibraryFolder = None, data: DataFolder = None) -> None:
    """Check everything that Dogear needs, and how to fix it."""
    raise typer.Exit(0 if look_at_everything(context.obj.environment, library, data) else 1)
