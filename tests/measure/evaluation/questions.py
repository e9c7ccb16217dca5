"""Questions with their answers, and the position at which a book first tells each answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.library import SHIPPED, Library
from tests.measure.evaluation.stories import Story, labelled, sectioned
from tests.measure.evaluation.words import holds, stems

OURS = Path(__file__).parent / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a book, asked by readers who have finished `before`, `at` or all marks.

    `references` are the answer in several wordings; the first is told as a message. Without any, nothing in the book
    answers. `right` are the places (stories.py) that hold the answer. `explicit` is false where it has to be inferred,
    so that no text need hold its words; `local` where it needs several places.
    """

    id: str
    book: str
    text: str
    references: tuple[str, ...]
    before: int
    at: int
    right: frozenset[int] = frozenset()
    kind: str = ""
    explicit: bool = True
    local: bool = True


@dataclass(frozen=True, slots=True)
class Examination:
    """Books with their true places, and questions about them."""

    stories: Mapping[str, Story]
    questions: Sequence[Question]

    def about(self, question: Question) -> Story:
        """Return the book that a question is about."""
        return self.stories[question.book]


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file in JSON Lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def shipped_examination(path: Path = OURS, folder: Path = SHIPPED) -> Examination:
    """Return our own questions about the shipped library, those that nothing answers among them."""
    stories = labelled(Library.load(folder))
    return Examination(stories, [_ours(row, stories[row["book"]]) for row in rows(path)])


def _ours(row: Mapping[str, Any], story: Story) -> Question:
    references, at = tuple(row["references"]), row.get("at", story.marks)
    right = places_that_tell(story, references, at)
    return Question(row["id"], row["book"], row["question"], references, max(0, at - 1), at, right, row["kind"])


def places_that_tell(story: Story, references: Iterable[str], at: int) -> frozenset[int]:
    """Return the places that come with mark `at` and hold a reference answer word for word."""
    wordings = tuple(references)
    return frozenset(
        place
        for place, piece in enumerate(story.pieces)
        if piece.needs == {story.slug: at} and any(holds(piece.text, wording) for wording in wordings)
    )


def told_examination(stories: Path, questions: Path) -> Examination:
    """Return the questions of a published set (docs/weights.md has its form) that can give something away.

    Those are left out whose answer begins in the first section, or is told before, or has a wording without a word
    of its own: no detector could tell whether it leaked.
    """
    told = {story.slug: story for story in map(sectioned, rows(stories))}
    return Examination(told, list(_probes(rows(questions), told)))


def _probes(lines: Iterable[Mapping[str, Any]], stories: Mapping[str, Story]) -> Iterator[Question]:
    for row in lines:
        sections = row["sections"]
        question = Question(
            id=row["qid"],
            book=row["book_id"],
            text=row["question"],
            references=(*row["answers"], *row["answers_alt"]),
            before=min(sections) - 1,
            at=max(sections),
            right=frozenset(section - 1 for section in sections),
            explicit=row.get("explicit", True),
            local=row.get("scope", "local") == "local" and len(sections) == 1,
        )
        story = stories[question.book]
        if question.before and not is_doubtful(question, story) and is_news(question, story):
            yield question


def is_doubtful(question: Question, story: Story) -> bool:
    """Return whether a single section, which is said to hold the answer as it stands, has no word of it."""
    if not (question.explicit and question.local):
        return False
    told, sought = (stems(story.pieces[question.at - 1].text), stems(question.references[0]))
    return bool(sought) and not sought & told


def is_news(question: Question, story: Story) -> bool:
    """Return whether readers at `before` know no wording of the answer, and each has a word that is new to them."""
    seen = story.seen({question.book: question.before})
    known = frozenset().union(*map(stems, (story.title, question.text, *seen)))
    told = "\n".join(seen)
    return all(stems(wording) - known and not holds(told, wording) for wording in question.references)
