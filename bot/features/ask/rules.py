"""What members ask: for each question, which book and which audience, and then one call of the discussion."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.answering.reply import Reply
from bot.app import App
from bot.club_settings import SetUp
from bot.db.sessions import StorageUnavailable
from bot.features.ask.store import Asked, AskedQuestions, Conversations
from bot.features.ceilings.store import Audiences
from bot.features.schedules.rules import ScheduleState, range_name
from bot.features.schedules.store import Schedules
from bot.limits import Allowance
from bot.people import Member, Place, club_name
from bot.times import timestamp
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.names import find_book, names_in
from retrieval.gate import Audience

log = logging.getLogger(__name__)

MAX_QUESTION = 500
"""Characters: a question, not an essay."""


PERSONAL = ("left", "place")
"""Kinds of questions whose answers say where their asker is."""

FOR_YOU_ALONE = "That says how far you are, so ask it with /ask: only you see the answer."


class BookMissing(DogearError):
    """Neither the question nor the place says which book is meant."""

    def __init__(self) -> None:
        super().__init__("Which book? Pick one in the book field, or say where you are in it with /progress set.")


class TooLong(DogearError):
    """A question that nobody would read to its end."""

    def __init__(self) -> None:
        super().__init__(f"A question can have at most {MAX_QUESTION} characters. Please shorten it.")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, for whom it was made, and the question that its buttons come back to.

    `quotable` is false for a question whose own words might go further than those who read the answer. `place` is how
    far the place of a public reply goes. That may be said in public; the audience may not, as it stops where its asker
    is, and where somebody is stays private.
    """

    asked: Asked
    reply: Reply
    audience: Audience
    public: bool
    out_of_tokens: bool = False
    quotable: bool = True
    place: Audience = field(default_factory=Audience)


First = Callable[[Answer], Awaitable[object]]
"""Sends an answer whose quotes are there, while the chat model is still asked for a lead."""

Work = Callable[[Callable[[Reply], object]], Reply]
"""Makes a reply; what it is given is called with the quotes before the chat model is asked."""


class Questions:
    """Answers members: every public method takes a question from its asker to one reply for one audience."""

    def __init__(self, app: App) -> None:
        self._discussion, self._workers, self._now, self._meter = app.discussion, app.workers, app.now, app.meter
        self.books = app.books
        self._audiences, self._conversations, self._set_up = app.get(Audiences), app.get(Conversations), app.get(SetUp)
        self._questions, self._allowance = app.get(AskedQuestions), app.get(Allowance)
        self._schedules = app.get(Schedules)

    async def put(
        self, do: str, member: Member, place: Place, text: str, typed_book: str | None = None, *, public: bool = False,
        first: First | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a question of a member: in private for them alone, in public for everybody in the place.

        `do` is “ask”, “hint”, “recap” or “who”. Raises AskedTooMuch, UnknownBook, BookMissing, PositionError.
        """
        self._allowance.take(member)
        asked = await self.note(do, member, place, text, typed_book, public=public)
        return await self._answer(asked, first, public=public)

    async def note(
        self, do: str, member: Member, place: Place, text: str, typed_book: str | None = None, *, public: bool = True
    ) -> Asked:
        """Keep a question that is answered in a moment, with the book that it is about. Raises UnknownBook."""
        book = await self._book(member, place, _bounded(text), typed_book, public=public)
        return await self._kept(Asked("", member, place, do, text, book, self._now()))

    async def again(
        self, asked: Asked, *, public: bool = False, do: str = "", first: First | None = None
    ) -> Answer:  # fmt: skip
        """Answer a question once more, for whoever sees it now: this is how an answer is shared, or becomes a hint."""
        self._allowance.take(asked.member)
        return await self._answer(replace(asked, do=do or asked.do), first, public=public)

    async def mine(self, asked: Asked, member: Member, place: Place, first: First | None = None) -> Answer:
        """Answer somebody else's question for a member alone."""
        self._allowance.take(member)
        own = await self._kept(replace(asked, id="", member=member, place=place, at=self._now()))
        return await self._answer(own, first, public=False)

    async def reach(self, asked: Asked, *, public: bool) -> Audience:
        """Return how far its asker, or its place, goes now: what may be told of why an answer says no more."""
        audiences = self._audiences
        return await (audiences.public(asked.place) if public else audiences.private(asked.member, asked.place))

    async def say(
        self, member: Member, place: Place, text: str, *, private: bool, first: First | None = None
    ) -> Answer:  # fmt: skip
        """Answer what somebody says in a conversation, which goes on from what was said there before."""
        _bounded(text)
        self._allowance.take(member)
        audience = await self._audience(member, place, public=not private)
        before = await self._conversations.so_far(place, audience)
        book = await self._book(member, place, text, None, public=not private)
        if book is None and before and not names_in(text, self.books.of(club_name(member.club))):
            book = before[-1].book
        question = await self._workers.do(lambda: self._discussion.alone(text, audience, book, before))
        asked = await self._kept(Asked("", member, place, "ask", question[:MAX_QUESTION], book, self._now()))
        quote_only = not await self._model_may(member.club)
        there = Audience() if private else await self._audiences.public(place)

        def answer(reply: Reply) -> Answer:
            return Answer(asked, reply, audience, not private, quote_only and self._discussion.has_model, place=there)

        def work(at_once: Callable[[Reply], object]) -> Reply:
            return self._discussion.ask(text, audience, book, before, quote_only=quote_only, at_once=at_once)

        of_club = await self._of_club(asked, public=not private)
        reply = of_club or await self._reply(work, answer, first)
        await self._allowance.spend(member.club, reply.tokens)
        # In private nobody else reads along, and to forget a guess where it is right would confirm it.
        # Who somebody is whom all have met gives nothing away, but such short words are hard to place.
        plain = private or await self._workers.do(lambda: self._discussion.asks_who(question, audience, reply.book))
        also = Reveals() if plain else await self._reveals(question, reply.book, place)
        try:
            await self._conversations.remember(place, member, text, reply, audience, also)
        except StorageUnavailable as error:
            log.error("%s A turn of a conversation is not remembered.", error)
        return answer(reply)

    async def check(self, member: Member, place: Place, text: str) -> tuple[bool, bool]:
        """Return whether a text might go further than its reader, and further than the place, has read."""
        self._allowance.take(member)
        own = await self._audiences.private(member, place)
        there = await self._audiences.public(place)
        reveals = await self._reveals(text, await self._book(member, place, text, None, public=True), place)
        return not own.may_see(reveals), not there.may_see(reveals)

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
        """Return the book that is meant. Raises UnknownBook, or BookMissing where there is none."""
        book = await self.meant(member, place, typed_book)
        if book is None:
            raise BookMissing
        return book

    async def _kept(self, asked: Asked) -> Asked:
        """Keep a question; where nothing can be written, it is answered all the same, without an id and so buttons."""
        try:
            return await self._questions.add(asked)
        except StorageUnavailable as error:
            log.error("%s A question is answered without buttons.", error)
            return asked

    async def _answer(self, asked: Asked, first: First | None, *, public: bool) -> Answer:
        audience = await self._audience(asked.member, asked.place, public=public)
        out_of_tokens = asked.do == "ask" and not await self._model_may(asked.member.club)
        quotable = not public or audience.may_see(await self._reveals(asked.text, asked.book, asked.place))
        there = await self._audiences.public(asked.place) if public else Audience()

        def answer(reply: Reply) -> Answer:
            return Answer(asked, reply, audience, public, out_of_tokens, quotable, there)

        work = self._work(asked, audience, quote_only=out_of_tokens)
        of_club = await self._of_club(asked, public=public) if asked.do == "ask" else None
        reply = of_club or await self._reply(work, answer, first)
        await self._allowance.spend(asked.member.club, reply.tokens)
        return answer(reply)

    def _work(self, asked: Asked, audience: Audience, *, quote_only: bool) -> Work:
        """Return what is to be asked of the discussion."""
        told, book, discussion = asked.text, asked.book, self._discussion
        match asked.do:
            case "hint":
                return lambda _: discussion.hint(told, audience, book)
            case "who":
                return lambda _: discussion.who(told, audience, book)
            case "recap":
                return lambda _: discussion.recap(audience, _required(book), told)
            case _:
                return lambda at_once: discussion.ask(told, audience, book, quote_only=quote_only, at_once=at_once)

    async def _reply(self, work: Work, answer: Callable[[Reply], Answer], first: First | None) -> Reply:
        """Have a reply made, and tell how it was answered and how long that took.

        `first` is given the quotes if the chat model is still busy by then.
        """
        begun, loop = time.monotonic(), asyncio.get_running_loop()
        early: asyncio.Future[Reply] = loop.create_future()

        def at_once(reply: Reply) -> None:
            loop.call_soon_threadsafe(early.set_result, reply)

        made = asyncio.ensure_future(self._workers.do(lambda: work(at_once)))
        try:
            await asyncio.wait((made, early), return_when=asyncio.FIRST_COMPLETED)
            if first and not made.done():
                await first(answer(early.result()))
            reply = await made
        finally:
            made.cancel()
        self._meter.answered(reply.do, str(reply.mode) if reply.answered else "neutral", time.monotonic() - begun)
        return reply

    async def _of_club(self, asked: Asked, *, public: bool) -> Reply | None:
        """Answer what the club knows and the library does not; None for any other question."""
        club = club_name(asked.member.club)
        kind, said = await self._workers.do(lambda: self._discussion.kind(asked.text, club)), ""
        if public and kind in PERSONAL:
            said = FOR_YOU_ALONE
        elif kind == "reading" and (book := self.books.get((await self._set_up.settings(asked.place.club)).book or "")):
            said = f"The club reads {book.title} by {book.author}."
        elif kind == "meeting":
            said = await self._next_meeting(asked.place.club)
        return Reply("ask", asked.book, said, True) if said else None

    async def _next_meeting(self, club: int) -> str:
        """Return when a club meets next, and about what."""
        running = [s for s in await self._schedules.of_club(club) if s.state is ScheduleState.RUNNING]
        coming = [(each.meets, s, each) for s in running for each in s.live if each.meets > self._now()]
        if not coming:
            return "No meeting is planned yet."
        meets, schedule, section = min(coming, key=lambda each: each[0])
        return f"The next meeting is {timestamp(meets)}: {schedule.title}, {range_name(schedule, section)}."

    async def _model_may(self, club: int) -> bool:
        """Return whether the chat model may be asked, if there is one."""
        return not self._discussion.has_model or await self._allowance.has_tokens(club)

    async def _audience(self, member: Member, place: Place, *, public: bool) -> Audience:
        return await (self._audiences.public(place, member) if public else self._audiences.private(member, place))

    async def _reveals(self, text: str, book: Slug | None, place: Place) -> Reveals:
        """Return how far readers must be for a text to be no spoiler."""
        return await self._workers.do(lambda: self._discussion.reveals(text, book, club_name(place.club)))

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


def _bounded(text: str) -> str:
    if len(text) > MAX_QUESTION:
        raise TooLong
    return text


def _required(book: Slug | None) -> Slug:
    if book is None:
        raise BookMissing
    return book
