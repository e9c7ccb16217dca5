"""The rules of the reading order: requirements first, then publication; personal by what has been read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.reading_order import graph
from bot.reading_order.advice import Advice, OrderKind, OrderStep, ReadingOrder, ReadingState, Scope
from bot.reading_order.text import KIND_NAMES, listed, needs, standing, title_of
from corpus.books import Book, Slug
from corpus.text import capitalised


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
        """Return the orders that differ; kinds that come to the same order are one."""
        found: dict[tuple[Slug, ...], list[OrderKind]] = {}
        for kind in OrderKind:
            if kind is not OrderKind.STORY or self._story_is_known:
                found.setdefault(tuple(self._arranged(kind)), []).append(kind)
        orders = tuple(self._order(order, kinds) for order, kinds in found.items())
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
        series = graph.grouped(base, rules, self.books) if self.scope is Scope.LIBRARY else dict.fromkeys(base, 0)
        key = {slug: (series[slug], n) for n, slug in enumerate(base)}
        return graph.arrange(base, rules, key.__getitem__)

    def _order(self, order: Sequence[Slug], kinds: Sequence[OrderKind]) -> ReadingOrder:
        coming = next((slug for slug in order if slug in self.books and self._state(slug) is ReadingState.LATER), None)
        steps = tuple(self._step(slug, ReadingState.NEXT if slug == coming else self._state(slug)) for slug in order)
        notes = self._order_notes(order, kinds) if len(order) > 1 else ()
        return ReadingOrder(kinds[0], steps, tuple(kinds[1:]), " ".join(filter(None, notes)))

    def _order_notes(self, order: Sequence[Slug], kinds: Sequence[OrderKind]) -> Iterator[str]:
        """Say which kinds of order are the same, where they break rules, and which books have no date for them."""
        names = listed(KIND_NAMES[kind].lower() for kind in kinds if kind is not OrderKind.RECOMMENDED)
        if len(kinds) > 1:
            same = "is the same" if len(kinds) == 2 else "are the same"
            yield f"{capitalised(names)} {same if OrderKind.RECOMMENDED in kinds else 'agree'}."
        rank = {slug: n for n, slug in enumerate(order)}
        wrong = [rule for rule in self.kept if rule.firm and rank[rule.before] > rank[rule.after]]
        if pairs := self._pairs((rule.after, rule.before) for rule in wrong):
            yield f"It puts {pairs}, which read better the other way round."
        for kind, what, undated in (
            (OrderKind.PUBLICATION, "Year", [book for book in self._shelf if book.year is None]),
            (OrderKind.STORY, "Story time", [book for book in self._shelf if book.story_time is None]),
        ):
            if kind in kinds and undated:
                yield f"{what} not known, so last: {listed(book.title for book in undated)}."

    def _pairs(self, pairs: Iterable[tuple[Slug, Slug]]) -> str:
        return listed(f"{title_of(one, self.books)} before {title_of(other, self.books)}" for one, other in pairs)

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
        if pairs := self._pairs((rule.before, rule.after) for rule in self.broken):
            yield f"The library’s advice contradicts itself, so I ignore that it puts {pairs}."
