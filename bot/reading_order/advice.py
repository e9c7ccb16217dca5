"""Advice on the order in which to read: requirements first, then publication; personal by what has been read."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from bot.reading_order import graph
from corpus.books import Book, Slug


class OrderKind(StrEnum):
    """What an order is based on."""

    RECOMMENDED = "recommended"
    PUBLICATION = "publication"
    STORY = "story"


class Scope(StrEnum):
    """What was asked about."""

    BOOK = "book"
    SERIES = "series"
    LIBRARY = "library"


class ReadingState(StrEnum):
    """How far the reader is with a book."""

    READ = "read"
    READING = "reading"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Need:
    """A book to read before another: always (`firm`) or preferably; `reason` is empty if it would be a spoiler."""

    title: str
    firm: bool
    reason: str = ""

    def __str__(self) -> str:
        neutral = f"{'best read' if self.firm else 'richer'} after {self.title}"
        return f"{neutral}: {self.reason}" if self.reason else neutral


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A book in an order; `optional` if what was asked about does not depend on it."""

    book: Slug
    title: str
    state: ReadingState
    needs: tuple[Need, ...] = ()
    stands_alone: bool = False
    optional: bool = False
    in_library: bool = True
    year: int | None = None
    series: str = ""


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """The books in one order."""

    kind: OrderKind
    steps: tuple[OrderStep, ...]

    @property
    def books(self) -> tuple[Slug, ...]:
        """The books in this order."""
        return tuple(step.book for step in self.steps)


@dataclass(frozen=True, slots=True)
class Advice:
    """The orders that are known, the recommended one first, and the rules that it keeps."""

    scope: Scope
    name: str
    orders: tuple[ReadingOrder, ...]
    rules: tuple[graph.OrderRule, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def recommended(self) -> ReadingOrder:
        """The recommended order."""
        return self.orders[0]

    @property
    def begun(self) -> bool:
        """Whether the reader has started one of the books but not finished it."""
        return any(step.state is ReadingState.READING for step in self.recommended.steps)


NAMED = 3  # titles in a sentence before the rest is counted

_SMALL_WORDS = {"a", "an", "and", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}

LIMIT = 1_800  # characters. Discord: 2,000 in a message, and some are needed around the order.

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
    firm = {need.book for need in book.requires if need.need == "first"}
    found: list[Need] = []
    for need in sorted(book.requires, key=lambda need: need.need != "first"):
        if need.book not in (book.slug, *refused) and (need.need == "first" or need.book not in firm):
            absent = "" if need.book in books else " (not in the library)"
            reason = need.reason if need.reveals.within(positions) else ""
            found.append(Need(title_of(need.book, books) + absent, need.need == "first", reason))
    return tuple(dict.fromkeys(found))


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


def clipped(text: str, length: int) -> str:
    """Return the text, shortened at a word to `length` characters with …."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[length // 2 :] else head}…"


def reading_orders(
    books: Mapping[Slug, Book], positions: Mapping[Slug, int], *, book: Slug | None = None, series: str | None = None
) -> Advice:
    """Return in which order to read what leads to `book`, or a series, or (neither given) the whole library.

    `books` are all books of the library and `positions` those of the reader or the place. A book that is not in
    the library, or an unknown series, gets an advice without steps that says so.
    """
    if book is not None:
        scope, name, nothing = Scope.BOOK, title_of(book, books), "{} is not in the library."
        members = graph.leading_to(book, books) if book in books else set()
    elif series is not None:
        scope, nothing = Scope.SERIES, "No series of the library is called {}."
        name, members = graph.in_series(series, books)
    else:
        scope, name, members, nothing = Scope.LIBRARY, "", set(books), "The library is empty."
    if not members:
        return Advice(scope, name, (ReadingOrder(OrderKind.RECOMMENDED, ()),), notes=(nothing.format(name),))
    plain = graph.placed(members, books, graph.by_publication)
    kept, broken = graph.keep(plain, graph.rules_among(members, books))
    return _Planner(books, positions, scope, plain, kept, broken, book).advice(name)


@dataclass(frozen=True)
class _Planner:
    """One question: the books that it is about in publication order, and the rules that hold and that do not."""

    books: Mapping[Slug, Book]
    positions: Mapping[Slug, int]
    scope: Scope
    plain: Sequence[Slug]
    kept: tuple[graph.OrderRule, ...]
    broken: tuple[graph.OrderRule, ...]
    target: Slug | None

    def advice(self, name: str) -> Advice:
        """Return the orders that are known."""
        known = [kind for kind in OrderKind if kind is not OrderKind.STORY or self._story_is_known]
        orders = tuple(self._order(kind) for kind in known)
        notes = tuple(filter(None, self._notes(orders[0].steps)))
        return Advice(self.scope, name, orders, self.kept, notes)

    @cached_property
    def _shelf(self) -> list[Book]:
        """The books asked about that are in the library."""
        return [self.books[slug] for slug in self.plain if slug in self.books]

    @cached_property
    def _story_is_known(self) -> bool:
        """Whether enough story times are known to make an order of them."""
        return sum(book.story_time is not None for book in self._shelf) >= min(2, len(self._shelf))

    @cached_property
    def _asked_for(self) -> set[Slug]:
        """The books that any book of the library asks for."""
        return {need.book for book in self.books.values() for need in book.requires}

    @cached_property
    def _required(self) -> set[Slug]:
        """The book that was asked about, and those that must be read before it; without one, all."""
        firm = ((rule.after, rule.before) for rule in self.kept if rule.firm)
        return {self.target} | graph.reached(self.target, firm) if self.target else set(self.plain)

    def _arranged(self, kind: OrderKind) -> list[Slug]:
        base = graph.placed(self.plain, self.books, graph.by_story) if kind is OrderKind.STORY else self.plain
        rules = self.kept if kind is OrderKind.RECOMMENDED else ()
        series = graph.grouped(base, self.books) if self.scope is Scope.LIBRARY else dict.fromkeys(base, 0)
        key = {slug: (series[slug], n) for n, slug in enumerate(base)}
        return graph.arrange(base, rules, key.__getitem__)

    def _order(self, kind: OrderKind) -> ReadingOrder:
        order = self._arranged(kind)
        coming = next((slug for slug in order if slug in self.books and self._state(slug) is ReadingState.LATER), None)
        steps = tuple(self._step(slug, ReadingState.NEXT if slug == coming else self._state(slug)) for slug in order)
        return ReadingOrder(kind, steps)

    def _state(self, slug: Slug) -> ReadingState:
        marks = self.positions.get(slug, 0)
        if slug not in self.books or marks <= 0:
            return ReadingState.LATER
        return ReadingState.READ if marks >= self.books[slug].marks else ReadingState.READING

    def _step(self, slug: Slug, state: ReadingState) -> OrderStep:
        title = title_of(slug, self.books)
        optional = slug not in self._required
        if slug not in self.books:
            return OrderStep(slug, title, state, optional=optional, in_library=False)
        book, held = self.books[slug], {rule.before for rule in self.kept if rule.after == slug}
        told = needs(book, self.books, self.positions, set(self.plain) - held)
        alone = len(self.plain) > 1 and not book.requires and slug not in self._asked_for
        return OrderStep(slug, title, state, told, alone, optional, True, book.year, book.series)

    def _notes(self, steps: Sequence[OrderStep]) -> Iterator[str]:
        if self.target:
            yield standing(self.target, self.books)
        left = {step.book: step.state for step in steps if step.in_library and step.state is not ReadingState.READ}
        if not left and len(self._shelf) > 1:
            yield "You have read all of these."
        unread = {book for book, state in left.items() if state is not ReadingState.READING}
        tied = any(rule.before in unread and rule.after in unread for rule in self.kept)
        if self.scope is not Scope.LIBRARY and len(unread) > 1 and not tied:
            yield "None of these needs another: read them in any order."
        ignored = (f"{title_of(r.before, self.books)} before {title_of(r.after, self.books)}" for r in self.broken)
        if pairs := listed(ignored):
            yield f"The library’s advice contradicts itself, so I ignore that it puts {pairs}."


def order_text(advice: Advice, limit: int = LIMIT) -> str:
    """Return the advice as text of at most `limit` characters, with as much detail as fits."""
    notes, on_the_way = "\n".join(advice.notes), "On the way to " if advice.scope is Scope.BOOK else ""
    heading = f"{on_the_way}{advice.name or 'All books'}, recommended for you:"
    if len(advice.recommended.steps) < 1 + bool(on_the_way):
        heading = ""

    def text(detail: int, most: int) -> str:
        others = "\n".join(_other(order, advice, detail) for order in advice.orders[1:]) if heading else ""
        return "\n\n".join(filter(None, (heading, _listing(advice, detail, most), others, notes)))

    levels = [*((detail, MOST_BOOKS[0]) for detail in range(TITLES)), *((TITLES, most) for most in MOST_BOOKS)]
    return _fitting((text(*level) for level in levels), limit)


def kind_text(kind: OrderKind, advice: Advice, limit: int = LIMIT) -> str:
    """Return a single order as text of at most `limit` characters."""
    order = next((o for o in advice.orders if o.kind is kind), advice.recommended)
    same = "It is the same as the recommended order." if order.books == advice.recommended.books else ""
    heading, alone = f"{advice.name or 'All books'}, {KIND_NAMES[kind].lower()}:", replace(advice, orders=(order,))
    texts = ("\n\n".join(filter(None, (heading, _listing(alone, TITLES, most), same))) for most in MOST_BOOKS)
    return _fitting(texts, limit)


def _fitting(texts: Iterable[str], limit: int) -> str:
    """Return the first text that fits, or else as much of the last as does."""
    text = ""
    for text in texts:
        if len(text) <= limit:
            break
    return clipped(text, limit)


def _listing(advice: Advice, detail: int, most: int) -> str:
    steps, series = advice.recommended.steps, ""
    first, last = shown(steps, most)
    lines = [f"… {first} before these"] if first else []
    for number, step in enumerate(steps[first:last], first + 1):
        if advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
            lines += [""] * bool(lines) + [clipped(name, LONGEST_TITLE)]
            series = name
        year = f" ({step.year})" if step.year is not None else ""
        words = ", ".join(word for word in said_of(step, advice.begun) if word != "read")
        lines.append(f"{number}. {SIGNS[step.state]}{step.title}{year}{f' – {words}' if words else ''}")
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
    told = "another order" if detail == TITLES else " → ".join(step.title for step in order.steps)
    told = "the same" if order.books == advice.recommended.books else told
    return f"{KIND_NAMES[order.kind]}: {told}."
