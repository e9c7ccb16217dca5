"""Who asks, and where: members of clubs, and the places in which they talk."""

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.books import Book, Slug

NO_CLUB = 0  # the club of a direct message from somebody who is in no club


def club_name(club: int) -> str:
    """Return a club as books, passages and audiences name it; empty for no club."""
    return "" if club == NO_CLUB else str(club)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a club; the same person in another club is another member."""

    club: int
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, a thread or a direct message; `adults` where Discord lets nobody under age in."""

    club: int
    id: int
    adults: bool = False

    def link(self, message: int = 0) -> str:
        """Return the address of the place, or of a message in it, which opens for who may see it."""
        return f"https://discord.com/channels/{self.club}/{self.id}" + (f"/{message}" if message else "")


@dataclass(frozen=True, slots=True)
class Reached:
    """Marks finished, and of which marks: a library may come to count a book in another way."""

    marks: int
    of: int
    unit: str

    @classmethod
    def in_book(cls, book: Book, marks: int) -> "Reached":
        """Return a position in a book as it is counted now."""
        return cls(marks, book.marks, book.unit.value)

    @property
    def finished(self) -> bool:
        """Whether this is the end of the book, however it is counted."""
        return self.marks >= self.of

    def marks_in(self, book: Book) -> int:
        """Return the marks finished, and never more than were said to be.

        Where the book has another number of the same marks now, it is their number or their share, whichever is less:
        chapter 5 of 10 is no further than chapter 5 of 12. Where it is counted otherwise, it is 0, unless finished.
        """
        if self.finished:
            return book.marks
        return min(self.marks, self.marks * book.marks // self.of) if self.unit == book.unit.value else 0


def positions(reached: Mapping[Slug, Reached], books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return marks finished by book, for the books that the library has."""
    return {slug: there.marks_in(books[slug]) for slug, there in reached.items() if slug in books}


MOST = 65_536  # shards of a bot: far more than any has
DIRECT = 0  # Discord: all direct messages are events of shard 0


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of one process, in order, of `count` in all; one of one is every club.

    Whose shards they are also has the timed work of their clubs. Direct messages go to whoever has shard 0.
    """

    ids: tuple[int, ...] = (0,)
    count: int = 1

    @classmethod
    def parse(cls, written: str) -> "Shards":
        """Return the shards of `0-3/16`, `5/16` or `0,2,4-6/16`. Raises ValueError."""
        named, _, all_there_are = written.partition("/")
        count, ids = int(all_there_are), list[int]()
        for part in named.split(","):
            first, _, last = part.partition("-")
            shards = range(int(first), int(last or first) + 1)
            if not 0 <= shards.start < shards.stop <= count <= MOST or not set(ids).isdisjoint(shards):
                raise ValueError(part)
            ids += shards
        return cls(tuple(sorted(ids)), count)

    def shard_of(self, club: int) -> int:
        """Return the shard of a club.

        Discord (Gateway, Sharding): shard_id = (guild_id >> 22) % num_shards.
        """
        return (club >> 22) % self.count

    def holds(self, club: int) -> bool:
        """Return whether a club is of these shards."""
        return self.shard_of(club) in self.ids

    @property
    def all_there_are(self) -> bool:
        """Whether no other process has any."""
        return len(self.ids) == self.count

    @property
    def direct(self) -> bool:
        """Whether direct messages come here."""
        return DIRECT in self.ids

    def __str__(self) -> str:
        """Return them as they are written in SHARDS."""
        first, last = self.ids[0], self.ids[-1]
        in_a_row = last - first == len(self.ids) - 1 > 0
        return f"{f'{first}-{last}' if in_a_row else ','.join(map(str, self.ids))}/{self.count}"


EVERY = Shards()  # what a process has that is alone
