"""Passages: documents and members’ texts, cut into pieces of a few sentences."""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from corpus.books import Book, Reveals, Slug, Unit
from corpus.documents import Block, Document
from corpus.text import on_one_line, sentences

SENTENCES = 3  # sentences in a passage: enough to be understood alone, few enough to be placed and found precisely
TOLD_IN_ORDER = ("summary",)  # kinds of document that tell the story; other unplaced text is placed by paragraph
MAX_SENTENCE = 1_000  # characters at which an endless “sentence” is cut, so that it can be embedded


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a document; a `group` has one section and place, and a stated place a `certainty` of 1."""

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
        """The passage as readers see it."""
        return " ".join(self.sentences)

    @property
    def by_member(self) -> bool:
        """Whether a member of a club wrote it; all else comes from the files of a book."""
        return self.group >= AFTER_THE_LIBRARY

    @property
    def mark(self) -> int:
        """The mark of its own book from which it may be shown."""
        return self.reveals.marks.get(self.book, 0)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A passage still to be placed: `share` (0 to 1) through its book, between the marks `after` and `ahead`."""

    passage: Passage
    share: float
    after: int
    ahead: int


def cut(book: Book, documents: Iterable[Document]) -> tuple[list[Passage], list[Unplaced]]:
    """Cut documents into passages: those that the library places, and those that still have to be placed."""
    settled: list[Passage] = []
    unplaced: list[Unplaced] = []
    order = group = 0
    seen: Counter[str] = Counter()
    for document in documents:
        told: list[Passage] = []
        for _, run in groupby(document.blocks, key=_stretch):
            blocks = list(run)
            group += 1
            for piece in _pieces(document, blocks):
                passage = _passage(book, document, blocks[0], piece, order, group)
                told.append(replace(passage, id=_numbered(passage.id, seen)))
                order += 1
        settled += [passage for passage in told if not passage.inferred]
        unplaced += _spread(told, book)
    return settled, unplaced


def _spread(told: Iterable[Passage], book: Book) -> Iterator[Unplaced]:
    reached, waiting = 0, list[Passage]()
    for passage in told:
        mark = 0 if passage.inferred else passage.mark
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


def _stretch(block: Block) -> tuple[object, ...]:
    """Return what blocks that belong together have in common; each list item stands alone."""
    return block.heading, block.reveals, block.line if block.is_item else 0, block.likes, block.explicit


def _pieces(document: Document, blocks: list[Block]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences of each passage of a run of blocks; one that will be matched stays within a paragraph."""
    if blocks[0].reveals is None and document.kind not in TOLD_IN_ORDER:
        for block in blocks:
            yield from pieces([block.text])
    else:
        yield from pieces(block.text for block in blocks)


def pieces(paragraphs: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences of each passage: three, or two and two rather than three and one."""
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
        id=f"{book.slug}/{hashlib.sha256(key.encode()).hexdigest()[:20]}", book=book.slug, kind=document.kind,
        document=document.name, sentences=piece, reveals=book.whole() if reveals is None else reveals,
        inferred=reveals is None, order=order, group=group, heading=block.heading if shown else "",
        origin=document.source, rating=block.rating or document.rating, date=block.date or document.date,
        likes=block.likes, explicit=block.explicit, club=book.club, certainty=float(reveals is not None),
    )  # fmt: skip


def placed(passage: Passage, reveals: Reveals, certainty: float = 0.0) -> Passage:
    """Return a passage with an inferred place; its heading is kept at the end, or if the passage has all its words."""
    known = reveals.covers(passage.reveals) or _words(passage.heading) <= _words(passage.text)
    kept = passage.heading if known else ""
    return replace(passage, reveals=reveals, inferred=True, heading=kept, certainty=round(certainty, 3))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def source_line(passage: Passage, book: Book) -> str:
    """Return the source of a passage for a reply: "summary, chapter 7", "a reader, ★★☆☆☆", "a member"."""
    mark = passage.mark
    if passage.kind == "review":
        who = "a member" if passage.by_member else "a reader"
        return who + (f", {'★' * passage.rating}{'☆' * (5 - passage.rating)}" if passage.rating else "")
    name = _KIND_NAMES.get(passage.kind, passage.kind)
    if mark and not passage.inferred:
        name += f", {mark}%" if book.unit is Unit.PERCENT else f", {book.unit.value} {mark}"
    return " ".join((name, *(f"({origin})" for origin in credits_of([passage]))))


LICENSED = "CC BY"  # in the source of a text that may be shown if its authors and its licence are named


def credits_of(told: Iterable[Passage]) -> tuple[str, ...]:
    """Return whose work passages are, where that has to be named."""
    return tuple(dict.fromkeys(passage.origin for passage in told if LICENSED in passage.origin))


_KIND_NAMES = {
    "people": "who is who", "answers": "a reader’s answer", "quotes": "a quote", "discussion": "discussion",
    "advice": "readers’ advice", "author": "about the author", "setting": "time and place",
    "warnings": "content warnings", "text": "the book", "contents": "the chapters",
}  # fmt: skip


AFTER_THE_LIBRARY = 1 << 33  # the first group number of club texts; a book of the library has a few hundred groups
PASSAGES_A_GROUP = 1 << 16  # order numbers in a group: more than the longest review has passages


@dataclass(frozen=True, slots=True)
class ClubText:
    """A member's review or note in one club, without its author; `club` and `id` identify it."""

    club: str
    id: str
    book: Slug
    text: str
    reveals: Reveals
    rating: int | None = None
    date: dt.date | None = None
    explicit: bool = False

    def __post_init__(self) -> None:
        """Refuse a text without a club: everybody would see it."""
        if not self.club:
            raise ValueError("a club text belongs to a club")

    @property
    def fingerprint(self) -> str:
        """Return a digest of all fields."""
        date = self.date.isoformat() if self.date else None
        marks = sorted(self.reveals.marks.items())
        return _digest(self.club, self.id, self.book, self.text, marks, self.rating, date, self.explicit)[:24]


def cut_review(review: ClubText) -> list[Passage]:
    """Cut a member's review into passages: one group after the library's, with longer ids than those have."""
    group = AFTER_THE_LIBRARY + int(_digest(review.club, review.id)[:8], 16)
    seen: Counter[str] = Counter()
    return [
        Passage(
            id=_numbered(f"club/{_digest(review.club, review.id, *piece)}", seen), book=review.book, kind="review",
            document=f"review-{review.id}", sentences=piece, reveals=review.reveals, inferred=False,
            order=group * PASSAGES_A_GROUP + number, group=group, rating=review.rating, date=review.date,
            explicit=review.explicit, club=review.club,
        )
        for number, piece in enumerate(pieces(map(on_one_line, review.text.splitlines())))
    ]  # fmt: skip


def _numbered(key: str, seen: Counter[str]) -> str:
    seen[key] += 1  # the same words may come once more in one document
    return f"{key}-{seen[key]}" if seen[key] > 1 else key


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
