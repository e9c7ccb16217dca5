"""Finding books by slug, title or alias, regardless of case, accents and punctuation."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import shown

MAX_TYPED, MAX_TEXT, MAX_WORDS = 200, 50_000, 20
"""Characters of a typed name that are compared, and of a text that is searched; words of a name."""

BEGUN = 4  # letters from which the beginning of a name stands for it

NEAR = 0.55  # similarity (0 to 1) from which a book is suggested

_WORD = re.compile(r"&|[぀-ヿ㐀-鿿]|(?:(?![぀-ヿ㐀-鿿])[^\W_]|(?<=[^\W_])['’ʼ](?=[^\W_]))+")
_POSSESSIVE = re.compile(r"['’ʼ][sS]$")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`")
_ARTICLES = frozenset({"a", "an", "the"})
_QUOTES = "\"'“”‘’«»*_"
_ORDINARY = frozenset(
    {"he", "her", "here", "him", "home", "how", "if", "it", "life", "love", "me", "now", "one", "she", "that", "them"}
    | {"they", "this", "time", "us", "war", "we", "what", "when", "who", "why", "you"}
)  # everyday words: a title that is one of them counts only in quotation marks or emphasis


_Name = tuple[tuple[Slug, ...], bool]
"""The books with a name, and whether it counts only where the text marks it as a title."""

_Lengths = Mapping[str, Mapping[int, None]]


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


def find_book(typed: str, books: Mapping[Slug, Book], *, whole: bool = False) -> Book:
    """Return the book with a name, or the only one whose name begins so; `whole` names alone count where a title may be
    that of a book which is not there. Raises UnknownBook if there is none, or more than one.
    """
    if typed.strip() in books:
        return books[typed.strip()]
    key = _key(typed)
    answering = [book for book in books.values() if key and any(_key(name) == key for name in book.names)]
    if not answering and not whole and len(key) >= BEGUN:
        answering = [book for book in books.values() if any(_key(name).startswith(key) for name in book.names)]
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
    names, lengths = _index(tuple((slug, book.names) for slug, book in books.items()))
    words = list(_words(text[:MAX_TEXT]))
    at = 0
    while at < len(words):
        first, step = words[at], 1
        for length in lengths.get(first.folded) or lengths.get(first.bare) or ():
            run = words[at : at + length]
            said = tuple(word.folded for word in run)
            slugs, only_marked = names.get(said) or names.get((*said[:-1], run[-1].bare)) or ((), False)
            if slugs and (not only_marked or _marked(text, first.start, run[-1].end)):
                yield slugs, first.start, run[-1].end
                step = length
                break
        at += step


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: folded, without its possessive s, and its position."""

    folded: str
    bare: str
    start: int
    end: int


def fold_letters(text: str) -> str:
    """Return a text without accents, apostrophes and case."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _words(text: str) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        word = "and" if found[0] == "&" else found[0]
        yield _Word(fold_letters(word), fold_letters(_POSSESSIVE.sub("", word)), found.start(), found.end())


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
def _index(named: tuple[tuple[Slug, tuple[str, ...]], ...]) -> tuple[Mapping[tuple[str, ...], _Name], _Lengths]:
    """Return names by their words, and the lengths of names by first word, longest first."""
    names: dict[tuple[str, ...], _Name] = {}
    for slug, its_names in named:
        for name in filter(None, map(_folded, its_names)):
            short = without_article(name)
            lone = len(short) == 1 and (short != name or short[0] in _ORDINARY)
            for words, only_marked in ((short, lone), (name, name == short and lone)):
                slugs, marked = names.get(words, ((), True))
                names[words] = (tuple(dict.fromkeys((*slugs, slug))), marked and only_marked)
    lengths: dict[str, dict[int, None]] = {}
    for words in sorted(names, key=len, reverse=True):
        lengths.setdefault(words[0], {})[len(words)] = None
    return names, lengths


def _marked(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start], text[end : end + 2]
    return all(any(sign in _QUOTES for sign in side) for side in around)


def _nearest(typed: str, books: Mapping[Slug, Book]) -> list[Book]:
    """Return the books with all the words that were typed, then those whose names are most similar, best first."""
    words = without_article(_folded(typed))
    slugs = {" ".join(without_article(_folded(name))): slug for slug, book in books.items() for name in book.names}
    having = [slug for name, slug in slugs.items() if words and set(words) <= set(name.split())]
    similar = [slugs[name] for name in get_close_matches(" ".join(words), slugs, n=3, cutoff=NEAR)]
    return [books[slug] for slug in dict.fromkeys([*having, *similar])]
