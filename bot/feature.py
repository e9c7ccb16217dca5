"""What a feature is made of. `bot/features/registry.py` lists them all, and is the only place that does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import discord
from discord.ext import commands

from bot.discord.context import ClubBot
from bot.jobs import Work


@dataclass(frozen=True)
class Feature:
    """A feature: its commands, the buttons that work after a restart, and its timed work.

    `jobs` are the kinds of timed work, by the name under which they stand in the table of jobs. What a feature keeps
    are the tables of its `store.py`; they say themselves what `/mydata` shows of them (`Personal` in bot/db/base.py).
    """

    name: str
    cogs: tuple[Callable[[ClubBot], commands.Cog], ...] = ()
    buttons: tuple[type[discord.ui.DynamicItem[Any]], ...] = ()
    jobs: dict[str, Callable[[ClubBot], Work]] = field(default_factory=dict)
