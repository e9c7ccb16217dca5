"""The one way of errors: a member reads one helpful sentence, the log has the rest, under a number that both know."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import discord
from discord import app_commands
from discord.abc import GuildChannel
from discord.ext import commands

from bot.app import App
from bot.club_settings import ClubSettings, SetUp
from bot.db.sessions import StorageUnavailable
from bot.discord.cards import Card, CardView, Interaction, Items, problem_card
from bot.features.ask.store import IsMember
from bot.jobs import Jobs
from bot.logs import begin_request, failure_number
from bot.people import Member, Place
from bot.processes import Presence
from bot.workers import Leaving, UnderWay, going_on
from corpus.errors import DogearError
from retrieval.types import StoreUnavailable

T = TypeVar("T")

log = logging.getLogger(__name__)

BETWEEN = 3.0  # seconds between two edits that tell how far something is
TRIES = 3  # times that a card is sent, where Discord fails; the library has tried several times each time
PAUSE = 1.5  # seconds before the second try, and twice as many before the third
SERVER_ERRORS = 500  # HTTP: from here on, the server says that it failed, and that the call was right

ACKNOWLEDGED = (40060, 10062)
"""Discord: interaction already acknowledged; unknown interaction. A repeated event, or one that came too late."""

NOBODY = discord.AllowedMentions.none()


def _shown(card: Card, files: str = "files", mentions: discord.AllowedMentions = NOBODY) -> dict[str, Any]:
    """Return what discord.py is given to show a card; it is good for one try."""
    return {"view": CardView(card), files: card.files(), "allowed_mentions": mentions}


async def deliver(interaction: Interaction, card: Card, *, private: bool = True) -> None:
    """Answer an interaction with a card: at once, in place of “is thinking …”, or beside the card that was pressed.

    The privacy of a deferred answer was fixed when it was deferred, so `private` has to agree with that. A deferred
    answer is filled in by an edit, which may be repeated without being seen twice.
    """
    response, waiting = interaction.response, discord.InteractionResponseType.deferred_channel_message

    async def send() -> None:
        if not response.is_done():
            await response.send_message(**_shown(card), ephemeral=private)
        elif response.type is waiting:
            await interaction.edit_original_response(**_shown(card, "attachments"))
        else:
            await interaction.followup.send(**_shown(card), ephemeral=private)

    await _with_patience(send)


async def post(interaction: Interaction, card: Card) -> discord.WebhookMessage:
    """Post a card for everybody in the place, after the interaction was answered in private."""
    return await _with_patience(lambda: interaction.followup.send(**_shown(card), ephemeral=False, wait=True))


async def replace_card(interaction: Interaction, card: Card) -> None:
    """Show a card in place of the one whose button was pressed."""

    async def edit() -> None:
        if interaction.response.is_done():
            await interaction.edit_original_response(**_shown(card, "attachments"))
        else:
            await interaction.response.edit_message(**_shown(card, "attachments"))

    await _with_patience(edit)


async def reply_to(message: discord.Message, card: Card) -> discord.Message:
    """Reply to a message with a card; the nonce keeps Discord from showing it twice."""
    reference, nonce = message.to_reference(fail_if_not_exists=False), str(message.id)
    return await _with_patience(
        lambda: message.channel.send(**_shown(card), reference=reference, mention_author=False, nonce=nonce)
    )


async def edit(message: discord.Message, card: Card) -> None:
    """Show a card in place of the one in a message of the bot."""
    await _with_patience(lambda: message.edit(**_shown(card, "attachments")))


async def post_in(
    channel: discord.abc.Messageable, card: Card, nonce: str, pinged: Sequence[int] = ()
) -> discord.Message:
    """Post a card in a channel; the nonce (25 characters at most) keeps Discord from showing it twice in a row.

    `pinged` are those who asked to be told: their mentions in the card reach them, and nobody else's.
    """
    return await _with_patience(lambda: channel.send(**_shown(card, mentions=only(pinged)), nonce=nonce))


def only(people: Sequence[int]) -> discord.AllowedMentions:
    """Return that a message reaches these people, and nobody else."""
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(person) for person in people]
    )


async def post_poll(channel: discord.abc.Messageable, text: str, poll: discord.Poll, nonce: str) -> discord.Message:
    """Post a poll in a channel below a line of safe text: Discord has no polls among components."""
    return await _with_patience(lambda: channel.send(text, poll=poll, allowed_mentions=NOBODY, nonce=nonce))


@contextlib.asynccontextmanager
async def telling(show: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Show every few seconds how far the work within the block has come."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(BETWEEN)
            with contextlib.suppress(discord.HTTPException):
                await show()

    async with going_on(tell(), "telling of progress"):
        yield


async def _with_patience(send: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(1, TRIES):
        try:
            return await send()
        except discord.HTTPException as failed:
            if failed.status < SERVER_ERRORS:
                raise
            log.warning("Discord failed (%d); trying again", failed.status)
            await asyncio.sleep(PAUSE * attempt)
    return await send()


class ClubBot(commands.AutoShardedBot):
    """The bot as its parts see it: what the club can do, and who is in which club now."""

    app: App
    is_member: IsMember
    presence: Presence
    jobs: Jobs
    under_way: UnderWay

    @property
    def me(self) -> int:
        """The id of the bot itself; 0 before Discord has let it in."""
        return self.user.id if self.user else 0


def bot_of(interaction: Interaction) -> ClubBot:
    """Return the bot that an interaction came to."""
    return cast(ClubBot, interaction.client)


def app_of(interaction: Interaction) -> App:
    """Return what the club can do."""
    return bot_of(interaction).app


NAMES = {"read_messages": "View Channel", "send_polls": "Create Polls", "manage_guild": "Manage Server"}
"""Permissions that Discord's apps call otherwise than its library does."""


class Refused(DogearError):
    """Discord, or a rule of the club, does not let somebody or the bot do something."""


class Choice(DogearError):
    """Something has to be chosen first, from the menus that come with the error."""

    def __init__(self, text: str, items: Items) -> None:
        super().__init__(text)
        self.items = items


CURES: dict[type[DogearError], Callable[[Any], Items]] = {}
"""What can be pressed under an error, by its class; a feature adds what it can do about one."""


async def tell(interaction: Interaction, error: Exception) -> None:
    """Tell a member what went wrong, to them alone, with those cures that they have a right to."""

    async def send(card: Card) -> None:
        rights = [(item, getattr(item, "right", None)) for item in card.buttons]
        items = [item for item, right in rights if right is None or await has(interaction, right)]
        await deliver(interaction, replace(card, buttons=items))

    await _tell(error, send)


async def tell_in_reply(message: discord.Message, error: Exception) -> None:
    """Tell what went wrong with a message, as a reply to it."""
    await _tell(error, lambda card: reply_to(message, card))


async def _tell(error: Exception, send: Callable[[Card], Awaitable[object]]) -> None:
    if (told := readable(error)) is None:
        return
    try:
        await send(problem_card(told, _items(told)))
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
                "Discord doesn’t let me do that here. Somebody who runs this server can check my permissions in this "
                "channel: View Channel, Send Messages, Send Messages in Threads, Attach Files, Read Message History."
            )
        case app_commands.MissingPermissions(missing_permissions=missing):
            return Refused(f"You need the permission {' and '.join(map(named, missing))} in this channel for that.")
        case app_commands.NoPrivateMessage():
            return Refused("That works in a club’s server, not in a direct message.")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return Refused("That command has just changed. Close Discord, open it again, and try once more.")
        case app_commands.TransformerError(value=value):
            return Refused(f"I don’t understand “{str(value)[:60]}”. Pick one of the suggestions while you type.")
    number = failure_number()
    log.error("unexpected (%s)", number, exc_info=error)
    text = "Sorry, something went wrong. Please try again. If it goes on, give the person who runs me this number:"
    return Refused(f"{text} {number}.")


def _for_members(error: DogearError) -> DogearError:
    """Return an error of ours in words for members: where things are kept, and what is wrong there, they need not.

    What they were writing stays behind its button.
    """
    cause = error.__cause__ if isinstance(error, Choice) else error
    if isinstance(cause, StoreUnavailable):
        lost = "the library at the moment"
    elif isinstance(cause, StorageUnavailable):
        lost = "the club’s data at the moment, so nothing was changed"
    else:
        return error
    log.error("%s", cause)
    return Choice(f"I can’t reach {lost}. Please try again in a few minutes.", _items(error))


def _items(error: DogearError) -> Items:
    return error.items if isinstance(error, Choice) else CURES.get(type(error), lambda _: ())(error)


def named(permission: str) -> str:
    """Return a permission as Discord's apps call it."""
    return NAMES.get(permission) or permission.replace("_", " ").title().replace(" In ", " in ")


def begin(interaction: Interaction, what: str = "") -> None:
    """Begin a command, or what else was used by its name. Raises Leaving."""
    name = interaction.command.qualified_name if interaction.command else what
    _count(bot_of(interaction), name, club_here(interaction), lambda: tell(interaction, Leaving()))


def begin_reply(bot: ClubBot, message: discord.Message) -> None:
    """Begin a reply to a message. Raises Leaving."""
    club = message.guild.id if message.guild else None
    _count(bot, "mention" if club else "direct message", club, lambda: tell_in_reply(message, Leaving()))


def _count(bot: ClubBot, what: str, club: int | None, give_up: Callable[[], Awaitable[None]]) -> None:
    begin_request(what, club)
    try:
        bot.under_way.begin(give_up)
    except Leaving:
        bot.app.meter.count("refused", "leaving")
        raise


VIEW = "View Channel"

NEEDED = (
    *("view_channel", "send_messages", "send_messages_in_threads", "create_public_threads", "send_polls"),
    *("attach_files", "read_message_history", "manage_messages", "pin_messages", "create_events", "manage_events"),
)
"""What the bot has to be allowed in a server, and nothing more."""


@dataclass(frozen=True, slots=True)
class Right:
    """Something that only some members may do: by any of these permissions here, or by the club's chosen role."""

    permissions: tuple[str, ...]
    refusal: str
    role: str = ""

    def given_to(self, permissions: discord.Permissions, user: object, settings: ClubSettings) -> bool:
        """Return whether somebody has the right; a role that is not there any more gives none."""
        if any(getattr(permissions, name) for name in self.permissions):
            return True
        role = getattr(settings, self.role) if self.role else None
        return role is not None and isinstance(user, discord.Member) and user.get_role(role) is not None


MODERATOR = Right(
    ("manage_messages", "manage_threads", "manage_channels"),
    "Only moderators can do that: you need the club’s moderator role, or the permission Manage Messages, Manage "
    "Threads or Manage Channels here.",
    "moderators",
)
ORGANISER = Right(
    ("manage_events", "manage_guild"),
    "Only organisers can do that: you need the club’s organiser role, or the permission Manage Events or Manage "
    "Server.",
    "organisers",
)
SET_UP = Right(("manage_guild",), "Only people with the permission Manage Server can set up the club.")
AUDIT = Right(
    ("view_audit_log", "manage_messages"),
    "Only moderators can see the audit: you need the permission View Audit Log or Manage Messages.",
)


def is_for_adults(channel: object) -> bool:
    """Return whether Discord lets nobody under age into a channel; where that is not known, it does."""
    ask = getattr(channel, "is_nsfw", None)
    return bool(ask()) if callable(ask) else False


def is_thread(channel: object) -> bool:
    """Return whether a channel is a thread or a post of a forum."""
    return isinstance(channel, discord.Thread)


def parent_of(interaction: Interaction) -> int:
    """Return the channel of the thread in which somebody is; 0 elsewhere."""
    return (interaction.channel.parent_id or 0) if isinstance(interaction.channel, discord.Thread) else 0


def club_here(interaction: Interaction) -> int | None:
    """Return the club in whose server somebody asks; None in a direct message, and for their own install elsewhere."""
    alone = interaction.is_user_integration() and not interaction.is_guild_integration()
    return None if alone else interaction.guild_id


def member_here(interaction: Interaction, club: int) -> tuple[Member, Place]:
    """Return who asks and where, in a server."""
    place = Place(club, interaction.channel_id or 0, is_for_adults(interaction.channel))
    return Member(club, interaction.user.id), place


async def has(interaction: Interaction, right: Right) -> bool:
    """Return whether the one who asks has a right, in a server."""
    if (club := club_here(interaction)) is None:
        return False
    settings = await app_of(interaction).get(SetUp).settings(club) if right.role else ClubSettings()
    return right.given_to(interaction.permissions, interaction.user, settings)


async def needs(interaction: Interaction, right: Right) -> tuple[Member, Place]:
    """Return who asks and where, where they have a right. Raises Refused."""
    if (club := club_here(interaction)) is None or not await has(interaction, right):
        raise Refused(right.refusal)
    return member_here(interaction, club)


def may_speak(interaction: Interaction) -> None:
    """See that the one who asks may write in the channel: nobody gets a voice through the bot. Raises Refused."""
    allowed = interaction.permissions
    if not (allowed.send_messages_in_threads if is_thread(interaction.channel) else allowed.send_messages):
        raise Refused("You can’t write in this channel, so I won’t post here for you.")


def may_share(interaction: Interaction) -> None:
    """See that the one who asks may have something posted for everybody here. Raises Refused."""
    if club_here(interaction) is None:
        raise Refused("There is nobody to share with outside of a club’s server.")
    may_speak(interaction)


def permissions() -> discord.Permissions:
    """Return what the bot has to be allowed in a server."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def lacking(allowed: discord.Permissions, needed: Collection[str] = NEEDED) -> tuple[str, ...]:
    """Return which permissions are not given, as Discord's apps call them."""
    if not allowed.view_channel and "view_channel" in needed:
        return (VIEW,)  # without it, Discord counts all others as not given
    return tuple(named(name) for name in needed if not getattr(allowed, name))


def lacks_in(channel: GuildChannel, needed: Collection[str] = NEEDED) -> tuple[str, ...]:
    """Return which of some permissions the bot lacks in a channel."""
    return lacking(channel.permissions_for(channel.guild.me), needed)
