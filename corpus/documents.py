"""Documents: Markdown with front matter, read into blocks of text that know what they reveal."""

import datetime as dt
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus import labels
from corpus.books import Book, Reveals, Slug
from corpus.errors import LibraryProblem
from corpus.text import on_one_line, read_text

MAX_INLINE, MAX_SIGNS = 20_000, 1_000
"""Characters and mark-up characters of a paragraph; with more of them, it could take too long to parse."""

_SIGN = re.compile(r"[\[\]*_`<!&]")
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_FALSE_HEADING = re.compile(r"^[ \t>]*(?:#{2,}|#[ \t]*(?=[^\W\d_]))|<h[1-6][\s>/]", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Comment:
    """The words of an HTML comment; `closed` is false if its end is missing."""

    words: str
    line: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading (`level` 1 to 6) or a text (`level` 0), with the comments before and among its words.

    `item` numbers the outermost list items from 1 (0 outside lists). `stray` and `false_heading`: the words contain
    something meant as a label or a heading. `underlined`: a sentence with hyphens below. `inside` a quote or list.
    """

    words: str
    line: int
    level: int = 0
    before: tuple[Comment, ...] = ()
    among: tuple[Comment, ...] = ()
    stray: bool = False
    false_heading: bool = False
    underlined: bool = False
    inside: bool = False
    item: int = 0
    starts_item: bool = False


def pieces(text: str, lines_before: int) -> Iterator[Piece]:
    """Yield the headings and texts of a document in order; a piece with only comments has no words."""
    markdown, references = MarkdownIt("commonmark"), dict[str, object]()
    markdown.core.ruler.disable("inline")
    heading: Token | None = None
    depth = item = 0
    starts_item = False
    for token in markdown.parse(text, references):
        if token.type == "heading_open":
            heading = token
        elif token.type == "list_item_open":
            item += depth == 0
            depth, starts_item = depth + 1, True
        elif token.type == "list_item_close":
            depth, starts_item = depth - 1, False
        elif token.type in ("inline", "html_block", "fence", "code_block"):
            line = lines_before + (token.map[0] if token.map else 0) + 1
            parts = list(_parts(token, line, markdown, references))
            leading = list(takewhile(lambda part: isinstance(part, Comment) or not part.strip(), parts))
            words = " ".join("".join(" " if isinstance(part, Comment) else part for part in parts).split())
            begins = starts_item and bool(words) and not heading
            starts_item = starts_item and not begins
            sentence = _SENTENCE_END.search(words) or "\n" in token.content
            yield Piece(
                words=words,
                line=line,
                level=int(heading.tag[1]) if heading else 0,
                before=tuple(part for part in leading if isinstance(part, Comment)),
                among=tuple(part for part in parts[len(leading) :] if isinstance(part, Comment)),
                stray=bool(labels.STRAY.search(words)),
                false_heading=not heading and bool(_FALSE_HEADING.search(token.content)),
                underlined=bool(heading and heading.markup == "-" and sentence),
                inside=bool(heading and heading.level > 0),
                item=item if depth else 0,
                starts_item=begins,
            )
            heading = None


def _parts(token: Token, line: int, markdown: MarkdownIt, references: dict[str, object]) -> Iterator[str | Comment]:
    readable = len(token.content) <= MAX_INLINE and len(_SIGN.findall(token.content)) <= MAX_SIGNS
    if token.type == "html_block":
        yield from _of_html(token.content, line)
    elif token.type == "inline" and readable:
        children: list[Token] = []
        markdown.inline.parse(token.content, markdown, references, children)
        for child in children:
            if child.type == "html_inline":
                yield from _of_html(child.content, line)
                line += child.content.count("\n")
            elif child.type in ("softbreak", "hardbreak"):
                yield " "
                line += 1
            elif child.type in ("text", "text_special", "code_inline", "image"):
                yield child.content
    else:
        yield token.content


def _of_html(html: str, line: int) -> Iterator[str | Comment]:
    """Split HTML into its comments and the words between its tags."""
    at = counted = 0
    while (start := html.find(_COMMENT_OPEN, at)) >= 0:
        yield _TAG.sub(" ", html[at:start])
        line += html.count("\n", counted, start)
        counted = start
        end = html.find(_COMMENT_CLOSE, start + len(_COMMENT_OPEN))
        words = html[start + len(_COMMENT_OPEN) : end if end >= 0 else len(html)]
        yield Comment(words.strip(), line, end >= 0)
        at = end + len(_COMMENT_CLOSE) if end >= 0 else len(html)
    yield _TAG.sub(" ", html[at:])


_FENCE = re.compile(r"---[ \t]*")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields by lower-case name, their lines, and how many lines it has; `broken`: none could be read."""

    fields: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    length: int = 0
    broken: bool = False


class _Loader(yaml.BaseLoader):
    """YAML in which every value is text (010 is not 8, and no is not false), and nothing is expanded."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose the next node. Refuses aliases: a few of them can expand to gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*) are not allowed here", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping. Refuses duplicate names: it is unclear which was meant."""
        seen = set[str]()
        for key, _ in node.value:
            if (name := str(key.value).strip().lower()) in seen:
                raise yaml.MarkedYAMLError(problem=f"“{name[:40]}” appears twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def read_front_matter(lines: list[str], report: labels.Report) -> FrontMatter:
    """Read the front matter at the beginning of `lines`, if any; mistakes are reported."""
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None or not _FENCE.fullmatch(lines[first]):
        return FrontMatter()
    end = next((n for n in range(first + 1, len(lines)) if _FENCE.fullmatch(lines[n])), None)
    if end is None:
        report(first + 1, "The front matter is not closed.", "Write --- below it.")
        fields_end = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
        return FrontMatter(length=fields_end, broken=True)
    text = "\n".join(lines[first + 1 : end])
    try:
        if len(text) > MAX_FRONT:
            raise yaml.YAMLError(f"it is longer than {MAX_FRONT} characters")
        fields = _fields(text)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or error)[:80]
        cure = "Write lines such as “kind: summary”, with quotation marks around text that holds a colon."
        report(first + 2 + (place.line if place else 0), f"The front matter is not YAML ({why}).", cure)
        return FrontMatter(length=end + 1, broken=True)
    named = [(n, row.lstrip(" \t\"'?").lower()) for n, row in enumerate(lines[first + 1 : end], first + 2)]
    places = {name: next((n for n, row in named if row.startswith(name)), first + 1) for name in fields}
    return FrontMatter(fields, places, end + 1)


def _fields(text: str) -> dict[str, object]:
    """Return the fields of front matter. Raises YAMLError."""
    loader = _Loader(text)
    try:
        said = loader.get_single_data() or {}
    finally:
        loader.dispose()
    if not isinstance(said, dict):
        raise yaml.YAMLError("it is not a list of fields")
    return {str(name).strip().lower(): value for name, value in said.items()}


MAX_HEADING, MAX_LINE = 200, 80
"""Characters of a heading that are kept, and of a paragraph that may be meant as one, such as “**Chapter 20**”."""

MOST_NOTES, LONGEST_NOTE = 10, 80  # brackets that are removed from the end of a quote, and characters of each

_STARS = re.compile(r"^([★☆]{1,5})(?=\s|$)")
_NOTE = r"(?:[0-9][0-9,]{0,11} likes?|explicit)"
_NOTES = re.compile(rf"\s*\(\s*({_NOTE}(?:, {_NOTE})*)\s*\)\s*$", re.IGNORECASE)
_DATE = re.compile(r"\b([0-9]{4}-[0-9]{2}-[0-9]{2})\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or list item; `reveals` and `heading_reveals` are None if nothing places it or its heading."""

    text: str
    line: int
    heading: str = ""
    heading_reveals: Reveals | None = None
    reveals: Reveals | None = None
    placed_by: str = ""
    is_item: bool = False
    rating: int | None = None
    date: dt.date | None = None
    likes: int = 0
    explicit: bool = False


def read_blocks(text: str, lines_before: int, scopes: labels.Scopes) -> Iterator[Block]:
    """Yield the blocks of a text. If a part of a list item is explicit, all of it is."""
    found = ((piece.item or -piece.line, _block(piece, scopes)) for piece in pieces(text, lines_before))
    for _, of_item in groupby(found, key=lambda pair: pair[0]):
        blocks = [block for _, block in of_item if block]
        explicit = any(block.explicit for block in blocks)
        yield from (replace(block, explicit=True) if explicit else block for block in blocks)


def as_date(text: str) -> dt.date | None:
    """Return the date in a text such as 2019-02-11, or None."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _block(piece: Piece, scopes: labels.Scopes) -> Block | None:
    """Take a piece, pass headings and comments to the scopes, and return its block if it has text."""
    is_heading = bool(piece.level) and not (piece.underlined and not scopes.names_marks(piece.words))
    if is_heading:
        scopes.heading(piece.level, piece.words, piece.line, inside=piece.inside)
    for comment in piece.before:
        _label(comment, scopes, first=True)
    for comment in piece.among:
        _label(comment, scopes, first=is_heading)
    if piece.stray:
        cure = "Write <!-- reveals: 7 --> on a line of its own above the text."
        scopes.doubtful(piece.line, f"A comment is not written as one, {labels.HIDDEN}", cure)
    alone = not (piece.level or piece.item or _SENTENCE_END.search(piece.words)) and len(piece.words) <= MAX_LINE
    if piece.false_heading or (alone and scopes.is_named_by(piece.words)):
        cure = "Write ## and a space before a heading, on a line of its own; \\# is a plain sign."
        scopes.doubtful(piece.line, f"What seems to be a heading is none, {labels.HIDDEN}", cure)
    if is_heading:
        return None
    block = _placed(piece, scopes) if piece.words else None
    if piece.level:
        scopes.heading(piece.level, "", piece.line, inside=piece.inside)
        cure = "Leave a line empty above the hyphens, or write the heading with ## before it."
        scopes.doubtful(piece.line, f"A sentence with hyphens below it is a heading, {labels.HIDDEN}", cure)
    return block


def _label(comment: Comment, scopes: labels.Scopes, *, first: bool) -> None:
    label = labels.label_in(comment.words)
    if not comment.closed:
        scopes.doubtful(comment.line, f"The comment is not closed, {labels.HIDDEN}", "Write --> after it.")
    elif label is not None and first:
        scopes.comment(label, comment.line)
    elif label is not None:
        what = "The comment is in the middle of a text, so all of the text needs it and what applied before."
        scopes.doubtful(comment.line, what, "Write the comment on a line of its own above the text.", label)


def _placed(piece: Piece, scopes: labels.Scopes) -> Block:
    reveals, by = scopes.place()
    headings = scopes.headings
    heading = headings[-1] if headings else ""
    stars = next(filter(None, map(_STARS.match, reversed(headings))), None)
    dated = next(filter(None, map(_DATE.search, reversed(headings))), None)
    text, likes, explicit = _notes(piece.words)
    marked = {part.strip().lower() for above in headings for part in above.split("·")}
    return Block(
        text=text, line=piece.line, heading=heading if len(heading) <= MAX_HEADING else f"{heading[:MAX_HEADING]}…",
        heading_reveals=scopes.heading_reveals, reveals=reveals, placed_by=by, is_item=piece.starts_item,
        rating=stars[1].count("★") if stars else None, date=as_date(dated[1]) if dated else None, likes=likes,
        explicit=explicit or "explicit" in marked,
    )  # fmt: skip


def _notes(text: str) -> tuple[str, int, bool]:
    """Return a quote without the brackets at its end, its likes, and whether it is explicit."""
    likes, explicit = 0, False
    for _ in range(MOST_NOTES):
        if not (found := _NOTES.search(text, max(0, len(text) - LONGEST_NOTE))):
            break
        likes = max([likes, *(int(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,]*", found[1]))])
        explicit = explicit or "explicit" in found[1].lower()
        text = text[: found.start()]
    return text, likes, explicit


KINDS = (
    "premise", "summary", "people", "themes", "discussion", "review", "answers", "quotes", "background",
    "reception", "advice", "author", "setting", "glossary", "warnings", "clues", "text", "contents",
)  # fmt: skip
"""The kinds of document that Dogear treats differently; any other kind is read as notes."""

MAX_BYTES, MAX_LINES, MAX_PROBLEMS = 5_000_000, 100_000, 100
"""Bytes and lines of a document, more than a long novel has, and its mistakes that are reported one by one."""

MAX_FIELD, MAX_FRONT = 300, 16_000
"""Characters of a field of the front matter, repeated with every passage, and of all of it: YAML is slow to parse."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a book, with its blocks in reading order."""

    name: str
    kind: str
    title: str
    source: str
    blocks: tuple[Block, ...]
    rating: int | None = None
    date: dt.date | None = None


def read_document(path: Path, book: Book, others: Mapping[Slug, Book], problems: list[LibraryProblem]) -> Document:
    """Read one Markdown file, and add its mistakes to `problems`.

    A wrong `reveals` hides its text until the end of the book. Raises LibraryProblem for an unreadable file.
    """

    already = len(problems)

    def report(line: int, what: str, cure: str) -> None:
        if len(problems) - already >= MAX_PROBLEMS:
            what = f"has more than {MAX_PROBLEMS} mistakes, and is left out."
            raise LibraryProblem(path, line, what, "Correct those above first.")
        problems.append(LibraryProblem(path, line, what, cure, fatal=False))

    lines = read_text(path, MAX_BYTES).split("\n")
    if len(lines) > MAX_LINES:
        raise LibraryProblem(path, MAX_LINES, f"has more than {MAX_LINES} lines.", "Split it into several documents.")
    front = read_front_matter(lines, report)
    scopes = labels.Scopes(book, others, report, _claim(front, book, others, report))
    blocks = tuple(read_blocks("\n".join(lines[front.length :]), front.length, scopes))

    def field_of(name: str) -> str:
        value = front.fields.get(name, "")
        if isinstance(value, str) and len(value) <= MAX_FIELD:
            return on_one_line(value)
        wrong(name, f"Write it on one line of at most {MAX_FIELD} characters.")
        return ""

    def wrong(name: str, cure: str) -> None:
        report(front.lines.get(name, 1), f"“{name}” is wrong and left out.", cure)

    stem = {"reviews": "review"}.get(path.stem.lower(), path.stem.lower())
    kind = field_of("kind").lower() or (stem if stem in KINDS else "notes")
    title, source, stars, written = (field_of(name) for name in ("title", "source", "rating", "date"))
    rating = float(stars) if re.fullmatch(r"[1-5](?:\.[0-9]{1,9})?", stars) else 0.0
    if stars and not 1 <= rating <= 5:
        wrong("rating", "Write a number of stars from 1 to 5.")
    if (day := as_date(written[:10])) is None and written:
        wrong("date", "Write a day, such as 2019-02-11.")
    return Document(path.name, kind, title, source, blocks, round(rating) if 1 <= rating <= 5 else None, day)


def _claim(
    front: FrontMatter, book: Book, others: Mapping[Slug, Book], report: labels.Report
) -> labels.RevealsLabel | None:
    name = next((name for name in front.fields if labels.meant_as_label(name)), None)
    if front.broken:
        return labels.RevealsLabel(book.whole(), "front matter")
    if name is None:
        return None
    line = front.lines[name]
    try:
        if name != "reveals":
            raise labels.WrongLabel("Write “reveals:”.", book.whole())
        return labels.RevealsLabel(labels.parse_reveals(front.fields[name], book, others), "front matter", line)
    except labels.WrongLabel as error:
        report(line, f"“{name[:40]}” is wrong, {labels.HIDDEN}", str(error))
        return labels.RevealsLabel(error.hides, "front matter", line)
