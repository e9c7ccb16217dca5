"""Importing an open cast and recaps by chapter (AudioSilo Meta): every chapter that it states is checked first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.books import Book
from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Paragraph, Placing
from corpus.importing.page import PageLine, SavedPage, one_line
from corpus.importing.phrases import year_in
from corpus.labels import heading_mark

SITE = "audiosilo"
SOURCE = "AudioSilo Meta community contributors, meta.audiosilo.app, CC BY-SA 4.0"
MAX_ENTRIES, MAX_ENTRY = 500, 4_000
"""Entries of a cast, and characters of one: its authors keep to 3,000."""

LISTED = 12  # moves that a report lists


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cast or a recap says, and the chapter by which it says so; `names`: of the person whom it is about."""

    text: str
    chapter: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast(SavedPage):
    """A cast and recaps: `people` and `recaps` with their chapters, and texts that know the `whole` book."""

    people: tuple[Entry, ...] = ()
    recaps: tuple[Entry, ...] = ()
    earlier: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def is_cast(said: object) -> bool:
    """Return whether data has the shape of a cast and recaps: of the read API, or of the catalogue's own files."""
    if not isinstance(said, Mapping):
        return False
    return "entries" in said or any(isinstance(said.get(name), list | Mapping) for name in ("characters", "recaps"))


def read_cast(name: str, said: Mapping[str, Any]) -> Cast:
    """Read a cast and recaps. Raises ImportRefused."""
    title = _text(said.get("title"))
    if isinstance(entries := said.get("entries"), Mapping):
        if len(entries) != 1:
            raise ImportRefused(f"{name} holds {len(entries)} books. Save the one that you want in a file of its own.")
        slug, said = next(iter(entries.items()))
        title = str(slug).replace("-", " ")
    cast, told = (
        part if isinstance(part := said.get(key), Mapping) else {key: part} for key in ("characters", "recaps")
    )
    recaps = list(_objects(told.get("recaps")))
    people = [
        Entry(text, at, tuple(filter(None, (_text(one.get("name")), *map(_text, _list(one.get("aliases")))))))
        for one in _objects(cast.get("characters"))
        if (text := _text(one.get("description"))) and _text(one.get("name")) and (at := _chapter(one, "reveal")) >= 0
    ]  # fmt: skip
    so_far = [
        Entry(text, at) for one in recaps if (text := _text(one.get("text"))) and (at := _chapter(one, "through")) > 0
    ]
    earlier = [text for one in recaps if _chapter(one, "through") == 0 and (text := _text(one.get("text")))]
    summed = said.get("recap_summary") if isinstance(said.get("recap_summary"), Mapping) else told
    whole = [text for key in ("in_short", "ending") if (text := _text((summed or {}).get(key)))]
    if not (people or so_far):
        raise ImportRefused(f"{name} holds neither a cast nor recaps with chapters. Import a page or a text instead.")
    authors = [_text(one.get("name")) for one in _objects(said.get("authors"))]
    facts = BookFacts(title=title, author=", ".join(authors[:3]), year=year_in(_text(said.get("first_published"))))
    texts = (title, *authors[:3], *(e.text for e in (*people, *so_far)), *whole)
    lines = tuple(map(PageLine, texts))
    return Cast(
        name, lines, kind="a cast and recaps by chapter", facts=facts, people=tuple(people), recaps=tuple(so_far),
        earlier=tuple(earlier), whole=tuple(whole),
    )  # fmt: skip


def _list(value: object) -> list[Any]:
    return value[:MAX_ENTRIES] if isinstance(value, list) else []


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in _list(value) if isinstance(one, Mapping))


def _text(value: object) -> str:
    return one_line(value)[:MAX_ENTRY] if isinstance(value, str) else ""


def _chapter(entry: Mapping[str, Any], gate: str) -> int:
    """Return the chapter of an entry; -1 where it has none."""
    place = entry.get(gate)
    at = place.get("chapter") if isinstance(place, Mapping) else None
    return at if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < 100_000 else -1


def matches(page: SavedPage) -> bool:
    """Return whether a page is a cast and recaps."""
    return isinstance(page, Cast)


def read(page: Cast, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Check the chapters of a cast and recaps, and report which ones are not believed."""
    ledger = setting.ledger
    ledger.recognised(page.kind)
    ledger.dropped("recaps of earlier books", len(page.earlier), "they tell the story of other books")
    if not setting.ground:
        why = "add an e-book or a summary by chapters, then this once more; until then it waits for the end of the book"
        ledger.noted("there is nothing yet to check its chapters with", why)
    people = [
        DraftSection((paragraph,), entry.names[0])
        for entry, paragraph in zip(page.people, _checked("people", page.people, setting), strict=True)
    ]
    recaps = [*_checked("recaps", page.recaps, setting), *(Paragraph(text, reveals=setting.end) for text in page.whole)]
    return page.facts, [
        DraftDocument.of("people", SITE, SOURCE, people),
        DraftDocument.of("summary", SITE, SOURCE, [DraftSection(tuple(recaps))]),
    ]


def _checked(what: str, entries: Sequence[Entry], setting: ImportContext) -> Iterable[Paragraph]:
    """Return entries with their places: the stated ones, as far as they are believed."""
    book, found, moved = setting.book, list[Paragraph](), list[str]()
    if book is None:
        return [Paragraph(entry.text, reveals=setting.end) for entry in entries]
    last, before = max((entry.chapter for entry in entries), default=0), 0
    for entry in entries:
        stated = _mark(entry.chapter, book)
        in_order = bool(entry.names) or entry.chapter >= before
        mark = setting.ground.checked(entry.text, stated, entry.names, doubted=not in_order)
        if what == "recaps" and entry.chapter == last:
            mark = book.marks  # its authors: the last one carries through the actual ending
        elif mark > stated and setting.ground:
            moved.append(f"{book.reading_name(stated)} → {book.reading_name(mark)}")
        before = max(before, entry.chapter)
        placing: Placing = {setting.slug: mark}
        found.append(Paragraph(entry.text, reveals=placing))
    if moved:
        listed = [f"{move} ({n})" if n > 1 else move for move, n in Counter(moved).most_common(LISTED)]
        why = f"what they tell comes later in the book, or I cannot find it there: {', '.join(listed)}"
        setting.ledger.noted(f"{len(moved)} of {len(entries)} {what} wait longer than their source says", why)
    return found


def _mark(chapter: int, book: Book) -> int:
    """Return the mark of a chapter that has been finished; the end where the book has no such chapter."""
    mark = heading_mark(f"Chapter {max(1, chapter)}", book)
    return book.marks if mark is None else mark
