"""Dogear beside stock LangChain and LlamaIndex: quality, time, memory. `make bench` sets the peers up and runs it.

python -m tests.measure.benchmarks.peers [--stories STORIES.jsonl --questions QUESTIONS.jsonl] [--sizes 4000 20000 …]
                                 [--parts quality indexing sizes] [--work data/bench] [--quick]

The whole run writes docs/figures/bench.json, and from that the tables of docs/benchmarks.md. Parts that
are not asked for stay as they were. `--quick` measures little and writes nothing.
Libraries with their stores are kept in the work folder; where they are there, the run only measures.
"""

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from corpus.errors import DogearError
from corpus.library import SHIPPED, Library
from retrieval.embedding import published_model
from tests.measure.benchmarks.peers import costs, quality, report, speed
from tests.measure.benchmarks.peers.contender import package
from tests.measure.benchmarks.peers.filling import REAL
from tests.measure.benchmarks.peers.shelves import shelf
from tests.measure.evaluation.questions import shipped_examination, told_examination

SIZES = (4_000, 20_000, 300_000, 1_000_000)
QUICK_SIZES = (2_000,)
QUICK_QUESTIONS = 25
PARTS = ("quality", "indexing", "sizes")
STARTS, FEW_STARTS = 5, 3
"""Times that each contender's process is started, in libraries of up to REAL passages and in larger ones."""

ANSWERS, FEW_ANSWERS = 20, 5
"""Answers after which its memory is read, in the same."""

NEEDED = (
    "langchain_chroma", "langchain_classic.retrievers", "langchain_community.retrievers", "langchain_text_splitters",
    "rank_bm25", "llama_index.core", "llama_index.vector_stores.chroma", "llama_index.embeddings.huggingface",
)  # fmt: skip
"""Modules of the peers, looked for before hours are spent."""


def say(text: str) -> None:
    """Tell how far the run is, beside the tables."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def measure(given: argparse.Namespace, model: Path) -> dict[str, Any]:
    """Return the figures of the parts asked for."""
    figures: dict[str, Any] = {"machine": report.this_machine()}
    limit = QUICK_QUESTIONS if given.quick else 0
    if "quality" in given.parts:
        say("quality: the shipped library")
        figures["quality"] = {"shipped": quality.measure(shipped_examination(), model, limit)}
        if given.stories:
            say("quality: the stories given")
            told = told_examination(given.stories, given.questions)
            figures["quality"]["told"] = quality.measure_told(told, model, limit)
    if "indexing" in given.parts:
        say("indexing")
        books, rounds = (1, 1) if given.quick else (costs.BOOKS, costs.ROUNDS)
        figures["indexing"] = costs.of_indexing(books, rounds, model)
    if "sizes" in given.parts:
        figures["sizes"] = {str(size): of_size(size, given.work, model, quick=given.quick) for size in given.sizes}
    return figures


def of_size(size: int, work: Path, model: Path, *, quick: bool) -> dict[str, Any]:
    """Return the figures of a library of a size."""
    found = shelf(work, size, model, say)
    say(f"{size:,} passages: processes")
    asked = speed.asked_about(Library.load(SHIPPED).books, ANSWERS if size <= REAL else FEW_ANSWERS)
    cost = costs.of_processes(found, model, asked, 1 if quick else STARTS if size <= REAL else FEW_STARTS)
    say(f"{size:,} passages: questions")
    return speed.measure(found, model) | cost


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return earlier figures with those of now in their place; parts and sizes that were not measured stay."""
    both = {name: before.get(name, {}) | now.get(name, {}) for name in ("quality", "sizes")}
    return before | now | {name: of for name, of in both.items() if of}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Dogear beside stock LangChain and LlamaIndex.")
    parser.add_argument("--stories", type=Path, help="a published set, in the form of docs/weights.md")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--parts", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--work", type=Path, default=Path("data/bench"))
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if bool(given.stories) != bool(given.questions):
        parser.error("--stories and --questions belong together.")
    given.sizes = given.sizes or (QUICK_SIZES if given.quick else SIZES)
    given.work = given.work.resolve()
    return given


def main() -> int:
    """Measure, print, and write the page where the run was a whole one."""
    given = arguments()
    logging.disable(logging.WARNING)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        for name in NEEDED:
            package(name)
        figures = measure(given, published_model())
    except DogearError as error:
        print(error, file=sys.stderr)
        return 1
    if not given.quick:
        figures = merged(report.read_figures(), figures)
        report.write_figures(figures)
        page = report.with_tables(report.PAGE.read_text("utf-8"), report.tables(figures))
        report.PAGE.write_text(page, encoding="utf-8")
    print("\n\n".join(f"{name}\n{table}" for name, table in report.tables(figures).items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
