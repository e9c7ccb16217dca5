"""The club in which the bot can be tried: who is there, how far each has read, and what its thread begins with."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import discord
import simcord
from PIL import Image, ImageDraw, ImageFont
from simcord import ChannelHandle, GuildHandle, MemberActor, ResponseMessage, UserHandle
from simcord.backend.cdn import CDN_BASE

from bot.app import App
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.people import Member, Place
from corpus.books import Slug
from corpus.errors import DogearError

SIDE = 96
"""Pixels of a face; the page shows it in 40."""

WHITE = "#ffffff"
BOT_FACE = "#4c8c7a"


def initial(name: str, colour: str) -> bytes:
    """Return the face of a member: the first letter of their name, as a PNG."""
    image = Image.new("RGB", (SIDE, SIDE), colour)
    ImageDraw.Draw(image).text(
        (SIDE / 2, SIDE / 2), name[0], fill=WHITE, font=ImageFont.load_default(SIDE / 2), anchor="mm"
    )
    return _png(image)


def dogear() -> bytes:
    """Return the face of the bot: a page with a folded corner, as a PNG."""
    image = Image.new("RGB", (SIDE, SIDE), BOT_FACE)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom, fold = 28, 20, 68, 76, 16
    draw.polygon([(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)], fill=WHITE)
    draw.polygon([(right - fold, top), (right - fold, top + fold), (right, top + fold)], fill="#c9d8d3")
    for line in range(top + fold + 10, bottom - 4, 8):
        draw.line([(left + 7, line), (right - 7, line)], fill=BOT_FACE, width=2)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


class TypingMember(MemberActor):
    """A member whose page offers no names to mention: the bot's name, typed first, is its mention."""

    def __init__(self, env: simcord.Env, guild: GuildHandle, user: UserHandle) -> None:
        super().__init__(env, guild, user)
        bot = env.backend.bot_user
        self._typed, self._mention = f"@{bot.name}", f"<@{bot.id}>"

    async def send(
        self,
        channel: ChannelHandle,
        content: str = "",
        *,
        reply_to: discord.Message | ResponseMessage | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> discord.Message:
        """Send a message, as Discord's own field for messages would."""
        if content.casefold().startswith(self._typed.casefold()):
            content = self._mention + content[len(self._typed) :]
        return await super().send(channel, content, reply_to=reply_to, attachments=attachments)


BOOK: Slug = "a-legacy-of-spies"
CLUB = "The Reading Room"
CEILING = "10%"
"""How far the thread goes: no further than the member who has read least."""

BOT = "Dogear"
FACE = "face"
"""What stands in the address of every face, where Discord has a number."""

QUESTION = "Where is Smiley?"
"""What every reader may ask without giving anything away, and what each is answered differently."""


@dataclass(frozen=True, slots=True)
class Person:
    """One member: how far they are in the book, the colour of their name, and what they may do in the club."""

    name: str
    at: str
    colour: int
    role: str = "reader"
    may: tuple[str, ...] = ()


BEGINNER = Person("Emma", "10%", 0xE0A458)
MIDDLE = Person("Pip", "50%", 0x5FA8D3)
FINISHED = Person("Dorothea", "finished", 0xC77DBA)
MODERATOR = Person("Elinor", "25%", 0x7FB069, "moderator", ("manage_messages", "manage_threads", "manage_channels"))
ORGANISER = Person("Jo", "40%", 0xD1685B, "organiser", ("manage_guild", "manage_events", "manage_channels"))
MEMBERS = (BEGINNER, MIDDLE, FINISHED, MODERATOR, ORGANISER)

WELCOME = f"""\
Welcome! We read **A Legacy of Spies** together, and no two of us are equally far. Choose at the top, at *Viewing as*, \
who you are:
• **{BEGINNER.name}** has just begun: {BEGINNER.at}
• **{MIDDLE.name}** is half-way: {MIDDLE.at}
• **{FINISHED.name}** has finished
Ask the same as each of them: `/ask question:{QUESTION}` The answer is for that reader alone."""

THREAD = f"""\
This thread goes to **{CEILING}**. *Share with the thread*, under an answer, asks again for everybody here: even \
{FINISHED.name} shares no more than {BEGINNER.name} may read."""

MORE = f"""\
Press *Hint* if you would rather think first. `/recap` tells the story as far as you know it, and `/help` has the \
rest, such as what to read before this book. Begin a message with `@{BOT}`, and all of us read the reply."""

OPENING = ((ORGANISER, WELCOME), (MODERATOR, THREAD), (FINISHED, MORE))
"""What stands in the thread, by whom: in our own words, and nothing of the story."""


@dataclass(frozen=True, slots=True)
class DemoClub:
    """The club as it was set up: its thread, its members by name in the order in which they are offered, and faces.

    `faces` are pictures by the address at which the simulated Discord looks for them.
    """

    guild: GuildHandle
    thread: ChannelHandle
    members: dict[str, MemberActor]
    faces: dict[str, tuple[str, bytes]]


async def set_up(env: simcord.Env, app: App) -> DemoClub:
    """Fill an empty simulated Discord with the club. Raises DogearError."""
    book = app.books.get(BOOK)
    if book is None:
        raise DogearError("The club to try reads A Legacy of Spies, which comes with Dogear: leave --library out.")
    guild = env.create_guild(CLUB)
    members = {person.name: _member(env, guild, person) for person in MEMBERS}
    parent = guild.create_text_channel("book-club", topic="What we are reading")
    name = f"{book.title} · up to {CEILING}"
    thread = ChannelHandle(env, guild, env.backend.create_thread(parent.id, name, members[ORGANISER.name].id))
    with env.time_context():
        for person in MEMBERS:
            await app.get(Progress).set(Member(guild.id, members[person.name].id), book, person.at)
        by = Member(guild.id, members[MODERATOR.name].id)
        await app.get(Ceilings).set(Place(guild.id, thread.id), book, CEILING, by)
    for person, text in OPENING:
        await members[person.name].send(thread, text)
    faces = {
        _address(members[p.name].id): (f"{p.name.lower()}.png", initial(p.name, f"#{p.colour:06x}")) for p in MEMBERS
    }
    return DemoClub(guild, thread, members, faces | {_address(env.backend.bot_user.id): ("dogear.png", dogear())})


def introduce(env: simcord.Env) -> None:
    """Give the bot its name and its face, before it starts."""
    env.backend.bot_user.name = BOT
    env.backend.bot_user.avatar = FACE


def _member(env: simcord.Env, guild: GuildHandle, person: Person) -> MemberActor:
    may = discord.Permissions(**dict.fromkeys(person.may, True))
    role = guild.create_role(f"{person.name}, {person.role}", permissions=may, color=person.colour)
    user = env.create_user(person.name.lower(), global_name=person.name, avatar=FACE)
    guild.add_member(user, roles=[role])
    return TypingMember(env, guild, user)


def _address(user: int) -> str:
    return f"{CDN_BASE}/avatars/{user}/{FACE}.png"
