"""Passages: documents and members’ texts, cut into pieces of a few sentences."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from corpus.books import Book, Reveals, Slug, Unit
from corpus.documents import Block, Document
from corpus.text import sentences

SENTENCES = 3
"""Sentences a passage: long enough to be understood alone, short enough to be placed and found exactly."""

TOLD_IN_ORDER = ("summary",)
"""Documents that tell the story in order; what nothing places in another one is placed paragraph by paragraph."""

MAX_SENTENCE = 1_000
"""Characters; a “sentence” without any full stop is cut here, so that no text is too long to embed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of one document that reveal the same.

    `id` is made of the words, so that an edit elsewhere leaves it (and its embedding) as it was.
    `order` counts the passages of the book's documents in reading order; `group` names the stretch of text
    (one heading, one placing) that the passage was cut from, so that neighbours can be told from strangers.
    `club` is the one club that may see the passage; empty, everybody may (`cut_note` and its like make the others).
    `certainty` (0 to 1) is how sure an inferred place is; a place that the library states is sure.
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
    club: str = ""
    certainty: float = 1.0

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A passage that still has to be placed (its `reveals` is the whole book until then).

    `share` says how far through the book (0 to 1) its end is, if its document tells the story in order: text that
    is not placed fills the way from the marks stated before it (`after`) to those stated after it (`ahead`).
    """

    passage: Passage
    share: float
    after: int
    ahead: int


def cut(book: Book, documents: Iterable[Document]) -> tuple[list[Passage], list[Unplaced]]:
    """Cut a book's documents into passages: those that the library places, and those that it does not."""
    settled: list[Passage] = []
    unplaced: list[Unplaced] = []
    order = group = 0
    seen: Counter[str] = Counter()
    for document in documents:
        told: list[Passage] = []
        for blocks in _stretches(document):
            group += 1
            for piece in _pieces(document, blocks):
                passage = _passage(book, document, blocks[0], piece, order, group)
                seen[passage.id] += 1
                if seen[passage.id] > 1:  # the same words once more in one document
                    passage = replace(passage, id=f"{passage.id}-{seen[passage.id]}")
                order += 1
                told.append(passage)
        settled += [passage for passage in told if not passage.inferred]
        unplaced += _spread(told, book)
    return settled, unplaced


def _spread(told: Iterable[Passage], book: Book) -> Iterator[Unplaced]:
    """Yield the passages of a document that are not placed, each with its share."""
    reached, waiting = 0, list[Passage]()
    for passage in told:
        mark = 0 if passage.inferred else passage.reveals.marks.get(book.slug, 0)
        if passage.inferred:
            waiting.append(passage)
        elif mark > reached:
            yield from _between(waiting, reached, mark, book)
            reached, waiting = mark, []
    yield from _between(waiting, reached, book.marks, book)


def _between(waiting: list[Passage], reached: int, ahead: int, book: Book) -> Iterator[Unplaced]:
    sizes = [len(passage.text) for passage in waiting]
    total = sum(sizes)
    for passage, size in zip(waiting, accumulate(sizes), strict=True):
        yield Unplaced(passage, (reached + (ahead - reached) * size / total) / book.marks, reached, ahead)


def _stretches(document: Document) -> Iterator[list[Block]]:
    """Yield runs of blocks that belong together; a list item stands alone."""
    for _, run in groupby(document.blocks, key=_stretch):
        yield list(run)


def _stretch(block: Block) -> tuple[object, ...]:
    return block.heading, block.reveals, block.line if block.is_item else 0, block.likes, block.explicit


def _pieces(document: Document, blocks: list[Block]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences of each passage of a stretch.

    Where the place has to be found by matching, no passage goes over the end of a paragraph: one that tells of the
    ending must not take along what stands above it.
    """
    if blocks[0].reveals is None and document.kind not in TOLD_IN_ORDER:
        for block in blocks:
            yield from pieces([block.text])
    else:
        yield from pieces(block.text for block in blocks)


def pieces(paragraphs: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences of each passage: three, or fewer where the text ends; no lone one where four fit."""
    flat = [part for text in paragraphs for sentence in sentences(text) for part in _bounded(sentence)]
    at = 0
    while at < len(flat):
        size = SENTENCES if len(flat) - at != SENTENCES + 1 else 2
        yield tuple(flat[at : at + size])
        at += size


def _bounded(sentence: str) -> Iterator[str]:
    at = 0
    while len(sentence) - at > MAX_SENTENCE:
        end = sentence.rfind(" ", at, at + MAX_SENTENCE)
        end = end if end > at else at + MAX_SENTENCE
        yield sentence[at:end].strip()
        at = end
    if rest := sentence[at:].strip():
        yield rest


def _passage(book: Book, document: Document, block: Block, piece: tuple[str, ...], order: int, group: int) -> Passage:
    reveals = block.reveals
    # A heading is shown only where it gives away no more than the passage below it.
    shown = reveals is None or (block.heading_reveals is not None and reveals.covers(block.heading_reveals))
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
        certainty=float(reveals is not None),
    )


def placed(passage: Passage, reveals: Reveals, heading: Reveals | None = None, certainty: float = 0.0) -> Passage:
    """Return a passage of unknown place with one that was inferred for it, and how sure that is.

    Its heading stays where it tells nothing new: where readers have got as far as it was placed (`heading`; the
    end, if it was not), or where the passage itself holds all of its words.
    """
    known = reveals.covers(heading or passage.reveals) or _words(passage.heading) <= _words(passage.text)
    kept = passage.heading if known else ""
    return replace(passage, reveals=reveals, inferred=True, heading=kept, certainty=round(certainty, 3))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def source_line(passage: Passage, book: Book) -> str:
    """Return how a reply names where a passage comes from: "summary, chapter 7", "a reader, ★★☆☆☆", "a member"."""
    mark = passage.reveals.marks.get(book.slug, 0)
    if passage.kind == "review":
        who = "a member" if passage.club else "a reader"
        return who + (f", {'★' * passage.rating}{'☆' * (5 - passage.rating)}" if passage.rating else "")
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


AFTER_THE_LIBRARY = 1 << 33
"""Groups of club texts start here; a book of the library has a few hundred."""

PASSAGES_A_GROUP = 1 << 16
"""Numbers between the orders of two groups: more passages than the longest review has."""


@dataclass(frozen=True, slots=True)
class ClubText:
    """A member's review as retrieval needs it: whose club it is of, what it says, and how far readers must be.

    `club` and `id` name it for good; `explicit` texts are for adults alone. Who wrote it is no part of it.
    """

    club: str
    id: str
    book: Slug
    text: str
    reveals: Reveals
    rating: int | None = None
    date: dt.date | None = None
    explicit: bool = False

    def __post_init__(self) -> None:
        """Refuse a text of no club: everybody would see it."""
        if not self.club:
            raise ValueError("a club text belongs to a club")

    @property
    def fingerprint(self) -> str:
        """Return a digest of all that the text holds: it changes when any of it does."""
        date = self.date.isoformat() if self.date else None
        marks = sorted(self.reveals.marks.items())
        return _digest(self.club, self.id, self.book, self.text, marks, self.rating, date, self.explicit)[:24]


def cut_review(review: ClubText) -> list[Passage]:
    """Cut a member's review into passages; they come after the library's, and each review is a stretch of its own.

    Ids are made of club, review and words. They are longer than a library's, so none is ever both.
    """
    group = AFTER_THE_LIBRARY + int(_digest(review.club, review.id)[:8], 16)
    seen: Counter[str] = Counter()
    found: list[Passage] = []
    for number, piece in enumerate(pieces(_clean(line) for line in review.text.splitlines())):
        key = f"club/{_digest(review.club, review.id, *piece)}"
        seen[key] += 1
        found.append(
            Passage(
                id=f"{key}-{seen[key]}" if seen[key] > 1 else key,
                book=review.book,
                kind="review",
                document=f"review-{review.id}",
                sentences=piece,
                reveals=review.reveals,
                inferred=False,
                order=group * PASSAGES_A_GROUP + number,
                group=group,
                rating=review.rating,
                date=review.date,
                explicit=review.explicit,
                club=review.club,
            )
        )
    return found


def _clean(line: str) -> str:
    """Return a line without what no store keeps: control characters, and halves of characters."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in line)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
