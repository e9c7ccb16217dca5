"""A conversation in the terminal: a line in, what is told out."""

from __future__ import annotations

import contextlib
import difflib
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from bot.answering import texts
from bot.answering.conversation import TURNS, Exchange
from bot.cli.reader import PositionsFile, Reader, told_place
from bot.cli.screen import Screen, Told, problem
from bot.cli.start import DataFolder, LibraryFolder, app, opened, write_down
from bot.settings import Settings
from corpus.books import Book, Slug, Unit
from corpus.errors import DogearError, PositionError
from corpus.library import Library
from corpus.names import UnknownBook, find_book, names_in
from corpus.positions import examples, parse_position, reported
from corpus.text import capitalised, plural
from retrieval.gate import Audience

if TYPE_CHECKING:  # at run time they would load the vector store
    from bot.answering.engine import Discussion
    from bot.answering.reply import Reply

HELP = """\
Any line that does not begin with / is a question about the current book.

/progress BOOK WHERE   where you are: ch 9, p. 120, 45%, finished; without BOOK, in the current book
/progress              where you are in every book; /progress clear [BOOK] forgets it
/book BOOK             choose a book; /book shows its card, /book none leaves it, /book similar what else to read
/books                 the books that are here
/hint QUESTION         a hint; /hint once more for the next one
/recap [BOOK or PART]  what matters so far, or of a part: /recap chapters 5-7 in one sentence
/who NAME              who somebody is, as far as you have met them; a role will do: /who the butler
/order [BOOK, SERIES]  in which order to read; /order all for every book
/check TEXT            whether a text goes further than you have read
/quit                  leave; so does the end of input"""

PROMPT = "› "

WORDS = {"?": "help", "exit": "quit", "bye": "quit", "q": "quit"}  # what people try, and the command that they mean


def greeting(books: Mapping[Slug, Book], reader: Reader) -> str:
    """Return the first lines of a conversation: what this is, what is open, and three things to try."""
    first = "Dogear answers questions about books, without spoilers beyond what you have read."
    if not books:
        return f"{first}\nThe library has no books yet; docs/library.md says how to add one."
    book, positions = reader.at_hand(books), reader.positions(books)
    marks = positions.get(book.slug) if book else None
    here = f"Current book: {book.title}. {texts.place_sentence(book, marks)}" if book else "none chosen yet."
    here = here if book else f"{plural(len(books), 'book')} here, {here}"
    told = "/recap" if marks else how_to_say(book or texts.in_order(books.values())[0], book)
    return f"{first}\n{here}\nTry: {told} · What is it about? · /{'help' if book else 'books'}"


def how_to_say(book: Book, here: Book | None) -> str:
    """Return a line that says a place in a book; in the one at hand, the place is enough."""
    place = "45%" if book.unit is Unit.PERCENT else examples(book)[0]
    return f"/progress {place}" if book == here else f"/progress {book.slug} {place}"


class Conversation:
    """Talks with one reader, about what they have read by then.

    `keep` is given the reader after every change, and returns why it cannot be kept for next time, or nothing.
    """

    def __init__(self, discussion: Discussion, reader: Reader, keep: Callable[[Reader], str]) -> None:
        self.reader = reader
        self._books, self._discussion, self._keep = discussion.library.books, discussion, keep
        self._before: list[Exchange] = []
        """What was asked and answered since the reader last moved or turned to a book."""
        self._hinted: tuple[str, Slug | None, int] | None = None
        """The last question, its book, and how many hints to it were shown."""
        self._commands: dict[str, Callable[[str], Told]] = {
            "ask": self._ask,
            "book": self._book,
            "books": lambda _: Told("\n\n".join(texts.library_list(self._books, self._positions))),
            "check": self._check,
            "help": lambda _: Told(HELP),
            "hint": self._hint,
            "order": self._order,
            "progress": self._progress,
            "quit": lambda _: Told("Until next time.", over=True),
            "recap": self._recap,
            "who": self._who,
        }

    def say(self, line: str) -> Told | None:
        """Return what is told to a line, or None to one that says nothing."""
        line = line.strip()
        if not line:
            return None
        try:
            return self._told(line)
        except DogearError as error:
            return problem(error)

    def _told(self, line: str) -> Told:
        alone = line.lower() in (*WORDS, "help", "quit")
        if not line.startswith("/") and not alone:
            return self._ask(line)
        name, _, rest = line.removeprefix("/").partition(" ")
        name = name.lower()
        if command := self._commands.get(WORDS.get(name, name)):
            return command(rest.strip())
        near = difflib.get_close_matches(name, self._commands, n=1, cutoff=0.5)
        cure = f"Did you mean /{near[0]}?" if near else "/help lists all commands."
        return problem(f"I don’t know /{name[:40]}. {cure}")

    @property
    def _here(self) -> Book | None:
        return self.reader.at_hand(self._books)

    @property
    def _here_slug(self) -> Slug | None:
        return self._here.slug if self._here else None

    @property
    def _positions(self) -> dict[Slug, int]:
        return self.reader.positions(self._books)

    @property
    def _audience(self) -> Audience:
        return Audience(self._positions)  # the reader alone: nobody else sees this terminal

    def _change(self, reader: Reader) -> str:
        """Take over what the reader has become; return why that cannot be kept for next time, or nothing."""
        self.reader, self._before = reader, []
        return self._keep(reader)

    def _named(self, typed: str, usage: str) -> Book:
        """Return the book that was typed, or else the one at hand. Raises DogearError."""
        if typed:
            return find_book(typed, self._books)
        if self._here is None:
            raise DogearError(f"Which book? {usage}")
        return self._here

    def _ask(self, question: str) -> Told:
        if not question:
            return problem("What do you want to know? Any line that does not begin with / is a question.")
        if self._here and (where := reported(question)):
            return self._progress(f"{self._here.slug} {where}")
        book, before = self._meant(question), self._before[-TURNS:]
        if book is None and before and not names_in(question, self._books):
            book = before[-1].book
        self._hinted = self._discussion.alone(question, self._audience, book, before), book, 0
        reply = self._discussion.ask(question, self._audience, book, before)
        self._before = [*before, Exchange(question, reply.answer, reply.book)]
        return self._answered(reply)

    def _hint(self, typed: str) -> Told:
        """Give the first hint to a question, or the next one to the last question.

        Each hint is asked for anew, so that it fits what has been read by then.
        """
        last = (typed, self._meant(typed), 0) if typed else self._hinted
        if last is None:
            return problem("A hint for what? Write /hint and a question.")
        question, about, shown = last
        self._hinted = last
        reply = self._discussion.hint(question, self._audience, about)
        levels = reply.hints
        if not levels:
            return self._answered(reply)
        if shown >= len(levels):
            return Told("That was the last hint.")
        self._hinted = question, about, shown + 1
        more = "/hint shows the next one." if shown + 1 < len(levels) else ""
        title = self._other_title(reply)
        heading = f"{f'{title}: ' if title else ''}hint {shown + 1} of {len(levels)}"
        return Told(levels[shown], capitalised(heading), more)

    def _recap(self, typed: str) -> Told:
        try:
            book = self._named(typed, "/recap BOOK tells the story so far.")
        except UnknownBook as error:
            if self._here is None:
                raise
            with contextlib.suppress(PositionError):
                return self._answered(self._discussion.recap(self._audience, self._here.slug, typed))
            raise error from None
        return self._answered(self._discussion.recap(self._audience, book.slug))

    def _who(self, name: str) -> Told:
        if not name:
            return problem("Who? Write /who and a name.")
        return self._answered(self._discussion.who(name, self._audience, self._here_slug))

    def _check(self, text: str) -> Told:
        if not text:
            return problem("Check what? Write /check and the text, on one line.")
        beyond = self._discussion.check(text, self._audience, self._here_slug).answer
        # A reply speaks to a member among others; here nobody else reads along.
        return Told("This might be a spoiler for you." if beyond else "I see no spoilers for you in this.")

    def _order(self, typed: str) -> Told:
        """Advise in which order to read: for a book, a series, everything, or the series of the current book."""
        book, series = None, None
        if not typed:
            series = (self._here.series or None) if self._here else None
        elif typed.lower() != "all":
            try:
                book = find_book(typed, self._books).slug
            except UnknownBook as error:
                series = typed
                if not self._discussion.order(self._audience, series=series).books:
                    raise error from None
        reply = self._discussion.order(self._audience, book, series)
        option = f" --book {book}" if book else f' --series "{series}"' if series else ""
        return Told(reply.answer, tip=f"\nAs a picture: python run_bot.py order{option} --picture order.png")

    def _meant(self, question: str) -> Slug | None:
        """Return the book that a question is about: the one at hand, unless only others are named."""
        here = self._here_slug
        named = names_in(question, self._books) if here else []
        if not named or here in named:
            return here
        return named[0] if len(named) == 1 else None

    def _other_title(self, reply: Reply) -> str:
        """Return the title of the book that was found, where it is not the one at hand."""
        book = self._books.get(reply.book or "")
        return book.title if book and book != self._here else ""

    def _answered(self, reply: Reply) -> Told:
        book, tip = self._books.get(reply.book or ""), ""
        if book is None:
            tip = "Choose a book with /book BOOK; /books lists them."
        elif not reply.answered and not self._audience.at(book.slug):
            tip = f"Where are you in it? For example: {how_to_say(book, self._here)}"
        elif not reply.answered and reply.do == "ask":
            tip = "/hint gives a hint."
        return Told(reply.answer, self._other_title(reply), tip)

    def _book(self, typed: str) -> Told:
        """Turn to a book, or show the card of the one at hand."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "none" if not rest:
                failed = self._change(self.reader.turned(None))
                return Told("No book is chosen. I find the book from each question.", tip=failed)
            case "similar":
                book = self._named(rest, "/book similar BOOK names books like it.")
                return Told(texts.similar_list(book), heading=f"Like {book.title}" if book.similar else "")
            case "show":
                return self._card(self._named(rest, "/book show BOOK shows its card."))
        book = self._named(typed, "Choose one with /book BOOK; /books lists them.")
        return self._card(book, self._change(self.reader.turned(book)) if typed else "")

    def _card(self, book: Book, failed: str = "") -> Told:
        place = self._positions.get(book.slug)
        tip = f"For example: {how_to_say(book, self._here)}" if place is None else ""
        premise = self._discussion.premise(book.slug)
        card = texts.book_card(book, place, premise.answer if premise.answered else "")
        return Told(card, heading=book.title, tip=failed or tip)

    def _progress(self, typed: str) -> Told:
        """Take down where the reader is, or tell it."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "clear":
                return self._clear(rest)
            case "show" | "":
                return self._places()
            case "set" if rest:
                typed = rest
        totals = {slug: dict(known) for slug, known in self.reader.totals.items()}
        book, marks = told_place(typed, self._books, self._here, self._positions, totals)
        before = self._here
        if marks is None:
            failed = self._change(self.reader.turned(book)) if book != before else ""
            turned = " Questions are about this book now." if book != before else ""
            said = texts.place_sentence(book, self._positions.get(book.slug))
            return Told(f"{said}{turned}", heading=book.title, tip=failed)
        failed = self._change(self.reader.moved(book, marks, totals[book.slug]))
        turned = " Questions are about this book now." if self._here == book != before else ""
        return Told(f"{texts.place_sentence(book, marks)}{turned}", heading=book.title, tip=failed)

    def _places(self) -> Told:
        if told := texts.place_list(self._books, self._positions):
            return Told(told)
        book = self._here or next(iter(texts.in_order(self._books.values())), None)
        tip = f"For example: {how_to_say(book, self._here)}" if book else ""
        return Told("You haven’t set a position in any book yet.", tip=tip)

    def _clear(self, typed: str) -> Told:
        book = find_book(typed, self._books) if typed else None
        failed = self._change(self.reader.cleared(book))
        what = f"where you are in {book.title}" if book else "where you are, in every book"
        return Told(f"Forgotten: {what}.", tip=failed)


def lines_from(source: TextIO | None, out: TextIO) -> Iterator[str]:
    """Yield lines until the input ends. A person gets a prompt and can edit the line; a pipe is read as it comes."""
    if source is None:  # a process may be started with its input closed
        return
    if not (source.isatty() and out.isatty()):
        if isinstance(source, io.TextIOWrapper):
            source.reconfigure(encoding="utf-8-sig", errors="replace")
        yield from source
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 (its presence lets `input` edit lines and remember them)
    with contextlib.suppress(EOFError):
        while True:
            yield input(PROMPT)
    print()


@app.command()
def chat(context: typer.Context, library: LibraryFolder = None, data: DataFolder = None) -> None:
    """Talk about a book in the terminal."""
    settings, screen = context.obj.settings(library, data, quiet=True), Screen(sys.stdout)
    file = PositionsFile(settings.data)
    reader, trouble = file.read()
    try:
        screen.show(Told(greeting(Library.load(settings.library).books, reader)))
        if trouble:
            screen.show(problem(trouble))
        with opened(settings) as discussion:
            conversation = Conversation(discussion, reader, file.write)
            for line in lines_from(sys.stdin, sys.stdout):
                try:
                    told = conversation.say(line)
                except Exception as error:  # noqa: BLE001 (it is written down, and costs that line alone)
                    told = problem(write_down(error, settings.data, settings.secrets))
                if told is not None:
                    screen.show(told)
                    if told.over:
                        return
    except KeyboardInterrupt:  # leaves, as the end of input does
        screen.line("")


BookName = Annotated[str | None, typer.Option(help="The book: slug or title. Without it, the bot finds it.")]
PlaceIn = Annotated[str | None, typer.Option(help="How far you are: 9, ch 9, 45%. Default: as set in chat.")]


def told_once(settings: Settings, line: str, book: str | None, at: str | None) -> None:
    """Show what chat tells to one line; a command is about the book at hand where no other is named."""
    books, screen = Library.load(settings.library).books, Screen(sys.stdout)
    here, reader = find_book(book, books) if book else None, PositionsFile(settings.data).read()[0]
    if here or not line.startswith("/"):
        reader = reader.turned(here)
    if at is not None:
        if here is None:
            raise DogearError(f"--at {at}, but in which book? Name it: --book SLUG.")
        reader = reader.moved(here, parse_position(at, here))
    if line == "/recap" and reader.book is None:
        raise DogearError("Which book? Name it: --book SLUG.")
    with opened(settings) as discussion:
        told = Conversation(discussion, reader, lambda _: "").say(line) or Told()
        if told.wrong:
            raise DogearError(told.text)
        screen.line(str(Told(told.text, told.heading)))


@app.command()
def ask(
    context: typer.Context,
    line: Annotated[str, typer.Argument(metavar="QUESTION", help="A question, or a line of chat such as “/who NAME”.")],
    book: BookName = None, at: PlaceIn = None, library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Answer one question, or one line of chat."""
    told_once(context.obj.settings(library, data, quiet=True), line, book, at)


def _add_command(name: str, told: str) -> None:
    """Add a command of the shell that is a command of chat, with the words behind it."""

    def command(
        context: typer.Context, words: Annotated[list[str] | None, typer.Argument(help="As in chat.")] = None,
        book: BookName = None, at: PlaceIn = None, library: LibraryFolder = None, data: DataFolder = None,
    ) -> None:  # fmt: skip
        line = " ".join((f"/{name}", *(words or ())))
        told_once(context.obj.settings(library, data, quiet=True), line, book, at)

    app.command(name, help=told)(command)


_add_command("hint", "Give a hint to a question: what to think about.")
_add_command("recap", "Recap the story up to where you are, or a part of it.")
_add_command("who", "Find out who somebody is, from what you have read so far.")
_add_command("check", "Check whether a text is a spoiler.")
