"""A club in a simulated Discord: the real bot, real commands and a real database, over a small library."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, ResponseMessage
from simcord.components import walk_components

from bot.answering.engine import Discussion
from bot.answering.model import Writer
from bot.app import App
from bot.client import Dogear
from bot.features.books.store import ClubBooks
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.features.reviews.store import Reviews
from bot.people import Member, Place
from bot.settings import Settings
from bot.workers import Workers
from corpus.books import Slug
from corpus.errors import DogearError
from retrieval.retriever import Retriever
from tests.fakes.discord_reading import rendered
from tests.fakes.records import opened_records

HIDDEN = ("order", "shelf", "review", "mydata", "nominate", "schedule", "prompt", "club")
"""Commands that a server hides from its members until it shows them under Integrations; buttons open the same."""


@dataclass
class Club:
    """One server with its bot; `guild` is the first club, `general` a channel of it without a ceiling."""

    env: simcord.Env
    app: App
    guild: GuildHandle
    general: ChannelHandle
    folder: Path
    bots: list[Dogear] = field(default_factory=list)
    expected: tuple[type[BaseException], ...] = (DogearError,)

    def member(self, name: str, guild: GuildHandle | None = None, **may: bool) -> MemberActor:
        """Add a member to a club that shows all commands to its members, with permissions in it."""
        home = guild or self.guild
        roles = [home.create_role(f"role of {name}", permissions=discord.Permissions(**may))] if may else []
        return self.shows_all(home.add_member(self.env.create_user(name), roles=roles))

    def shows_all(self, member: MemberActor) -> MemberActor:
        """Have a member's server show all commands to its members."""
        for command in filter(None, (self.env.backend.find_command(name, member.guild.id) for name in HIDDEN)):
            member.guild.set_command_permissions(int(command["id"]), {member.guild.default_role: True})
        return member

    async def reader(self, name: str, guild: GuildHandle | None = None, **at: str) -> MemberActor:
        """Add a member who has said where they are: `the_lantern="ch 5"`."""
        member = self.member(name, guild)
        for book, where in at.items():
            await self.reads(member, book.replace("_", "-"), where)
        return member

    async def reads(self, member: MemberActor, book: Slug, where: str) -> None:
        """Have a member say where they are."""
        with self.env.time_context():
            await self.app.get(Progress).set(Member(member.guild.id, member.id), self.app.books[book], where)

    async def ceiling(self, channel: ChannelHandle, **at: str) -> None:
        """Set how far a place may go."""
        home = channel.guild
        assert home is not None
        for book, where in at.items():
            known = self.app.books[book.replace("_", "-")]
            with self.env.time_context():
                await self.app.get(Ceilings).set(Place(home.id, channel.id), known, where, Member(home.id, 1))

    @property
    def mention(self) -> str:
        """The mention of the bot."""
        me = self.env.bot.user
        assert me is not None
        return me.mention

    async def restart(self) -> None:
        """Stop the bot and start it again, as a new process would: nothing in memory is left."""
        self.bots.append(Dogear(self.app, shard_count=1))
        await self.env.restart_bot(self.bots[-1])

    def unexpected(self) -> list[BaseException]:
        """Return the errors that neither a member nor the test has caused."""
        return [error for error in map(_cause, self.env.errors) if not isinstance(error, self.expected)]


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "original", error)


@contextlib.asynccontextmanager
async def opened_club(
    retriever: Retriever,
    folder: Path,
    *,
    writer: Writer | None = None,
    settings: Settings = Settings(catalogues=False),
    message_content: bool = False,
    database: str | Path | None = None,
) -> AsyncIterator[Club]:
    """Open a club over a retriever; its database is in `folder`, or where `database` says.

    Errors that nobody caused fail the test.
    """
    workers = Workers(4)
    try:
        async with opened_records(database or folder) as records:
            discussion = Discussion(retriever.library, retriever, writer)
            settings = settings.model_copy(update={"message_content": message_content})
            app = App(discussion, records, workers, discord.utils.utcnow, settings)
            await app.get(Reviews).reconcile()
            bot = Dogear(app, shard_count=1)
            approved = discord.Intents(guilds=True, messages=True, message_content=message_content)
            env = simcord.Env(bot, settle_timeout=30.0, check_errors=False, approved_intents=approved)
            await env.start()
            try:
                guild = env.create_guild("The Island Club")
                general = guild.create_text_channel("general")
                club = Club(env, app, guild, general, folder, [bot])
                yield club
            finally:
                await env.shutdown()
                await app.get(ClubBooks).close()
            assert club.unexpected() == [], club.unexpected()
    finally:
        workers.close()
        retriever.reconcile(())


def texts(parts: object) -> Iterator[str]:
    """Yield every text that somebody can read in what was sent: content, components, embeds, choices, names."""
    if isinstance(parts, Mapping):
        for name, value in parts.items():
            if isinstance(value, str) and name not in ("custom_id", "id", "url", "proxy_url"):
                yield value
            else:
                yield from texts(value)
    elif isinstance(parts, list | tuple):
        for value in parts:
            yield from texts(value)


def message(result: InteractionResult) -> ResponseMessage:
    """Return the message that an interaction was answered with."""
    assert result.response is not None, "there was no answer"
    return result.response


def shown(result: InteractionResult) -> str:
    """Return all text that an interaction was answered with."""
    messages = [m for m in (result.response, *result.followups) if m is not None]
    return "\n".join(text for m in messages for text in texts([m.content, *m.components]))


def read(result: InteractionResult) -> str:
    """Return what is read of an answer, as Discord shows its signs."""
    return rendered(shown(result))


def words(post: discord.Message) -> str:
    """Return the text of a message."""
    return "\n".join(filter(None, [post.content, *texts([part.to_dict() for part in post.components])]))


def posted(channel: ChannelHandle) -> list[str]:
    """Return what the bot has posted for everybody in a channel."""
    return [rendered(words(post)) for post in channel.history() if post.author.bot and not post.flags.ephemeral]


def buttons(result: InteractionResult) -> list[str]:
    """Return the labels of the buttons under an answer."""
    return [label for m in (result.response, *result.followups) if m for label in labels(m.components)]


def labels(parts: object) -> list[str]:
    """Return the labels of the buttons of a message."""
    return [str(part["label"]) for part in walk_components(parts) if part.get("type") == 2]


def fields(form: object) -> list[str]:
    """Return the ids of the text fields of a modal, from top to bottom."""
    return [str(part["custom_id"]) for part in walk_components(form) if part.get("type") == 4]


def controls(form: object) -> list[dict[str, Any]]:
    """Return the fields and menus of a modal, from top to bottom."""
    return [part for part in walk_components(form) if "custom_id" in part and "components" not in part]


async def fill(member: MemberActor, form: InteractionResult, **changed: Any) -> InteractionResult:  # noqa: ANN401 (fields)
    """Send a modal off as it was filled in already, but for what is changed."""
    assert form.modal is not None, shown(form)
    given = {each["custom_id"]: _filled(member, each) for each in controls(form.modal)}
    assert set(changed) <= set(given), set(given)
    values = {name: value for name, value in (given | changed).items() if value not in (None, "", [])}
    return await member.submit_modal(form, values)


def _filled(member: MemberActor, control: Mapping[str, Any]) -> Any:  # noqa: ANN401 (by kind of field)
    if control["type"] == 8:  # a menu of channels
        there = {str(each["id"]) for each in control.get("default_values", ())}
        return [channel for channel in member.guild.channels.values() if str(channel.id) in there]
    picked = [option["value"] for option in control.get("options") or () if option.get("default")]
    if control["type"] == 21:  # a radio group
        return picked[0] if picked else None
    return picked if "options" in control else control.get("value", "")
