"""Settings that are numbers, and those that are on or off."""

from __future__ import annotations

import math

from bot.environment.variables import Variables

MOST_DIGITS = 12

HIGHEST_PORT = 65_535

ON, OFF = {"1", "on", "yes", "true"}, {"0", "off", "no", "false"}
"""How people turn a setting on and off."""


def count(variables: Variables, name: str, usual: int) -> int:
    """Return a whole number above 0."""
    value = variables.value(name)
    if value is None:
        return usual
    if not value.isascii() or not value.isdecimal() or not int(value[:MOST_DIGITS]) > 0 or len(value) > MOST_DIGITS:
        variables.problems[name] = f"It is no whole number above 0. Write one such as {usual}."
        return usual
    return int(value)


def seconds(variables: Variables, name: str, usual: float, most: float) -> float:
    """Return a number of seconds above 0, and of `most` at most."""
    value = variables.value(name)
    if value is None:
        return usual
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        variables.problems[name] = f"It is no number of seconds up to {most:.0f}. Write a number such as {usual:.0f}."
    return number


def port(variables: Variables, name: str) -> int | None:
    """Return a port of this machine; 0 is none, as nothing is."""
    value = variables.value(name) or "0"
    if not (value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS and int(value) <= HIGHEST_PORT):
        variables.problems[name] = f"It is no port. Write a number up to {HIGHEST_PORT}, such as 9464, or nothing."
        return None
    return int(value) or None


def flag(variables: Variables, name: str) -> bool:
    """Return whether something is turned on."""
    value = (variables.value(name) or "0").casefold()
    if value not in ON | OFF:
        variables.problems[name] = "It is neither on nor off. Write 1 or 0."
    return value in ON
