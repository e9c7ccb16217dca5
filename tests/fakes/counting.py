"""A meter that keeps what it is told."""

from dataclasses import dataclass, field

from bot.logs import Meter


@dataclass
class Counted(Meter):
    """What was counted, in order, and the times by name."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)

    def count(self, name: str, *labels: str, number: int = 1) -> None:
        self.told.append((name, *labels))

    def time(self, name: str, seconds: float, *labels: str) -> None:
        assert seconds >= 0
        self.times.setdefault(name, []).append(seconds)
