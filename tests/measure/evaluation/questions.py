"""Books with the true place of all that they tell, and questions whose answers have a known place in them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.library import SHIPPED, Library
from corpus.passages import cut
from tests.measure.evaluation.metrics import holds, runs, stems

OURS = Path(__file__).parents[3] / "leak_benchmark" / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a book's text, and how far readers must be for it, by book."""

    text: str
    needs: Mapping[str, int]

    def seen(self, positions: Mapping[str, int]) -> bool:
        """Return whether readers at these positions may see it."""
        return all(positions.get(book, 0) >= mark for book, mark in self.needs.items())


@dataclass(frozen=True, slots=True)
class Story:
    """A book as pieces in order. The number of a piece, from 0, is what measures call a place."""

    slug: str
    title: str
    marks: int
    pieces: Sequence[Piece]
    _places: dict[str, int | None] = field(default_factory=dict, compare=False, repr=False)

    def seen(self, positions: Mapping[str, int]) -> list[str]:
        """Return the texts that readers may see."""
        return [piece.text for piece in self.pieces if piece.seen(positions)]

    def hidden(self, positions: Mapping[str, int]) -> list[str]:
        """Return the texts that they may not."""
        return [piece.text for piece in self.pieces if not piece.seen(positions)]

    def place(self, text: str) -> int | None:
        """Return the piece that a text was taken from: the one with which it shares the most runs of words."""
        if text not in self._places:
            told = runs(text)
            shared = [len(told & runs(piece.text)) for piece in self.pieces]
            best = max(shared, default=0)
            self._places[text] = shared.index(best) if best else None
        return self._places[text]

    def beyond(self, text: str, positions: Mapping[str, int]) -> bool:
        """Return whether a text is one that readers may not see: it comes from a hidden piece, and no visible one."""
        place = self.place(text)
        if place is None or self.pieces[place].seen(positions):
            return False
        return not any(runs(text) <= runs(piece) for piece in self.seen(positions))


def sectioned(row: Mapping[str, Any]) -> Story:
    """Return a story that is told in sections: a line of STORIES.jsonl (docs/weights.md)."""
    slug, sections = row["book_id"], row["sections"]
    pieces = [Piece(section["text"], {slug: n}) for n, section in enumerate(sections, 1)]
    return Story(slug, row["title"], len(sections), pieces)


def labelled(library: Library) -> dict[str, Story]:
    """Return a library's books by what their labels say; text that nobody labelled is left out."""
    return {
        slug: Story(
            slug,
            book.title,
            book.marks,
            [Piece(passage.text, dict(passage.reveals.marks)) for passage in cut(book, library.documents[slug])[0]],
        )
        for slug, book in library.books.items()
    }


def write_library(stories: Sequence[Story], folder: Path) -> None:
    """Write stories that are told in sections as a library; each section is a mark."""
    for story in stories:
        home = folder / story.slug
        home.mkdir(parents=True)
        facts = {"title": story.title, "author": "Traditional", "unit": "section", "marks": story.marks}
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in facts.items()]
        (home / "book.toml").write_text("".join(lines), encoding="utf-8")
        told = [f"## Section {n}\n\n{piece.text.strip()}\n" for n, piece in enumerate(story.pieces, 1)]
        (home / "story.md").write_text("\n".join(["---\nkind: summary\n---\n", *told]), encoding="utf-8")


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
