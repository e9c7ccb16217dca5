"""The library into which pages are imported, and whether a page is about its book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.books import Book
from corpus.errors import ImportRefused, LibraryProblem
from corpus.importing.drafts import Facts
from corpus.importing.pages import Page
from corpus.importing.subject import is_about, named, names_of, same_title, slug_words, words
from corpus.library import read_book
from corpus.reveals import Slug


@dataclass(frozen=True, slots=True)
class Shelf:
    """The library as it is before the import."""

    library: Path
    slug: Slug
    book: Book | None
    others: Mapping[Slug, Book]

    @classmethod
    def of(cls, library: Path, slug: Slug) -> Shelf:
        """Read the books of a library. Raises ImportRefused where the book itself cannot be read."""
        if library.exists() and not library.is_dir():
            raise ImportRefused(f"{library} is no folder. Name the folder that holds one folder for each book.")
        if not library.parent.is_dir():
            raise ImportRefused(f"There is no folder {library.parent}. Make it first.")
        books: dict[Slug, Book] = {}
        for home in sorted(library.iterdir()) if library.exists() else ():
            if not home.is_dir() or home.name.startswith("."):
                continue
            try:
                books[home.name] = read_book(home, [])
            except LibraryProblem as problem:
                if home.name == slug and (home / "book.toml").exists():
                    raise ImportRefused(f"{problem} Nothing was imported.") from problem
        return cls(library, slug, books.pop(slug, None), books)

    @property
    def home(self) -> Path:
        """The folder of the book, which need not be there yet."""
        return self.library / self.slug


def check_subject(page: Page, facts: Facts, shelf: Shelf, *, certain: bool) -> None:
    """Raise ImportRefused where a page is about something else; `certain` where its own title can be trusted."""
    book, title = shelf.book, facts.title
    others = named(title, shelf.others) if title else []
    if title and (certain or others):
        fits = any(same_title(title, name) for name in names_of(book)) if book else _fits(shelf.slug, title)
        if fits:
            return
    elif book:
        if is_about(page.text, names_of(book), book.author):
            return
    elif is_about(page.text, [" ".join(slug_words(shelf.slug))], "") or (title and _fits(shelf.slug, title)):
        return
    what = f"is about “{title[:100]}”, not about" if title else "does not seem to be about"
    meant_book = f"“{book.title}”" if book else f"a book called “{shelf.slug}”"
    cure = f"Import it with --book {others[0]}" if others else "Check --book"
    more = f", or add the title to the aliases in {shelf.slug}/book.toml." if book else ": a slug is made of the title."
    raise ImportRefused(f"{page.name} {what} {meant_book}. {cure}{more}")


def _fits(slug: Slug, title: str) -> bool:
    said = words(title)
    return set(slug_words(slug)) <= set(said) or slug.replace("-", "") == "".join(said)
