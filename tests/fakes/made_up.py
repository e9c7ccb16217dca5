"""Libraries that Hypothesis makes up: any books, any passages, any places, and whoever may read of them.

Every made-up passage carries a sign of its own in its heading and in each of its sentences, so that a test can tell
from any text which passages have gone into it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from hypothesis import strategies as st

from corpus.books import Reveals
from retrieval.gate import Audience
from tests.fakes.bookshelf import write_book

SLUGS = ("amber-road", "birch-house", "cedar-hill")
KINDS = ("premise", "summary", "people", "discussion", "review", "quotes", "background")
WORDS = ("lamp", "island", "letter", "storm", "kite", "paper", "train", "priest", "ring", "boat", "brother", "winter")
_SIGN = re.compile(r"q[0-9]+x")


@dataclass(frozen=True)
class Told:
    """What a library tells in one passage; `reveals` is None where nobody placed it."""

    sign: str
    book: str
    kind: str
    sentences: tuple[str, ...]
    reveals: Reveals | None
    explicit: bool = False

    def markdown(self) -> str:
        """Return the passage under a heading of its own."""
        heading = f"## Note {self.sign}{' · explicit' if self.explicit else ''}"
        marks = ", ".join(f"{book}={mark}" for book, mark in self.reveals.marks.items()) if self.reveals else ""
        label = f"<!-- reveals: {marks} -->\n" if marks else ""
        said = " ".join(f"The {sentence} {self.sign}." for sentence in self.sentences)
        return f"{heading}\n\n{label}{said}\n"

    def may_be_seen_by(self, audience: Audience) -> bool:
        """The rule of the contract, written once more."""
        assert self.reveals is not None
        far_enough = all(audience.positions.get(book, 0) >= mark for book, mark in self.reveals.marks.items())
        return far_enough and (audience.adults or not self.explicit)


@dataclass(frozen=True)
class Shelf:
    """A library: its books with their marks, and what is told of them in order."""

    marks: Mapping[str, int]
    told: tuple[Told, ...]
    one_author: bool = False

    def write(self, folder: Path) -> Path:
        """Write the library in place of what was there."""
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for slug, marks in self.marks.items():
            author = "Anonymous" if self.one_author else f"Author of {slug}"
            write_book(folder, slug, self._documents(slug), marks=marks, author=author)
        return folder

    def _documents(self, slug: str) -> dict[str, str]:
        own = [one for one in self.told if one.book == slug]
        texts = {kind: "\n".join(one.markdown() for one in own if one.kind == kind) for kind in KINDS}
        return {f"{kind}.md": f"---\nkind: {kind}\n---\n\n{text}" for kind, text in texts.items() if text}

    def everybody(self) -> Audience:
        """Return readers who have finished every book."""
        return Audience(self.marks, adults=True)


def signs(text: str) -> set[str]:
    """Return which passages have gone into a text."""
    return set(_SIGN.findall(text))


_sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@st.composite
def _told(draw: st.DrawFn, sign: str, marks: Mapping[str, int], *, always_placed: bool) -> Told:
    book = draw(st.sampled_from(sorted(marks)))
    kind = draw(st.sampled_from(KINDS))
    placed = always_placed or draw(st.booleans())
    needed = {slug: draw(st.integers(0, most)) for slug, most in marks.items() if slug == book or draw(st.booleans())}
    return Told(
        sign, book, kind, tuple(draw(st.lists(_sentences, min_size=1, max_size=3))),
        Reveals.of(needed) if placed else None, draw(st.integers(0, 5)) == 0,
    )  # fmt: skip


@st.composite
def shelves(draw: st.DrawFn, *, always_placed: bool = False) -> Shelf:
    """Make up a library of one to three books; with `always_placed`, nothing in it has to be inferred."""
    slugs = draw(st.lists(st.sampled_from(SLUGS), min_size=1, unique=True))
    marks = {slug: draw(st.integers(1, 6)) for slug in slugs}
    count = draw(st.integers(0, 9))
    told = tuple(draw(_told(f"q{n}x", marks, always_placed=always_placed)) for n in range(count))
    return Shelf(marks, told, draw(st.booleans()))


@st.composite
def audiences(draw: st.DrawFn, shelf: Shelf) -> Audience:
    """Make up readers of a library, of some of its books, or of a book that it does not have."""
    positions = {slug: draw(st.integers(0, most)) for slug, most in shelf.marks.items() if draw(st.integers(0, 3))}
    return Audience(positions | ({"no-such-book": 3} if draw(st.booleans()) else {}), adults=draw(st.booleans()))


@st.composite
def questions(draw: st.DrawFn, shelf: Shelf) -> str:
    """Make up a question: words of the library, signs of its passages, names of its books."""
    names = [slug.replace("-", " ").title() for slug in shelf.marks]
    words = [*WORDS, *names, *(one.sign for one in shelf.told), "who", "brought"]
    return " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=6))) + "?"


@st.composite
def with_other_secrets(draw: st.DrawFn, shelf: Shelf, audience: Audience) -> Shelf:
    """Return the library with everything that an audience may not see rewritten, taken out, or added to."""
    kept = []
    for one in shelf.told:
        if one.may_be_seen_by(audience):
            kept.append(one)
        elif draw(st.booleans()):
            kept.append(replace(one, sentences=tuple(draw(st.lists(_sentences, min_size=1, max_size=3)))))
    added = [draw(_told(f"q{100 + n}x", shelf.marks, always_placed=True)) for n in range(draw(st.integers(0, 4)))]
    return replace(shelf, told=(*kept, *(one for one in added if not one.may_be_seen_by(audience))))
