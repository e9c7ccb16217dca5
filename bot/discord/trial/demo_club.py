"""The club in which the bot can be tried: who is there, how far each has read, and what its thread begins with."""

from __future__ import annotations

from dataclasses import dataclass

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, MemberActor

from bot.club.people import Member, Place
from bot.club.services import Services
from corpus.errors import DogearError
from corpus.reveals import Slug

BOOK: Slug = "a-legacy-of-spies"
CLUB = "The Reading Room"
CEILING = "10%"
"""How far the thread goes: no further than the member who has read least."""

QUESTION = "Where is Smiley?"
"""What every reader may ask without giving anything away, and what each is answered differently."""


@dataclass(frozen=True, slots=True)
class Role:
    """One member: how far they are in the book, and what they may do in the club."""

    name: str
    at: str | None = None
    may: discord.Permissions = discord.Permissions.none()  # noqa: RUF009 (nothing changes it)


BEGINNER = Role("Emma", "10%")
MIDDLE = Role("Pip", "50%")
FINISHED = Role("Dorothea", "finished")
MODERATOR = Role(
    "Elinor", "25%", discord.Permissions(manage_messages=True, manage_threads=True, manage_channels=True)
)
ORGANISER = Role("Jo", "40%", discord.Permissions(manage_guild=True, manage_events=True, manage_channels=True))
MEMBERS = (BEGINNER, MIDDLE, FINISHED, MODERATOR, ORGANISER)

OPENING = (
    (
        ORGANISER,
        "Welcome! We read **A Legacy of Spies** together, and no two of us are equally far. "
        "You can be any of us: choose at the top, at *Viewing as*.\n"
        "• **Emma** has just begun: 10%\n"
        "• **Pip** is half-way: 50%\n"
        "• **Dorothea** has finished\n"
        f"Ask the same as each of them: `/ask question:{QUESTION}` The answer is for that reader alone.",
    ),
    (
        MODERATOR,
        f"This thread goes to **{CEILING}**. *Share with the thread* under an answer asks again for everybody here: "
        "even Dorothea shares no more than Emma may read.",
    ),
    (
        FINISHED,
        "Press *Hint* when you would rather think first. `/recap` tells the story as far as you know it, "
        "and `/order` says what to read before this one, with a picture.",
    ),
)
"""What stands in the thread, by whom: in our own words, and nothing of the story."""


class BookNotHere(DogearError):
    """The library lacks the book that the club reads."""


@dataclass(frozen=True, slots=True)
class DemoClub:
    """The club as it was set up; `viewers` are its members by name, in the order in which they are offered."""

    guild: GuildHandle
    thread: ChannelHandle
    viewers: dict[str, MemberActor]


async def set_up(env: simcord.Env, services: Services) -> DemoClub:
    """Fill an empty simulated Discord with the club. Raises BookNotHere."""
    book = services.books.get(BOOK)
    if book is None:
        raise BookNotHere("The club to try reads A Legacy of Spies, which comes with Dogear: leave --library out.")
    guild = env.create_guild(CLUB)
    viewers = {role.name: _member(env, guild, role) for role in MEMBERS}
    organiser = viewers[ORGANISER.name]
    channel = guild.create_text_channel("book-club", topic="What we are reading")
    name = f"{book.title} · up to {CEILING}"
    thread = ChannelHandle(env, guild, env.backend.create_thread(channel.id, name, organiser.id))
    with env.time_context():
        for role in MEMBERS:
            if role.at is not None:
                await services.progress.set(Member(guild.id, viewers[role.name].id), book, role.at)
        moderator = viewers[MODERATOR.name]
        await services.ceilings.set(Place(guild.id, thread.id), book, CEILING, Member(guild.id, moderator.id))
    for role, text in OPENING:
        await viewers[role.name].send(thread, text)
    return DemoClub(guild, thread, viewers)


def _member(env: simcord.Env, guild: GuildHandle, role: Role) -> MemberActor:
    roles = [guild.create_role(f"may as {role.name}", permissions=role.may)] if role.may.value else []
    return guild.add_member(env.create_user(role.name.lower(), global_name=role.name), roles=roles)
