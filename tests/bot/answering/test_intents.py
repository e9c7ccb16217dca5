"""What kind of thing is asked is known however it is typed, and a question about the story is never taken for one."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.answering.about import BookQuestion, part_in
from bot.answering.intents import (
    EXAMPLES,
    KINDS,
    LONGEST_QUESTION,
    READS_ENGLISH,
    SAYINGS,
    STORY,
    WEIGHTS,
    Intents,
    language,
    subject,
)
from corpus.library import SHIPPED, Library
from corpus.names import without_names
from retrieval.types import Embedder, Matrix
from tests.fakes.embedder import HashedEmbedder

ASKS = Path(__file__).with_name("asks.txt")
"""Asks as members type them, each with its kind: every second one is for measuring alone, and no example is like it."""


def embed_with(embedder: Embedder) -> Callable[[Sequence[str]], Matrix]:
    return lambda texts: np.stack([read.passage for read in embedder.passages([(text,) for text in texts])])


@pytest.fixture(scope="module")
def intents(embedder: Embedder) -> Intents:
    """What was learned from the examples, as the packaged model reads them."""
    return Intents(embed_with(embedder), KINDS, embedder.name)


KNOWN = [line.partition(" | ") for line in Path(__file__).with_name("known.txt").read_text("utf-8").splitlines()]
"""Questions whose kind must be known, and questions about the story, which must be left alone: kind and question."""


@pytest.mark.parametrize("kind", dict.fromkeys(kind for kind, _, _ in KNOWN))
def test_a_kind_of_question_is_known_in_other_words(intents: Intents, kind: str) -> None:
    asked = [question for one, _, question in KNOWN if one == kind]
    assert {question: intents.of(question) or STORY for question in asked} == dict.fromkeys(asked, kind)


@pytest.mark.parametrize("question", ["", "help " * LONGEST_QUESTION])
def test_nothing_and_too_much_are_no_kind_of_question(intents: Intents, question: str) -> None:
    assert intents.of(question) == ""


def test_of_the_examples_each_is_of_its_kind_and_the_storys_of_none(intents: Intents) -> None:
    assert {line: intents.of(line) for line in KINDS[STORY] if intents.of(line)} == {}
    own = {kind: sum(intents.of(line) == kind for line in its) / len(its) for kind, its in KINDS.items()}
    assert {kind: share for kind, share in own.items() if share < 1 and kind != STORY} == {}


def test_every_kind_has_an_answer_and_no_line_stands_twice() -> None:
    answered = {kind for kind in KINDS if hasattr(BookQuestion, f"_{kind}")}
    assert set(KINDS) - {STORY} == answered | set(SAYINGS)
    assert not answered & set(SAYINGS)
    lines = [line for its in KINDS.values() for line in its]
    assert len(lines) == len(set(lines))
    assert all(re.search(rf"^\[{kind}\]$", EXAMPLES.read_text("utf-8"), re.MULTILINE) for kind in KINDS)


def test_the_subject_of_a_question_is_what_no_example_speaks_of() -> None:
    assert subject("what would be a good question about the lighthouse?") == {"lighthous"}
    assert subject("three discussion questions please") == set()


def test_what_ships_was_learned_from_these_examples(embedder: Embedder, tmp_path: Path) -> None:
    def never(texts: Sequence[str]) -> Matrix:
        raise AssertionError("Run python -m bot.answering.intents: the examples have changed.")

    assert WEIGHTS.exists()
    Intents(never, KINDS, embedder.name, tmp_path)


def test_other_examples_are_learned_once_for_a_data_folder(tmp_path: Path) -> None:
    embedder = HashedEmbedder()
    examples = {"cast": ["who is in it"], "place": ["where am i"], STORY: ["who is silas", "where is the lamp"]}
    first = Intents(embed_with(embedder), examples, "hashed", tmp_path)
    assert first.of("so where am I then") == "place"
    assert [file.name for file in tmp_path.iterdir()] == [WEIGHTS.name]
    read = len(embedder.embedded)
    again = Intents(embed_with(embedder), examples, "hashed", tmp_path)
    assert len(embedder.embedded) == read
    assert again.of("who else is in it") == "cast"


@pytest.mark.parametrize(("half", "right", "of_story"), [(1, 0.92, 0.95), (0, 0.84, 0.95)])
def test_most_asks_of_club_members_are_taken_for_what_they_are(
    intents: Intents, half: int, right: float, of_story: float
) -> None:
    books, seen, rows = Library.load(SHIPPED).books, Counter[str](), []
    for line in ASKS.read_text("utf-8").splitlines():
        kind, _, text = line.partition(" | ")
        seen[kind] += 1
        if seen[kind] % 2 == half:
            rows.append((kind, (intents.of(without_names(text, books, "the book")) or STORY) == kind))
    told = [correct for kind, correct in rows if kind == STORY]
    others = [correct for kind, correct in rows if kind != STORY]
    assert sum(others) / len(others) >= right
    assert sum(told) / len(told) >= of_story


@pytest.mark.parametrize(
    ("question", "tongue"),
    [
        ("warum trinkt er so viel", "de"), ("pourquoi est-il en prison", "fr"), ("quién es el topo", "es"),
        ("chi ha ucciso il generale", "it"), ("o que acontece com o general", "pt"), ("wie heeft hem vermoord", "nl"),
        ("dlaczego on jest w więzieniu", "pl"), ("varför är han i fängelse", "sv"), ("Warum?", "de"),
        ("who is he", "en"), ("does he die in the end", "en"), ("le carré?", "en"), ("come on", "en"), ("", "en"),
        ("so why was the man in the hat there", "en"), ("no way", "en"),
    ],
)  # fmt: skip
def test_another_language_is_told_by_its_everyday_words(question: str, tongue: str) -> None:
    assert language(question) == tongue
    assert tongue in {"en", *READS_ENGLISH}


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("tldr ch 3–5", (3, 5)), ("What happened in Ch. 5?", (5, 5)), ("chapters 6 to 8 in short", (6, 8)),
        ("three questions for ch 5-8", (5, 8)), ("the last chapter", (9, 9)), ("the last two chapters please", (8, 9)),
        ("the ending", (15, 15)), ("how does it begin", (1, 1)), ("between chapter 2 and 4", (2, 4)),
        ("the first three chapters", (1, 3)), ("what did i miss", None), ("two chapters a day", (2, 2)),
        ("chapter 99", None),
    ],
)  # fmt: skip
def test_a_part_is_found_in_a_question(question: str, part: tuple[int, int] | None) -> None:
    book = Library.load(SHIPPED).books["the-hound-of-the-baskervilles"]
    assert part_in(question, book, range(1, 10)) == part
