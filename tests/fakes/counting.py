"""A meter that keeps what it is told."""

from dataclasses import dataclass, field

from bot.logs import Meter


@dataclass
class Counted(Meter):
    """What happened, in order: the name of each method, with its words and without its times."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def answered(self, do: str, how: str, seconds: float) -> None:
        assert seconds >= 0
        self.told.append(("answered", do, how))

    def stopped(self, sentences: int) -> None:
        self.told.append(("stopped", str(sentences)))

    def asked_model(self, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.told.append(("asked_model", outcome))

    def waited(self, seconds: float) -> None:
        self.waits.append(seconds)

    def refused(self, why: str) -> None:
        self.told.append(("refused", why))

    def acknowledged(self, seconds: float) -> None:
        assert seconds >= 0
        self.told.append(("acknowledged",))

    def called(self, status: str) -> None:
        self.told.append(("called", status))

    def reconnected(self) -> None:
        self.told.append(("reconnected",))

    def timed(self, kind: str, outcome: str, late: float) -> None:
        self.late.append(late)
        self.told.append(("timed", kind, outcome))
