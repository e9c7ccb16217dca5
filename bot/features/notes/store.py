"""Members' notes: thoughts and quotes that open for others at a place in a book. No answer is made of them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Index, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, note_member
from bot.people import NO_CLUB, Member, club_name
from corpus.books import Book, Reveals
from corpus.errors import DogearError
from corpus.positions import describe_position, parse_position
from retrieval.gate import Audience

MAX_NOTE = 1_000  # characters of a note: a paragraph or two
MOST = 300  # notes of a member in a club


class NoteProblem(DogearError):
    """A note cannot be kept as it is written, or there is none."""


class Note(OfMember, Base):
    """A member's note: `said` is its place by their word, `needs` what its readers need.

    `named` is whether readers see whose it is, `hidden` whether a moderator took it out of sight, `private` whether it
    is for its author alone. Its id is never given out again: a button may still name it.
    """

    personal = (Personal("notes", "notes", hidden=("needs",)),)

    __tablename__ = "reading_notes"
    __table_args__ = (
        Index(None, "club", "book"),
        Index(None, "club", "member"),
        belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    book: Mapped[str]
    text: Mapped[str]
    said: Mapped[int]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]
    named: Mapped[bool]
    hidden: Mapped[bool]
    private: Mapped[bool] = mapped_column(server_default=false())

    def mark(self, reader: Member) -> int:
        """Return its place for a reader; its author learns no more than they said, as it may be a guess."""
        return self.said if self.member == reader.id else max(self.said, self.needs.marks.get(self.book, 0))

    def readable(self, reader: Member, audience: Audience, *, hidden: bool) -> bool:
        """Return whether a member of its club may read it; `hidden` lets moderators see what they took out of sight."""
        if self.member == reader.id or self.private:
            return self.member == reader.id
        return audience.may_see(self.needs) and (hidden or not self.hidden)


class NoteDraft(NamedTuple):
    """What somebody types as a note, with where it belongs in their own words; `note` is the one that it replaces."""

    text: str
    where: str
    note: int = 0
    named: bool = True
    private: bool = False

    @classmethod
    def of(cls, note: Note, book: Book) -> "NoteDraft":
        """Return what stands in a note."""
        return cls(note.text, describe_position(min(note.said, book.marks), book), note.id, note.named, note.private)


DRAFT = TypeAdapter(NoteDraft)  # a draft as text that can be kept


class Notes:
    """Members' notes by club; outside of a club, a note is for its author alone."""

    def __init__(self, app: App) -> None:
        self._database, self._now = app.database, app.now
        self._reveals, self._workers = app.discussion.reveals, app.workers

    async def save(self, member: Member, book: Book, draft: NoteDraft) -> Note:
        """Keep a note, or change the one that it replaces. Raises NoteProblem or PositionError."""
        text = "\n".join(" ".join(line.split()) for line in draft.text.splitlines() if line.strip())
        if not any(map(str.isalnum, text)):
            raise NoteProblem("The note is empty. Write what you want to keep.")
        said = parse_position(draft.where, book)
        needs = await self._needs(member, book, text, said)
        values: dict[str, Any] = {"text": text, "said": said, "needs": needs, "at": self._now()}
        if draft.note:
            return await self.change(member, draft.note, **values)
        whose = {"club": member.club, "member": member.id}
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            if (await session.scalar(select(func.count()).select_from(Note).filter_by(**whose)) or 0) >= MOST:
                raise NoteProblem(f"You have {MOST} notes here, which is the most. Delete one from /note list first.")
            note = Note(**whose, book=book.slug, named=draft.named, hidden=False, private=draft.private, **values)
            session.add(note)
            await session.flush()
        return note

    async def keep_quotes(self, member: Member, book: Book, quotes: Mapping[str, int], at: dt.datetime) -> int:
        """Keep quotes from a book at their marks, for their member alone; return how many are new, as far as fit."""
        whose = {"club": member.club, "member": member.id}
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = {(note.book, note.text) for note in await session.scalars(select(Note).filter_by(**whose))}
            new = [text for text in quotes if (book.slug, text[:MAX_NOTE]) not in there][: MOST - len(there)]
            session.add_all(
                Note(
                    **whose, book=book.slug, text=text[:MAX_NOTE], said=quotes[text], at=at, named=False, hidden=False,
                    needs=Reveals.of({book.slug: quotes[text]}), private=True,
                )
                for text in new
            )  # fmt: skip
        return len(new)

    async def _needs(self, member: Member, book: Book, text: str, said: int) -> Reveals:
        """Return what readers need: to be where its author says, and further where its text might tell those more.

        It is placed as a review is, and judged as a message is: what either of them finds counts.
        """
        needs, club = Reveals.of({book.slug: said}), club_name(member.club)
        if member.club == NO_CLUB:
            return needs
        audiences = None, Audience({book.slug: said}, club=club)
        return await self._workers.do(
            lambda: needs.joined(self._reveals(text, book.slug, club, each) for each in audiences)
        )

    async def read(self, member: Member, book: Book, audience: Audience, *, hidden: bool = False) -> list[Note]:
        """Return the notes that a member may read, their own too, the furthest in the book first."""
        query = select(Note).filter_by(club=member.club, book=book.slug).order_by(Note.id.desc())
        if member.club == NO_CLUB:
            query = query.filter_by(member=member.id)
        async with self._database.reading() as session:
            every = (await session.scalars(query)).all()
        found = [note for note in every if note.readable(member, audience, hidden=hidden)]
        return sorted(found, key=lambda note: -note.mark(member))

    async def one(self, member: Member, number: int, audience: Audience | None = None, *, hidden: bool = False) -> Note:
        """Return a note that a member may read, or without an audience one of their own. Raises NoteProblem."""
        async with self._database.reading() as session:
            note = await _there(session, member, number, own=audience is None)
        if audience and not note.readable(member, audience, hidden=hidden):
            raise NoteProblem(GONE)
        return note

    async def change(self, member: Member, number: int, *, own: bool = True, **values: object) -> Note:
        """Change a note of a member, or of anybody in their club, and return it. Raises NoteProblem."""
        async with self._database.writing() as session:
            note = await _there(session, member, number, own=own)
            for column, value in values.items():
                setattr(note, column, value)
            return note

    async def delete(self, member: Member, number: int) -> None:
        """Delete a member's own note. Raises NoteProblem."""
        async with self._database.writing() as session:
            await session.delete(await _there(session, member, number, own=True))


GONE = "That note isn’t there any more, or it isn’t for you. /note list shows what you can read."


async def _there(session: AsyncSession, member: Member, number: int, *, own: bool) -> Note:
    """Return a note of a member's club, or of the member themselves. Raises NoteProblem."""
    note = await session.get(Note, number)
    if (
        note is None
        or note.club != member.club
        or (note.member != member.id and (own or note.private or member.club == NO_CLUB))
    ):
        raise NoteProblem(GONE)
    return note
