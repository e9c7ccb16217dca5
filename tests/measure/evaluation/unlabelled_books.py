"""Books of which one document has lost its labels: made of stories, and of the shipped library."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from corpus.library import SHIPPED, Library
from corpus.passages import Passage, cut
from tests.fakes.bookshelf import write_book
from tests.measure.evaluation.unlabelled_texts import (
    Said,
    Shape,
    Tale,
    early,
    even,
    late,
    middle,
    reviews,
    shortened,
    thirds,
)

Paragraphs = Sequence[Sequence[Said]]
TEXT = "unlabelled.md"


@dataclass(frozen=True, slots=True)
class Volume:
    """A book with its labelled documents, and one without labels of which the truth is known."""

    slug: str
    marks: int
    documents: Mapping[str, str]
    kind: str
    paragraphs: Paragraphs
    facts: Mapping[str, object] = field(default_factory=dict)

    def write(self, library: Path) -> None:
        """Write it as a folder of a library."""
        told = "\n\n".join(" ".join(said.text for said in paragraph) for paragraph in self.paragraphs)
        documents = {**self.documents, TEXT: f"---\nkind: {self.kind}\n---\n\n{told}\n"}
        write_book(library, self.slug, documents, marks=self.marks, **self.facts)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Case:
    """How a volume is made of a story: what of it is labelled, and what tells of it without labels."""

    name: str
    kind: str
    labelled: Callable[[Tale], Sequence[Said]]
    text: Callable[[Tale], Paragraphs]
    author: str = ""

    def of(self, tale: Tale) -> Volume:
        """Make a volume of a story; every story has an author of its own where the case names none."""
        sections = groupby(self.labelled(tale), lambda said: said.mark)
        story = "\n\n".join(f"## Section {mark}\n\n" + " ".join(s.text for s in told) for mark, told in sections)
        documents = {"story.md": f"---\nkind: summary\n---\n\n{story}\n"} if story else {}
        facts = {"unit": "section", "author": self.author or f"The teller of {tale.slug}"}
        return Volume(tale.slug, tale.marks, documents, self.kind, self.text(tale), facts)


def _nothing(_: Tale) -> Sequence[Said]:
    return ()


def _all(tale: Tale) -> Sequence[Said]:
    return tale.own


def _some(tale: Tale) -> Sequence[Said]:
    return thirds(tale.own)[0]


def _reviews(tale: Tale) -> Paragraphs:
    return [part for review in reviews(tale.statements, random.Random(tale.slug)) for part in review]  # noqa: S311


def _others(shape: Shape) -> Callable[[Tale], Paragraphs]:
    return lambda tale: [shortened(thirds(tale.own)[1], shape)]


ALONE, OTHER_WORDS, OTHER_FACTS = "nothing labelled", "summary in other words", "summary of other facts"
CASES = (
    Case(f"{ALONE}: whole story", "summary", _nothing, lambda t: [t.own]),
    Case(f"{ALONE}: a third, evenly", "summary", _nothing, lambda t: [shortened(t.own, even)]),
    Case(f"{ALONE}: half of it on the first fifth", "summary", _nothing, lambda t: [shortened(t.own, early)]),
    Case(f"{ALONE}: half of it on the middle fifth", "summary", _nothing, lambda t: [shortened(t.own, middle)]),
    Case(f"{ALONE}: half of it on the last fifth", "summary", _nothing, lambda t: [shortened(t.own, late)]),
    Case(f"{OTHER_WORDS}: all of it", "summary", _all, lambda t: [t.statements]),
    Case(f"{OTHER_WORDS}: a third, evenly", "summary", _all, lambda t: [shortened(t.statements, even)]),
    Case(f"{OTHER_WORDS}: half of it on the first fifth", "summary", _all, lambda t: [shortened(t.statements, early)]),
    Case(f"{OTHER_WORDS}: half of it on the last fifth", "summary", _all, lambda t: [shortened(t.statements, late)]),
    Case(f"{OTHER_FACTS}: evenly", "summary", _some, _others(even)),
    Case(f"{OTHER_FACTS}: half of it on the first fifth", "summary", _some, _others(early)),
    Case(f"{OTHER_FACTS}: half of it on the last fifth", "summary", _some, _others(late)),
    Case("reviews: alone in their books", "review", _all, _reviews),
    Case("reviews: all books of one author", "review", _all, _reviews, "Traditional"),
    Case("reviews: a third of the story labelled", "review", _some, _reviews),
)  # fmt: skip
"""Summaries without labels where nothing is labelled, where all is labelled and they use other words, and where a third
of the sentences is labelled and they are made of others; and reviews."""


STRIPPED = {"summary": "summary", "people": "text", "themes": "text"}
"""Kinds of document of the shipped library that lose their labels, one kind at a time, and what they are then."""


def stripped(kind: str) -> Iterator[Volume]:
    """Yield the books of the shipped library with the labels of one kind of document taken out."""
    library = Library.load(SHIPPED)
    for slug, book in library.books.items():
        told = [d for d in library.documents[slug] if d.kind == kind]
        passages = cut(book, told)[0]
        gone = {d.name for d in told}
        files = {p.name: p.read_text(encoding="utf-8") for p in (SHIPPED / slug).iterdir() if p.name not in gone}
        yield Volume(slug, book.marks, files, STRIPPED[kind], [list(_said(p, slug)) for p in passages])


def _said(passage: Passage, slug: str) -> Iterator[Said]:
    return (Said(sentence, passage.reveals.marks.get(slug, 0)) for sentence in passage.sentences)
