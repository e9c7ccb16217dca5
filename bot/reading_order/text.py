"""The reading order in words: sentences about single books, and the whole advice as text."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.reading_order.advice import Advice, Need, OrderKind, OrderStep, ReadingOrder, ReadingState, Scope
from corpus.books import Book, Slug
from corpus.text import capitalised

NAMED = 3
"""Titles in a sentence before the rest is counted."""

_SMALL_WORDS = {"a", "an", "and", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}

LIMIT = 1_800
"""Characters. Discord: 2,000 in a message, and some are needed around the order."""

LONGEST_TITLE = 80
LONGEST_NEED = 240

ALL_REASONS, REASONS_NOW, NEEDS, TITLES = range(4)
"""How much a text says of each book: why others come first, why before the next book, which, or nothing."""

MOST_BOOKS = (10_000, 40, 30, 20, 15, 10, 5)

SIGNS = {ReadingState.READ: "✓ ", ReadingState.READING: "▶ ", ReadingState.NEXT: "", ReadingState.LATER: ""}
KIND_NAMES = {
    OrderKind.RECOMMENDED: "Recommended",
    OrderKind.PUBLICATION: "Publication order",
    OrderKind.STORY: "Story time",
}


def listed(names: Iterable[str]) -> str:
    """Return a list of names: "A, B and C"; of many, the rest is counted."""
    names = list(names)
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def title_of(slug: Slug, books: Mapping[Slug, Book]) -> str:
    """Return a book's title, or one made from its slug if it is not in the library."""
    if slug in books:
        return clipped(books[slug].title, LONGEST_TITLE)
    words = slug.replace("-", " ").replace("_", " ").split()
    return " ".join(w if n and w in _SMALL_WORDS else w[:1].upper() + w[1:] for n, w in enumerate(words)) or slug


def needs(
    book: Book, books: Mapping[Slug, Book], positions: Mapping[Slug, int], refused: Collection[Slug] = ()
) -> tuple[Need, ...]:
    """Return the books to read first, firm ones first, with the reasons that `positions` allow; not those `refused`."""
    found: dict[Slug, list[Need]] = {}
    for need in sorted(book.requires, key=lambda need: need.need != "first"):
        firm, absent = need.need == "first", "" if need.book in books else " (not in the library)"
        told = found.setdefault(need.book, [])
        if need.book not in (book.slug, *refused) and (firm or not any(other.firm for other in told)):
            reason = need.reason if need.reveals.within(positions) else ""
            told.append(Need(title_of(need.book, books) + absent, firm, reason))
    return tuple(dict.fromkeys(need for told in found.values() for need in told))


def standing(slug: Slug, books: Mapping[Slug, Book]) -> str:
    """Say that a book requires no other, and which books require it; empty if it requires one."""
    if books[slug].requires:
        return ""
    title = title_of(slug, books)
    followers = [book for book in books.values() if any(need.book == slug for need in book.requires)]
    if not followers:
        return f"{title} stands alone: you don’t need any other book for it."
    followers.sort(key=lambda book: (book.year or 9999, book.title))
    return f"{title} needs no other book first; it comes before {listed(book.title for book in followers)}."


def order_text(advice: Advice, limit: int = LIMIT) -> str:
    """Return the advice as text of at most `limit` characters, with as much detail as fits."""
    notes = "\n".join(advice.notes)
    if not advice.recommended.steps:
        return notes

    def text(detail: int, most: int) -> str:
        others = "\n".join(filter(None, (_other(order, advice, detail) for order in advice.orders)))
        return "\n\n".join(filter(None, (_heading(advice), _listing(advice, detail, most), others, notes)))

    levels = [*((detail, MOST_BOOKS[0]) for detail in range(TITLES)), *((TITLES, most) for most in MOST_BOOKS)]
    return _fitting((text(*level) for level in levels), limit)


def kind_text(kind: OrderKind, advice: Advice, limit: int = LIMIT) -> str:
    """Return a single order as text of at most `limit` characters."""
    order = next((o for o in advice.orders if kind in (o.kind, *o.also)), advice.recommended)
    same = "the recommended order" if order is advice.recommended else KIND_NAMES[order.kind].lower()
    note = order.note if order.kind is kind else f"It is the same as {same}."
    alone = replace(advice, orders=(order,))
    heading = f"{advice.name or 'All books'}, {KIND_NAMES[kind].lower()}:"
    texts = ("\n\n".join(filter(None, (heading, _listing(alone, TITLES, most), note))) for most in MOST_BOOKS)
    return _fitting(texts, limit)


def _fitting(texts: Iterable[str], limit: int) -> str:
    """Return the first text that fits, or else as much of the last as does."""
    text = ""
    for text in texts:
        if len(text) <= limit:
            break
    return clipped(text, limit)


def clipped(text: str, length: int) -> str:
    """Return the text, shortened at a word to `length` characters with …."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[length // 2 :] else head}…"


def _heading(advice: Advice) -> str:
    if advice.scope is Scope.BOOK:
        return f"On the way to {advice.name}, recommended for you:" if len(advice.recommended.steps) > 1 else ""
    return f"{advice.name or 'All books'}, recommended for you:"


def _listing(advice: Advice, detail: int, most: int) -> str:
    steps, series = advice.recommended.steps, ""
    first, last = shown(steps, most)
    lines = [f"… {first} before these"] if first else []
    for number, step in enumerate(steps[first:last], first + 1):
        if advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
            lines += [""] * bool(lines) + [clipped(name, LONGEST_TITLE)]
            series = name
        lines.append(f"{number}. {_titled(step, advice.begun)}")
        asked = advice.scope is Scope.BOOK and step is steps[-1]
        now = asked or step.state in (ReadingState.READING, ReadingState.NEXT)
        lines += (f"   {line}" for line in _needs(step, detail, now=now))
    if last < len(steps):
        lines.append(f"… and {len(steps) - last} more")
    return "\n".join(lines)


def shown(steps: Sequence[OrderStep], most: int) -> tuple[int, int]:
    """Return the range of steps to show if there is room for `most`: those around the next book."""
    if len(steps) <= most:
        return 0, len(steps)
    now = next((n for n, step in enumerate(steps) if step.state in (ReadingState.READING, ReadingState.NEXT)), 0)
    first = max(0, min(now - 1, len(steps) - most))
    return first, first + most


def said_of(step: OrderStep, begun: bool) -> list[str]:
    """Return what is said of a book beside its title; `begun` if another book is to be finished first."""
    state = {
        ReadingState.READ: "read",
        ReadingState.READING: "you are reading it",
        ReadingState.NEXT: "after that" if begun else "next",
        ReadingState.LATER: "" if step.in_library else "not in the library",
    }[step.state]
    optional = "optional" if step.optional and step.state is not ReadingState.READ else ""
    return list(filter(None, (state, optional, "stands alone" if step.stands_alone else "")))


def _titled(step: OrderStep, begun: bool) -> str:
    year = f" ({step.year})" if step.year is not None else ""
    words = ", ".join(word for word in said_of(step, begun) if word != "read")
    return f"{SIGNS[step.state]}{step.title}{year}" + (f" – {words}" if words else "")


def _needs(step: OrderStep, detail: int, *, now: bool) -> Iterator[str]:
    if detail == TITLES or (detail > ALL_REASONS and step.state is ReadingState.READ):
        return
    neutral: dict[bool, list[str]] = {True: [], False: []}
    for need in step.needs:
        if need.reason and (detail == ALL_REASONS or (now and detail == REASONS_NOW)):
            yield clipped(str(need), LONGEST_NEED)
        else:
            neutral[need.firm].append(need.title)
    yield from (str(Need(listed(titles), firm)) for firm, titles in neutral.items() if titles)


def _other(order: ReadingOrder, advice: Advice, detail: int) -> str:
    """Describe another order by its titles, if there is room for them."""
    if order is advice.recommended:
        return order.note
    names = listed(KIND_NAMES[kind].lower() for kind in (order.kind, *order.also))
    told = "another order" if detail == TITLES else " → ".join(step.title for step in order.steps)
    return f"{capitalised(names)}: {told}. {order.note}".strip()
