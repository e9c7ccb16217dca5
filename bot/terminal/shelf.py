"""What a reader does with books and places: turn to one, look at one, say how far they are."""

from __future__ import annotations

from collections.abc import Callable

from bot import book_text
from bot.terminal import cards
from bot.terminal.place_words import told_place
from bot.terminal.seat import Seat
from bot.terminal.telling import Told
from corpus.books import Book, Slug
from corpus.names import find_book


class Shelf:
    """Keeps one reader's books and places; `premise` returns what may be told of a book to anyone."""

    def __init__(self, seat: Seat, premise: Callable[[Slug], str]) -> None:
        self._seat, self._premise = seat, premise

    def book(self, typed: str) -> Told:
        """Turn to a book, or show the card of the one at hand."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "list" if not rest:
                return self.books("")
            case "none" if not rest:
                failed = self._seat.change(self._seat.reader.turned(None))
                return Told("No book is at hand. Each question finds its own.", tip=failed)
            case "similar":
                book = self._seat.named(rest, "/book similar BOOK names books like it.")
                return Told(book_text.similar_list(book), heading=f"Like {book.title}" if book.similar else "")
            case "show":
                return self._card(self._seat.named(rest, "/book show BOOK shows its card."))
        book = self._seat.named(typed, "/book BOOK turns to one, /books lists them.")
        failed = self._seat.change(self._seat.reader.turned(book)) if typed else ""
        return self._card(book, failed)

    def _card(self, book: Book, failed: str = "") -> Told:
        place = self._seat.positions.get(book.slug)
        tip = f"For example: {cards.how_to_say(book, self._seat.here)}" if place is None else ""
        return Told(book_text.book_card(book, place, self._premise(book.slug)), heading=book.title, tip=failed or tip)

    def books(self, _: str) -> Told:
        """List the books that are here."""
        return Told(cards.book_list(self._seat.books, self._seat.positions))

    def progress(self, typed: str) -> Told:
        """Take down where the reader is, or tell it."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "undo" if not rest:
                return self._undo()
            case "clear":
                return self._clear(rest)
            case "show" | "":
                return self._places()
            case "set" if rest:
                return self._moved(rest)
        return self._moved(typed)

    def _moved(self, typed: str) -> Told:
        book, marks = told_place(typed, self._seat.books, self._seat.here)
        if marks is None:
            return Told(book_text.place_sentence(book, self._seat.positions.get(book.slug)), heading=book.title)
        before = self._seat.here
        failed = self._seat.change(self._seat.reader.moved(book, marks))
        turned = " Questions are about this book now." if self._seat.here == book != before else ""
        return Told(f"{book_text.place_sentence(book, marks)}{turned}", heading=book.title, tip=failed)

    def _places(self) -> Told:
        if told := book_text.place_list(self._seat.books, self._seat.positions):
            return Told(told)
        book = self._seat.here or next(iter(book_text.in_order(self._seat.books.values())), None)
        tip = f"For example: {cards.how_to_say(book, self._seat.here)}" if book else ""
        return Told("You have not said yet where you are in any book.", tip=tip)

    def _undo(self) -> Told:
        before = self._seat.positions
        reader = self._seat.reader.undone()
        if reader is None:
            return Told("There is nothing to undo.")
        failed = self._seat.change(reader)
        now = self._seat.positions
        moved = [book for slug, book in self._seat.books.items() if before.get(slug) != now.get(slug)]
        lines = (book_text.place_line(book, now.get(book.slug)) for book in book_text.in_order(moved))
        return Told("\n".join(lines), heading="As it was before", tip=failed)

    def _clear(self, typed: str) -> Told:
        book = find_book(typed, self._seat.books) if typed else None
        failed = self._seat.change(self._seat.reader.cleared(book))
        what = f"where you are in {book.title}" if book else "where you are, in every book"
        return Told(f"Forgotten: {what}.", tip=failed or "/progress undo brings it back.")
