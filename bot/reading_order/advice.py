"""The advice on a reading order."""

from dataclasses import dataclass
from enum import StrEnum

from bot.reading_order.graph import OrderRule
from corpus.books import Slug


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
    """One order; `also` names the other kinds with the same result."""

    kind: OrderKind
    steps: tuple[OrderStep, ...]
    also: tuple[OrderKind, ...] = ()
    note: str = ""

    @property
    def books(self) -> tuple[Slug, ...]:
        """The books in this order."""
        return tuple(step.book for step in self.steps)


@dataclass(frozen=True, slots=True)
class Advice:
    """The different orders, the recommended one first, and the rules that it keeps."""

    scope: Scope
    name: str
    orders: tuple[ReadingOrder, ...]
    rules: tuple[OrderRule, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def recommended(self) -> ReadingOrder:
        """The recommended order."""
        return self.orders[0]

    @property
    def begun(self) -> bool:
        """Whether the reader has started one of the books but not finished it."""
        return any(step.state is ReadingState.READING for step in self.recommended.steps)
