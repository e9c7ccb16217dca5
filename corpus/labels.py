"""Labels: what a comment or the front matter says of how far a text reveals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from corpus.books import Book
from corpus.reveals import MAX_NAME, Reveals, Slug, is_plain

_LABEL = re.compile(r"reveals?\s*[:=](.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,6}")
_STRAY = re.compile(r"<!--|<!\W{0,5}reveal|\breveals?\s*[:=]\s*\S{0,100}[0-9]", re.IGNORECASE)
MAX_NAMED = 50
"""Books that one label may name."""

_PAIRS = "Write a whole number, or book=number pairs with commas between."


class WrongLabel(ValueError):
    """A label that cannot be read; the message says what to write, and `hides` is what holds in its place."""

    def __init__(self, cure: str, hides: Reveals) -> None:
        super().__init__(cure)
        self.hides = hides


def parse_reveals(value: object, book: Book, others: Mapping[Slug, Book]) -> Reveals:
    """Return the reveals that a comment or the front matter states. Raises WrongLabel.

    `others` are the books of the library. A book that it does not have may be named: who has not reported a
    position in it is at 0.
    """
    known = {**others, book.slug: book}
    try:
        marks: dict[Slug, int] = {}
        pairs = _pairs(value, book)
        if len(pairs) > MAX_NAMED:
            raise ValueError(f"It names more than {MAX_NAMED} books: name those that it gives away.")
        for slug, mark in pairs:
            if slug in marks:
                raise ValueError(f"{slug} is there twice: write it once.")
            marks[slug] = _mark(slug, mark, book, known)
        if not marks:
            raise ValueError(_PAIRS)
    except ValueError as error:
        raise WrongLabel(str(error), _hiding(value, book, known)) from error
    return Reveals.of({book.slug: 0} | marks)


def label_in(comment: str) -> str | None:
    """Return what stands behind “reveals:” in a comment, "" where a label is meant but not written, else None."""
    if found := _LABEL.fullmatch(comment.strip()):
        return found[1].strip()
    return "" if meant_as_label(comment) else None


def meant_as_label(words: str) -> bool:
    """Return whether a comment, or a field of the front matter, was probably meant to say how far a text reveals."""
    first = re.match(r"\W*(\w{1,30})", words)
    near = get_close_matches(first[1].lower(), ["reveals"], cutoff=0.75) if first else []
    return bool(near) or "reveal" in words.lower()


def looks_like_label(text: str) -> bool:
    """Return whether running text holds what was meant as a label or another comment, and is none."""
    return bool(_STRAY.search(text))


def _pairs(value: object, book: Book) -> list[tuple[Slug, str]]:
    if isinstance(value, Mapping):
        return [(str(slug).strip(), _written(mark)) for slug, mark in value.items()]
    pairs = []
    for part in filter(None, (part.strip() for part in _written(value).split(","))):
        slug, equals, mark = part.partition("=")
        pairs.append((slug.strip(), mark.strip()) if equals else (book.slug, part))
    return pairs


def _written(value: object) -> str:
    """Return a number or a text as it was written, and nothing for what is neither."""
    if isinstance(value, str):
        return value.strip()
    small = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9
    return str(value) if small else ""


def _mark(slug: Slug, written: str, book: Book, known: Mapping[Slug, Book]) -> int:
    if not slug or not (slug in known or is_plain(slug)):
        raise ValueError(_PAIRS)
    limit = known[slug].marks if slug in known else None
    if limit is None and (near := get_close_matches(slug.lower()[:MAX_NAME], known, 1, cutoff=0.8)):
        raise ValueError(f"There is no book “{slug[:40]}”: did you mean {near[0]}?")
    if not _NUMBER.fullmatch(written):
        raise ValueError(f"Write a whole number from 0 to {limit or book.marks} instead of “{written[:40]}”.")
    if limit is not None and int(written) > limit:
        raise ValueError(f"{slug} has {limit} marks: write a number from 0 to {limit} instead of {written}.")
    return int(written)


def _hiding(value: object, book: Book, known: Mapping[Slug, Book]) -> Reveals:
    """Return the ends of all books that a label may have meant, for a text whose label cannot be read."""
    named = [slug for slug in value if isinstance(slug, str)] if isinstance(value, (Mapping, list)) else []
    names = [slug[:MAX_NAME] for slug in named[:MAX_NAMED]]
    written = _written(value)[:2_000]
    names += re.findall(rf"([^\s,=]{{1,{MAX_NAME}}})\s*=", written)[:MAX_NAMED]
    names = [name for name in names if name in known or is_plain(name)]
    marks = {book.slug: book.marks} | {name: known[name].marks if name in known else 1 for name in names}
    for word in (names + re.findall(r"[^\s,=:;]+", written))[: 2 * MAX_NAMED]:
        for near in get_close_matches(word.lower()[:MAX_NAME], known, 1, cutoff=0.8):
            marks[near] = known[near].marks
    return Reveals.of(marks)
