"""All that one Discord knows while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.fakes.discord_server.interactions import Interaction
from tests.fakes.discord_server.limits import Limits
from tests.fakes.discord_server.messages import Message
from tests.fakes.discord_server.world import DM, Club, Payload, Person, Place, Refusal, new_ids

APPLICATION = 1_100_000_000_000_000_000


@dataclass(slots=True)
class State:
    """Clubs and people, the bot's commands, and every event, message and interaction so far."""

    token: str
    people: list[Person]
    clubs: list[Club]
    clock: Callable[[], float] = time.monotonic
    bot: Person = field(default_factory=lambda: Person(APPLICATION, "Dogear", bot=True))
    ids: Iterator[int] = field(default_factory=new_ids)
    commands: list[Payload] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    directs: dict[int, Place] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    _found: dict[str, Place] = field(default_factory=dict)

    def club(self, id_: str) -> Club | None:
        """Return the club of an id."""
        return next((club for club in self.clubs if str(club.id) == id_), None)

    def club_of(self, place: Place) -> Club | None:
        """Return the club of a place, if it has one."""
        return self.club(str(place.club))

    def place(self, id_: str) -> Place:
        """Return a place, which stays where it is. Raises Refusal."""
        if id_ not in self._found:
            places = [place for club in self.clubs for place in club.places]
            self._found |= {str(place.id): place for place in (*places, *self.directs.values())}
        if id_ not in self._found:
            raise Refusal(404, 10003, "Unknown Channel")
        return self._found[id_]

    def direct(self, person: Person) -> Place:
        """Return the place where a person and the bot talk alone."""
        if person.id not in self.directs:
            self.directs[person.id] = Place(next(self.ids), "", DM, recipient=person)
        return self.directs[person.id]

    def new_message(self, place: Place, private: bool = False, by: Person | None = None) -> Message:
        """Return a message that says nothing yet, of the bot unless it is said whose."""
        message = Message(next(self.ids), place, by or self.bot, private)
        self.messages[message.id] = message
        return message

    def message(self, place: str, id_: str) -> Message:
        """Return a message that can be seen in a place. Raises Refusal."""
        message = self.messages.get(int(id_))
        if message is None or message.deleted or message.private or message.place != self.place(place):
            raise Refusal(404, 10008, "Unknown Message")
        return message
