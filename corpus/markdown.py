"""Walking through Markdown once: headings, labels and texts in order, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.labels import looks_like_label

MAX_INLINE = 20_000
"""Characters; a longer paragraph is taken as plain words, for the time that its mark-up could take grows too fast."""

MAX_SIGNS = 1_000
"""Signs of mark-up in a paragraph, for the same reason: brackets and stars are tried with all that stand before."""

_SIGN = re.compile(r"[\[\]*_`<!&]")
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_FALSE_HEADING = re.compile(r"^[ \t>]*(?:#{2,}|#[ \t]*(?=[^\W\d_]))|<h[1-6][\s>/]", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in HTML, without its signs; `closed` is false where its end is missing."""

    words: str
    line: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading (`level` 1 to 6) or a text (`level` 0) with the comments before its words and among them.

    `item` numbers the outermost list items, from 1, and is 0 outside of lists; `starts_item` is true for the first
    text of any list item. `stray` says that the words hold what was meant as a label, `false_heading` that they hold
    what was meant as a heading, `underlined` that a heading is a sentence with a line of hyphens below it.
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

    @property
    def is_sentence(self) -> bool:
        """Whether the words end as a sentence does."""
        return bool(_SENTENCE_END.search(self.words))


def pieces(text: str, lines_before: int) -> Iterator[Piece]:
    """Yield the headings and texts of a document in order; pieces of comments alone have no words."""
    walker = _Walker(text, lines_before)
    for token in walker.tokens:
        if piece := walker.piece(token):
            yield piece


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a block: words or a comment."""

    words: str
    comment: Comment | None = None


class _Walker:
    """Keeps what the tokens before say of the next one: headings open, lists open."""

    def __init__(self, text: str, lines_before: int) -> None:
        self._markdown = MarkdownIt("commonmark")
        self._markdown.core.ruler.disable("inline")
        self._references: dict[str, object] = {}
        self._lines_before = lines_before
        self.tokens = self._markdown.parse(text, self._references)
        self._heading: Token | None = None
        self._depth = self._item = 0
        self._starts_item = False

    def piece(self, token: Token) -> Piece | None:
        """Take the next token; return what it completes."""
        if token.type == "heading_open":
            self._heading = token
        elif token.type == "list_item_open":
            self._item += self._depth == 0
            self._depth, self._starts_item = self._depth + 1, True
        elif token.type == "list_item_close":
            self._depth, self._starts_item = self._depth - 1, False
        elif token.type in ("inline", "html_block", "fence", "code_block"):
            return self._made(token)
        return None

    def _made(self, token: Token) -> Piece:
        line = self._lines_before + (token.map[0] if token.map else 0) + 1
        parts = list(self._parts(token, line))
        leading = list(takewhile(lambda part: part.comment or not part.words.strip(), parts))
        words = " ".join("".join(" " if part.comment else part.words for part in parts).split())
        heading, self._heading = self._heading, None
        starts_item = self._starts_item and bool(words) and not heading
        self._starts_item = self._starts_item and not starts_item
        return Piece(
            words=words,
            line=line,
            level=int(heading.tag[1]) if heading else 0,
            before=tuple(part.comment for part in leading if part.comment),
            among=tuple(part.comment for part in parts[len(leading) :] if part.comment),
            stray=looks_like_label(words),
            false_heading=not heading and bool(_FALSE_HEADING.search(token.content)),
            underlined=bool(
                heading and heading.markup == "-" and (_SENTENCE_END.search(words) or "\n" in token.content)
            ),
            inside=bool(heading and heading.level > 0),
            item=self._item if self._depth else 0,
            starts_item=starts_item,
        )

    def _parts(self, token: Token, line: int) -> Iterator[_Part]:
        if token.type == "html_block":
            yield from _of_html(token.content, line)
        elif token.type == "inline" and _is_readable(token.content):
            children: list[Token] = []
            self._markdown.inline.parse(token.content, self._markdown, self._references, children)
            for child in children:
                if child.type == "html_inline":
                    yield from _of_html(child.content, line)
                    line += child.content.count("\n")
                elif child.type in ("softbreak", "hardbreak"):
                    yield _Part(" ")
                    line += 1
                elif child.type in ("text", "text_special", "code_inline", "image"):
                    yield _Part(child.content)
        else:
            yield _Part(token.content)


def _is_readable(text: str) -> bool:
    """Return whether the mark-up of a paragraph can be read in bounded time."""
    return len(text) <= MAX_INLINE and len(_SIGN.findall(text)) <= MAX_SIGNS


def _of_html(html: str, line: int) -> Iterator[_Part]:
    """Cut HTML into its comments and the words between its tags."""
    at = counted = 0
    while (start := html.find(_COMMENT_OPEN, at)) >= 0:
        yield _Part(_TAG.sub(" ", html[at:start]))
        line += html.count("\n", counted, start)
        counted = start
        end = html.find(_COMMENT_CLOSE, start + len(_COMMENT_OPEN))
        words = html[start + len(_COMMENT_OPEN) : end if end >= 0 else len(html)]
        yield _Part("", Comment(words.strip(), line, end >= 0))
        at = end + len(_COMMENT_CLOSE) if end >= 0 else len(html)
    yield _Part(_TAG.sub(" ", html[at:]))
