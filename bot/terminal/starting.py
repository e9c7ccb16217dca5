"""From the environment to a discussion: what every command of the terminal begins with."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.logs import set_up_logs
from bot.settings import DATA, Settings
from bot.terminal.screen import opening

if TYPE_CHECKING:
    from bot.discussion import Discussion  # at run time it would load the models with it


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
        settings = replace(settings, library=library or settings.library, data=data or settings.data)
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
            from bot.assembly import open_discussion

            discussion = stack.enter_context(open_discussion(settings, settings.library, settings.data, report))
        yield discussion
