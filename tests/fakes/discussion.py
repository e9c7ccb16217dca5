"""A small library, and a discussion over it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from bot.answering.conversation import Exchange
from bot.answering.engine import Discussion
from bot.answering.reply import Reply
from corpus.books import Slug
from corpus.library import Library
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import opened

SMALL = Path(__file__).parent / "small_library"


def small_library(folder: Path) -> Library:
    """Copy the small library into a folder and load it."""
    return Library.load(copytree(SMALL, folder, dirs_exist_ok=True))


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
