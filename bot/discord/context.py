"""The one way of errors: a member reads one helpful sentence, the log has the rest, under a number that both know."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

import discord
from discord import app_commands

from bot.app import App
from bot.db.session import StorageUnavailable
from bot.discord.cards import problem_card
from bot.discord.send import ACKNOWLEDGED, deliver, reply_to
from bot.features.ask.rules import IsMember
from bot.jobs import Jobs
from bot.logs import begin_request, failure_number
from bot.sharding import Presence
from bot.workers import Leaving, UnderWay
from corpus.errors import DogearError
from retrieval.types import StoreUnavailable


class ClubBot(Protocol):
    """The bot as its parts see it: what the club can do, and who is in which club now."""

    app: App
    is_member: IsMember
    presence: Presence
    jobs: Jobs
    under_way: UnderWay

    @property
    def tree(self) -> app_commands.CommandTree[Any]:
        """The commands."""
        ...

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot itself, once Discord has let it in."""
        ...

    @property
    def me(self) -> int:
        """The id of the bot itself; 0 before Discord has let it in."""
        ...

    @property
    def intents(self) -> discord.Intents:
        """What the bot hears of."""
        ...

    @property
    def guilds(self) -> Sequence[discord.Guild]:
        """The servers that this process serves."""
        ...

    async def wait_until_ready(self) -> None:
        """Wait until Discord has told of everything."""
        ...

    def get_partial_messageable(self, id: int, *, guild_id: int | None = None) -> discord.PartialMessageable:  # noqa: A002
        """Return a channel by its id, without asking for it."""
        ...

    async def fetch_guild(self, guild_id: int, /, *, with_counts: bool = True) -> discord.Guild:
        """Ask Discord for a server."""
        ...

    async def create_dm(self, user: discord.abc.Snowflake) -> discord.DMChannel:
        """Return the channel of direct messages with somebody."""
        ...

    def get_guild(self, id: int, /) -> discord.Guild | None:  # noqa: A002 (the library's own name)
        """Return a server that the bot is in."""
        ...


def bot_of(interaction: discord.Interaction[Any]) -> ClubBot:
    """Return the bot that an interaction came to."""
    return cast(ClubBot, interaction.client)


def app_of(interaction: discord.Interaction[Any]) -> App:
    """Return what the club can do."""
    return bot_of(interaction).app


log = logging.getLogger(__name__)

NAMES = {"read_messages": "View Channel", "send_polls": "Create Polls"}
"""Permissions that Discord's apps call otherwise than its library does."""


class Unexpected(DogearError):
    """A fault of ours, as a member reads it; the log has the rest under this number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Something went wrong on my side, and it is written down as {number}. Please try once more.")


class Refused(DogearError):
    """Discord, or a rule of the club, does not let somebody or the bot do something."""


class Choice(DogearError):
    """Something has to be chosen first, from the menus that come with the error."""

    def __init__(self, text: str, items: Sequence[discord.ui.Item[Any]]) -> None:
        super().__init__(text)
        self.items = items


async def tell(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell a member what went wrong, to them alone."""
    if (told := readable(error)) is None:
        return
    try:
        await deliver(interaction, problem_card(told, _items(told)))
    except discord.HTTPException as failed:
        log.warning("a member could not be told of a problem (%s)", failed.code or failed.status)


async def tell_in_reply(message: discord.Message, error: Exception) -> None:
    """Tell what went wrong with a message, as a reply to it."""
    if (told := readable(error)) is None:
        return
    try:
        await reply_to(message, problem_card(told, _items(told)))
    except discord.HTTPException as failed:
        log.warning("a member could not be told of a problem (%s)", failed.code or failed.status)


def readable(error: Exception) -> DogearError | None:
    """Return an error as a member reads it, or None for one that nobody needs to read; faults are logged."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, DogearError):
        return _for_members(error)
    match error:
        case discord.HTTPException(code=code) if code in ACKNOWLEDGED:
            log.info("an event came twice or too late (%d)", code)
            return None
        case discord.Forbidden():
            return Refused(
                "Discord does not let me do that here. Who runs this server can check what I may do in this channel: "
                "View Channel, Send Messages, Send Messages in Threads, Attach Files, Read Message History."
            )
        case app_commands.MissingPermissions(missing_permissions=missing):
            return Refused(f"You need the permission {' and '.join(map(named, missing))} in this channel for that.")
        case app_commands.NoPrivateMessage():
            return Refused("That works in a club’s server, not in a direct message.")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return Refused("That command has just changed. Restart Discord (Ctrl-R) to have it as it is now.")
        case app_commands.TransformerError(value=value):
            return Refused(f"I do not understand “{str(value)[:60]}”. Pick from what is offered while you type.")
    number = failure_number()
    log.error("unexpected (%s)", number, exc_info=error)
    return Unexpected(number)


def _for_members(error: DogearError) -> DogearError:
    """Return an error of ours in words for members: where things are kept, and what is wrong there, they need not.

    What they were writing stays behind its button.
    """
    cause = error.__cause__ if isinstance(error, Choice) else error
    if isinstance(cause, StoreUnavailable):
        log.error("%s", cause)
        return Choice(
            "I cannot get at what I know of the books just now. Please try again in a few minutes.", _items(error)
        )
    if not isinstance(cause, StorageUnavailable):
        return error
    log.error("%s", cause)
    return Choice(
        "I cannot get at the club’s data just now, so nothing was changed. Please try again in a few minutes.",
        _items(error),
    )


def _items(error: DogearError) -> Sequence[discord.ui.Item[Any]]:
    return error.items if isinstance(error, Choice) else ()


def named(permission: str) -> str:
    """Return a permission as Discord's apps call it."""
    return NAMES.get(permission) or permission.replace("_", " ").title().replace(" In ", " in ")


def begin(interaction: discord.Interaction[Any], what: str = "") -> None:
    """Begin a command, or what else was used by its name. Raises Leaving."""
    name = interaction.command.qualified_name if interaction.command else what
    _count(bot_of(interaction), name, interaction.guild_id, lambda: tell(interaction, Leaving()))


def begin_reply(bot: ClubBot, message: discord.Message) -> None:
    """Begin a reply to a message. Raises Leaving."""
    club = message.guild.id if message.guild else None
    _count(bot, "mention" if club else "direct message", club, lambda: tell_in_reply(message, Leaving()))


def _count(bot: ClubBot, what: str, club: int | None, give_up: Callable[[], Awaitable[None]]) -> None:
    begin_request(what, club)
    try:
        bot.under_way.begin(give_up)
    except Leaving:
        bot.app.meter.refused("leaving")
        raise
