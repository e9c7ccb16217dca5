"""Importing files: reading them, checking their subject, writing documents, and reading those back."""

import contextlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from corpus.book_file import read_book
from corpus.books import SLUG, Book, Slug, Unit
from corpus.documents import read_document
from corpus.errors import ImportRefused, LibraryProblem
from corpus.importing import cast, exports, goodreads, novel, study, wikipedia, write
from corpus.importing import draft as drafts
from corpus.importing.files import read_file
from corpus.importing.gates import Ground
from corpus.importing.page import SavedPage
from corpus.importing.subject import check_subject, fits_slug, fold
from corpus.labels import AT_THE_END
from corpus.text import plural

MAX_SLUG = 80  # characters of a slug, which becomes a folder name

_IMPORTERS = (novel, cast, exports, goodreads, wikipedia, study)  # in order of priority; the last reads all pages

_IMPORTED = re.compile(r"^imported: ['\"]?([0-9a-f]{12})\b", re.MULTILINE)
_NOUNS = {"review": "reviews", "answers": "answers", "quotes": "quotes", "discussion": "questions"}


def import_files(
    paths: Sequence[Path], slug: Slug, library: Path, *, text: bool = True, chapters: int | None = None,
    unchecked: bool = False, waits: bool = False,
) -> drafts.ImportReport:  # fmt: skip
    """Import files about one book; of a novel without `text`, the table alone.

    `chapters` is the book's number of chapters, where pages do not say it. `unchecked`: the pages are about the book
    even if they do not seem to be. `waits`: a story without marks waits for the end where nothing says where it
    belongs, rather than being spread over the book. Raises ImportRefused, and then nothing is changed.
    """
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        what = f"“{slug[:MAX_SLUG]}” cannot be a book's folder."
        raise ImportRefused(f"{what} Use lowercase letters, digits and hyphens: smileys-people")
    if not paths:
        raise ImportRefused("There is nothing to import. Give at least one saved page.")
    books = _books(library, slug)
    book = books.pop(slug, None)
    if chapters and book and book.unit is not Unit.PERCENT and book.marks != chapters:
        what = f"{slug}/book.toml says that the book has {plural(book.marks, book.unit.value)}."
        raise ImportRefused(f"{what} Correct it there, or import without --chapters.")
    pages = [read_file(path) for path in paths]
    ground = _ground(library, book, books) if book and (waits or any(map(cast.matches, pages))) else Ground()
    taken = [
        _read(page, drafts.ImportContext(slug, book, books, drafts.Ledger(page.name), text, ground, waits), unchecked)
        for page in pages
    ]
    facts = drafts.BookFacts(chapters=chapters)
    for page in sorted(taken, key=lambda page: _IMPORTERS.index(page.importer)):
        facts = facts.completed_by(page.facts)
    if book and not chapters:
        facts = replace(facts, chapters=None)
    return _Import(library, drafts.ImportContext(slug, book, books, drafts.Ledger("book.toml")), taken, facts).run()


def _books(library: Path, slug: Slug) -> dict[Slug, Book]:
    """Return the books of a library that can be read. Raises ImportRefused if the book itself cannot."""
    if library.exists() and not library.is_dir():
        raise ImportRefused(f"{library} is not a folder. Give the folder with one folder for each book.")
    if not library.parent.is_dir():
        raise ImportRefused(f"There is no folder {library.parent}. Create it first.")
    books: dict[Slug, Book] = {}
    for file in sorted(library.glob("[!.]*/book.toml")):
        try:
            books[file.parent.name] = read_book(file.parent, [])
        except LibraryProblem as problem:
            if file.parent.name == slug:
                raise ImportRefused(f"{problem} Nothing was imported.") from problem
    return books


def _ground(library: Path, book: Book, others: Mapping[Slug, Book]) -> Ground:
    """Return what the documents of a book tell with its marks, but for those that come from catalogues.

    A document that waits for the end as a whole does not say where in the story it is.
    """
    told: dict[str, list[tuple[int, str]]] = {"summary": [], "text": []}
    for path in sorted((library / book.slug).glob("*.md")):
        with contextlib.suppress(LibraryProblem):
            document = read_document(path, book, others, [])
            if document.kind in told and document.source != cast.SOURCE:
                placed = ((b.reveals.marks.get(book.slug, 0), b) for b in document.blocks if b.reveals)
                known = ((mark, b.text) for mark, b in placed if mark < book.marks or b.placed_by != "front matter")
                told[document.kind] += known
    return Ground(book.marks, told["summary"], told["text"])


@dataclass(frozen=True, slots=True)
class _ReadPage:
    page: SavedPage
    importer: ModuleType
    facts: drafts.BookFacts
    documents: Sequence[drafts.DraftDocument]
    ledger: drafts.Ledger


def _read(page: SavedPage, setting: drafts.ImportContext, unchecked: bool) -> _ReadPage:
    importer = next((importer for importer in _IMPORTERS[:-1] if importer.matches(page)), study)
    facts, documents = importer.read(page, setting)
    if not unchecked:
        check_subject(page, facts.title, setting, certain=importer is not study)
        if importer is study and not setting.book and not fits_slug(setting.slug, facts.title):
            facts = replace(facts, title="")  # “Notes” is no book's title
    return _ReadPage(page, importer, facts, documents, setting.ledger)


class _Import:
    """One import; its documents are written to a temporary folder and read back before the library changes."""

    def __init__(
        self, library: Path, setting: drafts.ImportContext, taken: Sequence[_ReadPage], facts: drafts.BookFacts
    ) -> None:
        self._library, self._setting, self._taken, self._facts = library, setting, taken, facts
        self._home = library / setting.slug
        self._files: dict[str, str] = {}
        self._said: set[str] = set()
        self._waiting: dict[str, tuple[str, int]] = {}
        self._fingerprints: dict[str, set[str]] = {}

    def run(self) -> drafts.ImportReport:
        """Write what is new, and return the report."""
        slug, before = self._setting.slug, self._setting.book
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            home = Path(folder) / slug
            home.mkdir()
            text, added, book = self._book(home)
            if before and before.marks != book.marks:
                self._files |= write.rescaled(self._home, before, book)
            self._remember_documents(book)
            for page in self._taken:
                for draft in page.documents:
                    if draft.sections:
                        self._draft(draft, page, book, home)
        if added or before is None:
            self._files["book.toml"] = text
        paths = write.save_files(self._library, slug, self._files) if self._files else ()
        self._report_facts(added)
        ledgers = (*(page.ledger for page in self._taken), self._setting.ledger)
        return drafts.ImportReport(slug, tuple(entry for ledger in ledgers for entry in ledger.entries()), paths)

    def _book(self, home: Path) -> tuple[str, list[str], Book]:
        """Return the text of the new `book.toml`, the fields that are new in it, and the book that it describes."""
        text = (self._home / "book.toml").read_bytes().decode("utf-8-sig") if self._setting.book else ""
        text, added = write.book_file(self._setting.slug, text, self._facts, self._setting.book)
        (home / "book.toml").write_text(text, encoding="utf-8", newline="")
        try:
            return text, added, read_book(home, [])
        except LibraryProblem as problem:
            what = f"The page's facts do not make a valid book.toml: {problem.what} {problem.cure}"
            raise ImportRefused(what) from problem

    def _remember_documents(self, book: Book) -> None:
        """Remember the texts in the book's documents, and the pages they were imported from."""
        for path in sorted(self._home.glob("*.md")):
            try:
                document = read_document(path, book, self._setting.others, [])
            except LibraryProblem:
                continue
            self._said.update(fold(block.text) for block in document.blocks)
            text = self._files.get(path.name) or path.read_text(encoding="utf-8-sig")
            if found := _IMPORTED.search(text[:2_000]):
                self._fingerprints.setdefault(found[1], set()).add(document.kind)
                waiting = (b for b in document.blocks if b.reveals is None and b.text)
                self._waiting |= {fold(block.text): (path.name, block.line) for block in waiting}

    def _draft(self, draft: drafts.DraftDocument, page: _ReadPage, book: Book, home: Path) -> None:
        ledger = page.ledger
        sections = list(self._better_placed(draft, ledger))
        if draft.kind in self._fingerprints.get(page.page.fingerprint, ()):
            ledger.add(drafts.Status.PRESENT, f"{draft.title} ({draft.kind})", why="imported before")
        else:
            sections = list(self._new_sections(draft, ledger))
        draft = replace(draft, sections=tuple(map(write.split_long_paragraphs, sections)))
        taken = {path.name for path in self._home.glob("*.md")} | self._files.keys()
        names = (f"{draft.stem}{ending}.md" for ending in ("", *(f"-{n}" for n in range(2, 1_000))))
        path = home / next(name for name in names if name not in taken)
        if not self._reads_back(path, draft, book, page.page):
            safe = [s for s in draft.sections if self._reads_back(path, replace(draft, sections=(s,)), book, page.page)]
            ledger.dropped("sections", len(draft.sections) - len(safe), "the library would misread them")
            draft = replace(draft, sections=tuple(safe))
            if not self._reads_back(path, draft, book, page.page):
                raise ImportRefused(f"{page.page.name} cannot be made into {path.name}. Import its text as .txt.")
        if draft.sections:
            self._files[path.name] = path.read_text(encoding="utf-8")
            self._count(draft, path.name, book, ledger)

    def _better_placed(self, draft: drafts.DraftDocument, ledger: drafts.Ledger) -> Iterator[drafts.DraftSection]:
        """Yield what an import left unplaced and this page places, and take it out of the earlier document."""
        for section in draft.sections:
            around = {} if section.names_marks else draft.reveals
            told = [(p, around if p.reveals is None else p.reveals) for p in section.paragraphs]
            placed = [p for p, reveals in told if reveals is not None and drafts.END not in reveals.values()]
            moved = [p for p in placed if (key := fold(p.text)) in self._waiting and self._take_out(key)]
            why = "this page says where they stand"
            ledger.add(drafts.Status.PLACED, "paragraphs that were there", len(moved), why)
            if moved:
                yield replace(section, paragraphs=tuple(moved))

    def _take_out(self, key: str) -> bool:
        """Remove a paragraph from an imported document; False if it is not a line of its own there."""
        name, line = self._waiting.pop(key)
        rows = (self._files.get(name) or (self._home / name).read_text(encoding="utf-8-sig")).split("\n")
        if fold(rows[line - 1]) != key:
            return False
        rows[line - 1] = ""
        self._files[name] = "\n".join(rows)
        self._said.discard(key)
        return True

    def _new_sections(self, draft: drafts.DraftDocument, ledger: drafts.Ledger) -> Iterator[drafts.DraftSection]:
        """Yield what the book's documents do not have yet: whole reviews and answers, or paragraphs."""
        together = draft.kind in ("review", "answers")
        for section in draft.sections:
            keys = [(paragraph, fold(paragraph.text)) for paragraph in section.paragraphs]
            if together:
                kept = [] if all(key in self._said for _, key in keys) else list(section.paragraphs)
            else:  # a few words may well be said twice
                kept = [p for p, key in keys if key not in self._said or (len(key) <= 40 and not p.item)]
            known = int(not kept) if together else len(keys) - len(kept)
            ledger.add(drafts.Status.PRESENT, _NOUNS.get(draft.kind, "paragraphs"), known)
            self._said.update(key for _, key in keys)
            if kept:
                yield replace(section, paragraphs=tuple(kept))

    def _reads_back(self, path: Path, draft: drafts.DraftDocument, book: Book, page: SavedPage) -> bool:
        """Write a document and return whether it is read back exactly as intended, without mistakes."""
        books = {**self._setting.others, book.slug: book}
        path.write_text(write.render(draft, book, books, page.fingerprint), encoding="utf-8", newline="")
        problems: list[LibraryProblem] = []
        try:
            blocks = read_document(path, book, self._setting.others, problems).blocks
        except LibraryProblem as problem:
            what = f"{page.name} is too large for one document: {problem.what} {problem.cure}"
            raise ImportRefused(what) from problem
        read = [(block.text, dict(block.reveals.marks) if block.reveals else None) for block in blocks]
        placed = (pair for section in draft.sections for pair in write.placed(section, draft, book, books))
        wanted = [(write.plain_text(paragraph.text), marks) for paragraph, marks in placed]
        unexpected = [problem for problem in problems if problem.fatal or not problem.what.endswith(AT_THE_END)]
        return not unexpected and read == wanted

    def _count(self, draft: drafts.DraftDocument, name: str, book: Book, ledger: drafts.Ledger) -> None:
        """Report how many texts of a draft are placed, and where, and how many still have to be."""
        told = draft.kind == "summary"
        later = "spread over the book in order" if told else "by matching, when the library is indexed"
        books = {**self._setting.others, book.slug: book}
        for section in draft.sections:
            fates = [
                (drafts.Status.INFERRED, later) if marks is None
                else (drafts.Status.PLACED, "each with its chapter") if draft.kind == "text"
                else (drafts.Status.PLACED, "by its heading") if section.names_marks and not paragraph.reveals
                else (drafts.Status.PLACED, ", ".join(f"{slug}={mark}" for slug, mark in marks.items()))
                for paragraph, marks in write.placed(section, draft, book, books)
            ]  # fmt: skip
            for fate, why in dict.fromkeys(fates) if draft.kind in ("review", "answers") else fates:
                ledger.add(fate, f"{_NOUNS.get(draft.kind, 'paragraphs')} in {name}", 1, why)

    def _report_facts(self, added: Sequence[str]) -> None:
        """Report which facts are new, and what the pages leave open."""
        ledger, book = self._setting.ledger, self._setting.book
        if added:
            ledger.add(drafts.Status.ADDED, ", ".join(added))
        if self._facts.chapters or (book and book.unit is not Unit.PERCENT):
            return
        if any(section.names_marks for page in self._taken for draft in page.documents for section in draft.sections):
            why = "until then what is told by chapters waits for the end; import again with --chapters and their number"
            ledger.noted("how many chapters has the book?", why)
        elif book is None:
            why = "the page does not say how many chapters the book has; if you know it, import again with --chapters"
            ledger.noted("positions are in percent", why)
