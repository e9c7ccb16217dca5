"""The words of a novel: its chapters with their marks, lengths and paragraphs, and plain texts of Project Gutenberg."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby, takewhile

from corpus.books import Book, BookPart, Unit
from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Paragraph
from corpus.importing.page import MAX_HEADING, PageLine, SavedPage, cut_to
from corpus.importing.phrases import KNOWN, year_in
from corpus.importing.subject import same_title, words
from corpus.labels import heading_mark
from corpus.positions import DIGITS, ROMAN, WORDS, value
from corpus.text import plural

SHORT, MAX_DOCUMENT = 600, 1_500_000
"""Characters up to which a page with the title of a part or of the book is no chapter, and of one document."""

_CHAPTER = (
    r"(?:chapter|chap\.?|ch\.?|kapitel|chapitre|cap[ií]tulo|capitolo|hoofdstuk|luku|rozdzia[łl]|kapitola|fejezet|глава"
    r"|stave|letter|canto|scene)"
)
_NUMBER = rf"(?:(?P<digits>{DIGITS})|(?P<words>{WORDS})|(?P<roman>{ROMAN}))"
_NUMBERED = re.compile(
    rf"(?:{_CHAPTER}\s+(?:the\s+|no\.?\s*|#)?|(?P<bare>)){_NUMBER}"
    r"(?:$|\s*[.:)\]|–—-]+\s*|\s+(?=\S))(?P<rest>.*)$",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"(?:part|book|volume|vol\.?|act|section|teil|buch|partie|livre|parte|libro|deel|часть)\s+(?:the\s+)?{_NUMBER}(?!\w)"
    rf"|(?:the\s+)?{WORDS}\s+(?:part|book|volume)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:the )?(?:prologue|prolog|prelude|epilogue|epilog|interlude|intermezzo|coda|overture|finale|postlude"
    r"|conclusion)\b",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"(?:an? |read an? |exclusive |free )*"
    r"(?:excerpt|extract|sample|preview|teaser|sneak peek|first chapter|bonus chapter)s?\b"
    r"|read on for\b|keep reading\b|leseprobe|coming soon|look for\b|turn the page",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Entry:
    """A title in a table of contents or over a text, with where its text starts in the flow of lines."""

    title: str
    start: int | None
    depth: int = 0
    matter: bool = False
    text: list[PageLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of a novel, with the number of the part it stands in (0 for none)."""

    title: str
    paragraphs: tuple[str, ...]
    part: int = 0

    @property
    def length(self) -> int:
        """Its characters."""
        return max(1, sum(map(len, self.paragraphs)))


@dataclass(frozen=True, slots=True)
class Novel(SavedPage):
    """A novel: its chapters in order, the characters before them, and whether it has text outside the story.

    Without chapters, it is what a catalogue says of one.
    """

    chapters: tuple[Chapter, ...] = ()
    before: int = 0
    left_out: bool = False
    description: str = ""

    def marks(self) -> list[int]:
        """Return the mark of each chapter. What comes before chapter 1 or between chapters belongs to the next one.

        So the numbers that readers and guides use are the marks; an epilogue has a mark of its own.
        """
        numbers = [numbered(chapter.title)[0] for chapter in self.chapters]
        own = [number for number in numbers if number]
        if len(own) < 2 or own != list(range(1, len(own) + 1)) or 2 * len(own) < len(numbers):
            return list(range(1, len(numbers) + 1))
        marks, done = [], 0
        for n, number in enumerate(numbers):
            follows = any(numbers[n:])
            done = number or (done if follows else done + 1)
            marks.append(done if number or not follows else done + 1)
        return marks


def numbered(title: str) -> tuple[int | None, str]:
    """Return the number that a chapter's title begins with, or None, and the rest of the title."""
    found = _NUMBERED.match(title.strip())
    if not found:
        return None, title.strip()
    written = found["digits"] or found["words"] or found["roman"]
    alone = found["bare"] is not None and not found["digits"]  # “I think of Nell” and “One Evening” are titles
    if alone and found["rest"] and (title[len(written) :].strip()[:1].isalnum() or not written[0].isupper()):
        return None, title.strip()
    number = value(written)
    return (int(number) or None if number.denominator == 1 else None), found["rest"].strip(" .:–—-")


def is_part(title: str) -> bool:
    """Return whether a title is that of a part with chapters of its own."""
    return bool(_PART.match(title.strip()))


def is_heading(text: str) -> bool:
    """Return whether a line of plain text is a chapter's, a part's or another heading by its words."""
    text = text.strip()
    if not text or len(text) > 100:
        return False
    number, rest = numbered(text)
    spoken = text.endswith((",", ";", "!”", "?”", ".”", '!"', '?"'))
    if number is not None:
        if not re.match(_CHAPTER, text, re.IGNORECASE):
            return not rest or rest.isupper()
        return not spoken and len(rest) <= 80 and not rest[:1].islower()
    part = is_part(text) and len(text) <= 60 and not spoken
    return text[0].isupper() and (part or bool(_TOLD.fullmatch(text.rstrip("."))) or is_matter(text))


def is_matter(title: str) -> bool:
    """Return whether a title is that of a page before or after a story."""
    said = " ".join(words(title))
    return title.startswith("©") or any(
        said == known or (known[-1] == "…" and said.startswith(known[:-1])) for known in KNOWN["book"]["matter"]
    )


def chapters_of(entries: Sequence[Entry], flow: Sequence[PageLine], title: str) -> list[Chapter]:
    """Return the chapters among the entries of a table, each with the text up to the next entry."""
    _fill(entries, flow)
    found: list[Chapter] = []
    kept: list[PageLine] = []
    part, last, within, ended = 0, 0, -1, False
    last_told = max((n for n, e in enumerate(entries) if not is_part(e.title) and not _is_matter(e)), default=0)
    for n, entry in enumerate(entries):
        below = n + 1 < len(entries) and entries[n + 1].depth > entry.depth
        length = sum(len(line.text) for line in entry.text)
        number = numbered(entry.title)[0]
        if 0 <= within < entry.depth:  # a scene of a chapter, or a page of what is left out
            entry.matter = entry.matter or entries[n - 1].matter
            if found and not entry.matter:
                found[-1] = replace(found[-1], paragraphs=(*found[-1].paragraphs, *paragraphs(entry.text)))
            continue
        within = -1
        ended = ended or bool(found and _SAMPLE.match(entry.title.strip()))
        anew = bool(number and number <= last and entries[n - 1].matter)  # the first chapter of another book
        of_book = not number and not below and length <= SHORT and same_title(entry.title, title)
        if ended or anew or of_book or _is_matter(entry):
            entry.matter, within = True, entry.depth
        elif (below and not _has_scenes(entries, n)) or (is_part(entry.title) and length <= SHORT and n < last_told):
            part, last = part + 1, 0
            kept += entry.text
        elif length:
            found.append(Chapter(entry.title, tuple(paragraphs([*kept, *entry.text])), part))
            kept, last = [], number or last
            within = entry.depth if below else -1
    return found


def _has_scenes(entries: Sequence[Entry], n: int) -> bool:
    """Return whether the entries below an entry are scenes of a chapter, rather than chapters of a part."""
    number, rest = numbered(entries[n].title)
    if is_part(entries[n].title) or number is None:
        return False
    below = [numbered(e.title)[0] for e in takewhile(lambda entry: entry.depth > entries[n].depth, entries[n + 1 :])]
    return bool(rest or re.match(_CHAPTER, entries[n].title.strip(), re.IGNORECASE)) and not all(below)


def _is_matter(entry: Entry) -> bool:
    return numbered(entry.title)[0] is None and (entry.matter or is_matter(entry.title))


def _fill(entries: Sequence[Entry], flow: Sequence[PageLine]) -> None:
    """Give each entry the lines up to the next one; of entries at the same place, the last has them."""
    starts = sorted({entry.start for entry in entries if entry.start is not None})
    ends = dict(zip(starts, [*starts, len(flow)][1:], strict=True))
    taken: set[int] = set()
    for entry in reversed(entries):
        entry.text = []
        if entry.start is not None and entry.start not in taken:
            taken.add(entry.start)
            lines = list(flow[entry.start : ends[entry.start]])
            body = next((n for n, line in enumerate(lines) if line.text and not line.level), len(lines))
            entry.text = lines[body:]


def paragraphs(lines: Sequence[PageLine]) -> Iterator[str]:
    """Yield the paragraphs of some lines; lines without an empty one between them belong together."""
    for told, run in groupby(lines, key=lambda line: bool(line.text)):
        text = " ".join(line.text for line in run)
        if told and any(map(str.isalnum, text)):
            yield text


def headed(flow: Sequence[PageLine]) -> list[Entry]:
    """Return the headings of a text as a table of contents; “Chapter 3” and “Low Tide” below it are one."""
    found: list[Entry] = []
    title, level, start, fresh = "", 0, 0, False
    for n, line in enumerate(flow):
        if line.level and any(map(str.isalnum, line.text)):
            joined = fresh and not is_part(title) and numbered(title)[0] and not numbered(title)[1]
            if joined and numbered(line.text)[0] is None and not is_part(line.text):
                found[-1].title = f"{title}: {line.text}"
                continue
            title, level, start, fresh = line.text[:MAX_HEADING], line.level, n, True
            found.append(Entry(title, start, level))
        elif line.text:
            fresh = False
    return found


def matches(page: SavedPage) -> bool:
    """Return whether a page is a novel: an e-book, or a text of Project Gutenberg."""
    return isinstance(page, Novel)


def read(page: Novel, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Place the words of the novel, chapter by chapter, and report what was left out."""
    ledger, book = setting.ledger, setting.book
    premise = DraftSection.of([page.description])
    by = "Open Library" if "Open Library" in page.kind else "the publisher"
    described = DraftDocument.of("premise", "book", by, [premise], {})
    if not page.chapters:
        ledger.recognised(page.kind)
        return page.facts, [described]
    marks = page.marks()
    what = plural(marks[-1], "chapter") if page.facts.chapters else "no chapters were found"
    ledger.recognised(page.kind, what)
    if page.left_out:
        why = "title pages, contents, notes, licences and the like"
        ledger.dropped("what stands before and after the story", why=why)
    numbers = [numbered(chapter.title)[0] for chapter in page.chapters]
    if any(number and number != mark for number, mark in zip(numbers, marks, strict=True)):
        why = "a guide’s “Chapter 3” counts as that of the last part that has one; readers can say “part 2 chapter 3”"
        ledger.noted("the book numbers its chapters anew in each part; here they are counted through", why)
    by_share = not page.facts.chapters or (book is not None and book.unit in (Unit.PERCENT, Unit.PAGE))
    if book and not by_share and book.marks != marks[-1]:
        counted = f"{page.name} has {what}, and the book has {plural(book.marks, book.unit.value)} so far."
        raise ImportRefused(f"{counted} Check {setting.slug}/book.toml, or import it as another book.")
    unit = Unit.CHAPTER if page.facts.chapters else Unit.PERCENT
    book = book or Book(setting.slug, page.facts.title, page.facts.author, unit, page.facts.chapters or 100)
    sections = _by_share(page, book) if by_share else _by_chapter(page, marks, book)
    titles = [chapter.title for chapter in page.chapters]
    drafts = [*(_documents(sections) if setting.text else [contents(titles, marks, book)]), described]
    facts = page.facts
    if by_share or book.unit is not Unit.CHAPTER:
        facts = replace(facts, chapters=None, lengths=(), parts=(), numbered_anew=False)
    return facts, drafts


def _by_chapter(page: Novel, marks: Sequence[int], book: Book) -> list[DraftSection]:
    sections = []
    for chapter, mark in zip(page.chapters, marks, strict=True):
        told = tuple(Paragraph(text, reveals={book.slug: mark}) for text in chapter.paragraphs)
        sections.append(DraftSection(told, _heading(chapter.title, mark, book)))
    return sections


def _heading(title: str, mark: int, book: Book) -> str:
    """Return a heading that names the mark of a chapter and nothing else that could be taken for one."""
    number, rest = numbered(title)
    if number is None and _TOLD.match(rest) and heading_mark(rest, book) is None:
        return rest[:MAX_HEADING]
    name = f"{book.unit.value.capitalize()} {mark}"
    heading = f"{name}: {rest}"[:MAX_HEADING] if rest else name
    return heading if heading_mark(heading, book) == mark else name


def _by_share(page: Novel, book: Book) -> list[DraftSection]:
    total = page.before + sum(chapter.length for chapter in page.chapters)
    at, sections = page.before, []
    for chapter in page.chapters:
        told = []
        for text in chapter.paragraphs:
            at += len(text)
            told.append(Paragraph(text, reveals={book.slug: book.reached_at(Fraction(min(at, total), total))}))
        rest = numbered(chapter.title)[1]
        sections.append(DraftSection(tuple(told), rest if heading_mark(rest, book) is None else ""))
    return sections


def _documents(sections: Sequence[DraftSection]) -> list[DraftDocument]:
    found: dict[int, list[DraftSection]] = {}
    size = 0
    for section in sections:
        found.setdefault(size // MAX_DOCUMENT, []).append(section)
        size += sum(len(p.text) for p in section.paragraphs)
    drafts = [DraftDocument.of("text", f"{n:02}", "the book", part) for n, part in enumerate(found.values(), 1)]
    return [replace(drafts[0], stem="text")] if len(drafts) == 1 else drafts


def contents(titles: Sequence[str], marks: Sequence[int], book: Book) -> DraftDocument:
    """Return the titles of chapters with these marks, each shown from its chapter on."""
    told = []
    for title, mark in zip(titles, marks, strict=True):
        number, rest = numbered(title)
        if rest:
            where = f"chapter {mark}" if number or len(marks) == marks[-1] else "a chapter"
            reveals = {book.slug: mark if book.unit not in (Unit.PERCENT, Unit.PAGE) else book.marks}
            text = f"“{cut_to(rest, MAX_HEADING)}” is the title of {where}."
            told.append(Paragraph(text, item=True, reveals=reveals))
    return replace(DraftDocument.of("contents", "", "the book", [DraftSection(tuple(told))]), stem="contents")


def novel_of(
    name: str, flow: Sequence[PageLine], chapters: Sequence[Chapter], facts: BookFacts, kind: str, description: str = ""
) -> Novel:
    """Return a novel, with what its chapters say: how many, how long, and in which parts."""
    told = [line.text for line in flow if line.text and not line.level]
    begins = next((text for chapter in chapters for text in chapter.paragraphs), "")
    before = sum(map(len, told[: next((n for n, text in enumerate(told) if begins.startswith(text)), 0)]))
    left_out = sum(map(len, told)) > sum(chapter.length for chapter in chapters)
    novel = Novel(
        name, tuple(flow), kind=kind, facts=facts, chapters=tuple(chapters), before=before, left_out=left_out,
        description=description,
    )  # fmt: skip
    if len(chapters) < 2:
        return novel
    marks = novel.marks()
    lengths = [0] * marks[-1]
    parts: dict[int, int] = {}
    last = begun = 0
    for chapter, mark in zip(chapters, marks, strict=True):
        lengths[mark - 1] += chapter.length
        number = numbered(chapter.title)[0] or 0
        begun, last = begun + bool(0 < number <= last), number or last
        parts[max(1, chapter.part, begun + 1)] = mark
    lengths[0] += before  # too late rather than too early, whether a reader's pages count it or not
    lasts = list(parts.values())
    stated = len(lasts) > 1 and lasts == sorted(set(lasts))
    in_parts = tuple(BookPart(f"Part {n}", last) for n, last in enumerate(lasts, 1)) if stated else ()
    told_anew = begun > 0 and stated
    facts = replace(facts, chapters=marks[-1], lengths=tuple(lengths), parts=in_parts, numbered_anew=told_anew)
    return replace(novel, facts=facts)


_START = re.compile(r"\*{2,3} ?START OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_END = re.compile(r"\*{2,3} ?END OF (?:THE|THIS) PROJECT GUTENBERG|^End of (?:the )?Project Gutenberg", re.IGNORECASE)
_FIELD = re.compile(r"^(Title|Author|Language|Translator|Original publication)\s*:\s+(.{1,200})$")
_ASIDE = re.compile(r"\[(?:Illustration|Footnote|Transcriber|Sidenote)\b[^\]]{0,2000}\]", re.IGNORECASE)
_ITALICS = re.compile(r"(?<!\w)_([^_]{1,500})_(?!\w)")


def is_gutenberg(text: str) -> bool:
    """Return whether a text is an e-book of Project Gutenberg."""
    return bool(_START.search(text[:40_000]))


def read_gutenberg(page: SavedPage) -> Novel:
    """Read an e-book of Project Gutenberg that was saved as text or as a web page."""
    lines = page.lines
    first = next((n for n, line in enumerate(lines) if _START.search(line.text)), -1)
    last = next((n for n, line in enumerate(lines) if n > first and _END.search(line.text)), len(lines))
    said = {found[1]: found[2].strip() for line in lines[: first + 1] if (found := _FIELD.match(line.text))}
    facts = BookFacts(
        title=said.get("Title", ""), author=said.get("Author", ""), language=said.get("Language", ""),
        year=year_in(said.get("Original publication", "")),
    )  # fmt: skip
    flow = [replace(line, text=_ITALICS.sub(r"\1", line.text)) for line in lines[first + 1 : last]]
    if page.markup is None:
        flow = _with_headings(flow)
    chapters = chapters_of(headed(flow), flow, facts.title) or [Chapter("", tuple(paragraphs(flow)))]
    novel = novel_of(page.name, flow, chapters, facts, "an e-book of Project Gutenberg")
    return replace(novel, lines=page.lines, left_out=True)


def _with_headings(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return the lines of a plain text with those that are headings by their words and the empty lines around them."""
    found: list[PageLine] = []
    for _, run in groupby(lines, key=lambda line: bool(line.text)):
        block = list(run)
        text = _ASIDE.sub("", " ".join(line.text for line in block)).strip()
        headings = [len(block) <= 3 and is_heading(line.text) for line in block]
        level = 0  # several headings in a row are a list of contents
        if headings[0] and sum(headings) == 1:
            level = 1 if is_part(text) else 2
        found.append(PageLine(block[0].text if level and len(text) > MAX_HEADING else text, level))
    return found
