"""What became of a fault: how often it was tried, how often all was well afterwards, and what was lost."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """One fault: `lost` names each thing that was not survived, `notes` are figures beside it."""

    fault: str
    tried: int = 0
    survived: int = 0
    lost: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, lost: Sequence[str]) -> None:
        """Count one try."""
        self.tried += 1
        self.survived += not lost
        self.lost += lost

    def expect(self, what: str, holds: object) -> None:
        """Count one try, of something that has to hold."""
        self.add([] if holds else [what])

    def lines(self) -> list[str]:
        """Return it as lines of a table."""
        first = f"{self.fault:<46}tried {self.tried:>4}   survived {self.survived:>4}   lost {len(self.lost):>3}"
        return [first, *(f"    {note}" for note in self.notes), *(f"    LOST {lost}" for lost in self.lost[:20])]


def spread(name: str, values: Sequence[float], unit: str = "s") -> str:
    """Return the middle and the most of some figures."""
    return f"{name}: median {statistics.median(values):.2f} {unit}, most {max(values):.2f} {unit} ({len(values)} times)"
