"""A library made for a test: books and documents written from plain values, and what the loader makes of them."""

import json
from pathlib import Path
from textwrap import dedent

from corpus.books import Book, BookPart, Unit
from corpus.documents import Block, Document
from corpus.errors import LibraryProblem
from corpus.library import Library

PEOPLE, TINKER = "smileys-people", "tinker-tailor-soldier-spy"


def novel(slug: str = PEOPLE, marks: int = 27, unit: Unit = Unit.CHAPTER) -> Book:
    """Return a book of 27 chapters in three parts, with pages."""
    parts = (
        (BookPart("One", marks // 3), BookPart("Two", 2 * marks // 3), BookPart("Three", marks)) if marks >= 3 else ()
    )
    return Book(slug, slug.replace("-", " ").title(), "John le Carré", unit, marks, pages=384, parts=parts)


class Shelf:
    """A folder of books that a test fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book(PEOPLE)

    def book(self, slug: str, marks: int = 27, unit: str = "chapter", more: str = "") -> None:
        """Write a `book.toml` that is whole."""
        fields = {"title": slug.replace("-", " ").title(), "author": "John le Carré", "unit": unit}
        lines = [*(f"{key} = {json.dumps(value)}" for key, value in fields.items()), f"marks = {marks}", more]
        self.write(slug, "book.toml", "\n".join(lines))

    def write(self, slug: str, name: str, text: str) -> Path:
        """Write a file of a book."""
        path = self.folder / slug / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self) -> Library:
        """Read the library."""
        return Library.load(self.folder)

    def document(self, text: str, name: str = "notes.md") -> tuple[Document, tuple[LibraryProblem, ...]]:
        """Write one document of Smiley's People and return it as it was read, with the problems."""
        self.write(PEOPLE, name, dedent(text).lstrip("\n"))
        library = self.load()
        (document,) = library.documents[PEOPLE]
        return document, library.problems

    def blocks(self, text: str) -> tuple[Block, ...]:
        """Return the blocks of a document in which nothing is wrong."""
        document, problems = self.document(text)
        assert problems == ()
        return document.blocks

    def marks(self, text: str) -> dict[str, int | None]:
        """Return how far each block of a document reveals of Smiley's People, by its first word."""
        return marks_of(self.blocks(text))

    def doubted(self, text: str) -> tuple[dict[str, int | None], list[LibraryProblem]]:
        """Return the same for a document in which something is wrong, with the problems."""
        document, problems = self.document(text)
        assert problems
        assert all(problem.path.name == "notes.md" for problem in problems)
        return marks_of(document.blocks), list(problems)


def marks_of(blocks: tuple[Block, ...]) -> dict[str, int | None]:
    """Return how far each block reveals of Smiley's People, by its first word; None where it is not placed."""
    return {b.text.split()[0].strip(".,"): None if b.reveals is None else b.reveals.marks[PEOPLE] for b in blocks}
