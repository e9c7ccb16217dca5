"""The sentences of the reading order: titles and rules are for everyone, a reason only for who has read far enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bot.reading_order.advice import Need, OrderKind
from bot.reading_order.graph import Precedence, Rule
from corpus.books import Book, Requirement, Slug
from corpus.text import capitalised

NAMED = 3
"""Titles that a sentence names before it counts the rest."""

_SMALL_WORDS = {"a", "an", "and", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}

_KIND_NAMES = {OrderKind.PUBLICATION: "publication order", OrderKind.STORY: "story time"}


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def listed(names: Iterable[str]) -> str:
    """Return names as people list them: "A, B and C"; where there are many, the rest is counted."""
    names = list(names)
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def title_of(slug: Slug, books: Mapping[Slug, Book]) -> str:
    """Return a book's title on one line; a book that is not in the library gets one made from its slug."""
    if slug in books:
        return one_line(books[slug].title)
    words = slug.replace("-", " ").replace("_", " ").split()
    return " ".join(w if n and w in _SMALL_WORDS else w[:1].upper() + w[1:] for n, w in enumerate(words)) or slug


def _titles(slugs: Iterable[Slug], books: Mapping[Slug, Book]) -> str:
    return listed(title_of(slug, books) for slug in slugs)


def needs(
    book: Book, books: Mapping[Slug, Book], refused: Collection[tuple[Slug, Slug]], positions: Mapping[Slug, int]
) -> tuple[Need, ...]:
    """Return what the book asks for, the firm ones first, each with its reason where `positions` reach that.

    Pairs (before, after) that are `refused` do not hold, and are passed over.
    """
    found = [need for need in book.requires if need.book != book.slug and (need.book, book.slug) not in refused]
    firm = {need.book for need in found if need.need == "first"}
    lines = [
        _need(need, books, positions)
        for need in sorted(found, key=lambda need: need.need != "first")
        if need.need == "first" or need.book not in firm
    ]
    return tuple(dict.fromkeys(lines))


def _need(need: Requirement, books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> Need:
    absent = "" if need.book in books else " (not in the library)"
    reason = one_line(need.reason) if need.reveals.within(positions) else ""
    return Need(title_of(need.book, books) + absent, need.need == "first", reason)


def standing(slug: Slug, books: Mapping[Slug, Book]) -> str:
    """Say that a book asks for none before it, and which books ask for it; empty where it asks for one."""
    if books[slug].requires:
        return ""
    title = title_of(slug, books)
    followers = [book for book in books.values() if any(need.book == slug for need in book.requires)]
    if not followers:
        return f"{title} stands alone: it needs no other book, and no other book needs it."
    followers.sort(key=lambda book: (book.year or 9999, book.title))
    return f"{title} needs no other book first; it comes before {listed(one_line(b.title) for b in followers)}."


def agreement(kinds: Sequence[OrderKind]) -> str:
    """Say which kinds of order come to the same."""
    if len(kinds) == 1:
        return ""
    names = listed(_KIND_NAMES[kind] for kind in kinds if kind in _KIND_NAMES)
    if kinds[0] is not OrderKind.RECOMMENDED:
        return f"{capitalised(names)} agree."
    return f"{capitalised(names)} {'is the same' if len(kinds) == 2 else 'are the same'}."


def unknown(kind: OrderKind, slugs: Sequence[Slug], books: Mapping[Slug, Book]) -> str:
    """Say which books go last because their year or story time is not known."""
    what = "Story time" if kind is OrderKind.STORY else "Year"
    return f"{what} not known, so last: {_titles(slugs, books)}." if slugs else ""


def against(wrong: Iterable[Rule], books: Mapping[Slug, Book]) -> str:
    """Say where an order runs against what should come first; empty where nothing is `wrong`."""
    pairs = listed(f"{title_of(rule.after, books)} before {title_of(rule.before, books)}" for rule in wrong)
    return f"It puts {pairs}, which is better the other way round." if pairs else ""


def read_ahead(unread: Sequence[Slug], read: Sequence[Slug], rules: Precedence, books: Mapping[Slug, Book]) -> str:
    """Say kindly that a book was read before one that usually comes first; empty where none was."""
    early = [slug for slug in unread if not rules.after(slug).isdisjoint(read)]
    done = [slug for slug in read if not rules.before(slug).isdisjoint(early)]
    if not early:
        return ""
    come, are = "comes" if len(done) == 1 else "come", "it is" if len(early) == 1 else "they are"
    return (
        f"You have already read {_titles(done, books)}, which usually {come} after {_titles(early, books)}. "
        f"That does no harm: {are} still worth reading."
    )


def begun_early(begun: Iterable[Slug], unread: Sequence[Slug], firm: Precedence, books: Mapping[Slug, Book]) -> str:
    """Say that a book was begun before one that is best read first; empty where none was."""
    for slug in begun:
        if missed := [other for other in unread if other in firm.before(slug)]:
            turn = "that one" if len(missed) == 1 else "those"
            return (
                f"You have begun {title_of(slug, books)}, which is best read after {_titles(missed, books)}. "
                f"Finish it, or turn to {turn} first, as you like."
            )
    return ""


def circles(broken: Sequence[Rule], books: Mapping[Slug, Book]) -> Iterator[str]:
    """Say which firm rules run in a circle, and how that was settled; where there are many, the rest is counted."""
    for rule in broken[:NAMED]:
        before, after = title_of(rule.before, books), title_of(rule.after, books)
        if rule.before == rule.after:
            yield f"The library asks for {after} before itself; that is left out."
        else:
            yield (
                f"The library's advice runs in a circle: it asks for {before} before {after}, and the other way round. "
                f"Here {after} comes first."
            )
    if len(broken) > NAMED:
        yield f"{len(broken) - NAMED} more requirements run in circles and are left out."
