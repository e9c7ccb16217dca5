"""Measure what Dogear answers and what it gives away, and print it as tables.

    python -m tests.measure.evaluation [--limit N] [--json FILE] [--record]
    python -m tests.measure.evaluation --stories STORIES.jsonl --questions QUESTIONS.jsonl

Without files, the questions are our own, about the shipped library; with them, those of a published set in the form of
docs/weights.md. docs/evaluation.md says what the figures are.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import Settings
from corpus.library import SHIPPED, Library
from retrieval.embedding import load_embedder, published_model
from retrieval.retriever import Retriever, open_retriever
from tests.fakes.embedder import RememberingEmbedder
from tests.measure.benchmarks.peers.langchain_peer import StockEmbeddings
from tests.measure.evaluation import unlabelled
from tests.measure.evaluation.arms import SAMPLE, Figures, examine, named
from tests.measure.evaluation.club import club_questions, of_the_club
from tests.measure.evaluation.guard_answers import guarded
from tests.measure.evaluation.questions import Examination, shipped_examination, told_examination, write_library
from tests.measure.evaluation.tables import faults, page, record, recorded
from tests.measure.evaluation.unlabelled import STRIPPED, stripped


def progress(line: str) -> None:
    """Say what is being done, where it does not mix with the tables."""
    sys.stderr.write(f"{line} …\n")


@contextmanager
def opened(library: Path, data: Path) -> Iterator[Retriever]:
    """Open a library, with its store up to date."""
    books = Library.load(library)
    with open_retriever(books, data) as retriever:
        progress("index")
        retriever.refresh()
        yield retriever


def of_the_shipped_library(folder: Path, limit: int, *, recording: bool) -> Figures:
    """Return the figures of our own questions, of members' questions, of the guard's answers, and of placing."""
    settings = Settings.from_environment(os.environ)
    with opened(SHIPPED, folder / "data") as retriever:
        if recording:
            record("sample", examine(retriever.library, retriever, shipped_examination(), SAMPLE))
        figures = examine(retriever.library, retriever, shipped_examination(), limit, progress)
        if limit:
            return figures
        progress("club")
        figures |= of_the_club(retriever, StockEmbeddings(published_model()), settings, club_questions())
        progress("guard")
        figures |= guarded(retriever)
    embedder = load_embedder()
    for kind in STRIPPED:
        progress(f"placing {kind}")
        figures |= named(f"placing {kind}", dict(unlabelled.measured(stripped(kind), embedder)))
    return figures


def of_stories(stories: Path, questions: Path, folder: Path, limit: int) -> Figures:
    """Return the figures of a published set."""
    exam: Examination = told_examination(stories, questions)
    write_library(list(exam.stories.values()), folder / "library")
    with opened(folder / "library", folder / "data") as retriever:
        figures = examine(retriever.library, retriever, exam, limit, progress)
    if limit:
        return figures
    tales, embedder = unlabelled.tales(stories, questions), RememberingEmbedder(load_embedder())
    for case in unlabelled.CASES:
        progress(f"placing, {case.name}")
        figures |= named(f"placing {case.name}", dict(unlabelled.measured(map(case.of, tales), embedder)))
    return figures


def main() -> None:
    """Print the tables, and keep the figures where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=Path, help="stories in sections, in JSON Lines")
    parser.add_argument("--questions", type=Path, help="their questions, in JSON Lines")
    parser.add_argument("--limit", type=int, default=0, help="at most this many questions, and nothing else")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument("--record", action="store_true", help="from now on, expect these figures; show them in docs")
    given = parser.parse_args()
    if (given.stories is None) != (given.questions is None):
        parser.error("--stories and --questions belong together; give both, or neither for the shipped library")
    if given.record and given.limit:
        parser.error("--record wants all questions; leave --limit out")
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="dogear-evaluation-") as folder:
        if given.stories:
            name, figures = "stories", of_stories(given.stories, given.questions, Path(folder), given.limit)
        else:
            name, figures = "shipped", of_the_shipped_library(Path(folder), given.limit, recording=given.record)
    sys.stdout.write(f"{page(figures)}\n")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.record:
        record(name, figures)
    elif not given.limit:
        found = faults(figures, recorded().get(name, {}))
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
