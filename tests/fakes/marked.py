"""A library in which every stretch of text holds words that occur nowhere else, and so gives itself away.

Any text that the bot sends can be held against it: `beyond` says which of its words somebody should not have read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from corpus.books import Reveals, Slug
from tests.fakes.bookshelf import write_book

AMBER, ORCHARD = "the-amber-door", "the-glass-orchard"
MARKS = {AMBER: 8, ORCHARD: 6}
_FIRST, _LAST = ("zab", "vux", "quof", "jyr", "kwe", "xol"), ("plik", "dwog", "mypf", "thrun", "skaz", "bryx")
_MIDDLE = ("ni", "fo", "hu", "ga", "ry", "le", "tau", "wo")


@dataclass(frozen=True)
class Sign:
    """An invented word: how far its readers must be, the one club that may read it (0: all), and who wrote it."""

    word: str
    needs: Reveals
    club: int = 0
    author: int = 0


@dataclass
class Signs:
    """All invented words that are in use, and what each of them needs."""

    known: dict[str, Sign] = field(default_factory=dict)
    _unused: list[str] = field(default_factory=lambda: ["".join(w) for w in product(_FIRST, _MIDDLE, _LAST)])

    def new(self, needs: Mapping[Slug, int], club: int = 0, author: int = 0) -> str:
        """Return a word that is used for nothing else."""
        word = self._unused.pop((len(self.known) * 37) % len(self._unused))
        self.known[word] = Sign(word, Reveals.of(needs), club, author)
        return word

    def copied(self) -> "Signs":
        """Return the same signs, to which others can be added."""
        return Signs(dict(self.known), list(self._unused))

    def of(self, book: Slug, mark: int) -> list[str]:
        """Return the words of the library that need just this mark of a book."""
        return [s.word for s in self.known.values() if not s.club and dict(s.needs.marks) == {book: mark}]

    def found(self, text: str) -> list[Sign]:
        """Return the signs in a text, whatever Discord's escapes or case did to them."""
        bare = re.sub(r"[^a-z]+", " ", text.replace("\\", "").casefold())
        return [self.known[word] for word in dict.fromkeys(self._pattern().findall(bare))]

    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.known))


def write_marked_library(library: Path) -> Signs:
    """Write The Amber Door and The Glass Orchard, and return their signs."""
    signs = Signs()
    for slug, place, thing in ((AMBER, "ferry", "lock"), (ORCHARD, "glasshouse", "seed")):
        documents = {
            "premise.md": f"---\nreveals: 0\n---\nWenna keeps the {place}, and everybody asks about the {thing}.\n",
            "summary.md": "".join(_told(signs, slug, mark, place, thing) for mark in range(1, MARKS[slug] + 1)),
            "people.md": _people(signs, slug),
            "discussion.md": _listed(signs, slug, "- What does the {} say about Wenna and Corrin?"),
            "quotes.md": _listed(signs, slug, "- “Who owns the {} owns the river.” (12 likes)"),
            "reviews.md": "".join(_review(signs, slug, mark) for mark in range(1, MARKS[slug] + 1)),
            "background.md": _background(signs),
        }
        nth = list(MARKS).index(slug) + 1
        write_book(
            library, slug, documents, marks=MARKS[slug], year=1900 + nth, series="The Two Doors", series_number=nth
        )
    with (library / ORCHARD / "book.toml").open("a", encoding="utf-8") as file:
        file.write(_requirement(signs))
    return signs


def _requirement(signs: Signs) -> str:
    """Return why The Amber Door comes first, which gives something away."""
    reason = f"Its {signs.new({ORCHARD: 3})} comes from there."
    return f'\n[[requires]]\nbook = "{AMBER}"\nneed = "first"\nreason = "{reason}"\nreveals = 3\n'


def _told(signs: Signs, slug: Slug, mark: int, place: str, thing: str) -> str:
    """Return a chapter that goes as all others do, but for its signs: what is asked of one is asked of all."""
    one, two, three, title = (signs.new({slug: mark}) for _ in range(4))
    return (
        f"## Chapter {mark}: The {title.title()}\n\n"
        f"Wenna carries the {one} from the {place} across the bridge before dawn. "
        f"Corrin hides the {two} of the {thing} behind the stove. Nobody in the village speaks of the {three}.\n\n"
    )


def _people(signs: Signs, slug: Slug) -> str:
    """Return who is who: two who are told of more and more, and some who are met late, under names that are signs."""
    last = MARKS[slug]
    text = ""
    for name in ("Wenna", "Corrin"):
        text += f"## {name}\n\n"
        for mark in (1, last // 2, last):
            text += f"<!-- reveals: {mark} -->\n{name} is the keeper of the {signs.new({slug: mark})}.\n\n"
    for mark in (2, last - 1, last):
        name, trade = signs.new({slug: mark}).title(), signs.new({slug: mark})
        text += f"## {name}\n\n<!-- reveals: {mark} -->\n{name} is a {trade} who lies to Wenna.\n\n"
    return text


def _listed(signs: Signs, slug: Slug, line: str) -> str:
    marks = range(1, MARKS[slug] + 1)
    return "\n".join(f"<!-- reveals: {mark} -->\n{line.format(signs.new({slug: mark}))}\n" for mark in marks)


def _review(signs: Signs, slug: Slug, mark: int) -> str:
    return (
        f"## ★★★★☆ · 2020-01-{mark:02}\n\n<!-- reveals: {mark} -->\n\n"
        f"I cried when Wenna found the {signs.new({slug: mark})} by the bridge. Read it for Corrin alone.\n\n"
    )


def _background(signs: Signs) -> str:
    """Return a text that needs both books."""
    both = {AMBER: 4, ORCHARD: 2}
    label = ", ".join(f"{book}={mark}" for book, mark in both.items())
    return f"## The two doors\n\n<!-- reveals: {label} -->\n\nThe {signs.new(both)} is the same in both novels.\n"
