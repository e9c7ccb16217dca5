"""Clubs' texts in memory, for what keeps reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from corpus.books import Reveals, Slug
from corpus.passages import ClubText

PICNIC = 43


@dataclass
class Texts:
    """Clubs' texts in memory; whoever writes of the picnic is placed at its chapter."""

    kept: dict[tuple[str, str], ClubText] = field(default_factory=dict)

    def place(self, text: str, books: Sequence[Slug] = (), club: str = "") -> Reveals:
        return Reveals.of(dict.fromkeys(books, PICNIC if "picnic" in text else 0))

    def keep(self, text: ClubText) -> None:
        self.kept[text.club, text.id] = text

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        self.kept.pop((club, id), None)

    def moment(self) -> int:
        """Return a number; nobody else changes anything here."""
        return 0

    def reconcile(self, texts: Iterable[ClubText], since: object = None, ours: object = None) -> int:
        wanted_ = {(text.club, text.id): text for text in texts}
        changed = len(wanted_.items() ^ self.kept.items())
        self.kept = wanted_
        return changed
