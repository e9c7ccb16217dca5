"""A small library written by a test, and a discussion over it that answers by shared words."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

from bot.answering.conversation import Exchange
from bot.answering.engine import Discussion
from bot.answering.reply import RECAP_LIMIT, Quote, Reply
from bot.reading_order.advice import order_text, reading_orders
from corpus.books import Reveals, Slug
from corpus.library import Library
from corpus.passages import Passage, cut, source_line
from retrieval.gate import Audience
from retrieval.retriever import RankedPassage

NEUTRAL = "Nothing so far."
SPOILS = "This may spoil."

BOOKS = {
    "the-moonstone": """
        title = "The Moonstone"
        author = "Wilkie Collins"
        year = 1868
        series = "The Yellow Diamond"
        series_number = 1
        unit = "chapter"
        marks = 10
        aliases = ["The Diamond"]
        similar = ["The Dead Secret"]
        ratings = { average = 3.9, count = 1200, source = "a page" }
        """,
    "the-return-of-the-moonstone": """
        title = "The Return of the Moonstone"
        author = "Wilkie Collins"
        year = 1870
        series = "The Yellow Diamond"
        series_number = 2
        unit = "percent"
        marks = 100
        [[requires]]
        book = "the-moonstone"
        need = "first"
        reason = "It begins where the other one ends."
        """,
    "no-name": """
        title = "No Name"
        author = "Wilkie Collins"
        unit = "chapter"
        marks = 4
        """,
}
DOCUMENTS = {
    "the-moonstone": {
        "premise.md": "---\nkind: premise\nreveals: 0\n---\n\nA diamond vanishes from a country house.\n",
        "summary.md": """\
            ---
            kind: summary
            ---

            ## Chapter 2

            Franklin brings the diamond to Rachel.

            ## Chapter 10

            Godfrey was the thief of the diamond.
            """,
    },
    "the-return-of-the-moonstone": {
        "summary.md": "---\nkind: summary\n---\n\n## 50%\n\nThe stone comes home to India.\n"
    },
    "no-name": {"summary.md": "---\nkind: summary\n---\n\n## Chapter 1\n\nMagdalen loses her name.\n"},
}


def small_library(folder: Path) -> Library:
    """Write the small library into a folder and load it."""
    for slug, fields in BOOKS.items():
        home = folder / slug
        home.mkdir(parents=True)
        (home / "book.toml").write_text(dedent(fields), encoding="utf-8")
        for name, text in DOCUMENTS[slug].items():
            (home / name).write_text(dedent(text), encoding="utf-8")
    return Library.load(folder)


class FakeDiscussion(Discussion):
    """Answers from what an audience may see, by the words that question and passage share."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.asked: list[tuple[str, Slug | None]] = []
        self.before: list[Exchange] = []
        self._passages = [p for slug, book in library.books.items() for p in cut(book, library.documents[slug])[0]]

    def ask(
        self, question: str, audience: Audience, book: Slug | None = None, before: Sequence[Exchange] = (),
        *, quote_only: bool = False, at_once: Callable[[Reply], object] = lambda _: None,
    ) -> Reply:  # fmt: skip
        self.asked.append((question, book))
        self.before = list(before)
        if question == "Break!":
            raise RuntimeError("broken")
        return self._from_words("ask", question, audience, book)

    def kind(self, question: str, club: str = "") -> str:
        return ""

    def people(self, book: Slug, audience: Audience) -> list[str]:
        return list(dict.fromkeys(p.heading for p in self._visible(audience, book) if p.kind == "people"))

    def hint(self, question: str, audience: Audience, book: Slug | None = None) -> Reply:
        reply = self._from_words("hint", question, audience, book)
        if reply.book is None:
            return reply
        levels = ("Think of the diamond.", "By chapter 10.", reply.answer)
        return Reply("hint", reply.book, levels[0], True, reply.withheld, reply.passages, hints=levels)

    def premise(self, book: Slug, club: str = "") -> Reply:
        told = [p.text for p in self._visible(Audience(), book) if p.kind == "premise"]
        return Reply("book", book, " ".join(told) or NEUTRAL, bool(told))

    def recap(
        self, audience: Audience, book: Slug, part: str | tuple[int, int] = "", limit: int = RECAP_LIMIT,
        most: int | None = None,
    ) -> Reply:  # fmt: skip
        told = [p.text for p in self._visible(audience, book) if p.kind == "summary"]
        return Reply("recap", book, " ".join(told) or NEUTRAL, bool(told))

    def who(self, name: str, audience: Audience, book: Slug | None = None, limit: int = 0) -> Reply:
        return self._from_words("who", name, audience, book)

    def check(self, text: str, audience: Audience, book: Slug | None = None) -> Reply:
        placed = Reveals().joined(p.reveals for p in self._matching(text, book))
        beyond = not audience.may_see(placed)
        return Reply("check", book, SPOILS if beyond else "", True, beyond, reveals=placed.marks)

    def order(self, audience: Audience, book: Slug | None = None, series: str | None = None) -> Reply:
        advice = reading_orders(self.library.books, audience.positions, book=book, series=series)
        return Reply("order", book, order_text(advice), True, books=advice.recommended.books)

    def _from_words(self, do: str, question: str, audience: Audience, book: Slug | None) -> Reply:
        matching = list(self._matching(question, book))
        found = [p for p in matching if audience.may_see(p.reveals)]
        ranked = tuple(RankedPassage(p, 1 / n) for n, p in enumerate(found, 1))
        withheld = len(found) < len(matching)
        if not found:
            return Reply(do, book, NEUTRAL, False, withheld)
        best = found[-1]
        source = source_line(best, self.library.books[best.book])
        quotes = (Quote(best.text, source),)
        return Reply(do, best.book, f"“{best.text}”", True, withheld, ranked, quotes, sources=(source,))

    def _matching(self, text: str, book: Slug | None) -> Iterator[Passage]:
        words = _words(text)
        for passage in self._passages:
            if passage.book == (book or passage.book) and (
                words & _words(passage.text) or (book and passage.kind == "premise")
            ):
                yield passage

    def _visible(self, audience: Audience, book: Slug) -> Iterator[Passage]:
        return (p for p in self._passages if p.book == book and audience.may_see(p.reveals))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}
