"""The spoiler check: does a member's message tell more than its readers have read?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from corpus.books import Reveals, Slug
from corpus.library import Library
from corpus.passages import Passage
from corpus.text import sentences
from retrieval.book import Floats, OpenedBook
from retrieval.books import Books
from retrieval.gate import Audience, Gate
from retrieval.guard import Evidence, Guard, PassageTokens
from retrieval.place import MAX_MESSAGE, Messages, related
from retrieval.ranking import WEIGHTS, Ranker
from retrieval.types import Embedder
from retrieval.words import STOP_WORDS, stem, stems

CLAIM = 2  # words of its own from which a text that names nobody claims something
_CAPITAL, _SMALL = re.compile(r"\b[A-Z]\w+"), re.compile(r"\b[a-z]\w+")

LIKE, LETTERS = 0.85, 4  # how alike (0 to 1) a slip of the keys and the name that is meant are, and its letters
TELLING, OWN_RISK = 5, 0.07  # words from which a message may retell the book in its own words, and the risk, 0 to 1
REPEATED, LONG = 0.75, 5  # share of a sentence's words, and words, from which it repeats one of the library's


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted decision trees as arrays, shape (nodes,), learned from remarks of club members (docs/placing.md).

    A node whose `left` is -1 is a leaf, and its value is added up over the trees. `roots` are where the trees begin;
    `limit` is the risk from which a sentence counts as a spoiler. Besides a sentence's signals the trees read where
    its vector lies on the `axes`, shape (axes, dimensions), from the `center` of all remarks: what kind of remark it
    is.
    """

    feature: npt.NDArray[np.int16]
    threshold: Floats
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Floats
    roots: npt.NDArray[np.int32]
    limit: npt.NDArray[np.float64]
    center: Floats
    axes: Floats

    @classmethod
    def load(cls, path: Path = WEIGHTS / "remarks.npz") -> "Forest":
        """Read trees from a file of arrays."""
        with np.load(path) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def risk(self, said: Evidence, *, by_vector: bool = True) -> float:
        """Return how likely (0 to 1) a sentence spoils; its vector counts where the packaged model made it."""
        kind = self.axes @ (said.vector - self.center) if by_vector else np.zeros(len(self.axes), np.float32)
        read = np.concatenate([said.signals, kind])
        at = self.roots
        while (inner := self.left[at] >= 0).any():
            below = read[self.feature[at]] <= self.threshold[at]
            at = np.where(inner, np.where(below, self.left[at], self.right[at]), at)
        return float(1 / (1 + np.exp(-self.value[at].sum())))


class SpoilerCheck:
    """Judges messages by all text of the books that they may be about, against what their readers may know."""

    def __init__(
        self, library: Library, books: Books, messages: Messages, reader: Ranker, tokens: PassageTokens,
        embedder: Embedder,
    ) -> None:  # fmt: skip
        self._library, self._books, self._messages = library, books, messages
        self._reader, self._tokens, self._embedder = reader, tokens, embedder
        self._people: WeakKeyDictionary[OpenedBook, frozenset[str]] = WeakKeyDictionary()

    @cached_property
    def _forest(self) -> Forest:
        return Forest.load()

    def reveals(self, text: str, at_hand: Sequence[Slug], audience: Audience) -> Reveals:
        """Return how far readers must be for a message to be no spoiler, and nothing of the text there.

        That is beyond the audience only where it might spoil: where it retells the book in its own words, as far as
        that is placed; where a sentence repeats one of the library's, or spoils in club words, as far as that passage
        or the nearest hidden one needs, which may be in several books. Each sentence is judged alone and after the
        one before.
        """
        told = [sentence for line in text[:MAX_MESSAGE].splitlines() for sentence in sentences(line)]
        named = self._books_of_people(text, at_hand, audience.club)
        if not named and len(set(stems(text))) < CLAIM:
            return Reveals.of(dict.fromkeys(at_hand, 0))
        placed = self._messages.place(text, at_hand, audience.club).marks
        needs = Reveals()
        for book in dict.fromkeys([*at_hand, *placed, *named]):
            opened, mark = self._books.open(book, audience.club, texts=False), placed.get(book, 0)
            said = [with_names(sentence, opened) for sentence in told]
            risks = self._risks(said, opened, audience)
            own = retells(text, opened) and max((risk for risk, _ in risks), default=0.0) >= OWN_RISK
            spoiling = [passage for risk, passage in risks if risk >= self._forest.limit]
            repeated = [passage for passage in (source(sentence, opened) for sentence in said) if passage]
            beyond = [p.reveals for p in (*spoiling, *repeated) if not audience.may_see(p.reveals)]
            needs = needs.joined([Reveals.of({book: mark if own else min(mark, audience.at(book))}), *beyond])
        return needs

    def _books_of_people(self, text: str, at_hand: Sequence[Slug], club: str) -> list[Slug]:
        """Return the books whose people a text names: those at hand, what they require, and their relatives.

        Relatives are of one author or series. They share people, so one counts for a name that no book at hand has.
        """
        said = set(stems(text))
        near = [self._library.books[book] for book in at_hand]
        required = {one.book for book in near for one in book.requires}
        known = self._library.books.of(club)
        relatives = {slug for book in near for slug in related(book, (), self._library)} | required
        held = set[str]().union(*(self._opened(book, club).postings for book in at_hand))
        found = []
        for slug in (*at_hand, *sorted((relatives & known.keys()) - {*at_hand})):
            named = said & self._people_of(self._opened(slug, club))
            if named if slug in at_hand else named - held:
                found.append(slug)
        return found

    def _opened(self, book: Slug, club: str) -> OpenedBook:
        return self._books.open(book, club, texts=False)

    def _people_of(self, opened: OpenedBook) -> frozenset[str]:
        """Return the stems of the names of a book's people, without words that its texts use as words."""
        if opened not in self._people:
            heads = {word for p in opened.passages if p.kind == "people" for word in _CAPITAL.findall(p.heading)}
            words = {word for p in opened.passages for word in _SMALL.findall(p.text)}
            names = {word for word in heads if word.lower() not in words | STOP_WORDS}
            self._people[opened] = frozenset(stem(name.lower()) for name in names)
        return self._people[opened]

    def _risks(self, said: Sequence[str], opened: OpenedBook, audience: Audience) -> list[tuple[float, Passage]]:
        """Return how likely each sentence spoils, with the nearest hidden passage; nothing if none is hidden."""
        about, gate = self._library.books[opened.book], Gate(audience)
        if all(map(gate.passes, opened.passages)):
            return []
        known = f"{about.title} {about.author}"
        guard = Guard(opened, gate, self._reader, known, self._tokens, self._embedder)
        found, packaged = guard.evidence("", said), self._reader.weights is not None
        return [(self._forest.risk(one, by_vector=packaged), one.hidden) for one in found if one.hidden]


def retells(text: str, opened: OpenedBook) -> bool:
    """Return whether at least half of a message's words are the book's, and there are enough to tell something."""
    said = set(stems(text))
    return len(said) >= TELLING and 2 * len(said & opened.postings.keys()) >= len(said)


def source(sentence: str, opened: OpenedBook) -> Passage | None:
    """Return the first passage of which a sentence repeats another, nearly word for word."""
    said = set(stems(sentence))
    if len(said) < LONG:
        return None
    shares = [len(said & set(words)) / len(said) for words in opened.stems]
    most = int(np.argmax(shares))
    return opened.passages[opened.passage_of[most]] if shares[most] >= REPEATED else None


def with_names(text: str, opened: OpenedBook) -> str:
    """Return a text with slips of the keys mended in names of a book's people: “haydn”, “Munt”."""
    names = {word.lower(): word for p in opened.passages for word in p.heading.split() if p.kind == "people"}

    def mended(word: str) -> str:
        bare = word.strip(".,;:!?()\"'“”’").removesuffix("’s").removesuffix("'s")
        plain = bare.lower()
        if len(plain) < LETTERS or plain in STOP_WORDS or stem(plain) in opened.postings or not plain.isalpha():
            return word
        near = get_close_matches(plain, names, 1, LIKE)
        return word.replace(bare, names[near[0]]) if near else word

    return " ".join(map(mended, text.split()))
