"""Importing an open cast and recaps by chapter (AudioSilo Meta): every chapter that it states is checked first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Paragraph
from corpus.importing.page import PageLine, SavedPage, one_line
from corpus.importing.phrases import year_in
from corpus.labels import heading_mark

SITE = "audiosilo"
SOURCE = "AudioSilo Meta community contributors, meta.audiosilo.app, CC BY-SA 4.0"
LISTED = 12  # moves that a report lists

_Text = Annotated[str, AfterValidator(lambda text: one_line(text)[:4_000])]  # its authors keep to 3,000 characters
_Few: Any = Field(default_factory=list, max_length=500)
_Inner = BeforeValidator(
    lambda part: part.get("characters") or part.get("recaps") or [] if isinstance(part, dict) else part
)


class _Place(BaseModel):
    chapter: Annotated[int, Field(strict=True, ge=0, lt=100_000)]


class _Named(BaseModel):
    name: _Text = ""


class _Person(_Named):
    aliases: list[_Text] = _Few
    reveal: _Place
    description: _Text = ""


class _Recap(BaseModel):
    through: _Place
    text: _Text
    scope: str = ""


class _Ending(BaseModel):
    in_short: _Text = ""
    ending: _Text = ""


class Work(BaseModel):
    """What the read API says of a book; its own files nest the lists once more."""

    title: _Text = ""
    authors: list[_Named] = _Few
    first_published: str = ""
    characters: Annotated[list[_Person], _Inner] = _Few
    recaps: Annotated[list[_Recap], _Inner] = _Few
    recap_summary: _Ending = _Ending()


@dataclass(frozen=True, slots=True)
class Cast(SavedPage):
    """A cast and recaps."""

    work: Work = field(default_factory=Work)


def is_cast(said: object) -> bool:
    """Return whether data has the shape of a cast and recaps: of the read API, or of the catalogue's own files."""
    return isinstance(said, Mapping) and not said.keys().isdisjoint(("entries", "characters", "recaps"))


def read_cast(name: str, said: Mapping[str, Any]) -> Cast:
    """Read a cast and recaps. Raises ImportRefused."""
    entries = said.get("entries")
    if isinstance(entries, Mapping) and len(entries) == 1:
        ((slug, inner),) = entries.items()
        if isinstance(inner, Mapping):
            ending = inner["recaps"] if isinstance(inner.get("recaps"), Mapping) else {}
            said = {"title": str(slug).replace("-", " "), "recap_summary": ending, **inner}
    try:
        work = Work.model_validate(said)
    except (ValidationError, RecursionError):
        work = Work()
    if not (work.characters or work.recaps):
        what = f"{name} holds no cast and recaps of one book with their chapters."
        raise ImportRefused(f"{what} Import a page or a text.")
    authors = [author.name for author in work.authors[:3]]
    facts = BookFacts(title=work.title, author=", ".join(authors), year=year_in(work.first_published))
    texts = (work.title, *authors, *(p.description for p in work.characters), *(r.text for r in work.recaps))
    return Cast(name, tuple(map(PageLine, texts)), kind="a cast and recaps by chapter", facts=facts, work=work)


def matches(page: SavedPage) -> bool:
    """Return whether a page is a cast and recaps."""
    return isinstance(page, Cast)


def read(page: Cast, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Check the chapters of a cast and recaps, and report which ones are not believed."""
    ledger, work = setting.ledger, page.work
    ledger.recognised(page.kind)
    recaps = [recap for recap in work.recaps if recap.through.chapter and recap.scope != "series"]
    ledger.dropped("recaps of earlier books", len(work.recaps) - len(recaps), "they tell the story of other books")
    if not setting.ground:
        why = "add an e-book or a summary by chapters, then this once more; until then it waits for the end of the book"
        ledger.noted("there is nothing yet to check its chapters with", why)
    people = [person for person in work.characters if person.name and person.description]
    cast = [(p.description, p.reveal.chapter, (p.name, *filter(None, p.aliases))) for p in people]
    sections = [
        DraftSection((p,), names[0]) for p, (*_, names) in zip(_checked("people", cast, setting), cast, strict=True)
    ]
    so_far = _checked("recaps", [(recap.text, recap.through.chapter, ()) for recap in recaps], setting)
    whole = filter(None, (work.recap_summary.in_short, work.recap_summary.ending))
    story = DraftSection((*so_far, *(Paragraph(text, reveals=setting.end) for text in whole)))
    drafts = [("people", sections), ("summary", [story])]
    return page.facts, [DraftDocument.of(kind, SITE, SOURCE, told) for kind, told in drafts]


def _checked(what: str, entries: Sequence[tuple[str, int, tuple[str, ...]]], setting: ImportContext) -> list[Paragraph]:
    """Return texts with their places, which are the stated chapters as far as these are believed."""
    book, found, moved = setting.book, list[Paragraph](), Counter[str]()
    if book is None:
        return [Paragraph(text, reveals=setting.end) for text, *_ in entries]
    last, before = max((chapter for _, chapter, _ in entries), default=0), 0
    for text, chapter, names in entries:
        stated = heading_mark(f"Chapter {max(1, chapter)}", book) or book.marks
        doubted = not names and chapter < before
        mark = setting.ground.checked(text, stated, names, doubted=doubted)
        if not names and chapter == last:
            mark = book.marks  # its authors: the last recap carries through the actual ending
        elif mark > stated and setting.ground:
            moved[f"{book.reading_name(stated)} → {book.reading_name(mark)}"] += 1
        before = max(before, chapter)
        found.append(Paragraph(text, reveals={setting.slug: mark}))
    if moved:
        listed = [f"{move} ({n})" if n > 1 else move for move, n in moved.most_common(LISTED)]
        why = f"what they tell comes later in the book, or I cannot find it there: {', '.join(listed)}"
        setting.ledger.noted(f"{moved.total()} of {len(entries)} {what} wait longer than their source says", why)
    return found
