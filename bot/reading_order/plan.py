"""The rules of the reading order: requirements first, then publication; personal by what has been read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.reading_order import graph
from bot.reading_order import text as say
from bot.reading_order.advice import Advice, MovableBook, OrderKind, OrderStep, ReadingOrder, ReadingState, Scope
from corpus.books import Book, Slug


def reading_orders(
    books: Mapping[Slug, Book], positions: Mapping[Slug, int], *, book: Slug | None = None, series: str | None = None
) -> Advice:
    """Return in which order to read what leads to `book`, or a series, or (neither given) the whole library.

    `books` are all books of the library and `positions` those of the reader or the place. A book that is not in
    the library, or an unknown series, gets an advice without steps that says so.
    """
    if book is not None:
        scope, name = Scope.BOOK, say.title_of(book, books)
        members = graph.leading_to(book, books) if book in books else set()
    elif series is not None:
        name, members = graph.in_series(series, books)
        scope, name = Scope.SERIES, say.one_line(name)
    else:
        scope, name, members = Scope.LIBRARY, "", set(books)
    if not members:
        return Advice(scope, name, (ReadingOrder(OrderKind.RECOMMENDED, ()),), notes=(_NOTHING[scope].format(name),))
    plain = graph.placed(members, books, graph.by_publication)
    kept = graph.keep(plain, graph.rules_among(members, books))
    return _Planner(books, positions, scope, plain, kept, book).advice(name)


_NOTHING = {
    Scope.BOOK: "{} is not in the library.",
    Scope.SERIES: "No series of the library is called {}.",
    Scope.LIBRARY: "The library is empty.",
}


@dataclass(frozen=True)
class _Planner:
    """One question: the books that it is about in publication order, and the rules between them that hold."""

    books: Mapping[Slug, Book]
    positions: Mapping[Slug, int]
    scope: Scope
    plain: Sequence[Slug]
    kept: graph.KeptRules
    target: Slug | None

    def advice(self, name: str) -> Advice:
        orders = self._orders()
        steps = orders[0].steps
        begun = [step.book for step in steps if step.state is ReadingState.READING]
        coming = [step.book for step in steps if step.state is ReadingState.NEXT]
        waiting = [s.book for s in steps if s.in_library and s.state in (ReadingState.NEXT, ReadingState.LATER)]
        return Advice(
            self.scope,
            name,
            orders,
            next=next(iter((*begun, *coming)), None),
            open_orders=graph.count_orders((*begun, *waiting), self.kept.firm),
            choices=() if self.scope is Scope.LIBRARY else self._choices(waiting),
            rules=self.kept.rules,
            notes=tuple(filter(None, self._notes(steps, waiting, begun))),
        )

    def _orders(self) -> tuple[ReadingOrder, ...]:
        """Return the orders that differ; kinds that come to the same order are one."""
        found: dict[tuple[Slug, ...], list[OrderKind]] = {}
        for kind in OrderKind:
            if kind is not OrderKind.STORY or self._story_is_known:
                found.setdefault(tuple(self._arranged(kind)), []).append(kind)
        return tuple(self._order(order, kinds) for order, kinds in found.items())

    def _arranged(self, kind: OrderKind) -> list[Slug]:
        base = graph.placed(self.plain, self.books, graph.by_story) if kind is OrderKind.STORY else self.plain
        rules = self.kept.rules if kind is OrderKind.RECOMMENDED else ()
        series = graph.grouped(base, rules, self.books) if self.scope is Scope.LIBRARY else dict.fromkeys(base, 0)
        return graph.arrange(base, rules, {slug: (series[slug], n) for n, slug in enumerate(base)})

    def _order(self, order: Sequence[Slug], kinds: Sequence[OrderKind]) -> ReadingOrder:
        coming = next((slug for slug in order if slug in self.books and self._state(slug) is ReadingState.LATER), None)
        steps = tuple(self._step(slug, ReadingState.NEXT if slug == coming else self._state(slug)) for slug in order)
        unknown = self._unknown(kinds) if len(order) > 1 else {}
        lost = set.intersection(*unknown.values()) if unknown and kinds[0] is not OrderKind.RECOMMENDED else set()
        wrong = graph.broken_by(order, self.kept.rules)
        notes = (
            say.agreement(kinds) if len(order) > 1 else "",
            say.against([rule for rule in wrong if lost.isdisjoint((rule.before, rule.after))], self.books),
            *(say.unknown(kind, [slug for slug in order if slug in unknown[kind]], self.books) for kind in unknown),
        )
        unplaced = tuple(slug for slug in order if slug in lost)
        return ReadingOrder(kinds[0], steps, tuple(kinds[1:]), " ".join(filter(None, notes)), not wrong, unplaced)

    def _unknown(self, kinds: Sequence[OrderKind]) -> dict[OrderKind, set[Slug]]:
        """Return for each kind the books of which the library does not say what it goes by."""
        unknown = {
            OrderKind.PUBLICATION: {book.slug for book in self._shelf if book.year is None},
            OrderKind.STORY: {book.slug for book in self._shelf if book.story_time is None},
        }
        return {kind: unknown[kind] for kind in kinds if kind in unknown}

    @cached_property
    def _shelf(self) -> list[Book]:
        """The books asked about that are in the library."""
        return [self.books[slug] for slug in self.plain if slug in self.books]

    @cached_property
    def _story_is_known(self) -> bool:
        """Whether enough story times are known to make an order of them."""
        return sum(book.story_time is not None for book in self._shelf) >= min(2, len(self._shelf))

    @cached_property
    def _refused(self) -> set[tuple[Slug, Slug]]:
        """The pairs of books between which a rule is asked for that does not hold here."""
        asked = {(rule.before, rule.after) for rule in graph.rules_among(set(self.plain), self.books)}
        return asked - {(rule.before, rule.after) for rule in self.kept.rules}

    @cached_property
    def _asked_for(self) -> set[Slug]:
        """The books that any book of the library asks for."""
        return {need.book for book in self.books.values() for need in book.requires}

    def _state(self, slug: Slug) -> ReadingState:
        marks = self.positions.get(slug, 0)
        if slug not in self.books or marks <= 0:
            return ReadingState.LATER
        return ReadingState.READ if marks >= self.books[slug].marks else ReadingState.READING

    def _step(self, slug: Slug, state: ReadingState) -> OrderStep:
        title = say.title_of(slug, self.books)
        optional = self.target not in (None, slug) and slug not in self.kept.firm.before(self.target or "")
        if slug not in self.books:
            return OrderStep(slug, title, state, optional=optional, in_library=False)
        book = self.books[slug]
        needs = say.needs(book, self.books, self._refused, self.positions)
        alone = len(self.plain) > 1 and not book.requires and slug not in self._asked_for
        return OrderStep(slug, title, state, needs, alone, optional, True, book.year, say.one_line(book.series))

    def _choices(self, waiting: Sequence[Slug]) -> tuple[MovableBook, ...]:
        """Return which of the books still to begin may be moved, and how far: those that go anywhere come first.

        That another book has to make way for one of those is no choice of its own.
        """
        rules, told = self.kept.all, set(waiting)
        free = [slug for slug in waiting if told.isdisjoint(rules.before(slug) | rules.after(slug))]
        bound = [slug for slug in waiting if slug not in free]
        found: list[tuple[int, MovableBook]] = []
        for slug in bound:
            before = [say.title_of(other, self.books) for other in bound if other in rules.before(slug)]
            after = [say.title_of(other, self.books) for other in bound if other in rules.after(slug)]
            ties = len(before) + len(after)
            if ties < len(bound) - 1:
                title = say.title_of(slug, self.books)
                found.append((ties, MovableBook(title, before[-1] if before else "", after[0] if after else "")))
        anywhere = (MovableBook(say.title_of(slug, self.books)) for slug in free if len(waiting) > 1)
        return (*anywhere, *(choice for _, choice in sorted(found, key=lambda pair: pair[0])))

    def _notes(self, steps: Sequence[OrderStep], waiting: Sequence[Slug], begun: Sequence[Slug]) -> Iterator[str]:
        read = [step.book for step in steps if step.state is ReadingState.READ]
        if self.target:
            yield say.standing(self.target, self.books)
        if len(read) == len(self._shelf) > 1:
            yield "You have read all of these."
        yield say.read_ahead(waiting, read, self.kept.all, self.books)
        yield say.begun_early(begun, waiting, self.kept.firm, self.books)
        if self.scope is Scope.SERIES and len(self._shelf) > 1 and not self._story_is_known:
            yield "I don’t know when these stories take place."
        yield from say.circles(self.kept.broken, self.books)
