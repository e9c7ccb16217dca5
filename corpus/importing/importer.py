"""Importing files: reading them, checking their subject, writing documents, and reading those back."""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.book_file import read_book
from corpus.books import SLUG, Book, Slug
from corpus.documents import Block, read_document
from corpus.errors import ImportRefused, LibraryProblem
from corpus.importing import clippings, files, goodreads, novel, plain, study, wikipedia, wikitext, write
from corpus.importing.draft import (
    BookFacts,
    DraftDocument,
    DraftSection,
    ImportContext,
    ImportReport,
    Ledger,
    PageContent,
    Status,
)
from corpus.importing.files import read_file
from corpus.importing.notes import Notes
from corpus.importing.novel import Novel
from corpus.importing.page import SavedPage
from corpus.importing.subject import TargetLibrary, check_subject, fold

MAX_SLUG = 80
"""Characters of a slug, which becomes a folder name."""

_IMPORTERS = (novel, files, clippings, goodreads, wikitext, wikipedia, study)
"""In order of priority, for recognising a page and for the facts about a book."""

_CERTAIN = (novel, files, clippings, goodreads, wikitext, wikipedia)
"""Those that know the title of what they read."""

_IMPORTED = re.compile(r"^imported: ['\"]?([0-9a-f]{12})\b", re.MULTILINE)
_NOUNS = {"review": "reviews", "answers": "answers", "quotes": "quotes", "discussion": "questions"}


def import_files(paths: Sequence[Path], slug: Slug, library: Path, *, text: bool = True) -> ImportReport:
    """Import files about one book; of a novel without `text`, the table alone.

    Raises ImportRefused, and then nothing is changed.
    """
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise ImportRefused(
            f"“{slug[:MAX_SLUG]}” cannot be a book's folder. Use lowercase letters, digits and hyphens: smileys-people"
        )
    if not paths:
        raise ImportRefused("There is nothing to import. Give at least one saved page.")
    shelf = TargetLibrary.of(library, slug)
    pages = [read_file(path) for path in paths]
    books = (page.book(slug) for page in pages if isinstance(page, Novel))
    book = shelf.book or next((book for book in books if book), None)
    taken = [_read(page, shelf, book, text=text) for page in pages]
    facts = BookFacts()
    for importer in (*_IMPORTERS, plain):
        for page in taken:
            facts = facts.completed_by(page.reading.facts) if page.importer is importer else facts
    return _Import(shelf, taken, facts).run()


@dataclass(frozen=True, slots=True)
class _ReadPage:
    """A page with its importer and what was read from it."""

    page: SavedPage
    importer: object
    reading: PageContent
    ledger: Ledger


def _read(page: SavedPage, shelf: TargetLibrary, book: Book | None, *, text: bool) -> _ReadPage:
    ledger = Ledger(page.name)
    setting = ImportContext(shelf.slug, book, shelf.others, ledger, text)
    importer = next((importer for importer in _IMPORTERS if importer.matches(page)), plain)
    reading = importer.read(page, setting)
    if isinstance(page, Notes):
        reading = replace(reading, facts=page.facts.completed_by(reading.facts))
    check_subject(page, reading.facts, shelf, certain=importer in _CERTAIN)
    return _ReadPage(page, importer, reading, ledger)


class _Import:
    """One import; its documents are written to a temporary folder and read back before the library changes."""

    def __init__(self, shelf: TargetLibrary, taken: Sequence[_ReadPage], facts: BookFacts) -> None:
        self._shelf, self._taken, self._facts = shelf, taken, facts
        self._files: dict[str, str] = {}
        self._said: set[str] = set()
        self._fingerprints: dict[str, set[str]] = {}

    def run(self) -> ImportReport:
        """Write what is new, and return the report."""
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            home = Path(folder) / self._shelf.slug
            home.mkdir()
            file, book = self._book(home)
            self._remember_documents(book)
            for page in self._taken:
                for draft in page.reading.drafts:
                    self._draft(draft, page, book, home)
        known = self._shelf.book is not None
        if file.added or not known:
            self._files["book.toml"] = file.text
        paths = write.save_files(self._shelf.library, self._shelf.slug, self._files) if self._files else ()
        entries = tuple(entry for ledger in self._ledgers(file) for entry in ledger.entries())
        return ImportReport(self._shelf.slug, entries, paths)

    def _book(self, home: Path) -> tuple[write.BookFile, Book]:
        """Return the new `book.toml`, and the book that it describes."""
        path = self._shelf.home / "book.toml"
        if self._shelf.book is None:
            file = write.new_book_file(self._shelf.slug, self._facts)
        else:
            file = write.complete_book_file(path.read_bytes().decode("utf-8-sig"), self._facts)
        (home / "book.toml").write_text(file.text, encoding="utf-8", newline="")
        try:
            return file, read_book(home, [])
        except LibraryProblem as problem:
            raise ImportRefused(
                f"The page's facts do not make a valid book.toml: {problem.what} {problem.cure}"
            ) from problem

    def _remember_documents(self, book: Book) -> None:
        """Remember the texts in the book's documents, and the pages they were imported from."""
        for path in sorted(self._shelf.home.glob("*.md")):
            try:
                document = read_document(path, book, self._shelf.others, [])
            except LibraryProblem:
                continue
            self._said.update(fold(block.text) for block in document.blocks)
            found = _IMPORTED.search(path.read_text(encoding="utf-8-sig")[:2_000])
            if found:
                self._fingerprints.setdefault(found[1], set()).add(document.kind)

    def _draft(self, draft: DraftDocument, page: _ReadPage, book: Book, home: Path) -> None:
        ledger = page.ledger
        if draft.kind in self._fingerprints.get(page.page.fingerprint, ()):
            ledger.add(Status.PRESENT, f"{draft.title} ({draft.kind})", why="imported before")
            return
        draft = replace(draft, sections=tuple(map(write.split_long_paragraphs, self._new_sections(draft, ledger))))
        path = home / self._free_name(draft.stem)
        if not self._reads_back(path, draft, book, page.page):
            safe = [s for s in draft.sections if self._reads_back(path, replace(draft, sections=(s,)), book, page.page)]
            ledger.dropped("sections", len(draft.sections) - len(safe), "the library would misread them")
            draft = replace(draft, sections=tuple(safe))
            if not self._reads_back(path, draft, book, page.page):
                raise ImportRefused(f"{page.page.name} cannot be made into {path.name}. Import its text as .txt.")
        if draft.sections:
            self._files[path.name] = path.read_text(encoding="utf-8")
            _count(draft, path.name, book, {**self._shelf.others, book.slug: book}, ledger)

    def _new_sections(self, draft: DraftDocument, ledger: Ledger) -> Iterable[DraftSection]:
        """Yield what the book's documents do not have yet: whole reviews and answers, or paragraphs."""
        together = draft.kind in ("review", "answers")
        for section in draft.sections:
            keys = [fold(paragraph.text) for paragraph in section.paragraphs]
            known = [key in self._said for key in keys]
            if together:
                known = [all(known)] * len(keys)
            else:  # a few words may well be said twice
                short = [len(key) <= 40 and not p.item for key, p in zip(keys, section.paragraphs, strict=True)]
                known = [is_known and not is_short for is_known, is_short in zip(known, short, strict=True)]
            ledger.add(
                Status.PRESENT, _NOUNS.get(draft.kind, "paragraphs"), 1 if together and all(known) else sum(known)
            )
            kept = [p for p, is_known in zip(section.paragraphs, known, strict=True) if not is_known]
            self._said.update(keys)
            if kept:
                yield replace(section, paragraphs=tuple(kept))

    def _free_name(self, stem: str) -> str:
        taken = {path.name for path in self._shelf.home.glob("*.md")} | self._files.keys()
        names = (f"{stem}{ending}.md" for ending in ("", *(f"-{n}" for n in range(2, 1_000))))
        return next(name for name in names if name not in taken)

    def _reads_back(self, path: Path, draft: DraftDocument, book: Book, page: SavedPage) -> bool:
        """Write a document and return whether it is read back exactly as intended, without mistakes."""
        books = {**self._shelf.others, book.slug: book}
        path.write_text(write.render(draft, book, books, page.fingerprint), encoding="utf-8", newline="")
        problems: list[LibraryProblem] = []
        try:
            blocks = read_document(path, book, self._shelf.others, problems).blocks
        except LibraryProblem as problem:
            raise ImportRefused(
                f"{page.name} is too large for one document: {problem.what} {problem.cure}"
            ) from problem
        wanted = write.expected_blocks(draft, book, books)
        return not problems and len(blocks) == len(wanted) and all(map(_is_as_meant, blocks, wanted))

    def _ledgers(self, file: write.BookFile) -> Iterable[Ledger]:
        for page in self._taken:
            said = [name for name in ("title", "author", "series", "ratings", "editions", "year", "similar")
                    if getattr(page.reading.facts, name)]  # fmt: skip
            if said:
                page.ledger.recognised("facts about the book", why=", ".join(said))
            yield page.ledger
        ledger = Ledger("book.toml")
        if file.added:
            ledger.add(Status.ADDED, ", ".join(file.added))
        if file.present:
            ledger.add(Status.PRESENT, ", ".join(file.present))
        if self._shelf.book is None and not self._facts.chapters:
            why = "the page does not list the book's chapters; write unit and marks if you know them"
            ledger.noted("positions are in percent", why)
        yield ledger


def _is_as_meant(block: Block, want: write.ExpectedBlock) -> bool:
    placed_there = dict(block.reveals.marks) if block.reveals else None
    return block.text == want.text and (want.by_heading or placed_there == want.reveals)


def _count(draft: DraftDocument, name: str, book: Book, books: Mapping[Slug, Book], ledger: Ledger) -> None:
    """Report how many texts of a draft are placed, and where, and how many still have to be."""
    later = "spread over the book in order" if draft.kind == "summary" else "by matching, when the library is indexed"
    noun = _NOUNS.get(draft.kind, "paragraphs")
    together = draft.kind in ("review", "answers")
    for section in draft.sections:
        now = draft.reveals
        seen: set[str] = set()
        for paragraph in section.paragraphs:
            now = paragraph.reveals if paragraph.reveals is not None else now
            if draft.kind == "text":
                fate, why = Status.PLACED, "each with its chapter"
            elif section.names_marks:
                fate, why = Status.PLACED, "by its heading"
            elif now is None:
                fate, why = Status.INFERRED, later
            else:
                marks = write.placed(now, books) or {book.slug: 0}
                fate, why = Status.PLACED, ", ".join(f"{slug}={mark}" for slug, mark in marks.items())
            if not together or why not in seen:
                ledger.add(fate, f"{noun} in {name}", 1, why)
            seen.add(why)
