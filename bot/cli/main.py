"""The command line: what can be typed after `run_bot.py`."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from bot import __version__
from bot.cli import batch, chat, doctor, library  # noqa: F401 (they register their commands, doctor those of data)
from bot.cli.screen import Screen, opening, problem_line
from bot.cli.start import DataFolder, Starting, app, write_down
from corpus.errors import DogearError
from corpus.library import SHIPPED

NEXT_STEPS = """\
To try the bot in a local web page, without Discord: make try (or: python run_bot.py try)
To talk about a book here in the terminal: make chat (or: python run_bot.py chat)
To bring Dogear to Discord: set DISCORD_TOKEN in .env; python run_bot.py doctor checks it"""


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
        from bot.demo.club import run_trial
    except ImportError as error:
        cure = "“make try” sets it up in .venv and starts from there; or: pip install 'dogear[try]'."
        raise DogearError(f"This Python lacks what the page is made with ({error.name}). {cure}") from error
    settings = context.obj.settings(SHIPPED, data, quiet=True)
    run_trial(settings, port, Screen(sys.stdout).line, lambda: opening(sys.stderr))
