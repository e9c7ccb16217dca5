"""Finding out which book a page is about."""

import re
from collections.abc import Mapping, Sequence

from corpus.books import Book, Slug, Unit
from corpus.errors import ImportRefused
from corpus.importing.draft import ImportContext
from corpus.importing.page import SavedPage
from corpus.names import fold_letters, names_in, without_article
from corpus.positions import DIGITS, ROMAN, WORDS

_PLAIN = frozenset({
    "a", "an", "the", "of", "in", "on", "at", "to", "and", "or", "from", "for", "with", "by", "my", "his", "her", "is",
})  # fmt: skip
_PLACE = re.compile(rf"[\s:,–—-]*\b(?:chapters?|parts?)\s+(?:{DIGITS}|(?:{WORDS})|(?:{ROMAN})(?!\w)).*$", re.IGNORECASE)


def words(text: str) -> list[str]:
    """Return the words of a text, without case, accents and apostrophes."""
    return re.findall(r"[^\W_]+", fold_letters(text))


def fold(text: str) -> str:
    """Return the words of `text` with a space on both sides of each, for finding one phrase in another."""
    return f" {' '.join(words(text))} "


def bare_title(title: str) -> str:
    """Return a page's title without additions such as “(George Smiley, #9)” or “by John le Carré”."""
    title = re.sub(r"\s*\([^()]{1,80}\)\s*$", "", title.strip())
    title = re.sub(r"\s+(?:\||[–—-])\s+[^|–—]{1,60}$", "", title)
    title = _PLACE.sub("", title)
    title = re.sub(r"\s+(?:Study Guide|Plot Summary|Summary)\b.{0,60}$", "", title)
    title = re.sub(r"^(?:Summary of|Study Guide:?|Novel:|Book:|(?:An? )?(?:Book )?Review(?: of|:))\s+", "", title)
    return re.sub(r"\s+by\s+[^\d]{3,60}$", "", title).strip(" ,;:–—-")


def same_title(one: str, other: str) -> bool:
    """Return whether two titles name the same book; one may lack the subtitle."""
    first, second = (without_article(tuple(words(title))) for title in (one, other))
    short, long = sorted((first, second), key=len)
    return bool(short) and (short == long or (len(short) > 1 and long[: len(short)] == short))


def is_about(text: str, names: Sequence[str], author: str) -> bool:
    """Return whether a text names the book: its title, or its author and most words of its title."""
    said = words(text)
    phrase, telling = (f" {' '.join(some)} " for some in (said, _telling(said)))
    by_author = not {*words(author)[-1:]}.isdisjoint(said)
    for title in filter(None, (without_article(tuple(words(name))) for name in names)):
        own = _telling(title)
        distinctive = len(own) >= 2 or max(map(len, title)) >= 8  # “Smiley's People”, but not “Emma” or “It”
        if f" {' '.join(title)} " in phrase and (by_author or distinctive):
            return True
        if len(own) > 2 and f" {' '.join(own)} " in telling:
            return True  # a slug may leave the small words of a title out
        long = {word for word in own if len(word) > 2}
        if by_author and len(long.intersection(said)) >= max(2, -(-2 * len(long) // 3)):
            return True
    return False


def named(text: str, books: Mapping[Slug, Book], apart_from: Sequence[str] = ()) -> list[Slug]:
    """Return the books named in a text, except within the names `apart_from`."""
    if apart_from:
        books = {**books, "": Book("", apart_from[0], "", Unit.PERCENT, 100, aliases=tuple(apart_from))}
    return [slug for slug in names_in(text, books) if slug]


def _telling(title: Sequence[str]) -> list[str]:
    return [word for word in title if word not in _PLAIN]


_OF_A_BOOK = re.compile(
    r"\b(?:study guide|(?:plot|book|chapter)? ?summary|synopsis|sparknotes|cliffsnotes|chapters? \d+|analysis|"
    r"discussion (?:questions|guide)|book review|reading guide)\b",
    re.IGNORECASE,
)


def check_subject(page: SavedPage, title: str, setting: ImportContext, *, certain: bool) -> None:
    """Raise ImportRefused if a page with this title is about something else; `certain`: the title can be trusted."""
    book, slug, names = setting.book, setting.slug, setting.names
    others = named(title, setting.others)
    if title and (any(same_title(title, name) for name in names) or (not book and fits_slug(slug, title))):
        return
    of_a_book = page.markup and _OF_A_BOOK.search(page.markup.title) and bare_title(page.markup.title)
    said = f"{page.markup.window}\n{page.text}" if page.markup else page.text
    if not (title and (certain or others or of_a_book)) and is_about(said, names, book.author if book else ""):
        return
    what = f"is about “{title[:100]}”, not about" if title else "does not seem to be about"
    meant = f"“{book.title}”" if book else f"a book called “{slug}”"
    cure = f"Import it with --book {others[0]}" if others else "Check --book"
    file = f"{slug}/book.toml"
    more = f"add the title to the aliases in {file}" if book else f"write {file} with title and author first"
    raise ImportRefused(f"{page.name} {what} {meant}. {cure}, or {more}. If it is about this book, add --unchecked.")


def fits_slug(slug: Slug, title: str) -> bool:
    """Return whether a slug may be made of a title."""
    said = words(title)
    if not re.search("[a-z]", "".join(said)):
        return True  # no slug of small letters can be made of this title
    telling = _telling(slug.split("-")) or slug.split("-")
    return set(telling) <= set(said) or slug.replace("-", "") == "".join(said)
