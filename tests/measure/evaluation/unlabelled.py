"""How early, and how much too late, text is placed that nobody labelled, on stories whose truth is known.

    python -m tests.measure.evaluation.unlabelled --stories STORIES.jsonl --questions QUESTIONS.jsonl [--limit N]
        [--case WORD]

Each case is a library in a folder, taken in by `Retriever.refresh` as any other, with the model and the weights that
ship. A sentence counts as too early where its passage can be seen before the mark at which it is true; what it is too
late is told as a share of its book. Talk counts for nothing, but lies among the rest.
"""

from __future__ import annotations

import argparse
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from corpus.library import Library
from corpus.passages import Passage
from retrieval.embedding import load_embedder
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedded, Embedder, QuestionVectors, TokenVectors
from tests.fakes.bookshelf import silent
from tests.measure.evaluation import measures
from tests.measure.evaluation.unlabelled_books import CASES, STRIPPED, TEXT, Volume, stripped
from tests.measure.evaluation.unlabelled_texts import Said, tales

Figures = Mapping[str, float]


class Remembering:
    """Embeds each passage once, however many cases hold it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[str, ...], Embedded] = {}
        self.name, self.dimensions, self.adapted = embedder.name, embedder.dimensions, embedder.adapted

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed what was not embedded before."""
        new = list(dict.fromkeys(key for key in map(tuple, passages) if key not in self._known))
        self._known.update(zip(new, self._embedder.passages(new), strict=True))
        return [self._known[tuple(passage)] for passage in passages]

    def question(self, text: str) -> QuestionVectors:
        """Embed a question."""
        return self._embedder.question(text)

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Read texts token by token."""
        return self._embedder.words(texts)


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
        "too early": measures.mean([measures.too_early(placed, true) for placed, true, _ in found]),
        "excess": measures.mean([measures.excess(*one) for one in found]),
        "at the end": measures.mean([placed >= marks for placed, _, marks in found]),
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


def figures(
    stories: Path, questions: Path, embedder: Embedder, limit: int = 0, case: str = ""
) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of each case whose name holds `case`, on stories and on the shipped library."""
    told = tales(stories, questions, limit)
    remembering = Remembering(embedder)
    for one in CASES:
        if case in one.name:
            yield one.name, measured(map(one.of, told), remembering)
    for kind in STRIPPED:
        if case in (name := f"shipped library: {kind}"):
            yield name, measured(stripped(kind), remembering)


def line(name: str, told: Figures) -> str:
    """Return the figures of a case as they are read."""
    shares = (f"{name} {100 * told[name]:5.2f}%" for name in ("too early", "excess", "at the end"))
    return f"{name:56} {told['sentences']:6} sentences: " + ", ".join(shares)


def main() -> None:
    """Print the figures of the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="at most this many stories")
    parser.add_argument("--case", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    for name, told in figures(options.stories, options.questions, load_embedder(), options.limit, options.case):
        print(line(name, told), flush=True)


if __name__ == "__main__":
    main()
