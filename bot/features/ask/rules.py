"""What members ask: for each question, which book and which audience, and then one call of the discussion."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.answering.conversation import Exchange
from bot.answering.engine import WHICH_BOOK
from bot.answering.intents import SAYINGS
from bot.answering.reply import NEUTRAL, Reply
from bot.app import App
from bot.club_settings import SetUp
from bot.db.sessions import StorageUnavailable
from bot.features.ask.store import Asked, AskedQuestions, Conversations
from bot.features.ceilings.store import Audiences
from bot.features.schedules.rules import ScheduleState, range_name
from bot.features.schedules.store import Schedules
from bot.limits import Allowance
from bot.people import NO_CLUB, Member, Place, club_name
from bot.times import timestamp
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.names import find_book, names_in
from retrieval.gate import Audience

log = logging.getLogger(__name__)

MAX_QUESTION = 500  # characters: a question, not an essay
PERSONAL = ("left", "place")  # kinds of questions whose answers say where their asker is

OFFERS: Mapping[str, tuple[str, ...]] = {
    "setup": ("welcome-setup", "welcome-help"),
    "add_book": ("open-add",),
    "plan": ("plan", "open-schedule"),
    "remind": ("open-schedule",),
    "note": ("welcome-help",),
    "vote": ("open-nominations", "open-vote"),
    "progress": ("open-where",),
    "place": ("open-where",),
    "meeting": ("open-schedule",),
    "reading": ("open-where", "open-schedule"),
    "help": ("welcome-help",),
    "hello": ("welcome-help",),
}
"""What can be opened under the answer to a question of a kind that is about the club or the bot itself."""

FOR_YOU_ALONE = "That says how far you are, so ask it with /ask: only you see the answer."


class NoBook(DogearError):
    """No book is named, and the club has none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, for whom it was made, and the question that its buttons come back to.

    `quotable` is false for a question whose own words might go further than those who read the answer. How far the
    `place` of a public reply goes may be said in public; the audience may not, as it stops where its asker is.
    `kind` is that of a question about the club or the bot itself, and empty for one about a book.
    """

    asked: Asked
    reply: Reply
    audience: Audience
    note: str = ""
    quotable: bool = True
    place: Audience = field(default_factory=Audience)
    kind: str = ""


First = Callable[[Answer], Awaitable[object]]
"""Sends an answer whose quotes are there, while the chat model is still asked for a lead."""


class Questions:
    """Answers members: every public method takes a question from its asker to one reply for one audience."""

    def __init__(self, app: App) -> None:
        self._discussion, self._workers, self._now, self._meter = app.discussion, app.workers, app.now, app.meter
        self.books = app.books
        self._audiences, self._conversations, self._set_up = app.get(Audiences), app.get(Conversations), app.get(SetUp)
        self._questions, self._allowance = app.get(AskedQuestions), app.get(Allowance)
        self._schedules = app.get(Schedules)

    async def put(
        self, do: str, member: Member, place: Place, text: str, typed_book: str | None = None,
        *, first: First | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a question of a member, for them alone.

        `do` is “ask”, “hint”, “recap” or “who”. Raises AskedTooMuch, UnknownBook, PositionError.
        """
        self._allowance.take(member)
        return await self._answer(await self.note(do, member, place, text, typed_book, public=False), first)

    async def note(
        self, do: str, member: Member, place: Place, text: str, typed_book: str | None = None, *, public: bool = True
    ) -> Asked:
        """Keep a question that is answered in a moment, with the book that it is about. Raises UnknownBook."""
        return await self._kept(
            do, member, place, text, await self._book(member, place, text, typed_book, public=public)
        )

    async def again(self, asked: Asked, *, public: bool = False, do: str = "", first: First | None = None) -> Answer:
        """Answer a question once more, for whoever sees it now: this is how an answer is shared, or becomes a hint."""
        self._allowance.take(asked.member)
        return await self._answer(replace(asked, do=do or asked.do), first, public=public)

    async def mine(self, asked: Asked, member: Member, place: Place, first: First | None = None) -> Answer:
        """Answer somebody else's question for a member alone."""
        self._allowance.take(member)
        return await self._answer(await self._kept(asked.do, member, place, asked.text, asked.book), first)

    async def say(
        self, member: Member, place: Place, text: str, *, private: bool, first: First | None = None
    ) -> Answer:  # fmt: skip
        """Answer what somebody says in a conversation, which goes on from what was said there before."""
        if len(text) > MAX_QUESTION:
            raise DogearError(f"A question can have at most {MAX_QUESTION} characters. Please shorten it.")
        self._allowance.take(member)
        audience = await self._audience(member, place, public=not private)
        before = await self._conversations.so_far(place, audience)
        book = await self._book(member, place, text, None, public=not private)
        if book is None and before and not names_in(text, self.books.of(club_name(member.club))):
            book = before[-1].book
        question = await self._workers.do(lambda: self._discussion.alone(text, audience, book, before))
        asked = await self._kept("ask", member, place, question[:MAX_QUESTION], book)
        answer = await self._answer(asked, first, public=not private, said=_Said(text, audience, before))
        # In private nobody else reads along, and to forget a guess where it is right would confirm it.
        # Who somebody is whom all have met gives nothing away, but such short words are hard to place.
        plain = private or await self._workers.do(
            lambda: self._discussion.asks_who(question, audience, answer.reply.book)
        )
        also = Reveals() if plain else await self._reveals(question, answer.reply.book, place)
        try:
            await self._conversations.remember(place, member, text, answer.reply, audience, also)
        except StorageUnavailable as error:
            log.error("%s A turn of a conversation is not remembered.", error)
        return answer

    async def check(self, member: Member, place: Place, text: str) -> tuple[bool, bool]:
        """Return whether a text might go further than its reader, and further than the place, has read."""
        self._allowance.take(member)
        own = await self._audiences.private(member, place)
        there = await self._audiences.public(place)
        book = await self._book(member, place, text, None, public=True)
        for_me, for_here = [await self._reveals(text, book, place, audience) for audience in (own, there)]
        return not own.may_see(for_me), not there.may_see(for_here)

    async def about(
        self, member: Member, place: Place, question: str, message: str, first: First | None = None
    ) -> Answer:  # fmt: skip
        """Answer a question about a message, whose words count only as far as its reader has read."""
        audience = await self._audiences.private(member, place)
        book = await self._book(member, place, message, None, public=False)
        known = audience.may_see(await self._reveals(message, book, place))
        text = f"{question} {message}"[:MAX_QUESTION] if known else question
        return await self.put("ask", member, place, text, first=first)

    async def people(self, member: Member, place: Place, typed_book: str | None) -> list[str]:
        """Return the names of the people whom a member has met in a book."""
        book = await self.meant(member, place, typed_book)
        if book is None:
            return []
        slug, audience = book.slug, await self._audiences.private(member, place)
        return await self._workers.do(lambda: self._discussion.people(slug, audience))

    async def meant(self, member: Member, place: Place, typed_book: str | None = None) -> Book | None:
        """Return the book that is typed, or else the one that a member's next question is about. Raises UnknownBook."""
        book = await self._book(member, place, "", typed_book, public=False)
        return self.books[book] if book else None

    async def needed(self, member: Member, place: Place, typed_book: str | None = None) -> Book:
        """Return the book that is meant. Raises UnknownBook, or DogearError where there is none."""
        book = await self.meant(member, place, typed_book)
        if book is None:
            raise NoBook("Which book? Pick one in the book field: the club has chosen none yet.")
        return book

    async def reported(self, member: Member, place: Place, typed_book: str | None = None) -> Book:
        """Return the book that a report without one is about: of the place, or else the club's, before one's own.

        Raises UnknownBook, or DogearError where there is none.
        """
        here, reading = await self._audiences.ceiling(place), await self._schedules.read_now(member.club)
        clubs = reading[0].book if reading else (await self._set_up.settings(member.club)).book
        if not typed_book and len(here) != 1 and clubs in self.books:
            return self.books[clubs or ""]
        return await self.needed(member, place, typed_book)

    async def _kept(self, do: str, member: Member, place: Place, text: str, book: Slug | None) -> Asked:
        """Keep a question; where nothing can be written, it is answered all the same, without an id and so buttons."""
        try:
            return await self._questions.keep(do, member, place, text, book)
        except StorageUnavailable as error:
            log.error("%s A question is answered without buttons.", error)
            return Asked("", member, place, do, text, book, self._now())

    async def _answer(
        self, asked: Asked, first: First | None, *, public: bool = False, said: "_Said | None" = None
    ) -> Answer:  # fmt: skip
        """Answer a question; what was `said` in a conversation is not repeated, so its words are not held against it.

        `first` is given the quotes if the chat model is still busy by then.
        """
        audience = said.audience if said else await self._audience(asked.member, asked.place, public=public)
        asks_model = asked.do == "ask" and self._discussion.has_model
        no_tokens = asks_model and not await self._allowance.has_tokens(asked.member)
        repeated = public and said is None
        back = f"<t:{int(self._allowance.tomorrow.timestamp())}:R>"
        note = f"Quotes only: today’s AI limit is used up. It resets {back}." if no_tokens else ""
        quotable = not repeated or await self._quotable(asked, audience)
        there = await self._audiences.public(asked.place) if public else Audience()
        discussion, book = self._discussion, asked.book

        kind, known = await self._of_club(asked, public=public) if asked.do == "ask" else ("", None)

        def answer(reply: Reply) -> Answer:
            return Answer(asked, reply, audience, note, quotable, there, kind)

        def work(at_once: Callable[[Reply], object]) -> Reply:
            match asked.do:
                case "hint":
                    return discussion.hint(asked.text, audience, book)
                case "who":
                    return discussion.who(asked.text, audience, book)
                case "recap":
                    return discussion.recap(audience, book or "", asked.text)
            text, before = (said.text, said.before) if said else (asked.text, ())
            return discussion.ask(text, audience, book, before, quote_only=no_tokens, at_once=at_once)

        if known is not None:
            return answer(known)
        begun, loop = time.monotonic(), asyncio.get_running_loop()
        early: asyncio.Future[Reply] = loop.create_future()
        made = asyncio.ensure_future(
            self._workers.do(lambda: work(lambda reply: loop.call_soon_threadsafe(early.set_result, reply)))
        )
        try:
            await asyncio.wait((made, early), return_when=asyncio.FIRST_COMPLETED)
            if first and not made.done():
                await first(answer(early.result()))
            reply = await made
        finally:
            made.cancel()
        how = str(reply.mode) if reply.answered else "neutral"
        self._meter.count("answers", reply.do, how)
        if asked.book is None and not reply.answered and reply.book:  # it was guessed, and the guess helps nobody
            reply = replace(reply, book=None, body=f"{NEUTRAL} {WHICH_BOOK}", hints=())
        self._meter.time("answer_seconds", time.monotonic() - begun, how)
        await self._allowance.spend(asked.member, reply.tokens)
        return answer(reply)

    async def _of_club(self, asked: Asked, *, public: bool) -> tuple[str, Reply | None]:
        """Answer what the club knows and the library does not, and return the kind of what is not asked of a book."""
        club = club_name(asked.member.club)
        kind, said = await self._workers.do(lambda: self._discussion.kind(asked.text, club)), ""
        if public and kind in PERSONAL:
            said = FOR_YOU_ALONE
        elif kind == "reading" and asked.place.club != NO_CLUB:
            book = self.books.get((await self._set_up.settings(asked.place.club)).book or "")
            said = f"The club reads {book.title} by {book.author}." if book else "No book is chosen yet."
        elif kind == "meeting":
            said = await self._next_meeting(asked.place.club)
        about_club = bool(said) or kind in SAYINGS or kind in OFFERS
        return kind if about_club else "", Reply("ask", asked.book, said, said != FOR_YOU_ALONE) if said else None

    async def _next_meeting(self, club: int) -> str:
        """Return when a club meets next, and about what."""
        running = [s for s in await self._schedules.of_club(club) if s.state is ScheduleState.RUNNING]
        coming = [(each.meets, s, each) for s in running for each in s.live if each.meets > self._now()]
        if not coming:
            return "No meeting is planned yet."
        meets, schedule, section = min(coming, key=lambda each: each[0])
        return f"The next meeting is {timestamp(meets)}: {schedule.title}, {range_name(schedule, section)}."

    async def _quotable(self, asked: Asked, audience: Audience) -> bool:
        """Return whether a question may stand above its answer: it goes no further, or asks who somebody is.

        The name of somebody whom all have met gives nothing away, but so few words are hard to place.
        """
        text, book = asked.text, asked.book
        if await self._workers.do(lambda: self._discussion.asks_who(text, audience, book)):
            return True
        return audience.may_see(await self._reveals(text, book, asked.place))

    async def _audience(self, member: Member, place: Place, *, public: bool) -> Audience:
        return await (self._audiences.public(place, member) if public else self._audiences.private(member, place))

    async def _reveals(self, text: str, book: Slug | None, place: Place, audience: Audience | None = None) -> Reveals:
        """Return how far readers must be for a text to be no spoiler."""
        return await self._workers.do(lambda: self._discussion.reveals(text, book, club_name(place.club), audience))

    async def _book(self, member: Member, place: Place, text: str, typed: str | None, *, public: bool) -> Slug | None:
        """Return the book that is meant: typed, named, of the place, the one that its reader is in, or the club's."""
        if typed:
            return find_book(typed, self.books.of(club_name(member.club))).slug
        here = list(await self._audiences.ceiling(place))
        if len(here) != 1 and not public:
            here = _reading(await self._audiences.positions(member), self.books)
        named = names_in(text, self.books.of(club_name(member.club)))
        if named and not set(here) & set(named):
            return named[0] if len(named) == 1 else None
        if not here and (chosen := (await self._set_up.settings(place.club)).book) in self.books:
            return chosen
        return here[0] if len(here) == 1 else None


def _reading(positions: Mapping[Slug, int], books: Mapping[Slug, Book]) -> list[Slug]:
    """Return the book that somebody is in the middle of, or else the one that they reported last."""
    latest_first = list(positions)[::-1]
    inside = [book for book in latest_first if 0 < positions[book] < books[book].marks]
    return (inside or latest_first)[:1]


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody said in a conversation, and what of it its audience knows."""

    text: str
    audience: Audience
    before: Sequence[Exchange]
