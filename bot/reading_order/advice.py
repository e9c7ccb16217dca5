"""What an advice on the reading order says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.reading_order.graph import Rule
from corpus.books import Slug


class OrderKind(StrEnum):
    """What an order follows."""

    RECOMMENDED = "recommended"
    PUBLICATION = "publication"
    STORY = "story"


class Scope(StrEnum):
    """What was asked about."""

    BOOK = "book"
    SERIES = "series"
    LIBRARY = "library"


class State(StrEnum):
    """Where the reader stands with a book of an order."""

    READ = "read"
    READING = "reading"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Need:
    """A title that a book asks for: always (`firm`) or where possible; `reason` is empty unless it may be shown."""

    title: str
    firm: bool
    reason: str = ""

    def __str__(self) -> str:
        neutral = f"{'best read' if self.firm else 'richer'} after {self.title}"
        return f"{neutral}: {self.reason}" if self.reason else neutral


@dataclass(frozen=True, slots=True)
class Step:
    """A book of an order; `optional` where what was asked about only gains by it."""

    book: Slug
    title: str
    state: State
    needs: tuple[Need, ...] = ()
    stands_alone: bool = False
    optional: bool = False
    in_library: bool = True
    year: int | None = None
    series: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the book stands where it stands, giving nothing away to the reader that the advice is for."""
        return ("stands alone",) if self.stands_alone else tuple(map(str, self.needs))


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """One order; `also` names the other kinds that come to the same, `valid` says that every firm rule holds.

    `unplaced` are the books of which the order does not know where they belong; they stand last.
    """

    kind: OrderKind
    steps: tuple[Step, ...]
    also: tuple[OrderKind, ...] = ()
    note: str = ""
    valid: bool = True
    unplaced: tuple[Slug, ...] = ()

    @property
    def books(self) -> tuple[Slug, ...]:
        """The books in this order."""
        return tuple(step.book for step in self.steps)


@dataclass(frozen=True, slots=True)
class Choice:
    """A title that may be moved without breaking a rule: after one, before another, or anywhere (neither)."""

    title: str
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """The orders that differ, the recommended one first, and what is best for the reader to do now.

    `next` is the book to read now. `open_orders` is the number of orders of what is still to read that keep every
    firm rule (None: too many to count); `choices` are the books that may be moved, the freest first; `rules` are
    the rules that the recommended order keeps.
    """

    scope: Scope
    name: str
    orders: tuple[ReadingOrder, ...]
    next: Slug | None = None
    open_orders: int | None = 1
    choices: tuple[Choice, ...] = ()
    rules: tuple[Rule, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def recommended(self) -> ReadingOrder:
        """The order to follow unless the reader prefers another."""
        return self.orders[0]

    @property
    def begun(self) -> bool:
        """Whether the reader is in the middle of one of the books."""
        return any(step.state is State.READING for step in self.recommended.steps)

    @property
    def to_read(self) -> tuple[Slug, ...]:
        """The books still to read, as advised: what was begun first, nothing that is read or not in the library."""
        begun = [step.book for step in self.recommended.steps if step.state is State.READING]
        waiting = [step for step in self.recommended.steps if step.state in (State.NEXT, State.LATER)]
        return (*begun, *(step.book for step in waiting if step.in_library))
