"""The club of `make try`: who is there, how far each has read, and the page on this machine that shows its thread."""

import asyncio
import contextlib
import datetime as dt
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import discord
import simcord
from discord.utils import utcnow
from simcord import ChannelHandle, GuildHandle, MemberActor, ResponseMessage, UserHandle
from simcord.preview import Preview

from bot.answering.engine import Discussion
from bot.app import App
from bot.client import Dogear, intents
from bot.club_settings import SetUp
from bot.discord.context import post_in
from bot.features.notes.store import NoteDraft, Notes
from bot.features.progress.store import Progress
from bot.features.schedules import rules
from bot.features.schedules.posts import schedule_card
from bot.features.schedules.rules import SectionState
from bot.features.schedules.store import Schedules
from bot.features.schedules.words import Every, Pace, Rhythm, Wish
from bot.opening import open_app, open_discussion
from bot.people import Member
from bot.settings import Settings
from corpus.books import Book, Slug, Unit
from corpus.errors import DogearError


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
CEILING = "10%"  # how far the first section goes, and its thread: no further than the member who has read least

BOT = "Dogear"

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
Our dates are above, and our first section is below, with two questions to start us off. This thread goes up to \
**{CEILING}**: *Share with the thread*, under an answer, asks again for everybody here, so even {FINISHED.name} shares \
no more than {BEGINNER.name} may read."""

MORE = f"""\
Press *Recap* under our section for the story as far as you know it, *Save a note* for a thought of your own, or \
*I’m coming* under the dates. `/note list` has our notes up to where you are, and `/help` the rest. Begin a message \
with `@{BOT}`, and all of us read the reply.
As **{ORGANISER.name}** you can move our evenings, `/schedule shift days:1`, and add other books, `/book add`."""

NOTES = (
    (BEGINNER, "I like how calmly he begins."),
    (MIDDLE, "This is where I nearly missed my stop."),
    (FINISHED, "I closed it, made tea, and began again at the front."),
)
"""Members' notes, each at its author's own position. Nobody sees a note before they have read that far."""

OPENING = ((ORGANISER, WELCOME), (MODERATOR, THREAD), (FINISHED, MORE))
"""What stands between the dates and the section, by whom: in our own words, and nothing of the story."""


@dataclass(frozen=True, slots=True)
class DemoClub:
    """The club as it was set up: its thread, and its members by name in the order in which they are offered."""

    guild: GuildHandle
    thread: ChannelHandle
    members: dict[str, MemberActor]


async def set_up(env: simcord.Env, bot: Dogear) -> DemoClub:
    """Fill an empty simulated Discord with the club, which begins its first section now. Raises DogearError."""
    app = bot.app
    book = app.books.get(BOOK)
    if book is None:
        raise DogearError("The club to try reads A Legacy of Spies, which comes with Dogear: leave --library out.")
    guild = env.create_guild(CLUB)
    members = {person.name: _member(env, guild, person) for person in MEMBERS}
    parent = guild.create_text_channel("book-club", topic="What we are reading")
    name = f"{book.title}, 0–{CEILING}"
    thread = ChannelHandle(env, guild, env.backend.create_thread(parent.id, name, members[ORGANISER.name].id))
    with env.time_context():
        await app.get(SetUp).choose_book(guild.id, BOOK)
        for person in MEMBERS:
            await app.get(Progress).set(Member(guild.id, members[person.name].id), book, person.at)
        for person, note in NOTES:
            await app.get(Notes).save(Member(guild.id, members[person.name].id), book, NoteDraft(note, person.at))
        await _announce(bot, book, thread, parent.id, Member(guild.id, members[ORGANISER.name].id))
    for person, text in OPENING:
        await members[person.name].send(thread, text)
    with env.time_context():
        for _ in range(2):  # the section opens; and the dates show where
            await bot.jobs.do_due()
    bot.jobs.nudge()
    return DemoClub(guild, thread, members)


async def _announce(bot: Dogear, book: Book, thread: ChannelHandle, channel: int, organiser: Member) -> None:
    """Keep a schedule whose first section is due, with its card in that section's thread: the page shows no other."""
    schedules, now = bot.app.get(Schedules), bot.app.now()
    begins = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    wish = Wish(Rhythm(Every.WEEK), begins.time(), pace=Pace(10, Unit.PERCENT), first=begins.date())
    long_ago = now - dt.timedelta(days=1)
    drawn = rules.planned(wish, book, (), long_ago, zone="UTC", place=channel, organiser=organiser)
    opened = drawn.with_section(1, state=SectionState.OPENED, thread=thread.id)
    kept = await schedules.add(opened, CLUB)
    card = await post_in(bot.get_partial_messageable(thread.id, guild_id=kept.club), schedule_card(kept, {}), CLUB)
    shown = replace(kept, card=card.id, card_in=thread.id)
    await schedules.change(kept.id, lambda as_it_is: replace(as_it_is, schedule=shown))


def _member(env: simcord.Env, guild: GuildHandle, person: Person) -> MemberActor:
    may = discord.Permissions(**dict.fromkeys(person.may, True))
    role = guild.create_role(f"{person.name}, {person.role}", permissions=may, color=person.colour)
    user = env.create_user(person.name.lower(), global_name=person.name)
    guild.add_member(user, roles=[role])
    return TypingMember(env, guild, user)


FOLDER = "try"  # where the vector store of the trial is, in the data folder: nothing there belongs to a real club

PATIENCE = 120.0
"""Seconds that a command may take before the page says that it failed: more than any chat model is given."""

Report = Callable[[int, int], None]
Opening = Callable[[], AbstractContextManager[Report | None]]
"""Shows that the library is being opened; what it yields is called with the passages that are done, and all of them."""

WIDTH, HEIGHT = 1280, 900  # pixels of the page, where its window does not say


@dataclass(frozen=True, slots=True)
class Trial:
    """A running trial: the simulated Discord, the club in it, and the page that shows its thread."""

    env: simcord.Env
    club: DemoClub
    preview: Preview


@contextlib.asynccontextmanager
async def opened_trial(app: App, port: int = 0) -> AsyncIterator[Trial]:
    """Run the bot in the club and serve its page on a port of this machine; 0 takes any that is free."""
    bot = Dogear(app, shard_count=1)
    env = simcord.Env(bot, check_errors=False, approved_intents=intents(), settle_timeout=PATIENCE)
    env.backend.clock.advance((utcnow() - env.now()).total_seconds())  # its calendar begins in the past
    env.backend.bot_user.name = BOT
    await env.start()
    try:
        club = await set_up(env, bot)
        viewers = tuple(club.members.values())
        async with env.preview(
            club.thread, viewers=viewers, layout="channel", width=WIDTH, height=HEIGHT, port=port
        ) as preview:
            yield Trial(env, club, preview)
    except simcord.SetupError as error:
        if "bind port" in str(error):
            raise DogearError(f"Port {port} is in use. Choose another, or leave --port out.") from error
        raise
    finally:
        await env.shutdown()


def run_trial(settings: Settings, port: int, say: Callable[[str], None], opening: Opening) -> None:
    """Show the page until it is stopped.

    The vector store stays for the next time; the club and what was done in it do not.
    """
    nowhere_else = {"chroma_url": None, "database": None, "shards": None}  # a server's clubs are real
    ours = settings.model_copy(update={"data": settings.data / FOLDER} | nowhere_else)
    with contextlib.ExitStack() as stack:
        records = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dogear-try-")))
        with opening() as report:
            discussion = stack.enter_context(open_discussion(ours, report))
        forgotten = ours.model_copy(update={"data": records})
        asyncio.run(show_until_stopped(discussion, forgotten, port, say))


async def show_until_stopped(discussion: Discussion, settings: Settings, port: int, say: Callable[[str], None]) -> None:
    """Say the address of the page, and stay until SIGINT, SIGTERM or the page's own “End preview session”."""
    async with open_app(discussion, settings, utcnow) as app, opened_trial(app, port) as trial:
        say(f"{ADDRESS}\n\n    {trial.preview.url}\n\n{LEAVE}")
        closed = asyncio.create_task(trial.preview.wait_closed())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, closed.cancel)
        await asyncio.wait([closed])


ADDRESS = "The bot is in its club. Open this address in a browser on this machine:"
LEAVE = "Choose who you are at “Viewing as”, type / for the commands. Ctrl-C ends it, and the club is forgotten."
