"""Importing files: reading them, checking their subject, writing documents, and reading those back."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.book_file import read_book
from corpus.books import SLUG, Book, Slug, Unit
from corpus.documents import Block, read_document
from corpus.errors import ImportRefused, LibraryProblem
from corpus.importing import clippings, files, goodreads, novel, study, wikipedia, wikitext, write
from corpus.importing.draft import (
    END,
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
from corpus.importing.subject import TargetLibrary, check_subject, fits_slug, fold
from corpus.labels import AT_THE_END
from corpus.text import plural

MAX_SLUG = 80
"""Characters of a slug, which becomes a folder name."""

_IMPORTERS = (novel, files, clippings, goodreads, wikitext, wikipedia)
"""Those that know the title of what they read, in order of priority; `study` reads all other pages."""

_IMPORTED = re.compile(r"^imported: ['\"]?([0-9a-f]{12})\b", re.MULTILINE)
_NOUNS = {"review": "reviews", "answers": "answers", "quotes": "quotes", "discussion": "questions"}


def import_files(
    paths: Sequence[Path], slug: Slug, library: Path, *, text: bool = True, chapters: int | None = None,
    unchecked: bool = False,
) -> ImportReport:  # fmt: skip
    """Import files about one book; of a novel without `text`, the table alone.

    `chapters` is the book's number of chapters, where pages do not say it. `unchecked`: the pages are about the book
    even if they do not seem to be. Raises ImportRefused, and then nothing is changed.
    """
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise ImportRefused(
            f"“{slug[:MAX_SLUG]}” cannot be a book's folder. Use lowercase letters, digits and hyphens: smileys-people"
        )
    if not paths:
        raise ImportRefused("There is nothing to import. Give at least one saved page.")
    shelf = TargetLibrary.of(library, slug)
    if chapters and shelf.book and shelf.book.unit is not Unit.PERCENT and shelf.book.marks != chapters:
        raise ImportRefused(
            f"{slug}/book.toml says that the book has {plural(shelf.book.marks, shelf.book.unit.value)}. "
            "Correct it there, or import without --chapters."
        )
    pages = [read_file(path) for path in paths]
    books = (page.book(slug) for page in pages if isinstance(page, Novel))
    book = shelf.book or next((book for book in books if book), None)
    taken = [_read(page, shelf, book, text=text, unchecked=unchecked) for page in pages]
    facts = BookFacts(chapters=chapters)
    for importer in (*_IMPORTERS, study):
        for page in taken:
            facts = facts.completed_by(page.reading.facts) if page.importer is importer else facts
    if shelf.book and not chapters:
        facts = replace(facts, chapters=None)
    return _Import(shelf, taken, facts).run()


@dataclass(frozen=True, slots=True)
class _ReadPage:
    """A page with its importer and what was read from it."""

    page: SavedPage
    importer: object
    reading: PageContent
    ledger: Ledger


def _read(page: SavedPage, shelf: TargetLibrary, book: Book | None, *, text: bool, unchecked: bool) -> _ReadPage:
    ledger = Ledger(page.name)
    setting = ImportContext(shelf.slug, book, shelf.others, ledger, text)
    importer = next((importer for importer in _IMPORTERS if importer.matches(page)), study)
    reading = importer.read(page, setting)
    if isinstance(page, Notes):
        reading = replace(reading, facts=page.facts.completed_by(reading.facts))
    if not unchecked:
        check_subject(page, reading.facts, shelf, certain=importer is not study)
        if importer is study and not shelf.book and not fits_slug(shelf.slug, reading.facts.title):
            reading = replace(reading, facts=replace(reading.facts, title=""))  # “Notes” is no book's title
    return _ReadPage(page, importer, reading, ledger)


class _Import:
    """One import; its documents are written to a temporary folder and read back before the library changes."""

    def __init__(self, shelf: TargetLibrary, taken: Sequence[_ReadPage], facts: BookFacts) -> None:
        self._shelf, self._taken, self._facts = shelf, taken, facts
        self._files: dict[str, str] = {}
        self._said: set[str] = set()
        self._waiting: dict[str, tuple[str, int]] = {}
        self._fingerprints: dict[str, set[str]] = {}

    def run(self) -> ImportReport:
        """Write what is new, and return the report."""
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            home = Path(folder) / self._shelf.slug
            home.mkdir()
            file, book = self._book(home)
            if self._shelf.book and self._shelf.book.marks != book.marks:
                self._files |= write.rescaled(self._shelf.home, self._shelf.book, book)
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
            file = write.complete_book_file(path.read_bytes().decode("utf-8-sig"), self._facts, self._shelf.book)
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
            text = self._files.get(path.name) or path.read_text(encoding="utf-8-sig")
            if found := _IMPORTED.search(text[:2_000]):
                self._fingerprints.setdefault(found[1], set()).add(document.kind)
                waiting = (b for b in document.blocks if b.reveals is None and b.text)
                self._waiting |= {fold(block.text): (path.name, block.line) for block in waiting}

    def _draft(self, draft: DraftDocument, page: _ReadPage, book: Book, home: Path) -> None:
        ledger = page.ledger
        better = list(self._better_placed(draft, ledger))
        if draft.kind in self._fingerprints.get(page.page.fingerprint, ()):
            ledger.add(Status.PRESENT, f"{draft.title} ({draft.kind})", why="imported before")
        else:
            better = list(self._new_sections(draft, ledger))
        draft = replace(draft, sections=tuple(map(write.split_long_paragraphs, better)))
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

    def _better_placed(self, draft: DraftDocument, ledger: Ledger) -> Iterator[DraftSection]:
        """Yield what an import left unplaced and this page places, and take it out of the earlier document."""
        for section in draft.sections:
            around = {} if section.names_marks else draft.reveals
            told = [(p, around if p.reveals is None else p.reveals) for p in section.paragraphs]
            placed = [p for p, reveals in told if reveals is not None and END not in reveals.values()]
            moved = [p for p in placed if (key := fold(p.text)) in self._waiting and self._take_out(key)]
            ledger.add(Status.PLACED, "paragraphs that were there", len(moved), "this page says where they stand")
            if moved:
                yield replace(section, paragraphs=tuple(moved))

    def _take_out(self, key: str) -> bool:
        """Remove a paragraph from an imported document; False if it is not a line of its own there."""
        name, line = self._waiting.pop(key)
        text = self._files.get(name) or (self._shelf.home / name).read_text(encoding="utf-8-sig")
        rows = text.split("\n")
        if fold(rows[line - 1]) != key:
            return False
        rows[line - 1] = ""
        self._files[name] = "\n".join(rows)
        self._said.discard(key)
        return True

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
        unexpected = [problem for problem in problems if problem.fatal or not problem.what.endswith(AT_THE_END)]
        return not unexpected and len(blocks) == len(wanted) and all(map(_is_as_meant, blocks, wanted))

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
        sections = (section for page in self._taken for draft in page.reading.drafts for section in draft.sections)
        counted = self._facts.chapters or (self._shelf.book and self._shelf.book.unit is not Unit.PERCENT)
        if not counted and any(section.names_marks for section in sections):
            why = "until then what is told by chapters waits for the end; import again with --chapters and their number"
            ledger.noted("how many chapters has the book?", why)
        elif not counted and self._shelf.book is None:
            why = "the page does not say how many chapters the book has; if you know it, import again with --chapters"
            ledger.noted("positions are in percent", why)
        yield ledger


def _is_as_meant(block: Block, want: write.ExpectedBlock) -> bool:
    placed_there = dict(block.reveals.marks) if block.reveals else None
    return block.text == want.text and placed_there == want.reveals


def _count(draft: DraftDocument, name: str, book: Book, books: Mapping[Slug, Book], ledger: Ledger) -> None:
    """Report how many texts of a draft are placed, and where, and how many still have to be."""
    later = "spread over the book in order" if draft.kind == "summary" else "by matching, when the library is indexed"
    noun = _NOUNS.get(draft.kind, "paragraphs")
    together = draft.kind in ("review", "answers")
    for section in draft.sections:
        now = around = write.heading_place(draft, section, book)
        seen: set[str] = set()
        for paragraph in section.paragraphs:
            now = paragraph.reveals or (around if section.names_marks else now)
            if draft.kind == "text":
                fate, why = Status.PLACED, "each with its chapter"
            elif section.names_marks and not paragraph.reveals:
                fate, why = Status.PLACED, "by its heading"
            elif now is None:
                fate, why = Status.INFERRED, later
            else:
                marks = write.placed(now, books) or {book.slug: 0}
                fate, why = Status.PLACED, ", ".join(f"{slug}={mark}" for slug, mark in marks.items())
            if not together or why not in seen:
                ledger.add(fate, f"{noun} in {name}", 1, why)
            seen.add(why)
