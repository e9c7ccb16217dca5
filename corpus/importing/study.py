"""Importing study guides, notes and all other pages: sections that say which part of the story they tell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from corpus.errors import ImportRefused
from corpus.importing import phrases
from corpus.importing.draft import TITLES, BookFacts, DraftDocument, DraftSection, ImportContext, Paragraph, Placing
from corpus.importing.page import MAX_HEADING, MAX_PARAGRAPH, PageLine, SavedPage, cut_to, unwrapped
from corpus.importing.phrases import Place, ends_sentence, kind_of, place_in, warns_of_spoilers
from corpus.importing.subject import bare_title, fits_slug, same_title, words
from corpus.names import names_in

SOURCE = "a study page"
PROSE, MAX_LINE, MAX_HEADINGS = 90, 150, 2_000
"""Characters from which a line is prose, and up to which it may be a heading; headings of a page."""

_TITLE = re.compile(r"^(?:Novel|Book|Novella|Play|Work|Title|Study Guide)\s*:\s*(.{2,150})$")
_AUTHOR = re.compile(r"^(?:Author|Written by|By)\s*:?\s+([^.!?]{3,80})$", re.IGNORECASE)
_TITLE_AND_AUTHOR = re.compile(r"^(.{2,120}?),? by ([^.!?,]{3,60})$")
_UNTOLD = re.compile(
    r"^(?:Skip to (?:main )?content|Advertisement|Table of Contents|Menu|Search|Home|Back to top|All rights reserved.*|"
    r"(?:More about|Read more|Next|Previous|Cookies?|©|Copyright|Get (?:the|this|your|full))\b.{0,90}|Accept.{0,30}|"
    r"(?:Share|Log ?in|Sign (?:up|in)|Subscribe|Download|Cite this|Related|You m(?:ight|ay) also|Buy|Print)\b.{0,60}|"
    r"logo|Tap to .{0,60}|\d+ pages?\W+\d+ hours?.{0,20}|.{1,60} Theme Icon|Unlock .{0,90}|"
    r"(?:Fiction|Nonfiction|Novel|Book|Genre)\s?[|•·].{0,100})$",
    re.IGNORECASE,
)
_ROW_ENDS = re.compile(r"^(?:(?:Active )?Themes|.{1,60} Theme Icon)$", re.IGNORECASE)
_STORY_WORDS = frozenset(phrases.KNOWN["headings"]["story"].split())
_REVIEW = re.compile(r"\b(?:book )?review(?:ed)?\b", re.IGNORECASE)
_WARNING = re.compile(r"^(?:(?:content|trigger) (?:warnings?|notes?)|[CT]W)\s*[:–—-]\s*(.{2,300})$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\(?\d{1,3}[.):]\s+(?=\S)")
_ASKS = re.compile(r"^(?:what|how|who|why|when|where|which|summar\w+)\b.{0,140}\?$", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:(?:has|of|in|into|all) (?P<many>\d{1,3}) chapters\b|(?P<total>\d{1,3}) chapters (?:in (?:all|total)|long)\b"
    r"|(?:number of )?chapters: (?P<stated>\d{1,3})$)",
    re.IGNORECASE,
)
_OF_PART = re.compile(r"\b(?:parts?|books?|volumes?|sections?|acts?|each|first|last|next|these|this)\b", re.IGNORECASE)
_DIVISION = re.compile(r"^\W*(?:parts?|books?|volumes?|vol|acts?)\b(?!\W+(?:one|1|i)\b)", re.IGNORECASE)
_COMMENTARY = ("themes", "quotes", "discussion", "people")
_FREE = ("premise", "warnings")  # kinds that give nothing away: the publisher's words, and what may upset somebody
_AFTER_MARKS = re.compile(
    r"\b(?:(?P<themes>analys[ie]s|commentary|interpretation|themes?|symbol\w*|meaning|explained)|"
    r"(?P<discussion>(?:discussion|study|quiz|comprehension) ?(?:questions?)?|questions)|"
    r"(?P<quotes>quot(?:es|ations)))\b",
    re.IGNORECASE,
)
_NO_TITLE = frozenset({"summary", "summaries", "analysis", "and", "of", "recap", "synopsis", "the"})
_TELLS_ALL = frozenset({"plot", "book", "full", "complete", "whole", "overall", "novel", "ending"})


@dataclass(slots=True)
class _Section:
    """A heading with what is below it, and a place that it, if its `own`, or a heading around it states."""

    heading: str = ""
    level: int = 2
    kind: str = ""
    place: Place | None = None
    own: bool = False
    lines: list[PageLine] = field(default_factory=list)
    commentary: list[PageLine] = field(default_factory=list)


def read(page: SavedPage, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Read the page, and report what was recognised and dropped."""
    names = setting.names
    lines, around = _with_headings(page.readable(), names), _with_headings(unwrapped(page.lines), names)
    if (count := sum(line.level > 0 for line in lines)) > MAX_HEADINGS:
        what = f"{page.name} has {count:,} headings; a page has at most {MAX_HEADINGS:,}."
        raise ImportRefused(f"{what} Import the part that is about the book.")
    title, author = _title(page, around, names), _author(around, names)
    titles = list(dict.fromkeys(name for name in (title, *names) if name))
    whole = _page_place(page, lines, titles)
    guide = _is_guide(lines, titles, whole)
    headed = page.markup.title if page.markup else ""
    top = " ".join([headed, *(line.text for line in lines[:3])])[:500]
    kind = "summary" if guide else "reception" if _REVIEW.search(top) else "background"
    setting.ledger.recognised("a study page" if guide else f"a page of no known form, kept as {kind}")
    parts = _Parts(lines, titles, kind, setting, whole, notes=page.kind == "notes")
    beside = _Parts(around, titles, kind, setting) if guide else parts
    setting.ledger.dropped("lines", beside.untold, "navigation")
    documents = _documents(parts, kind, setting)
    if beside.premise and "premise" not in documents:
        documents["premise"] = [DraftSection.of(beside.premise)]
    doubled = f"{author} {author}"  # a site that shows a name and a link of it
    about = (text[len(author) + 1 :] if author and text.startswith(doubled) else text for text in beside.about_author)
    told = [cut_to(text, MAX_PARAGRAPH) for text in about if ends_sentence(text) and words(text) != words(author)]
    documents["author"] = [DraftSection.of(told[:20])]
    name, source = ("study", SOURCE) if guide else ("page", headed[:100] or page.name.rpartition(".")[0] or page.name)
    end = {"themes": setting.end}
    drafts = [DraftDocument.of(kind, name, source, found, end.get(kind)) for kind, found in documents.items()]
    facts = BookFacts(title=title, author=author, chapters=_whole(page, parts.sections))
    return page.facts.completed_by(facts), drafts


def _is_guide(lines: Sequence[PageLine], titles: Sequence[str], whole: Place | None) -> bool:
    headings = [line.text for line in lines if line.level]
    named = any(_TITLE.match(line.text[:200]) for line in lines[:40])
    if len(headings) >= 2 and (named or any(_STORY_WORDS & set(words(heading)) for heading in headings)):
        return True
    if any(phrases.place_told(line.text[:MAX_PARAGRAPH]) for line in lines if not line.level):
        return True
    return any(place and place.words for place in (whole, *(place_in(heading, titles) for heading in headings)))


def _page_place(page: SavedPage, lines: Sequence[PageLine], titles: Sequence[str]) -> Place | None:
    """Return the part of the story that a whole page is about, by its title."""
    stated = page.markup.window[:MAX_LINE] if page.markup else ""
    headed = list(dict.fromkeys(line.text for line in (*lines, *page.lines) if line.level == 1))
    before = next((n for n, line in enumerate(page.lines) if line.level == 1), 0)
    if len(headed) > 1 or any(ends_sentence(line.text) for line in page.lines[:before] if len(line.text) > 20):
        headed = []  # a heading among others, or below a text
    return next((place for text in (*headed, stated) if (place := place_in(text, titles))), None)


def _with_headings(lines: Sequence[PageLine], titles: Sequence[str]) -> list[PageLine]:
    """Return the lines of a page, with headings recognised by their shape if nothing marks them.

    In a text file, a heading is a short line without a full stop, after a blank line and before prose; or it names
    chapters, or what is below it (“Discussion Questions”).
    """
    if any(line.level for line in lines):
        return list(lines)
    found = []
    for n, line in enumerate(lines):
        above = lines[n - 1].text if n else ""
        after = [later.text for later in lines[n + 1 : n + 3]]
        found.append(PageLine(line.text, level=2) if _is_heading(line, above, after, titles) else line)
    return found


def _is_heading(line: PageLine, above: str, after: Sequence[str], titles: Sequence[str]) -> bool:
    text, below = line.text, next(filter(None, after), "")
    if not 0 < len(text) < MAX_LINE or line.item or above or not below or text.endswith((".", ",", ";")):
        return False
    if _AUTHOR.match(text) or _TITLE.match(text) or _UNTOLD.match(text):
        return False
    place, numeral = place_in(text, titles), phrases.numeral_in(text)
    if len(text) >= PROSE or text.endswith("?"):
        return bool(place and _ASKS.match(text))
    if place or kind_of(text, ""):
        return not place or not place.rest or not place.rest[0].islower() or bool(phrases.SUMMARY.match(place.rest))
    if numeral and not numeral[1]:
        return True
    return len(text) < 80 and len(below) >= PROSE and bool(after[0])


class _Parts:
    """Sorts lines into sections, the premise, and the part about the author."""

    def __init__(
        self, lines: Sequence[PageLine], titles: Sequence[str], kind: str, setting: ImportContext,
        whole_page: Place | None = None, *, notes: bool = False,
    ) -> None:  # fmt: skip
        self._titles, self._kind, self._setting = titles, kind, setting
        self._guide = kind == "summary"
        self._choosy = self._guide and not notes  # of a saved page, short lines are navigation
        start = kind if whole_page or not self._guide else "background"
        self.sections: list[_Section] = [_Section(kind=start, place=whole_page)]
        self._page, self._where, self._columns, self._fresh, self._warned = whole_page, "section", False, False, False
        self._open_sections: list[_Section] = []
        self._dropped = 0  # the level of a heading that is about another book
        self.premise: list[str] = []
        self.about_author: list[str] = []
        self.warnings: list[str] = []
        self.untold = 0
        numbers = _numerals(lines)
        for n, line in enumerate(lines):
            self._line(line, n, lines, numbers)

    def _line(self, line: PageLine, n: int, lines: Sequence[PageLine], numbers: dict[int, Place]) -> None:
        text, row = line.text[:200], _cells(line.text)
        if _is_table_head(n, lines):
            self._columns = self._fresh = True
        elif self._columns and words(text) == ["analysis"]:
            self.untold += 1
        elif _UNTOLD.match(text) or _TITLE.match(text) or (self._columns and _ROW_ENDS.match(text)):
            self._fresh = self._fresh or bool(_ROW_ENDS.match(text))
            self.untold += 1
        elif warning := _WARNING.match(line.text[: 2 * MAX_LINE]):
            self.warnings.append(warning[1])
        elif self._columns and row:
            self.sections[-1].lines += [PageLine(row[0])] if row[0].strip("-: ") else []
            self.sections[-1].commentary += [PageLine(cell) for cell in row[1:] if cell.strip("-: ")]
        elif any(map(str.isalnum, line.text)):
            self._take(line, lines[n + 1 : n + 1_000], numbers.get(n))

    def _take(self, line: PageLine, after: Sequence[PageLine], number: Place | None) -> None:
        text = line.text
        is_title = len(text) < PROSE and _is_title(text, self._titles) and not place_in(text, self._titles)
        told = self._guide and any(section.lines for section in self.sections)
        if _author_of(line):
            self._where = "author" if told else self._where
        elif is_title and not (line.level > 1 and _is_section(line, after)):
            self._where = "premise" if told else "section"
        elif line.level:
            self._where = "section"
            self._open(line, number)
        elif self._dropped:
            self._setting.ledger.dropped("lines", 1, "they are about another book")
        elif self._where == "premise" and len(text) <= 400 and len(self.premise) < 2 and ends_sentence(text):
            self.premise.append(text)
        elif self._where == "author":
            self.about_author.append(text)
        elif self._where == "section" and (not self._choosy or len(text) >= PROSE or ends_sentence(text) or line.item):
            self._add(line)

    def _add(self, line: PageLine) -> None:
        section, kept = self.sections[-1], PageLine(cut_to(line.text, MAX_PARAGRAPH), item=line.item)
        if self._columns and not self._fresh:
            section.commentary.append(kept)
        elif not section.place and warns_of_spoilers(line.text[:MAX_PARAGRAPH]) and section.kind != "discussion":
            self._warned = True
            lines = [kept] if len(line.text) > MAX_LINE else []
            self.sections.append(_Section(level=section.level, kind=section.kind, place=Place(""), lines=lines))
        else:
            section.lines.append(kept)
        self._fresh = False

    def _open(self, line: PageLine, number: Place | None) -> None:
        """Open a section, which has its place and kind from its heading, or else from the headings around it."""
        others = [self._setting.others[slug] for slug in names_in(line.text, self._setting.others)]
        another = {name for other in others for name in other.names if same_title(bare_title(line.text), name)}
        if another and not any(same_title(line.text, title) for title in self._titles):
            self._dropped = line.level
        elif line.level <= self._dropped:
            self._dropped = 0
        if self._dropped:
            return
        self._columns = False
        heading = line.text[:MAX_HEADING]
        place = number or place_in(heading, self._titles)
        self._open_sections = [section for section in self._open_sections if section.level < line.level]
        around = self._open_sections[-1] if self._open_sections else None
        kind = self._kind_of(heading, place, around)
        inherited = (around.place if around else None) or (self._page if kind == "summary" else None)
        if inherited and _TELLS_ALL & set(words(heading)) and not (around and around.level > 1):
            inherited = Place("")  # all of the story, on a page about a part of it
        if place is None and self._warned and inherited is None:
            place = Place("")
        section = _Section(heading, line.level, kind, place or inherited, own=place is not None)
        self.sections.append(section)
        self._open_sections.append(section)

    def _kind_of(self, heading: str, place: Place | None, around: _Section | None) -> str:
        if place and place.words:
            besides = _AFTER_MARKS.search(place.rest)
            if besides and not phrases.SUMMARY.search(heading):
                return str(besides.lastgroup)
            return around.kind if around and around.kind in _COMMENTARY else "summary"
        of_book = any(same_title(heading, title) for title in self._titles)
        return self._kind if of_book else kind_of(heading, around.kind if around else self._kind) or ""


def _is_table_head(n: int, lines: Sequence[PageLine]) -> bool:
    """Return whether two columns begin here, the story and its analysis."""
    if cells := _cells(lines[n].text):
        return [words(cell) for cell in cells] == [["summary"], ["analysis"]]
    below = next((line.text for line in lines[n + 1 : n + 4] if line.text), "")
    return words(lines[n].text[:20]) == ["summary"] and words(below[:20]) == ["analysis"]


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.strip("|").split("|")] if text.startswith("|") and text.endswith("|") else []


def _is_title(text: str, titles: Sequence[str]) -> bool:
    """Return whether a line is the book's title, and no sentence that begins with it."""
    return any(same_title(text, title) and (words(text) == words(title) or not ends_sentence(text)) for title in titles)


def _is_section(heading: PageLine, after: Sequence[PageLine]) -> bool:
    """Return whether a heading with the book's title begins a section, rather than a few last lines."""
    told = 0
    for line in after[:400]:
        if line.level:
            return told > 400 or any(later.level == heading.level for later in after)
        told += len(line.text)
    return told > 400


def _numerals(lines: Sequence[PageLine]) -> dict[int, Place]:
    """Return the places of headings such as “VII”, by line; numbers that do not rise are not believed."""
    headings = [(n, line.text) for n, line in enumerate(lines) if line.level and len(line.text) <= MAX_LINE]
    found = [(n, text, *number) for n, text in headings if (number := phrases.numeral_in(text))]
    steps = [later[2] - one[2] for one, later in pairwise(found)]
    titles = [title for *_, title in found if title]
    bare = not titles and (len(found) > 1 or any(not text.strip(". ").isdigit() for _, text, *_ in found))
    of_chapters = any("chapter" in text.lower() for _, text in headings)
    sections = any(kind_of(title, "") != "" for title in titles)
    believed = all(step > 0 for step in steps) and (bare or (steps.count(1) >= 2 and of_chapters and not sections))
    places = ((n, Place(f"Chapter {number}", number, number, title)) for n, _, number, title in found)
    return {n: place if believed and place.first else Place("") for n, place in places}


def _documents(parts: _Parts, kind: str, setting: ImportContext) -> dict[str, list[DraftSection]]:
    documents: dict[str, list[DraftSection]] = {}
    placed = any(section.place and section.place.words for section in parts.sections)
    for section in _believed(_without_contents(parts.sections), setting, parts.sections[0].place):
        lines = section.lines
        if section.kind == "background" and not section.heading and any(p and p.words for p in _told(lines)):
            section = replace(section, kind="summary")
        asked = [line for line in lines if _NUMBERED.match(line.text) and line.text.endswith("?")]
        if section.kind not in ("", "discussion") and len(asked) > 2:
            lines = [line for line in lines if line not in asked]
            questions = replace(section, kind="discussion", heading="", own=False, lines=asked, commentary=[])
            documents.setdefault("discussion", []).append(_draft(questions, setting, placed=placed))
        if lines and section.kind:
            of_kind = replace(section, lines=lines)
            drafted = _draft(of_kind, setting, placed=placed and section.kind == kind)
            documents.setdefault(section.kind, []).append(drafted)
        if section.commentary:
            commentary = DraftSection(tuple(Paragraph(line.text, line.item) for line in section.commentary))
            documents.setdefault("themes", []).append(commentary)
    warnings = DraftSection(tuple(Paragraph(text, True, {setting.slug: 0}) for text in parts.warnings))
    documents.setdefault("warnings", []).append(warnings)
    for name, sections in documents.items():
        kept = [section for section in sections if section.paragraphs]
        heading = TITLES[name] if len(kept) > 1 else ""
        documents[name] = [replace(section, heading=section.heading or heading) for section in kept]
    return {name: sections for name, sections in documents.items() if sections}


def _without_contents(sections: Sequence[_Section]) -> Iterator[_Section]:
    """Yield the sections without a table of contents: headings in a row, the last of which places nothing."""
    row = 0
    for section in sections:
        numbered = section.own and bool(section.place and section.place.first)
        last_of_row = numbered and row >= 2
        row = row + 1 if numbered and not (section.lines or section.commentary) else 0
        if section.lines or section.commentary:
            yield replace(section, place=Place(""), own=False, heading="") if last_of_row else section
        elif _DIVISION.match(section.heading):
            yield section


def _believed(sections: Iterator[_Section], setting: ImportContext, page: Place | None) -> Iterator[_Section]:
    """Yield sections with places that can be right: a count that begins anew within a book is that of a part of it."""
    furthest: dict[str, int] = {}
    begun_anew: set[str] = set()
    division = page.words if page and _DIVISION.match(page.words) and not page.first else ""
    for section in sections:
        place, reached = section.place, furthest.get(section.kind, 0)
        if _DIVISION.match(section.heading) and not (place and place.first):
            division = place.words if place and place.words else "?"
        elif section.own and section.heading and not place:
            division = division if section.level > 2 else ""
        if place and place.first:
            if place.first < reached or (division and (not reached or place.first <= reached)):
                begun_anew.add(section.kind)
            if section.kind in begun_anew:
                why = "its chapters do not go on from those before; waits for the end"
                setting.ledger.noted(f"the heading “{section.heading}”", why)
                stated = f"{division}, {place.words}" if division not in ("", "?") else ""
                section = replace(section, place=replace(place, words=stated))
            furthest[section.kind] = max(reached, place.first)
        yield section


def _draft(section: _Section, setting: ImportContext, *, placed: bool) -> DraftSection:
    slug, place = setting.slug, section.place
    if section.kind in ("themes", *_FREE):
        place = None
    elif place is None and placed:
        place = Place("")  # on a page of chapters, what names none is not spread between them
    heading, names_marks = section.heading, bool(place and place.words and section.own)
    if names_marks and place:
        title = place.rest if set(words(place.rest)) - _NO_TITLE and place.rest != section.heading else ""
        heading = f"{place.words}: {title}" if title else place.words
    elif phrases.speaks_of_marks(heading) or (place and not place.words):
        heading = place.rest if place and not phrases.speaks_of_marks(place.rest) else ""
    told = _told(section.lines)
    paragraphs: list[Paragraph] = []
    for n, line in enumerate(section.lines):
        where = _own_place(told, n, place, section.kind) or (None if names_marks else place)
        reveals: Placing | None = {slug: where.words} if where else None
        reveals = {slug: 0} if section.kind in _FREE else None if section.kind == "themes" else reveals
        open_texts, hidden = phrases.without_hidden(line.text)
        text, item = " ".join(open_texts), line.item or section.kind == "discussion"
        text = _NUMBERED.sub("", text) if section.kind == "discussion" else text
        paragraphs += [Paragraph(text, item, reveals)] if text else []
        paragraphs += [Paragraph(part, item, setting.end) for part in hidden if part]
    if not names_marks:  # what has no place stands before the first label
        paragraphs.sort(key=lambda p: p.reveals is not None)
    return DraftSection(tuple(paragraphs), heading, names_marks=names_marks)


def _told(lines: Sequence[PageLine]) -> list[Place | None]:
    """Return where each paragraph says that it stands; unclear if few of a section say it."""
    told = [phrases.place_told(line.text) for line in lines]
    in_order = 2 * sum(place is not None for place in told) >= len(told)
    return told if in_order else [place and Place("") for place in told]


def _own_place(told: Sequence[Place | None], n: int, around: Place | None, kind: str) -> Place | None:
    """Return the place of a paragraph among others that say where they stand: its own, or that of the next one."""
    own = told[n]
    if own is None and any(told) and kind == "summary" and not (around and around.words):
        own = next(filter(None, told[n:]), Place(""))
    if own and not own.words and around:
        return None
    if own and own.words and around and around.words and own.last > around.last:
        return replace(own, words=f"{around.words}, {own.words}")
    return own


def _whole(page: SavedPage, sections: Sequence[_Section]) -> int | None:
    """Return the book's number of chapters, if the page says it and names none beyond."""
    named = max((section.place.last for section in sections if section.place), default=0)
    for line in page.lines[:2_000]:
        found = _WHOLE.search(line.text[:1_000])
        if found and not _OF_PART.search(line.text[max(0, found.start() - 60) : found.end() + 20]):
            many = int(found["many"] or found["total"] or found["stated"])
            if named <= many and many > 2:
                return many
    return None


def _title(page: SavedPage, lines: Sequence[PageLine], names: Sequence[str]) -> str:
    named = next((found[1] for line in lines[:60] if (found := _TITLE.match(line.text[:200]))), "")
    headed = next((line.text for line in lines if line.level == 1), "") or (page.markup.title if page.markup else "")
    if named or headed:
        return bare_title(named or _TITLE.sub(r"\1", headed)[:200])
    for text in (bare_title(line.text) for line in lines[:5] if 0 < len(line.text) <= MAX_LINE):
        of_slug = text.isascii() and any(fits_slug("-".join(words(name)), text) for name in names)
        if _is_title(text, names) or (of_slug and not ends_sentence(text)):
            return text  # a slug leaves out the small words of a title
    return ""


def _author(lines: Sequence[PageLine], names: Sequence[str]) -> str:
    if stated := next((name for line in lines if (name := _author_of(line))), ""):
        return stated
    by = next((by for line in lines[:5] if (by := _TITLE_AND_AUTHOR.match(line.text[:200]))), None)
    return by[2] if by and any(same_title(by[1], name) for name in names) else ""


def _author_of(line: PageLine) -> str:
    found = _AUTHOR.match(line.text[:120]) if not line.level else None
    return found[1].strip() if found and len(found[1].split()) <= 6 else ""
