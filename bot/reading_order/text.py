"""The reading order in words: sentences about single books and rules, and the whole advice as text."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bot.reading_order.advice import Advice, MovableBook, Need, OrderKind, OrderStep, ReadingOrder, ReadingState, Scope
from bot.reading_order.graph import OrderRule, Precedence
from corpus.books import Book, Requirement, Slug
from corpus.text import capitalised

NAMED = 3
"""Titles in a sentence before the rest is counted."""

_SMALL_WORDS = {"a", "an", "and", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}

LIMIT = 1_800
"""Characters. Discord: 2,000 in a message, and some are needed around the order."""

SHOWN_CHOICES = 2
LONGEST_TITLE = 80
LONGEST_REASON = 160
SHORTEST_LINE = 6

SIGNS = {ReadingState.READ: "✓ ", ReadingState.READING: "▶ ", ReadingState.NEXT: "", ReadingState.LATER: ""}
KIND_NAMES = {
    OrderKind.RECOMMENDED: "Recommended",
    OrderKind.PUBLICATION: "Publication order",
    OrderKind.STORY: "Story time",
}


def one_line(text: str) -> str:
    """Return the text on one line with single spaces."""
    return " ".join(text.split())


def listed(names: Iterable[str]) -> str:
    """Return a list of names: "A, B and C"; of many, the rest is counted."""
    names = list(names)
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def title_of(slug: Slug, books: Mapping[Slug, Book]) -> str:
    """Return a book's title on one line, or one made from its slug if it is not in the library."""
    if slug in books:
        return one_line(books[slug].title)
    words = slug.replace("-", " ").replace("_", " ").split()
    return " ".join(w if n and w in _SMALL_WORDS else w[:1].upper() + w[1:] for n, w in enumerate(words)) or slug


def _titles(slugs: Iterable[Slug], books: Mapping[Slug, Book]) -> str:
    return listed(title_of(slug, books) for slug in slugs)


def needs(
    book: Book, books: Mapping[Slug, Book], refused: Collection[tuple[Slug, Slug]], positions: Mapping[Slug, int]
) -> tuple[Need, ...]:
    """Return the books to read first, firm ones first, with the reasons that `positions` allow.

    Contradictory pairs (before, after) in `refused` are left out.
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
    """Say that a book requires no other, and which books require it; empty if it requires one."""
    if books[slug].requires:
        return ""
    title = title_of(slug, books)
    followers = [book for book in books.values() if any(need.book == slug for need in book.requires)]
    if not followers:
        return f"{title} stands alone: you don’t need any other book for it."
    followers.sort(key=lambda book: (book.year or 9999, book.title))
    return f"{title} needs no other book first; it comes before {listed(one_line(b.title) for b in followers)}."


def agreement(kinds: Sequence[OrderKind]) -> str:
    """Say which kinds of order are the same."""
    if len(kinds) == 1:
        return ""
    names = listed(KIND_NAMES[kind].lower() for kind in kinds if kind is not OrderKind.RECOMMENDED)
    if kinds[0] is not OrderKind.RECOMMENDED:
        return f"{capitalised(names)} agree."
    return f"{capitalised(names)} {'is the same' if len(kinds) == 2 else 'are the same'}."


def unknown(kind: OrderKind, slugs: Sequence[Slug], books: Mapping[Slug, Book]) -> str:
    """Say which books come last because their year or story time is unknown."""
    what = "Story time" if kind is OrderKind.STORY else "Year"
    return f"{what} not known, so last: {_titles(slugs, books)}." if slugs else ""


def against(wrong: Iterable[OrderRule], books: Mapping[Slug, Book]) -> str:
    """Say where an order breaks rules; empty if it breaks none."""
    pairs = listed(f"{title_of(rule.after, books)} before {title_of(rule.before, books)}" for rule in wrong)
    return f"It puts {pairs}, which read better the other way round." if pairs else ""


def read_ahead(unread: Sequence[Slug], read: Sequence[Slug], rules: Precedence, books: Mapping[Slug, Book]) -> str:
    """Say gently that a book was read before one that usually comes first; empty if none was."""
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
    """Say that a book was started before one that should come first; empty if none was."""
    for slug in begun:
        if missed := [other for other in unread if other in firm.before(slug)]:
            turn = "that one" if len(missed) == 1 else "those"
            return (
                f"You have begun {title_of(slug, books)}, which is best read after {_titles(missed, books)}. "
                f"Finish it, or read {turn} first, as you like."
            )
    return ""


def circles(broken: Sequence[OrderRule], books: Mapping[Slug, Book]) -> Iterator[str]:
    """Say which firm rules contradict each other, and how that was resolved."""
    for rule in broken[:NAMED]:
        before, after = title_of(rule.before, books), title_of(rule.after, books)
        if rule.before == rule.after:
            yield f"The library says to read {after} before itself, so I ignore that."
        else:
            yield (
                f"The library’s advice contradicts itself: it puts {before} before {after}, and the other way round. "
                f"Here {after} comes first."
            )
    if len(broken) > NAMED:
        yield f"{len(broken) - NAMED} more pieces of advice contradict each other, so I ignore them."


class _For(IntEnum):
    """For which books a detail is given: none, those that matter now, all unread ones, or all."""

    NONE = 0
    NOW = 1
    AHEAD = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much detail a text gives: requirements, reasons, repeated titles, and the number of books."""

    needs: _For = _For.NONE
    reasons: _For = _For.NONE
    titles: bool = False
    books: int = 10_000


_NEEDS = (
    (_For.ALL, _For.ALL),
    (_For.AHEAD, _For.AHEAD),
    (_For.AHEAD, _For.NOW),
    (_For.AHEAD, _For.NONE),
    (_For.NOW, _For.NONE),
    (_For.NONE, _For.NONE),
)
_DETAILS = (
    *(_Detail(*needs, titles=titles) for needs in _NEEDS for titles in (True, False)),
    *(_Detail(books=count) for count in (40, 30, 20, 15, 10, 5)),
)


def order_text(advice: Advice, limit: int = LIMIT) -> str:
    """Return the advice as text of at most `limit` characters, with as much detail as fits."""
    books = len(advice.recommended.steps)
    details = [detail for detail in _DETAILS if min(books, detail.books) * SHORTEST_LINE <= limit] or _DETAILS[-1:]
    texts = (_text(advice, detail) for detail in details)
    found = next((text for text in texts if len(text) <= limit), None)
    return found if found is not None else clipped(_text(advice, _DETAILS[-1]), limit)


def kind_text(kind: OrderKind, advice: Advice, limit: int = LIMIT) -> str:
    """Return a single order as text of at most `limit` characters."""
    order = next((o for o in advice.orders if kind in (o.kind, *o.also)), advice.recommended)
    same = "the recommended order" if order is advice.recommended else KIND_NAMES[order.kind].lower()
    note = order.note if order.kind is kind else f"It is the same as {same}."
    alone = replace(advice, orders=(order,))
    heading = f"{clipped(advice.name, LONGEST_TITLE) or 'All books'}, {KIND_NAMES[kind].lower()}:"
    text = ""
    for count in (len(order.steps), *(detail.books for detail in _DETAILS if detail.books < len(order.steps))):
        text = "\n\n".join(filter(None, (heading, "\n".join(_listing(alone, _Detail(books=count))), note)))
        if len(text) <= limit:
            return text
    return clipped(text, limit)


def clipped(text: str, length: int) -> str:
    """Return the text, shortened at a word to `length` characters with …."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[length // 2 :] else head}…"


def _text(advice: Advice, detail: _Detail) -> str:
    steps = advice.recommended.steps
    if not steps:
        return "\n".join(advice.notes)
    parts = [
        _heading(advice),
        "\n".join(_listing(advice, detail)),
        "\n".join(filter(None, (_other(order, advice, detail) for order in advice.orders))),
        _open(advice),
        "\n".join(advice.notes),
    ]
    return "\n\n".join(filter(None, parts))


def _heading(advice: Advice) -> str:
    name = clipped(advice.name, LONGEST_TITLE)
    if advice.scope is Scope.BOOK:
        return f"On the way to {name}, recommended for you:" if len(advice.recommended.steps) > 1 else ""
    return f"{name or 'All books'}, recommended for you:"


def _listing(advice: Advice, detail: _Detail) -> list[str]:
    steps, lines, series = advice.recommended.steps, [], ""
    first, last = shown(steps, detail.books)
    begun = advice.begun
    if first:
        lines.append(f"… {first} before these")
    for number, step in enumerate(steps[first:last], first + 1):
        if advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
            lines += [""] * bool(lines) + [clipped(name, LONGEST_TITLE)]
            series = name
        lines.append(f"{number}. {_titled(step, begun)}")
        lines += (f"   {line}" for line in _needs(step, _matters(step, advice), detail))
    if last < len(steps):
        lines.append(f"… and {len(steps) - last} more")
    return lines


def shown(steps: Sequence[OrderStep], most: int) -> tuple[int, int]:
    """Return the range of steps to show if there is room for `most`: those around the next book."""
    if len(steps) <= most:
        return 0, len(steps)
    now = next((n for n, step in enumerate(steps) if step.state in (ReadingState.READING, ReadingState.NEXT)), 0)
    first = max(0, min(now - 1, len(steps) - most))
    return first, first + most


def state_words(step: OrderStep, begun: bool) -> str:
    """Return the reader's state with a book in words; `begun` if another book is to be finished first."""
    return {
        ReadingState.READ: "read",
        ReadingState.READING: "you are reading it",
        ReadingState.NEXT: "after that" if begun else "next",
        ReadingState.LATER: "" if step.in_library else "not in the library",
    }[step.state]


def _titled(step: OrderStep, begun: bool) -> str:
    year = f" ({step.year})" if step.year is not None else ""
    told = (
        state_words(step, begun) if step.state is not ReadingState.READ else "",
        "optional" if step.optional and step.state is not ReadingState.READ else "",
        "stands alone" if step.stands_alone else "",
    )
    words = ", ".join(filter(None, told))
    return f"{SIGNS[step.state]}{clipped(step.title, LONGEST_TITLE)}{year}" + (f" – {words}" if words else "")


def _matters(step: OrderStep, advice: Advice) -> _For:
    asked = advice.scope is Scope.BOOK and step is advice.recommended.steps[-1]
    if asked or step.state in (ReadingState.READING, ReadingState.NEXT):
        return _For.NOW
    return _For.ALL if step.state is ReadingState.READ else _For.AHEAD


def _needs(step: OrderStep, matters: _For, detail: _Detail) -> Iterator[str]:
    if matters > detail.needs:
        return
    neutral: dict[bool, list[str]] = {True: [], False: []}
    for need in step.needs:
        if need.reason and matters <= detail.reasons:
            yield clipped(str(need), LONGEST_REASON + LONGEST_TITLE)
        else:
            neutral[need.firm].append(clipped(need.title, LONGEST_TITLE))
    yield from (str(Need(listed(titles), firm)) for firm, titles in neutral.items() if titles)


def _other(order: ReadingOrder, advice: Advice, detail: _Detail) -> str:
    """Describe another order by titles, or by numbers in the list above."""
    if order is advice.recommended:
        return order.note
    names = listed(KIND_NAMES[kind].lower() for kind in (order.kind, *order.also))
    steps = [step for step in order.steps if step.book not in order.unplaced]
    if detail.titles:
        told = " → ".join(clipped(step.title, LONGEST_TITLE) for step in steps)
    elif len(order.steps) <= detail.books:
        number = {book: n for n, book in enumerate(advice.recommended.books, 1)}
        told = ", ".join(_runs([number[step.book] for step in steps]))
    else:
        told = "another order"
    return f"{capitalised(names)}: {told}. {order.note}".strip()


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    """Yield numbers as ranges: 3, 1–2, 4–9."""
    start = 0
    for n, number in enumerate(numbers):
        if n + 1 == len(numbers) or numbers[n + 1] != number + 1:
            yield str(number) if n == start else f"{numbers[start]}–{number}"
            start = n + 1


def _open(advice: Advice) -> str:
    """Say which of the unread books can be moved, and how many orders that allows."""
    waiting = [
        s for s in advice.recommended.steps if s.in_library and s.state in (ReadingState.NEXT, ReadingState.LATER)
    ]
    if advice.scope is Scope.LIBRARY or len(waiting) < 2 or not advice.choices:
        return ""
    if len(advice.choices) == len(waiting) and not any(c.after or c.before for c in advice.choices):
        return "None of these needs another: read them in any order."
    free = listed(clipped(c.title, LONGEST_TITLE) for c in advice.choices if not (c.after or c.before))
    moves = [_move(choice) for choice in advice.choices if choice.after or choice.before][:SHOWN_CHOICES]
    if free:
        moves[:0] = [f"{free} can come anywhere"]
    number = "Very many" if advice.open_orders is None else f"{advice.open_orders:,}"
    return f"Other orders work too: {'; '.join(moves)}. {number} orders keep what is best read first."


def _move(choice: MovableBook) -> str:
    title, after, before = (clipped(t, LONGEST_TITLE) for t in (choice.title, choice.after, choice.before))
    if after and before:
        return f"{title} can come anywhere between {after} and {before}"
    return f"{title} any time {'after' if after else 'before'} {after or before}"
