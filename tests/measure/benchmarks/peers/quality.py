"""What each contender answers and gives away, by the measures of tests/measure/evaluation.

Every question is asked at the position at which its book tells the answer, after the end, and before: there, whatever
is found out has leaked. Peers are asked before with the filter of their store and without it.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from corpus.library import SHIPPED
from tests.measure.benchmarks.peers.contender import (
    COLLECTION,
    DOGEAR,
    ENSEMBLE,
    LLAMA,
    STOCK,
    Asked,
    Found,
    Stretch,
    Way,
    open_client,
    open_collection,
)
from tests.measure.benchmarks.peers.dogear_contender import open_dogear
from tests.measure.benchmarks.peers.langchain_peer import LangChainPeer
from tests.measure.benchmarks.peers.llamaindex_peer import LlamaIndexPeer
from tests.measure.evaluation.arms import sample
from tests.measure.evaluation.leaks import leaks
from tests.measure.evaluation.metrics import DEPTHS, READ, answers, hit, mean
from tests.measure.evaluation.questions import Examination, Piece, Question, Story, write_library

Measured = dict[str, list[bool]]


def by_section(examination: Examination) -> Examination:
    """Return an examination whose places are whole sections: neighbouring pieces that reveal the same are one.

    Contenders cut text in their own ways; a section is what all of them can find.
    """
    stories, numbers = {}, {}
    for slug, story in examination.stories.items():
        runs = [list(run) for _, run in groupby(story.pieces, key=lambda piece: dict(piece.needs))]
        numbers[slug] = [n for n, run in enumerate(runs) for _ in run]
        sections = [Piece("\n\n".join(piece.text for piece in run), run[0].needs) for run in runs]
        stories[slug] = Story(slug, story.title, story.marks, sections)
    questions = [
        replace(q, right=frozenset(numbers[q.book][place] for place in q.right)) for q in examination.questions
    ]
    return Examination(stories, questions)


def told(stories: Mapping[str, Story]) -> list[Stretch]:
    """Return the sections of all stories as the peers are given them."""
    return [
        Stretch(piece.text, slug, piece.needs.get(slug, 0)) for slug, story in stories.items() for piece in story.pieces
    ]


def judge(way: Way, question: Question, story: Story, *, filtered: bool) -> Measured:
    """Ask one contender one question at its three positions, and return what is true of its answers."""
    measured: Measured = {}
    if filtered:
        for where, at in (("at", question.at), ("after", story.marks)):
            found = way(Asked(question.text, question.book, at))
            if question.right:
                places = [story.place(text) for text in found.texts]
                measured |= {f"{where}_{depth}": [hit(places, question.right, depth)] for depth in DEPTHS}
            if question.explicit:
                measured[f"{where}_answer"] = [answers(found.answer, question.references)]
    found = way(Asked(question.text, question.book, question.before if filtered else None))
    measured["leaks" if filtered else "leaks_unfiltered"] = [bool(_leaks(found, question, story))]
    return measured


def _leaks(found: Found, question: Question, story: Story) -> frozenset[object]:
    shown = found.answer[:READ]
    return frozenset(leaks(shown, question.text, question.references, story, {question.book: question.before}))


def figures(
    ways: Mapping[str, Way], stories: Mapping[str, Story], questions: Sequence[Question]
) -> dict[str, dict[str, float]]:
    """Return the shares of what is true of each contender's answers, by measure."""
    found: dict[str, Measured] = {name: {} for name in ways}
    for question in questions:
        story = stories[question.book]
        for name, way in ways.items():
            for filtered in (True,) if name == DOGEAR else (True, False):
                for measure, values in judge(way, question, story, filtered=filtered).items():
                    found[name].setdefault(measure, []).extend(values)
    return {name: {m: round(mean(values), 4) for m, values in sorted(of.items())} for name, of in found.items()}


@contextmanager
def indexed(library: Path, stories: Mapping[str, Story], model: Path) -> Iterator[dict[str, Way]]:
    """Index a library anew for every contender; the peers get its sections and split them as they are wont to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        client, other = open_client(folder / "langchain"), open_client(folder / "llamaindex")
        langchain, llama = LangChainPeer(client, COLLECTION, model), LlamaIndexPeer(open_collection(other), model)
        langchain.index(told(stories))
        llama.index(told(stories))
        with open_dogear(library, folder / "dogear") as dogear:
            yield {
                DOGEAR: dogear.answer, STOCK: langchain.search, ENSEMBLE: langchain.ensemble, LLAMA: llama.search,
            }  # fmt: skip
        client.close()
        other.close()


def measure(examination: Examination, model: Path, limit: int = 0) -> dict[str, Any]:
    """Return the figures of an examination in the shipped library."""
    return _measured(SHIPPED, examination, model, limit)


def measure_told(examination: Examination, model: Path, limit: int = 0) -> dict[str, Any]:
    """Return the figures of an examination in stories that come with it."""
    with tempfile.TemporaryDirectory() as folder:
        write_library(list(examination.stories.values()), Path(folder))
        return _measured(Path(folder), examination, model, limit)


def _measured(library: Path, examination: Examination, model: Path, limit: int) -> dict[str, Any]:
    sections = by_section(examination)
    questions = sample([q for q in sections.questions if q.references], limit)
    with indexed(library, sections.stories, model) as ways:
        found = figures(ways, sections.stories, questions)
    return {"books": len(sections.stories), "questions": len(questions), "contenders": found}
