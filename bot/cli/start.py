"""The commands, and how each gets from the environment to its settings and a discussion."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from bot.cli.screen import opening
from bot.logs import RedactingFormatter, failure_number, set_up_logs
from bot.settings import DATA, Settings

log = logging.getLogger(__name__)

app = typer.Typer(
    help="Dogear answers questions about books, without spoilers beyond what you have read.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
"""The commands, each in the module that does its work."""

LibraryFolder = Annotated[
    Path | None, typer.Option("--library", help="The library folder. Default: the one that comes with Dogear.")
]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="The data folder: the store and your positions. Default: data.")
]

LOG = "dogear.log"  # in the data folder: a conversation shows no tracebacks


def write_down(error: BaseException, folder: Path, hidden: Iterable[SecretStr]) -> str:
    """Write an error with its traceback into the log of a data folder; return one line that says where it is.

    Where the file cannot be written, standard error gets it.
    """
    number = failure_number()
    where, trace = f"{folder / LOG} under {number}", (type(error), error, error.__traceback__)
    record = log.makeRecord(log.name, logging.ERROR, __file__, 0, "unexpected (%s)", (number,), trace)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{RedactingFormatter(hidden).format(record)}\n")
    except OSError:
        log.handle(record)
        where = f"the lines above, under {number}"
    return f"This is a fault of Dogear ({type(error).__name__}). The details are in {where}; please report it."


if TYPE_CHECKING:
    from bot.answering.engine import Discussion  # at run time it would load the models with it


class Starting:
    """Holds the environment until a command needs settings; `data` and `secrets` are those of its settings then."""

    def __init__(self, environment: Mapping[str, str | None]) -> None:
        self.environment = environment
        self.data: Path = DATA
        self.secrets: tuple[SecretStr, ...] = ()

    def settings(self, library: Path | None = None, data: Path | None = None, *, quiet: bool = False) -> Settings:
        """Return the settings, with what the command line gives in place of them, and set up the logs.

        `quiet` keeps ordinary log lines out of what a person reads, unless LOG_LEVEL asks for them.
        """
        settings = Settings.from_environment(self.environment)
        settings = settings.model_copy(update={"library": library or settings.library, "data": data or settings.data})
        self.data, self.secrets = settings.data, settings.secrets
        level = settings.log_level
        if quiet and not (self.environment.get("LOG_LEVEL") or "").strip():
            level = max(level, logging.WARNING)
        set_up_logs(level, settings.secrets, settings.log_format, str(settings.shards or ""))
        return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Discussion]:
    """Open the discussion of a library, and show that while it takes its time."""
    with ExitStack() as stack:
        with opening(sys.stderr) as report:
            from bot.opening import open_discussion

            discussion = stack.enter_context(open_discussion(settings, report))
        yield discussion
