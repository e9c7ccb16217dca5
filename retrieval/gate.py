"""The position gate: who will see a reply, and what may therefore be in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corpus.books import Reveals, Slug
from corpus.passages import Passage


@dataclass(frozen=True, slots=True)
class Audience:
    """The people who will see a reply, by what the one who has read least of each book has finished.

    `positions` are marks finished; a book that is absent is at 0. `adults` is true only where nobody under age
    can be (an age-restricted channel, or a reader's own terminal with its consent). `club` is the club that the reply
    stays in; empty, there is none.
    """

    positions: Mapping[Slug, int] = field(default_factory=lambda: MappingProxyType({}))
    adults: bool = False
    club: str = ""

    def at(self, book: Slug) -> int:
        """Return the audience's position in a book."""
        return self.positions.get(book, 0)

    def may_see(self, reveals: Reveals) -> bool:
        """The rule of positions."""
        return reveals.within(self.positions)


class Gate:
    """Lets through what an audience may see. Everything that reaches a ranking or a reply has passed here.

    Three rules, and all of them must hold: the audience has read as far as the passage reveals; it is of adults where
    the passage is explicit; and a passage that belongs to a club is shown within that club alone.
    """

    def __init__(self, audience: Audience) -> None:
        self.audience = audience

    def passes(self, passage: Passage) -> bool:
        """Return whether the audience may see a passage."""
        return self.allows(passage.reveals, passage.explicit) and passage.club in ("", self.audience.club)

    def allows(self, reveals: Reveals, explicit: bool) -> bool:
        """Return whether the audience may see what reveals so much, of the library or of its own club."""
        return self.audience.may_see(reveals) and (self.audience.adults or not explicit)

    def visible(self, passages: Iterable[Passage]) -> Iterator[Passage]:
        """Yield the passages that the audience may see, in their order."""
        return filter(self.passes, passages)
