"""The stories and questions that weights are learned from (docs/weights.md has the shapes of their files)."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.books import Book, Reveals, Unit
from corpus.documents import Block, Document
from corpus.passages import cut
from corpus.text import sentences
from retrieval.book import OpenedBook
from retrieval.store import StoredPassage
from retrieval.types import Embedded, Embedder
from retrieval.words import stems


@dataclass(frozen=True, slots=True)
class StoryQuestion:
    """A question, the `sections` of its story that answer it, and the sentences, the best first, if chosen."""

    story: str
    text: str
    answers: tuple[str, ...]
    sections: tuple[int, ...]
    sentences: tuple[int, ...] = ()

    @property
    def answer(self) -> str:
        """The reference answer as a sentence."""
        return self.answers[0].rstrip(".") + "."

    @property
    def at(self) -> int:
        """The position at which the question can be answered."""
        return max(self.sections)


class Shelf(NamedTuple):
    """Stories that are learned from: their passages with vectors, and their books."""

    opened: dict[str, OpenedBook]
    books: dict[str, Book]


def open_stories(path: Path, embedder: Embedder) -> Shelf:
    """Read, cut and embed stories, JSON Lines of `{"book_id", "title", "sections": [{"n", "text"}]}`."""
    stories = (
        (str(row["book_id"]), row["title"], [str(section["text"]) for section in row["sections"]])
        for row in _rows(path)
    )
    return _shelf(stories, embedder)


SECTION = 4  # sentences of a section of a plot summary: about as many as a library has of a chapter
STORY_ID = 10  # characters of a summary's `book_id` by which questions in club words name it


def open_summaries(paths: Iterable[Path], embedder: Embedder) -> Shelf:
    """Read plot summaries in sections of a few sentences; one that is cut otherwise as a whole is left out."""
    rows = [row for path in paths for row in _rows(path)]
    told = {str(row["book_id"])[:STORY_ID]: (row["title"], sentences(str(row["summary"]))) for row in rows}
    sections = {
        slug: (title, [" ".join(cut[n : n + SECTION]) for n in range(0, len(cut), SECTION)])
        for slug, (title, cut) in told.items()
    }
    shelf = _shelf(((slug, *story) for slug, story in sections.items()), embedder)
    kept = [slug for slug, opened in shelf.opened.items() if list(opened.sentences) == told[slug][1]]
    return Shelf({slug: shelf.opened[slug] for slug in kept}, {slug: shelf.books[slug] for slug in kept})


def _shelf(stories: Iterable[tuple[str, str, Sequence[str]]], embedder: Embedder) -> Shelf:
    shelf = Shelf({}, {})
    for slug, title, sections in stories:
        book = shelf.books[slug] = Book(slug, title, "Traditional", Unit.SECTION, len(sections))
        blocks = [
            Block(" ".join(paragraph.split()), 0, f"Section {n}", None, Reveals.of({slug: n}), "heading")
            for n, section in enumerate(sections, 1)
            for paragraph in section.split("\n\n")
            if paragraph.strip()
        ]
        passages, _ = cut(book, [Document("story.md", "summary", "", "", tuple(blocks))])
        vectors = embedder.passages([p.sentences for p in passages])
        rows = [StoredPassage(p, v) for p, v in zip(passages, vectors, strict=True)]
        shelf.opened[slug] = OpenedBook(slug, rows)
    return shelf


def as_one_stretch(opened: OpenedBook) -> OpenedBook:
    """Return a story without its sections' limits, as a plot summary has none."""
    starts = np.searchsorted(opened.passage_of, np.arange(len(opened.passages) + 1))
    return OpenedBook(
        opened.book,
        [
            StoredPassage(replace(p, group=1), Embedded(opened.passage_vectors[n], opened.sentence_vectors[start:end]))
            for n, (p, (start, end)) in enumerate(zip(opened.passages, pairwise(starts), strict=True))
        ],
    )


def read_questions(path: Path) -> list[StoryQuestion]:
    """Read questions, JSON Lines of `{"book_id", "question", "answers", "answers_alt", "sections"}`."""
    return [
        StoryQuestion(row["book_id"], row["question"], (*row["answers"], *row["answers_alt"]), tuple(row["sections"]))
        for row in _rows(path)
    ]


def read_club_questions(path: Path, shelf: Shelf) -> list[StoryQuestion]:
    """Read questions in club words about plot summaries; those about other stories than the shelf's are left out."""
    return [
        StoryQuestion(
            row["book_id"], row["question"], (row["answer"],) if row["answer"] else (),
            tuple(sorted({number // SECTION + 1 for number in row["sentences"][:1]})), tuple(row["sentences"]),
        )
        for row in _rows(path)
        if row["book_id"] in shelf.opened
    ]  # fmt: skip


class LibraryQuestion(NamedTuple):
    """A question about a book of the library: the mark from which members ask it, and from which text answers it."""

    book: str
    text: str
    asked: int
    answered: int | None

    def places(self, end: int, rng: random.Random) -> dict[int, bool]:
        """Return marks at which to ask it, until the `end` of the book, and whether visible text answers there."""
        if self.answered is None:
            return dict.fromkeys((self.asked, rng.randint(self.asked, end), end), False)
        places = dict.fromkeys((self.answered, rng.randint(self.answered, end), end), True)
        if self.asked < self.answered:
            before = (self.asked, rng.randint(self.asked, self.answered - 1), self.answered - 1)
            places |= dict.fromkeys(before, False)
        return places


def read_library_questions(path: Path) -> list[LibraryQuestion]:
    """Read questions about the shipped library, JSON Lines of `{"book", "question", "from", "answered"}`."""
    return [LibraryQuestion(row["book"], row["question"], row["from"], row["answered"]) for row in _rows(path)]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


OTHERS_HOLD = 0.8


def answer_shares(opened: OpenedBook, asked: StoryQuestion) -> npt.NDArray[np.float32]:
    """Return how much of the best reference answer each sentence holds (0 to 1), within the answer's sections.

    Half of it counts the answer's words, half those that the question does not hold already. Where somebody chose the
    sentences, the best holds all of it and the others most.
    """
    if asked.sentences:
        chosen = np.zeros(len(opened.sentences), np.float32)
        chosen[list(asked.sentences)] = OTHERS_HOLD
        chosen[asked.sentences[0]] = 1
        return chosen
    references = [r for r in (frozenset(stems(answer)) for answer in asked.answers) if r]
    question = frozenset(stems(asked.text))
    shares = np.zeros(len(opened.sentences), np.float32)
    for n, passage in enumerate(opened.passage_of):
        if opened.passages[passage].mark in asked.sections:
            held = frozenset(opened.stems[n])
            for reference in references:
                new = reference - question
                share = len(reference & held) / len(reference) / 2 + len(new & held) / max(1, len(new)) / 2
                shares[n] = max(shares[n], share)
    return shares
