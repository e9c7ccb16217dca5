"""The stories and questions that weights are learned from, in FairytaleQA's shape."""

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.books import Book, Reveals, Unit
from corpus.documents import Block, Document
from corpus.passages import cut
from retrieval.book import OpenedBook
from retrieval.store import StoredPassage
from retrieval.types import Embedded, Embedder
from retrieval.words import stems


@dataclass(frozen=True, slots=True)
class StoryQuestion:
    """A question about a story whose answer is known: `sections` hold it, `at` is the last of them."""

    story: str
    text: str
    answers: tuple[str, ...]
    sections: tuple[int, ...]

    @property
    def at(self) -> int:
        """The position at which the question can be answered."""
        return max(self.sections)


def open_stories(path: Path, embedder: Embedder) -> tuple[dict[str, OpenedBook], dict[str, Book]]:
    """Read, cut and embed stories, JSON Lines of `{"book_id", "title", "sections": [{"n", "text"}]}`."""
    opened: dict[str, OpenedBook] = {}
    books: dict[str, Book] = {}
    for row in _rows(path):
        slug, sections = str(row["book_id"]), row["sections"]
        book = books[slug] = Book(slug, str(row["title"]), "Traditional", Unit.SECTION, len(sections))
        blocks = [
            Block(" ".join(paragraph.split()), 0, f"Section {n}", None, Reveals.of({slug: n}), "heading")
            for n, section in enumerate(sections, 1)
            for paragraph in str(section["text"]).split("\n\n")
            if paragraph.strip()
        ]
        passages, _ = cut(book, [Document("story.md", "summary", "", "", tuple(blocks))])
        vectors = embedder.passages([p.sentences for p in passages])
        rows = [StoredPassage(p, v) for p, v in zip(passages, vectors, strict=True)]
        opened[slug] = OpenedBook(slug, rows)
    return opened, books


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


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def answer_shares(opened: OpenedBook, asked: StoryQuestion) -> npt.NDArray[np.float32]:
    """Return how much of the best reference answer each sentence holds (0 to 1), within the answer's sections.

    Half of it counts the answer's words, half those that the question does not hold already.
    """
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
