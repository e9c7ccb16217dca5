"""Finding books by slug, title or alias, regardless of case, accents and punctuation."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import shown

MAX_TYPED = 200
"""Characters of a typed name that are compared."""

MAX_TEXT = 50_000
"""Characters of a text that are searched for names."""

MAX_WORDS = 20
"""Words of a name that are compared."""

NEAR = 0.55
"""Similarity (0 to 1) from which a book is suggested."""

_WORD = re.compile(r"&|[぀-ヿ㐀-鿿]|(?:(?![぀-ヿ㐀-鿿])[^\W_]|(?<=[^\W_])['’ʼ](?=[^\W_]))+")
_POSSESSIVE = re.compile(r"['’ʼ][sS]$")
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_ARTICLES = frozenset({"a", "an", "the"})
_QUOTES = "\"'“”‘’«»*_"
_ORDINARY = frozenset(
    {"he", "her", "here", "him", "home", "how", "if", "it", "life", "love", "me", "now", "one", "she", "that", "them"}
    | {"they", "this", "time", "us", "war", "we", "what", "when", "who", "why", "you"}
)
"""Everyday words: a title that is one of them counts only in quotation marks or emphasis."""


class UnknownBook(DogearError):
    """The typed name matches no book, or several; `nearest` are the likely ones."""

    def __init__(self, typed: str, nearest: Sequence[Book], *, empty: bool = False) -> None:
        self.typed, self.nearest = typed, tuple(nearest)
        titles = [book.title for book in nearest]
        names = [b.title if titles.count(b.title) == 1 else f"{b.title} ({b.slug})" for b in nearest]
        if empty:
            help_ = "The library has no books yet."
        elif names:
            help_ = f"Did you mean {' or '.join(filter(None, (', '.join(names[:-1]), names[-1])))}?"
        else:
            help_ = "Please use the title as it is in the library."
        super().__init__(f"I don’t know {shown(typed[:MAX_TYPED])}. {help_}")


def find_book(typed: str, books: Mapping[Slug, Book]) -> Book:
    """Return the book with a name. Raises UnknownBook if there is none, or more than one."""
    if typed.strip() in books:
        return books[typed.strip()]
    key = _key(typed)
    answering = [book for book in books.values() if key and any(_key(name) == key for name in book.names)]
    if len(answering) == 1:
        return answering[0]
    raise UnknownBook(typed, (answering or _nearest(typed, books))[:3], empty=not books)


def names_in(text: str, books: Mapping[Slug, Book]) -> list[Slug]:
    """Return the books named in a text, in order; of overlapping names, the longest counts."""
    return list(dict.fromkeys(slug for slugs, _, _ in _named(text, books) for slug in slugs))


def without_names(text: str, books: Mapping[Slug, Book], instead: str) -> str:
    """Return a text with something else in place of every name of a book."""
    for _, start, end in reversed(list(_named(text, books))):
        text = f"{text[:start]}{instead}{text[end:]}"
    return text


def _named(text: str, books: Mapping[Slug, Book]) -> Iterator[tuple[tuple[Slug, ...], int, int]]:
    """Yield the books of each name in a text, and where it begins and ends."""
    index = _index(tuple((slug, book.names) for slug, book in books.items()))
    words = list(_words(text[:MAX_TEXT]))
    at = 0
    while at < len(words):
        length, slugs = _name_at(words, at, index, text)
        if slugs:
            yield slugs, words[at].start, words[at + length - 1].end
        at += length


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: folded, without its possessive s, and its position."""

    folded: str
    bare: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """The books with a name; `only_marked` if it counts only where the text marks it as a title."""

    slugs: tuple[Slug, ...]
    only_marked: bool


@dataclass(frozen=True, slots=True)
class _Index:
    """Names by their words, and the lengths of names by first word, longest first."""

    names: Mapping[tuple[str, ...], _Name]
    lengths: Mapping[str, tuple[int, ...]]


def _fold(word: str) -> str:
    """Return a word without accents, apostrophes and case."""
    plain = unicodedata.normalize("NFKD", "and" if word == "&" else word.translate(_APOSTROPHES))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _words(text: str) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        yield _Word(_fold(found[0]), _fold(_POSSESSIVE.sub("", found[0])), found.start(), found.end())


@lru_cache(maxsize=4_096)
def _folded(name: str) -> tuple[str, ...]:
    words = (word.folded for word in _words(name[:MAX_TYPED]))
    return tuple(filter(None, words))[:MAX_WORDS]


def without_article(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a title without a leading “the” or “a”."""
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def _key(name: str) -> str:
    return "".join(without_article(_folded(name)))


@lru_cache(maxsize=64)
def _index(named: tuple[tuple[Slug, tuple[str, ...]], ...]) -> _Index:
    names: dict[tuple[str, ...], _Name] = {}
    lengths: dict[str, set[int]] = {}
    for slug, its_names in named:
        for name in filter(None, map(_folded, its_names)):
            short = without_article(name)
            lone = len(short) == 1 and (short != name or short[0] in _ORDINARY)
            for words, only_marked in ((short, lone), (name, name == short and lone)):
                known = names.get(words, _Name((), only_marked))
                slugs = known.slugs if slug in known.slugs else (*known.slugs, slug)
                names[words] = _Name(slugs, known.only_marked and only_marked)
                lengths.setdefault(words[0], set()).add(len(words))
    return _Index(names, {first: tuple(sorted(each, reverse=True)) for first, each in lengths.items()})


def _name_at(words: list[_Word], at: int, index: _Index, text: str) -> tuple[int, tuple[Slug, ...]]:
    """Return the number of words of the longest name that begins at a word (else 1), and its books."""
    first = words[at]
    for length in index.lengths.get(first.folded, ()) or index.lengths.get(first.bare, ()):
        if at + length > len(words):
            continue
        last = words[at + length - 1]
        before = tuple(word.folded for word in words[at : at + length - 1])
        name = index.names.get((*before, last.folded)) or index.names.get((*before, last.bare))
        if name and (not name.only_marked or _marked(text, first.start, last.end)):
            return length, name.slugs
    return 1, ()


def _marked(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start], text[end : end + 2]
    return all(any(sign in _QUOTES for sign in side) for side in around)


def _nearest(typed: str, books: Mapping[Slug, Book]) -> list[Book]:
    """Return the books whose names are most similar to what was typed, best first."""
    words = without_article(_folded(typed))
    similarity = {
        slug: max(_similarity(words, without_article(_folded(name))) for name in book.names)
        for slug, book in books.items()
    }
    likely = [slug for slug, score in similarity.items() if score >= NEAR]
    return [books[slug] for slug in sorted(likely, key=lambda slug: -similarity[slug])]


def _similarity(typed: tuple[str, ...], name: tuple[str, ...]) -> float:
    """Return 1 if the name has all typed words, else the similarity of the letters."""
    if typed and set(typed) <= set(name):
        return 1.0
    matcher = SequenceMatcher(None, " ".join(name), " ".join(typed), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= NEAR else 0.0
