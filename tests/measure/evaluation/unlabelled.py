"""How early, and how much too late, text is placed that nobody labelled, on stories whose truth is known.

Each case is a library in a folder, taken in by `Retriever.refresh` as any other, with the model and the weights that
ship. A sentence counts as too early where its passage can be seen before the mark at which it is true; what it is too
late is told as a share of its book. Talk counts for nothing, but lies among the rest.
"""

import math
import random
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from corpus.library import SHIPPED, Library
from corpus.passages import Passage, cut
from corpus.text import sentences
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedder
from tests.fakes.bookshelf import silent, write_book
from tests.measure.evaluation import metrics
from tests.measure.evaluation.questions import rows

EPISODE = 3
"""Statements of a review, at most."""

TALK = (
    "I read this aloud to my sister over two evenings.",
    "What a strange and lovely story this is!",
    "My edition has beautiful old pictures in it.",
    "I was not sure at first whether I would go on.",
    "Four stars from me, and I will certainly read it again.",
    "The language is old-fashioned, but you get used to it.",
    "It reminded me of the tales that my grandmother told.",
    "Not my favourite of the collection, to be honest.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and the mark at which it is true; None for talk."""

    text: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class Tale:
    """A story: its own sentences, and statements of it in other words, both in its order."""

    slug: str
    marks: int
    own: Sequence[Said]
    statements: Sequence[Said]


Shape = Callable[[float], float]
"""How much of a summary is spent on a place of its book (0 to 1), where 1 is as much as everywhere."""


def tales(stories: Path, questions: Path) -> list[Tale]:
    """Read stories and questions as docs/weights.md describes them; of questions, those that one section answers."""
    asked: dict[str, list[Said]] = {}
    for row in rows(questions):
        if len(row["sections"]) == 1 and row.get("scope", "local") == "local":
            answer = f"{row['question']} {row['answers'][0].rstrip('.')}."
            asked.setdefault(row["book_id"], []).append(Said(answer, row["sections"][0]))
    return [_tale(row, asked.get(row["book_id"], [])) for row in rows(stories)]


def _tale(row: Mapping[str, Any], statements: Iterable[Said]) -> Tale:
    own = [
        Said(sentence, mark)
        for mark, section in enumerate(row["sections"], 1)
        for paragraph in section["text"].split("\n\n")
        for sentence in sentences(paragraph)
    ]
    return Tale(row["book_id"], len(row["sections"]), own, sorted(statements, key=lambda said: said.mark or 0))


def even(_: float) -> float:
    """Spend as much on every place."""
    return 1.0


def mostly(start: float) -> Shape:
    """Spend half of the summary on the fifth of the book that begins there."""
    return lambda place: 4.0 if start < place <= start + 0.2 else 1.0


def shortened(told: Sequence[Said], shape: Shape, share: float = 1 / 3) -> list[Said]:
    """Return a share of the sentences, in order, at steps as even as the shape lets them be."""
    weights = [shape((n + 1) / len(told)) for n in range(len(told))]
    wanted = max(3.0, share * len(told))
    kept, reached = [], 0.5
    for said, weight in zip(told, weights, strict=True):
        before = math.floor(reached)
        reached += min(1.0, weight * wanted / sum(weights))
        if math.floor(reached) > before:
            kept.append(said)
    return kept


def thirds(told: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Return every third sentence, and the others: two texts of which neither says what the other does."""
    return [said for n, said in enumerate(told) if n % 3 == 0], [said for n, said in enumerate(told) if n % 3]


def reviews(statements: Sequence[Said], chance: random.Random) -> list[list[list[Said]]]:
    """Return reviews as paragraphs: talk, an episode in other words, talk; in no order."""
    episodes = [list(statements[n : n + EPISODE]) for n in range(0, len(statements), EPISODE)]
    chance.shuffle(episodes)
    return [
        [[Said(chance.choice(TALK), None)], episode, [Said(chance.choice(TALK), None)]] for episode in episodes
    ]  # fmt: skip


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


def _some(tale: Tale) -> Sequence[Said]:
    return thirds(tale.own)[0]


def _reviews(tale: Tale) -> Paragraphs:
    return [part for review in reviews(tale.statements, random.Random(tale.slug)) for part in review]  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Shortened:
    """A summary of one paragraph that keeps some sentences."""

    told: Callable[[Tale], Sequence[Said]]
    shape: Shape

    def __call__(self, tale: Tale) -> Paragraphs:
        return [shortened(self.told(tale), self.shape)]


def _shaped(
    name: str, labelled: Callable[[Tale], Sequence[Said]], told: Callable[[Tale], Sequence[Said]]
) -> Iterator[Case]:
    """Yield the cases in which a summary keeps a third of the sentences, evenly and not."""
    for how, shape in SHAPES.items():
        yield Case(f"{name}: {how}", "summary", labelled, _Shortened(told, shape))


SHAPES: Mapping[str, Shape] = {
    "a third, evenly": even, "half of it on the first fifth": mostly(0), "half of it on the middle fifth": mostly(0.4),
    "half of it on the last fifth": mostly(0.8),
}  # fmt: skip
CASES = (
    Case("nothing labelled: whole story", "summary", lambda t: (), lambda t: [t.own]),
    *_shaped("nothing labelled", lambda t: (), lambda t: t.own),
    Case("summary in other words: all of it", "summary", lambda t: t.own, lambda t: [t.statements]),
    *_shaped("summary in other words", lambda t: t.own, lambda t: t.statements),
    *_shaped("summary of other facts", _some, lambda t: thirds(t.own)[1]),
    Case("reviews: alone in their books", "review", lambda t: t.own, _reviews),
    Case("reviews: all books of one author", "review", lambda t: t.own, _reviews, "Traditional"),
    Case("reviews: a third of the story labelled", "review", _some, _reviews),
)
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


Figures = Mapping[str, float]


def measured(volumes: Iterable[Volume], embedder: Embedder) -> Figures:
    """Index volumes as a library and return how its unlabelled sentences were placed."""
    found: list[tuple[int, int, int]] = []
    shelf = {volume.slug: volume for volume in volumes if any(map(len, volume.paragraphs))}
    with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
        for volume in shelf.values():
            volume.write(Path(folder) / "library")
        library = Library.load(Path(folder) / "library")
        with Store(Path(folder) / "data", embedder.name, silent) as store:
            retriever = Retriever(library, store, embedder)
            retriever.refresh()
            for volume in shelf.values():
                told = [said for paragraph in volume.paragraphs for said in paragraph]
                passages = [p for p in retriever.placed_for_the_owner(volume.slug) if p.document == TEXT]
                found += [(placed, true, volume.marks) for placed, true in placings(told, passages)]
    return {
        "sentences": len(found),
        "too early": metrics.mean([metrics.too_early(placed, true) for placed, true, _ in found]),
        "excess": metrics.mean([metrics.excess(*one) for one in found]),
        "at the end": metrics.mean([placed >= marks for placed, _, marks in found]),
    }


def placings(told: Sequence[Said], passages: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """Yield for each sentence that is no talk the first mark at which any of it can be seen, and its true one.

    Sentences are found in the passages by counting letters and digits, whatever the library made of them.
    """
    passages = sorted(passages, key=lambda passage: passage.order)
    starts = list(accumulate((_size(p.text) for p in passages), initial=0))
    end = 0
    for said in told:
        start, end = end, end + _size(said.text)
        if said.mark is not None and end > start:
            touched = passages[bisect_right(starts, start) - 1 : bisect_right(starts, end - 1)]
            yield min(p.reveals.marks.get(p.book, 0) for p in touched), said.mark
    if end != starts[-1]:
        raise ValueError("the library holds other text than was written")


def _size(text: str) -> int:
    return sum(map(str.isalnum, text))
