"""Passages: the pieces of a document that are found, gated, ranked and quoted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from corpus.books import Book, Unit
from corpus.documents import Block, Document
from corpus.reveals import Reveals, Slug
from corpus.sentences import sentences

SENTENCES = 3
"""Sentences a passage: long enough to be understood alone, short enough to be placed and found exactly."""

MAX_SENTENCE = 1_000
"""Characters; a “sentence” without any full stop is cut here, so that no text is too long to embed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of one document that reveal the same.

    `id` is made of the words, so that an edit elsewhere leaves it (and its embedding) as it was.
    `order` counts the passages of the book's documents in reading order; `group` names the stretch of text
    (one heading, one placing) that the passage was cut from, so that neighbours can be told from strangers.
    """

    id: str
    book: Slug
    kind: str
    document: str
    sentences: tuple[str, ...]
    reveals: Reveals
    inferred: bool
    order: int
    group: int
    heading: str = ""
    origin: str = ""
    rating: int | None = None
    date: dt.date | None = None
    likes: int = 0
    explicit: bool = False

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A passage that still has to be placed (its `reveals` is the whole book until then).

    `share` is the end of the passage as a share of its document's unplaced text (0 to 1): a summary that tells
    the story in order is spread by it.
    """

    passage: Passage
    share: float


def cut(book: Book, documents: Iterable[Document]) -> tuple[list[Passage], list[Unplaced]]:
    """Cut a book's documents into passages: those that the library places, and those that it does not."""
    placed: list[Passage] = []
    unplaced: list[Unplaced] = []
    order = group = 0
    seen: Counter[str] = Counter()
    for document in documents:
        waiting: list[Passage] = []
        for blocks in _stretches(document):
            group += 1
            for piece in _pieces(blocks):
                passage = _passage(book, document, blocks[0], piece, order, group)
                seen[passage.id] += 1
                if seen[passage.id] > 1:  # the same words once more in one document
                    passage = replace(passage, id=f"{passage.id}-{seen[passage.id]}")
                order += 1
                if blocks[0].reveals is None:
                    waiting.append(passage)
                else:
                    placed.append(passage)
        sizes = [len(passage.text) for passage in waiting]
        unplaced += [Unplaced(p, sum(sizes[: n + 1]) / sum(sizes)) for n, p in enumerate(waiting)]
    return placed, unplaced


def _stretches(document: Document) -> Iterator[list[Block]]:
    """Yield runs of blocks that belong together; a list item stands alone."""
    for _, run in groupby(document.blocks, key=lambda b: (b.heading, b.reveals, b.line if b.is_item else 0)):
        yield list(run)


def _pieces(blocks: list[Block]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences of each passage: three, or fewer where the text ends; no lone one where four fit."""
    flat = [part for block in blocks for sentence in sentences(block.text) for part in _bounded(sentence)]
    while flat:
        size = SENTENCES if len(flat) != SENTENCES + 1 else 2
        yield tuple(flat[:size])
        flat = flat[size:]


def _bounded(sentence: str) -> Iterator[str]:
    while len(sentence) > MAX_SENTENCE:
        end = sentence.rfind(" ", 0, MAX_SENTENCE)
        end = end if end > 0 else MAX_SENTENCE
        yield sentence[:end]
        sentence = sentence[end:].strip()
    if sentence:
        yield sentence


def _passage(book: Book, document: Document, block: Block, piece: tuple[str, ...], order: int, group: int) -> Passage:
    reveals = block.reveals
    # A heading is shown only where it gives away no more than the passage below it.
    shown = block.heading_reveals is None or reveals is None or reveals.covers(block.heading_reveals)
    key = "\x1f".join((document.name, *piece))
    return Passage(
        id=f"{book.slug}/{hashlib.sha256(key.encode()).hexdigest()[:20]}",
        book=book.slug,
        kind=document.kind,
        document=document.name,
        sentences=piece,
        reveals=book.whole() if reveals is None else reveals,
        inferred=reveals is None,
        order=order,
        group=group,
        heading=block.heading if shown else "",
        origin=document.source,
        rating=block.rating or document.rating,
        date=block.date or document.date,
        likes=block.likes,
        explicit=block.explicit,
    )


def placed(passage: Passage, reveals: Reveals) -> Passage:
    """Return the passage with a place that was inferred for it."""
    return replace(passage, reveals=reveals, inferred=True)


def source_line(passage: Passage, book: Book) -> str:
    """Return how a reply names where a passage comes from: "summary, chapter 7", "a reader, ★★☆☆☆"."""
    mark = passage.reveals.marks.get(book.slug, 0)
    if passage.kind == "review":
        return "a reader" + (f", {'★' * passage.rating}{'☆' * (5 - passage.rating)}" if passage.rating else "")
    name = _KIND_NAMES.get(passage.kind, passage.kind)
    if not mark or passage.inferred:
        return name
    return f"{name}, {mark}%" if book.unit is Unit.PERCENT else f"{name}, {book.unit.value} {mark}"


_KIND_NAMES = {
    "people": "who is who",
    "answers": "a reader’s answer",
    "quotes": "a quote",
    "discussion": "discussion",
    "advice": "readers’ advice",
    "author": "about the author",
    "text": "notes",
}
