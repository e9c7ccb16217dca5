"""What a reader asks of the discussion: questions, hints, recaps, people, checks and reading orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.terminal.cards import how_to_say
from bot.terminal.seat import Seat
from bot.terminal.telling import Told, Tone, answer, problem
from corpus.books import Slug
from corpus.library import Library
from corpus.names import UnknownBook, find_book, names_in
from corpus.text import capitalised
from retrieval.gate import Audience

if TYPE_CHECKING:
    from bot.reply import Reply  # at run time it would load the vector store with it


class Asked(Protocol):
    """What is asked of a discussion, which answers for an audience."""

    library: Library

    def ask(self, question: str, audience: Audience, book: Slug | None = None) -> Reply:
        """Answer a question."""
        ...

    def hint(self, question: str, audience: Audience, book: Slug | None = None) -> Reply:
        """Help to find out."""
        ...

    def premise(self, book: Slug) -> Reply:
        """Tell what a book is about."""
        ...

    def recap(self, audience: Audience, book: Slug) -> Reply:
        """Tell the story so far."""
        ...

    def who(self, name: str, audience: Audience, book: Slug | None = None) -> Reply:
        """Tell who somebody is."""
        ...

    def check(self, text: str, audience: Audience, book: Slug | None = None) -> Reply:
        """Place a message."""
        ...

    def order(self, audience: Audience, book: Slug | None = None, series: str | None = None) -> Reply:
        """Advise in which order to read."""
        ...


@dataclass(frozen=True, slots=True)
class _Hinted:
    """The last question, and how many hints to it were shown."""

    question: str
    book: Slug | None
    shown: int = 0


class Asking:
    """Puts one reader's questions to a discussion, always for what this reader has read by then."""

    def __init__(self, discussion: Asked, seat: Seat) -> None:
        self._discussion, self._seat = discussion, seat
        self._hinted: _Hinted | None = None

    def ask(self, question: str) -> Told:
        """Answer a question."""
        if not question:
            return problem("What do you want to know? Any line that does not begin with / is a question.")
        book = self._meant(question)
        self._hinted = _Hinted(question, book)
        return self._answered(self._discussion.ask(question, self._seat.audience, book))

    def hint(self, question: str) -> Told:
        """Give the first hint to a question, or the next one to the last question.

        Each hint is asked for anew, so that it fits what has been read by then.
        """
        last = _Hinted(question, self._meant(question)) if question else self._hinted
        if last is None:
            return problem("A hint for what? Write /hint and a question.")
        reply = self._discussion.hint(last.question, self._seat.audience, last.book)
        levels = reply.hints
        if not levels:
            return self._answered(reply)
        if last.shown >= len(levels):
            return Told("That was the last hint.")
        self._hinted = _Hinted(last.question, last.book, last.shown + 1)
        more = "/hint shows the next one." if last.shown + 1 < len(levels) else ""
        heading = f"{self._heading(reply)}hint {last.shown + 1} of {len(levels)}"
        return Told(levels[last.shown], Tone.ANSWER, capitalised(heading), more)

    def recap(self, typed: str) -> Told:
        """Tell the story so far, of a book that is typed or the one at hand."""
        book = self._seat.named(typed, "/recap BOOK tells the story so far.")
        return self._answered(self._discussion.recap(self._seat.audience, book.slug))

    def who(self, name: str) -> Told:
        """Tell who somebody is."""
        if not name:
            return problem("Who is who? Write /who and a name.")
        return self._answered(self._discussion.who(name, self._seat.audience, self._seat.here_slug))

    def check(self, text: str) -> Told:
        """Say whether a text goes further than the reader."""
        if not text:
            return problem("Check what? Write /check and the text, on one line.")
        beyond = self._discussion.check(text, self._seat.audience, self._seat.here_slug).answer
        # A reply speaks to a member among others; here nobody else reads along.
        return Told(f"This {'might go' if beyond else 'goes no'} further than you have read.", Tone.ANSWER)

    def order(self, typed: str) -> Told:
        """Advise in which order to read: for a book, a series, everything, or the series of the book at hand."""
        here = self._seat.here
        book, series = None, None
        if not typed:
            series = here.series if here and here.series else None
        elif typed.lower() != "all":
            try:
                book = find_book(typed, self._seat.books).slug
            except UnknownBook as error:
                series = typed
                if not self._discussion.order(self._seat.audience, series=series).books:
                    raise error from None
        reply = self._discussion.order(self._seat.audience, book, series)
        option = f" --book {book}" if book else f' --series "{series}"' if series else ""
        return answer(reply, tip=f"\nAs a picture: python run_bot.py order{option} --picture order.png")

    def premise(self, book: Slug) -> str:
        """Return what may be told of a book to anyone."""
        reply = self._discussion.premise(book)
        return reply.answer if reply.answered else ""

    def _meant(self, question: str) -> Slug | None:
        """Return the book that a question is about: the one at hand, unless only others are named."""
        here = self._seat.here_slug
        named = names_in(question, self._seat.books) if here else []
        if not named or here in named:
            return here
        return named[0] if len(named) == 1 else None

    def _heading(self, reply: Reply) -> str:
        """Return which book was found, where it is not the one at hand."""
        book = self._seat.books.get(reply.book or "")
        return f"{book.title}: " if book and book != self._seat.here else ""

    def _answered(self, reply: Reply) -> Told:
        heading, tip = self._heading(reply).removesuffix(": "), ""
        book = self._seat.books.get(reply.book or "")
        if book is None:
            tip = "/book BOOK turns to a book, /books lists them."
        elif not reply.answered and not self._seat.audience.at(book.slug):
            tip = f"Where are you in it? For example: {how_to_say(book, self._seat.here)}"
        elif not reply.answered and reply.do == "ask":
            tip = "/hint gives a hint."
        return answer(reply, heading, tip)
