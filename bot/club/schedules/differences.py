"""What a change of a schedule changes, section by section, and what of it is already in Discord."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.club.schedules.plan import Schedule, Section, SectionState
from bot.club.schedules.showing import ceiling_name, date_name, range_name


class Aspect(StrEnum):
    """What of a section changes."""

    ADDED = "added"
    CANCELLED = "cancelled"
    DATE = "date"
    RANGE = "range"
    CEILING = "ceiling"


class Touch(StrEnum):
    """What has to be done to a section's event in Discord. Threads that are open keep their range and ceiling."""

    NOTHING = "nothing"
    UPDATE = "update"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Difference:
    """A section before and after a change; `before` is None where it is new. `before.event` is what Discord has."""

    before: Section | None
    after: Section

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """What of the section changes."""
        before, after = self.before, self.after
        gone = after.state is SectionState.CANCELLED
        if before is None or (before.state is SectionState.CANCELLED and not gone):
            return () if gone else (Aspect.ADDED,)
        if gone:
            return () if before.state is SectionState.CANCELLED else (Aspect.CANCELLED,)
        changed = (
            (Aspect.DATE, before.meets != after.meets),
            (Aspect.RANGE, (before.first, before.last) != (after.first, after.last)),
            (Aspect.CEILING, before.ceiling != after.ceiling),
        )
        return tuple(aspect for aspect, there in changed if there)

    @property
    def touch(self) -> Touch:
        """What has to be done to the section's event."""
        if self.before is None or not self.before.event:
            return Touch.NOTHING
        if not self.after.event:
            return Touch.CANCEL
        return Touch.UPDATE if {Aspect.DATE, Aspect.RANGE} & {*self.aspects} else Touch.NOTHING


@dataclass(frozen=True, slots=True)
class Change:
    """A schedule before and after, to be shown first and kept once it is confirmed."""

    before: Schedule
    after: Schedule

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The sections that change, in order."""
        pairs = (Difference(self.before.section(after.number), after) for after in self.after.sections)
        return tuple(each for each in pairs if each.aspects or each.touch is not Touch.NOTHING)

    @property
    def ceilings_too(self) -> bool:
        """Whether the threads to come may speak of other books than before."""
        return self.before.also != self.after.also

    def preview(self) -> tuple[str, ...]:
        """Return a line for everything that changes, and for what stays in Discord as it is."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.before.state is not self.after.state:
            yield f"The schedule is {self.after.state}."
        if self.before.zone != self.after.zone:
            yield f"Times are those of {self.after.zone}."
        if self.ceilings_too:
            yield "Threads to come may speak freely of other books than before."
        for difference in self.differences:
            yield self._line(difference)
        opened = sum(section.state is SectionState.OPENED for section in self.after.sections)
        if opened:
            threads = "1 thread that is open keeps its" if opened == 1 else f"{opened} threads that are open keep their"
            yield f"{threads} range and ceiling."

    def _line(self, difference: Difference) -> str:
        before, after = difference.before, difference.after
        stretch = range_name(self.after, after.first, after.last)
        date = date_name(after.meets, self.after.zone)
        said = []
        for aspect in difference.aspects:
            if aspect is Aspect.ADDED or before is None:
                said.append(f"new: {stretch}, {date}, {ceiling_name(self.after, after.ceiling)}")
            elif aspect is Aspect.CANCELLED:
                said.append(f"cancelled: {stretch}, {date_name(before.meets, self.before.zone)}")
            elif aspect is Aspect.DATE:
                said.append(f"{date_name(before.meets, self.before.zone)} → {date}")
            elif aspect is Aspect.RANGE:
                said.append(f"{range_name(self.before, before.first, before.last)} → {stretch}")
            else:
                said.append(ceiling_name(self.after, after.ceiling))
        event = {Touch.UPDATE: "its event moves along", Touch.CANCEL: "its event is cancelled"}.get(difference.touch)
        return f"{after.number}. " + "; ".join([*said, *([event] if event else [])])
