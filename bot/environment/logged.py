"""Settings of the log: how much is told, and in which form."""

from __future__ import annotations

import logging

from bot.environment.variables import Variables
from bot.logs import LogFormat

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def log_level(variables: Variables, name: str) -> int | None:
    """Return the least level that is logged, as a number of `logging`."""
    value = variables.value(name)
    if value is None:
        return None
    if value.upper() not in LOG_LEVELS:
        variables.problems[name] = f"It is no level. Write one of {', '.join(LOG_LEVELS)}."
    return logging.getLevelNamesMapping().get(value.upper())


def log_format(variables: Variables, name: str) -> LogFormat:
    """Return how the log is written."""
    value = (variables.value(name) or LogFormat.TEXT).casefold()
    if value not in list(LogFormat):
        variables.problems[name] = f"It is no form of a log. Write {' or '.join(LogFormat)}."
        return LogFormat.TEXT
    return LogFormat(value)
