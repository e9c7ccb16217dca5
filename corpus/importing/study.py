"""Importing study guides, whose sections tell the story in order."""

import re
from collections.abc import Iterator, Sequence

from corpus.books import Unit
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, PageContent, Paragraph
from corpus.importing.page import MAX_HEADING, MAX_PARAGRAPH, PageLine, PageSection, SavedPage, cut_to, unwrapped
from corpus.importing.phrases import TITLES, chapters_of, ends_sentence, kind_of, speaks_of_marks, without_marks
from corpus.importing.subject import bare_title, names_of, same_title, words

SOURCE = "a study page"
PROSE = 90
"""Characters from which a line is prose rather than a heading."""

_TITLE = re.compile(r"^(?:Novel|Book|Novella|Play|Work|Title|Study Guide)\s*:\s*(.{2,150})$")
_AUTHOR = re.compile(r"^(?:Author|Written by|By)\s*:?\s+([^.!?]{3,80})$", re.IGNORECASE)
_UNTOLD = re.compile(
    r"^(?:Skip to (?:main )?content|Advertisement|Table of Contents|Menu|Search|Home|Back to top|All rights reserved.*|"
    r"(?:More about|Read more|Next|Previous|Cookies?|©|Copyright|Get (?:the|this|your|full))\b.{0,90}|Accept.{0,30}|"
    r"(?:Share|Log ?in|Sign (?:up|in)|Subscribe|Download|Cite this|Related|You m(?:ight|ay) also|Buy|Print)\b.{0,60})$",
    re.IGNORECASE,
)
_STORY_WORDS = frozenset({
    "overview", "plot", "summary", "synopsis", "chapter", "chapters", "resolution", "aftermath", "climax",
    "exposition", "conclusion", "ending", "rising", "falling", "crime", "inciting", "incident", "introduction",
    "characters", "themes",
})  # fmt: skip


def matches(page: SavedPage) -> bool:
    """Return whether a page is a study guide or has sections like one."""
    lines = with_headings(page.readable())
    headings = [line.text for line in lines if line.level]
    named = any(_TITLE.match(line.text[:200]) for line in lines[:40])
    of_story = sum(bool(_STORY_WORDS & set(words(heading))) for heading in headings)
    return len(headings) >= 2 and (named or of_story >= 1)


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Read the page, and report what was recognised and dropped."""
    lines, around = with_headings(page.readable()), with_headings(unwrapped(page.lines))
    setting.ledger.recognised("a study page")
    title, author = _title(page, around), next((found for line in around if (found := _author(line))), "")
    titles = [name for name in (title, *(names_of(setting.book) if setting.book else ())) if name]
    parts, beside = _Parts(lines, titles), _Parts(around, titles)
    setting.ledger.dropped("lines", beside.untold, "navigation")
    documents: dict[str, list[DraftSection]] = {}
    chapters = _chapters(parts.told, setting)
    for kind, part in _kinds(parts.told, titles):
        if section := _section(part, kind, setting, believed=chapters):
            documents.setdefault(kind, []).append(section)
    if beside.premise:
        documents["premise"] = [DraftSection(tuple(Paragraph(text) for text in beside.premise))]
    if about := _about_author(beside.about_author, author):
        documents["author"] = [DraftSection(tuple(Paragraph(text) for text in about))]
    drafts = [
        DraftDocument(f"{kind}-study", kind, TITLES[kind], SOURCE, tuple(found)) for kind, found in documents.items()
    ]
    facts = BookFacts(title=title, author=author, chapters=chapters[-1][-1] if _is_whole(chapters) else None)
    return PageContent(facts, tuple(drafts))


def with_headings(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return the lines of a page, with headings recognised by their shape if nothing marks them.

    In a text file, a heading is a short line without a full stop, after a blank line and before prose.
    """
    if any(line.level for line in lines):
        return list(lines)
    found = []
    for n, line in enumerate(lines):
        above = lines[n - 1].text if n else ""
        below = next((after.text for after in lines[n + 1 : n + 3] if after.text), "")
        is_label = _AUTHOR.match(line.text) or _TITLE.match(line.text) or _UNTOLD.match(line.text)
        short = 0 < len(line.text) < 80 and not line.text.endswith((".", ",", ";")) and not line.item
        is_heading = short and not above and len(below) >= PROSE and not is_label
        beside = n + 1 < len(lines) and lines[n + 1].text == below
        found.append(PageLine(line.text, level=2) if is_heading and (beside or chapters_of(line.text)) else line)
    return found


class _Parts:
    """Sorts lines into sections, the premise, and the part about the author."""

    def __init__(self, lines: Sequence[PageLine], titles: Sequence[str]) -> None:
        self._titles = titles
        self._sections: list[PageSection] = [PageSection()]
        self._where = "section"
        self.premise: list[str] = []
        self.about_author: list[str] = []
        self.untold = 0
        for n, line in enumerate(lines):
            if _UNTOLD.match(line.text[:200]) or _TITLE.match(line.text[:200]):
                self.untold += 1
            elif any(map(str.isalnum, line.text)):
                self._take(line, lines[n + 1 :])

    @property
    def told(self) -> list[PageSection]:
        """The sections with text."""
        return [part for part in self._sections if part.lines]

    def _take(self, line: PageLine, after: Sequence[PageLine]) -> None:
        text = line.text
        is_title = len(text) < PROSE and any(same_title(text, title) for title in self._titles)
        if _author(line):
            self._where = "author"
        elif is_title and not (line.level > 1 and _is_section(line, after)):
            self._where = "premise" if self.told else "section"
        elif line.level > 1:
            self._where = "section"
            self._sections.append(PageSection(text[:MAX_HEADING], line.level))
        elif self._where == "premise" and len(text) <= 400 and len(self.premise) < 2 and ends_sentence(text):
            self.premise.append(text)
        elif self._where == "author":
            self.about_author.append(text)
        elif self._where == "section" and (len(text) >= PROSE or ends_sentence(text) or line.item):
            self._sections[-1].take(text, line)


def _is_section(heading: PageLine, after: Sequence[PageLine]) -> bool:
    """Return whether a heading with the book's title begins a section, rather than a few last lines."""
    told = 0
    for line in after[:400]:
        if line.level:
            return told > 400 or any(later.level == heading.level for later in after)
        told += len(line.text)
    return told > 400


def _title(page: SavedPage, lines: Sequence[PageLine]) -> str:
    named = next((found[1] for line in lines[:60] if (found := _TITLE.match(line.text[:200]))), "")
    headed = next((line.text for line in lines if line.level == 1), "") or (page.markup.title if page.markup else "")
    return bare_title(named or _TITLE.sub(r"\1", headed)[:200])


def _author(line: PageLine) -> str:
    found = _AUTHOR.match(line.text[:120]) if not line.level else None
    return found[1].strip() if found and len(found[1].split()) <= 6 else ""


def _kinds(parts: Sequence[PageSection], titles: Sequence[str]) -> Iterator[tuple[str, PageSection]]:
    """Yield every section with its kind of document; subsections have that of their section."""
    kind: str | None = "themes"  # what stands before the first heading introduces the book
    top = min((part.level for part in parts if part.heading), default=2)
    for part in parts:
        if part.heading and (part.level <= top or kind is None):
            of_story = chapters_of(part.heading) or any(same_title(part.heading, title) for title in titles)
            kind = "summary" if of_story else kind_of(part.heading, "summary")
        if kind:
            yield kind, part


def _section(part: PageSection, kind: str, setting: ImportContext, *, believed: Sequence[range]) -> DraftSection | None:
    paragraphs = tuple(Paragraph(line.text, line.item or kind == "discussion") for line in part.lines)
    heading, places = part.heading, False
    if speaks_of_marks(heading):
        places = kind == "summary" and bool(believed) and chapters_of(heading) is not None
        if not places:
            heading = without_marks(heading)
            why = "it speaks of marks, which are not those of the book"
            setting.ledger.noted(f"the heading “{part.heading}” was shortened", why=why)
    return DraftSection(paragraphs, heading, max(2, part.level), names_marks=places) if paragraphs else None


def _chapters(parts: Sequence[PageSection], setting: ImportContext) -> list[range]:
    """Return the chapters that the headings name, if they are plausible: rising and within the book."""
    found = [chapters for part in parts if (chapters := chapters_of(part.heading))]
    lasts = [chapters[-1] for chapters in found]
    if lasts != sorted(lasts) or len(lasts) < 2:
        return []
    book = setting.book
    if book is not None and (book.unit is not Unit.CHAPTER or lasts[-1] > book.marks):
        return []
    return found if book is not None or _is_whole(found) else []


def _is_whole(found: Sequence[range]) -> bool:
    """Return whether every chapter from the first on is named, so that the last is the book's last."""
    named = {chapter for chapters in found for chapter in chapters}
    return len(found) > 2 and named == set(range(1, max(named) + 1))


def _about_author(texts: Sequence[str], author: str) -> list[str]:
    """Return the part about the author, without a repeated name."""
    found = []
    for text in texts:
        doubled = f"{author} {author}"
        kept = text[len(author) + 1 :] if author and text.startswith(doubled) else text
        if ends_sentence(kept) and words(kept) != words(author):
            found.append(cut_to(kept, MAX_PARAGRAPH))
    return found[:20]
