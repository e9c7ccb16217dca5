"""An evening in a club, overheard: who may read what, kept apart from the bot, and everything that the bot sends.

After every step of the evening, each request that the bot has made is read text by text, and each text is held against
what its readers have read at that moment, as the evening itself has noted it down.
"""

import re
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from simcord import ChannelHandle, MemberActor
from simcord.types import HttpLogEntry

from corpus.books import Slug
from corpus.positions import describe_position
from tests.fakes.club import Club
from tests.fakes.marked import AMBER, Sign, Signs

T = TypeVar("T")

PRIVATE = 1 << 6  # Discord: the flag of a message that one person sees

DEFERRED, DEFERRED_EDIT = 5, 6
CHOICES, FORM = 8, 9  # Discord: how an interaction may be answered, besides with a message

OWN_DATA = "the contents of an export"


@dataclass(frozen=True)
class Readers:
    """Who reads a text: one person in a club, or everybody in a place; with how far they are.

    `known` is how far the place goes, which is all that everybody there may know of anybody's position.
    """

    club: int
    positions: Mapping[Slug, int]
    person: int = 0
    known: Mapping[Slug, int] = field(default_factory=dict)

    def may_read(self, sign: Sign) -> bool:
        """The rule, written once more."""
        if sign.author and sign.author == self.person:
            return True
        return sign.needs.within(self.positions) and sign.club in (0, self.club)


@dataclass(frozen=True)
class Sent:
    """One text that the bot sent: in which step, to whom, and where in the request it stood."""

    step: str
    readers: Readers
    where: str
    text: str


@dataclass
class Evening:
    """BotMemory who is where, and listens."""

    club: Club
    signs: Signs
    positions: dict[tuple[int, int], dict[Slug, int]] = field(default_factory=dict)
    ceilings: dict[int, dict[Slug, int]] = field(default_factory=dict)
    direct: dict[int, int] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    keepers: set[int] = field(default_factory=set)
    steps: list[str] = field(default_factory=list)
    _read: int = 0
    _loading: dict[str, bool] = field(default_factory=dict)
    _files: set[str] = field(default_factory=set)

    # What the evening notes down

    def is_at(self, reader: MemberActor, book: Slug, marks: int) -> None:
        """Note where somebody is from now on."""
        self.positions.setdefault((reader.guild.id, reader.id), {})[book] = marks

    def goes_to(self, place: ChannelHandle, **books: int) -> None:
        """Note how far a place goes from now on; with no books, no further than the covers."""
        self.ceilings[place.id] = {book.replace("_", "-"): marks for book, marks in books.items()}

    def is_told(self, text: str) -> str:
        """Note what a member tells everybody, and return it: that is known from then on, and no work of the bot's."""
        self.heard |= {sign.word for sign in self.signs.found(text)}
        return text

    def keeps_places(self, moderator: MemberActor) -> None:
        """Note a moderator, who prepares what goes as far as a place, and looks at what members suggest for it."""
        self.keepers.add(moderator.id)

    # Taking a step

    async def step(self, name: str, doing: Awaitable[T]) -> T:
        """Let somebody do something, and read all that the bot has sent since the step before."""
        result = await doing
        self.steps.append(name)
        self.listen()
        return result

    def listen(self) -> None:
        """Read what was sent since the last time."""
        step = self.steps[-1] if self.steps else "the beginning"
        requests = self.club.env.http_requests
        for request in requests[self._read :]:
            readers = self._readers(request)
            self.sent += [Sent(step, readers, where, text) for where, text in every_text(request.json)]
        self._read = len(requests)
        self.sent += self._new_files(step)

    def leaks(self) -> list[str]:
        """Return every text that holds a word which its readers have not come to, in words for a failure."""
        return [
            f"{sent.step}: “{sign.word}” needs {dict(sign.needs.marks)} (club {sign.club}), sent to {sent.readers}\n"
            f"  {sent.where}: {sent.text[:300]}"
            for sent in self.sent
            for sign in self.signs.found(f"{sent.text} {sent.where}")
            if not sent.readers.may_read(sign)
            and not (sent.where == OWN_DATA and self._has_come_across(sent, sign))
            and not (sent.readers.person in self.keepers and sign.word in self.heard)
        ]

    def _has_come_across(self, export: Sent, sign: Sign) -> bool:
        """Return whether somebody was sent a word before, when they were further on, or heard it from a member.

        What is held about a person is theirs, also when they have since gone back in the book; it tells nothing new.
        """
        before = self.sent[: self.sent.index(export)]
        told = (sent.text for sent in before if sent.readers.person in (0, export.readers.person))
        return sign.word in self.heard or any(sign in self.signs.found(text) for text in told)

    def in_public(self) -> list[Sent]:
        """Return what everybody in a place could read."""
        return [sent for sent in self.sent if not sent.readers.person]

    def furthest(self, reader: MemberActor, book: Slug = AMBER) -> int:
        """Return the last mark of a book of which somebody was sent anything for themselves."""
        own = (
            sent
            for sent in self.sent
            if (sent.readers.person, sent.readers.club, sent.where != OWN_DATA) == (reader.id, reader.guild.id, True)
        )
        signs = (sign for sent in own for sign in self.signs.found(sent.text))
        return max((sign.needs.marks.get(book, 0) for sign in signs), default=0)

    def told_positions(self) -> list[str]:
        """Return every public text that names another place in a book than the one that all of the channel knows."""
        return [
            f"{sent.step}: {sent.text[:300]}"
            for sent in self.in_public()
            for slug, book in self.club.app.books.items()
            for named in re.findall(rf"{book.title}[,:]? (\w+ \d+ of \d+|finished|not started)", sent.text)
            if named != describe_position(sent.readers.known.get(slug, 0), book)
        ]

    # Who reads what

    def _readers(self, request: HttpLogEntry) -> Readers:
        """Return who reads a request, by Discord's rules alone."""
        match request.path.strip("/").split("/"):
            case ["interactions", interaction, token, "callback"]:
                record = self._backend.interactions[int(interaction)]
                body = request.json or {}
                kind, flags = body["type"], (body.get("data") or {}).get("flags") or 0
                self._loading[token] = kind == DEFERRED
                if kind in (CHOICES, FORM) or (flags & PRIVATE and kind != DEFERRED_EDIT):
                    return self._alone(record)
                return self._of_message(record, record.source_message_id if kind > DEFERRED else None)
            case ["webhooks", _, token, *rest] if token in self._backend.interaction_tokens:
                record = self._backend.interactions[self._backend.interaction_tokens[token]]
                if request.method == "POST" and not self._loading.get(token):
                    alone = ((request.json or {}).get("flags") or 0) & PRIVATE
                    return self._alone(record) if alone else self._everybody(record.channel_id, record.user_id)
                self._loading[token] = False
                named = rest[1] if rest[1:] else "@original"
                return self._of_message(record, record.message_id if named == "@original" else int(named))
            case ["channels", channel, *_]:
                answered = ((request.json or {}).get("message_reference") or {}).get("message_id", 0)
                message = self._backend.messages.get(int(channel), {}).get(int(answered))
                return self._everybody(int(channel), message.author_id if message else 0)
        return Readers(0, {})

    def _of_message(self, record: Any, message: int | None) -> Readers:  # noqa: ANN401 (SimCord's record)
        """Return who sees a message that is answered or changed by an interaction."""
        found = self._backend.messages.get(record.channel_id, {}).get(message or 0)
        alone = found is not None and found.flags & PRIVATE
        return self._alone(record) if alone else self._everybody(record.channel_id)

    def _alone(self, record: Any) -> Readers:  # noqa: ANN401 (SimCord's record)
        alone = self._person(record.guild_id or self.direct.get(record.user_id, 0), record.user_id)
        if record.user_id not in self.keepers:
            return alone
        there = self.ceilings.get(record.channel_id, {})
        further = {book: max(marks, alone.positions.get(book, 0)) for book, marks in there.items()}
        return replace(alone, positions={**alone.positions, **further})

    def _everybody(self, channel: int, asker: int = 0) -> Readers:
        """Return who reads a channel: everybody as far as it goes, its asker among them, or one person alone."""
        direct = {place: person for person, place in self._backend.dm_channels.items()}
        if channel in direct:
            return self._person(self.direct.get(direct[channel], 0), direct[channel])
        guild = self._backend.channels[channel].guild_id or 0
        known = dict(self.ceilings.get(channel, {}))
        own = self.positions.get((guild, asker), {})
        shown = {book: min(marks, own.get(book, marks)) for book, marks in known.items()}
        return Readers(guild, shown, known=known)

    def _person(self, club: int, person: int) -> Readers:
        return Readers(club, dict(self.positions.get((club, person), {})), person)

    @property
    def _backend(self) -> Any:  # noqa: ANN401 (SimCord's own)
        return self.club.env.backend

    def _new_files(self, step: str) -> Iterator[Sent]:
        """Yield the names, the descriptions and the contents of files that were sent since the last time."""
        for channel, messages in self._backend.messages.items():
            for message in messages.values():
                for file in message.attachments if message.author_id == self._backend.bot_user.id else ():
                    if file["url"] in self._files:
                        continue
                    self._files.add(file["url"])
                    readers = self._everybody(channel)
                    if message.flags & PRIVATE and message.interaction_metadata:
                        readers = self._alone(self._backend.interactions[int(message.interaction_metadata["id"])])
                    content = (self._backend.cdn.get(file["url"]) or b"").decode(errors="replace")
                    for where, text in every_text(file):
                        yield Sent(step, readers, f"file {where}", text)
                    yield Sent(step, readers, OWN_DATA if file["filename"].endswith(".json") else "contents", content)


def every_text(part: object, where: str = "body") -> Iterator[tuple[str, str]]:
    """Yield every text in a request, names of fields and ids included, with its place."""
    if isinstance(part, str):
        yield where, part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from every_text(value, f"{where}.{name}")
    elif isinstance(part, list | tuple):
        for number, value in enumerate(part):
            yield from every_text(value, f"{where}[{number}]")
