"""What club members ask, as they type it on a phone: how soon an answer answers, and whether it says no.

`club.jsonl` holds the questions, with the fields of ClubQuestion; docs/evaluation.md says what the figures are.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore

from bot.answering.engine import Discussion
from bot.answering.model import Limits, Writer, open_model
from bot.settings import Settings
from corpus.library import Library
from retrieval.retriever import Retriever
from tests.measure.benchmarks.peers.filling import stretches
from tests.measure.evaluation.arms import Figures, named, put
from tests.measure.evaluation.metrics import mean
from tests.measure.evaluation.questions import rows

MEMBERS = Path(__file__).parent / "club.jsonl"

ANSWERABLE = "answerable"


@dataclass(frozen=True, slots=True)
class ClubQuestion:
    """A question of a member: answerable from what is visible at a position, only `later`, or `nowhere` in the library.

    Patterns ignore case. An answer matches all of `require`; one that matches any of `forbid` is wrong or tells too
    much. `gold` is the answer in words, and `do` is always "ask".
    """

    id: str
    do: str
    book: str
    at: int | Mapping[str, int]
    text: str
    kind: str
    type: str
    gold: str
    require: Sequence[str]
    forbid: Sequence[str]

    @property
    def positions(self) -> Mapping[str, int]:
        """How many marks of which books its reader has finished."""
        return {self.book: self.at} if isinstance(self.at, int) else self.at

    def answered_by(self, text: str) -> bool:
        """Return whether a text answers it."""
        return all(re.search(pattern, text, re.IGNORECASE) for pattern in self.require)

    def forbids(self, text: str) -> bool:
        """Return whether a text is wrong, or tells too much."""
        return any(re.search(pattern, text, re.IGNORECASE) for pattern in self.forbid)


def club_questions(path: Path = MEMBERS) -> list[ClubQuestion]:
    """Return the questions of a file."""
    return [ClubQuestion(**row) for row in rows(path)]


@dataclass(frozen=True, slots=True)
class Told:
    """What a member reads; whether it is an answer or says that there is none."""

    text: str
    answered: bool

    def answers(self, question: ClubQuestion, within: int | None = None) -> bool:
        """Return whether its first sentences answer a question, and nothing in it is forbidden."""
        read = " ".join(sentences(self.text)[:within])
        return self.answered and question.answered_by(read) and not question.forbids(self.text)


Way = Callable[[ClubQuestion], Told]


def sentences(answer: str) -> list[str]:
    """Return the sentences of an answer, without quotation marks, numbers of sources and the line of sources."""
    told = re.sub(r"\[\d+\]|[“”]", " ", re.split(r"\n+— ", answer)[0])
    return [sentence.strip() for sentence in re.split(r"(?<=[.?!…])\s+|\n+", told) if sentence.strip(" …")]


def judged(way: Way, questions: Sequence[ClubQuestion]) -> Figures:
    """Return how good the answers to questions are, and how long the middle one took."""
    pairs, taken = [], []
    for question in questions:
        start = time.perf_counter()
        pairs.append((question, way(question)))
        taken.append(time.perf_counter() - start)
    good = [(q, one) for q, one in pairs if q.kind == ANSWERABLE]
    return {
        "asked": len(pairs),
        "first sentence": mean([one.answers(q, 1) for q, one in good]),
        "first two": mean([one.answers(q, 2) for q, one in good]),
        "anywhere": mean([one.answers(q) for q, one in good]),
        "answerable, refused": mean([not one.answered for _, one in good]),
        "later or nowhere, refused": mean([not one.answered for q, one in pairs if q.kind != ANSWERABLE]),
        "told early": sum(q.forbids(one.text) for q, one in pairs),
        "words": median([len(" ".join(sentences(one.text)).split()) for _, one in pairs if one.answered] or [0]),
        "p50 ms": 1_000 * median(taken),
    }


def dogear(discussion: Discussion) -> Way:
    """Return Dogear, asked as the batch command asks it."""

    def ask(question: ClubQuestion) -> Told:
        row = put(discussion, "ask", question.text, question.book, question.positions)
        return Told(row.get("answer", ""), row.get("answered", False))

    return ask


PASSAGES = 4
"""Passages that LangChain finds unless it is told otherwise."""

PROMPT = """Answer a reader's question from these passages, in three sentences at most.
If they do not answer it, write only: NOTHING

{passages}

Question: {question}"""


def stock_langchain(library: Library, embeddings: Embeddings, model: Runnable[Any, BaseMessage] | None = None) -> Way:
    """Return stock LangChain: the passages nearest to a question, or what a chat model makes of them.

    The store is the one that LangChain itself brings; its filter knows the position in the book that is asked about.
    """
    store, texts = InMemoryVectorStore(embeddings), stretches(library)
    store.add_texts([one.text for one in texts], [{"book": one.book, "mark": one.mark} for one in texts])

    def ask(question: ClubQuestion) -> Told:
        book, at = question.book, question.positions.get(question.book, 0)
        found = store.similarity_search(
            question.text, PASSAGES, filter=lambda d: d.metadata["book"] == book and d.metadata["mark"] <= at
        )
        said = "\n\n".join(document.page_content for document in found)
        if model:
            said = str(model.invoke(PROMPT.format(passages=said, question=question.text)).text).strip()
        return Told(said, bool(said) and not said.startswith("NOTHING"))

    return ask


def of_the_club(
    retriever: Retriever, embeddings: Embeddings, settings: Settings, questions: Sequence[ClubQuestion]
) -> Figures:
    """Return the figures of Dogear and of stock LangChain, and of both with the chat model of the settings, if any."""
    library = retriever.library
    ways = {"Dogear": dogear(Discussion(library, retriever)), "LangChain, gated": stock_langchain(library, embeddings)}
    if settings.chat_model:
        writer = Writer(model := open_model(settings), retriever, Limits(settings.chat_timeout))
        model = model.with_fallbacks([RunnableLambda(lambda _: AIMessage(""))])  # what failed has not answered
        ways[f"Dogear, {settings.chat_model}"] = dogear(Discussion(library, retriever, writer))
        ways[f"LangChain, gated, {settings.chat_model}"] = stock_langchain(library, embeddings, model)
    figures: Figures = {}
    for name, way in ways.items():
        figures |= named(f"club: {name}", judged(way, questions))
    return figures
