"""Books with the true place of all that they tell, whatever the bot makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.library import Library
from corpus.passages import cut
from tests.measure.evaluation.words import runs


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
