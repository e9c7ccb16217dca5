"""A small library written by a test, and a discussion over it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from bot.answering.conversation import Exchange
from bot.answering.engine import Discussion
from bot.answering.reply import Reply
from corpus.books import Slug
from corpus.library import Library
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import opened

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
        home.mkdir(parents=True, exist_ok=True)
        (home / "book.toml").write_text(dedent(fields), encoding="utf-8")
        for name, text in DOCUMENTS[slug].items():
            (home / name).write_text(dedent(text), encoding="utf-8")
    return Library.load(folder)


class NotedDiscussion(Discussion):
    """A discussion in quote mode that notes what it is asked."""

    def __init__(self, library: Library, retriever: Retriever) -> None:
        super().__init__(library, retriever)
        self.asked: list[tuple[str, Slug | None]] = []
        self.before: list[Exchange] = []

    def ask(
        self, question: str, audience: Audience, book: Slug | None = None, before: Sequence[Exchange] = (),
        *, quote_only: bool = False, at_once: Callable[[Reply], object] = lambda _: None,
    ) -> Reply:  # fmt: skip
        self.asked.append((question, book))
        self.before = list(before)
        if question == "Break!":
            raise RuntimeError("broken")
        return super().ask(question, audience, book, before, quote_only=quote_only, at_once=at_once)


@contextmanager
def small_discussion(folder: Path) -> Iterator[NotedDiscussion]:
    """Open a discussion of the small library, written into a folder; its model knows words alone."""
    with opened(small_library(folder / "library").folder, folder / "store") as retriever:
        yield NotedDiscussion(retriever.library, retriever)
