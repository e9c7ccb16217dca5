"""What the trial needs beside the bot's own packages: a simulated Discord, and what shows it in a page."""

from __future__ import annotations

from importlib.util import find_spec

from corpus.errors import DogearError

NEEDED = ("simcord", "aiohttp", "av", "linkify_it", "markdown_it", "PIL", "regex")
"""The packages of the extra `try`, as they are imported."""


class TrialNotInstalled(DogearError):
    """The packages of the trial are not there."""


def check_installed(needed: tuple[str, ...] = NEEDED) -> None:
    """Raise TrialNotInstalled where one of the packages is missing."""
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise TrialNotInstalled(
            f"This Python lacks what the page is made with ({', '.join(missing)}). “make try” sets it up in .venv and "
            "starts from there; or: pip install 'dogear[try]'."
        )
