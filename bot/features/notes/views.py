"""What is shown of notes and pressed: the form, a note, and lists of those that a member may read."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Self

import discord

from bot.answering.texts import reach
from bot.app import App
from bot.audit import Audit, Did
from bot.discord import cards
from bot.discord.buttons import ID, PAGE, PRIMARY, Dialogue, OwnButton, Page, Picked, Pressed, button
from bot.discord.cards import Card, Interaction, Item, notice_card, safe
from bot.discord.context import MODERATOR, Choice, Refused, app_of, deliver, has, needs, replace_card
from bot.discord.visitor import acknowledge, visitor
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ceilings.store import Audiences
from bot.features.notes.store import DRAFT, MAX_NOTE, Note, NoteDraft, Notes
from bot.features.progress.store import Progress
from bot.features.schedules.rules import Section
from bot.features.schedules.store import Schedules
from bot.limits import Allowance
from bot.people import Member, Place
from corpus.books import Book
from corpus.errors import DogearError
from corpus.positions import MAX_LENGTH, describe_position

NOTE = r"(?P<note>\d{1,18})"
SECTION = r"(?P<schedule>\d{1,18}):(?P<section>\d{1,3})"
ON_A_PAGE, LISTED = 5, 250  # notes of a page, and characters of each: escaped, they stay within a card
EVER = -1  # instead of the marks that a reader had finished before: new notes or not


class NoteModal(Dialogue):
    """A note, and where in the book it belongs."""

    def __init__(self, book: Book, draft: NoteDraft, club: int) -> None:
        super().__init__(title=cards.one_line(f"Note: {book.title}", cards.MODAL_TITLE))
        self._book, self._draft = book, draft
        alone = draft.private or not club
        seen = "Only you will see it." if alone else "Members who have read that far will see it."
        self.text = self.line(
            "A thought or a quote", "text", draft.text[:MAX_NOTE], description=seen,
            style=discord.TextStyle.paragraph, max_length=MAX_NOTE,
        )  # fmt: skip
        where = "For example ch 5, 45% or finished."
        self.where = self.line("Where in the book", "where", draft.where, description=where, max_length=MAX_LENGTH)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Keep the note."""
        member, place = await acknowledge(interaction)
        typed = self._draft._replace(text=self.text.value, where=self.where.value)
        await deliver(interaction, await saved_card(app_of(interaction), member, place, self._book, typed))


async def saved_card(app: App, member: Member, place: Place, book: Book, draft: NoteDraft) -> Card:
    """Keep a note, and return what its author is told. Raises Choice with what was typed behind a button."""
    try:
        app.get(Allowance).take(member)
        note = await app.get(Notes).save(member, book, draft)
    except DogearError as error:
        raise Choice(str(error), [await _draft_button(app, member, place, book, draft)]) from error
    if note.private or not member.club:
        return notice_card("Saved. Only you see it.", book.title, _own_items(note, member))
    who = f"who have read up to {reach(book, note.said)}" if note.said else "of this club"
    text = f"Saved. Members {who} can read it{', with your name' if note.named else ''}."
    if not note.needs.within({book.slug: note.said}):
        text += " It might give away something that comes later, so it opens later for some of them."
    return notice_card(text, book.title, _own_items(note, member))


async def _draft_button(app: App, member: Member, place: Place, book: Book, draft: NoteDraft) -> OwnButton:
    words = DRAFT.dump_json(draft).decode()
    return note_draft_button((await app.get(AskedQuestions).keep("note-draft", member, place, words, book.slug)).id)


@button(OwnButton, "note-draft", "Open the form again", answers=True, style=PRIMARY, of=("note-draft",))
async def note_draft_button(button: OwnButton, interaction: Interaction) -> None:
    """Opens the form with what was typed, or with a note that was deleted."""
    asked = await button.asked(interaction)
    book, draft = app_of(interaction).books[asked.book or ""], DRAFT.validate_json(asked.text)
    await interaction.response.send_modal(NoteModal(book, draft, asked.member.club))


@button(Pressed, rf"note-save:{SECTION}", "Save a note", answers=True)
async def save_note_button(button: Pressed, interaction: Interaction) -> None:
    """Opens the form for a note about a section; it stands under the post of that section."""
    member, _, book, section = await _section(button, interaction)
    marks = (await app_of(interaction).get(Progress).positions(member)).get(book.slug, section.last)
    draft = NoteDraft("", describe_position(min(marks, section.last), book))
    await interaction.response.send_modal(NoteModal(book, draft, member.club))


@button(Pressed, rf"note-section:{SECTION}", "Notes of this section", opens=True)
async def section_notes_button(button: Pressed, interaction: Interaction) -> Card:
    """Lists the notes of a section that its presser may read."""
    member, place, book, section = await _section(button, interaction)
    return await list_card(
        interaction, await kept_list(app_of(interaction), member, place, book, section.first, section.last)
    )


async def _section(button: Pressed, interaction: Interaction) -> tuple[Member, Place, Book, Section]:
    """Return who presses and where, and the book and the section of a button. Raises Refused or NotPossible."""
    app, (member, place) = app_of(interaction), await visitor(interaction)
    schedule = (await app.get(Schedules).kept(button.number("schedule"), member.club)).schedule
    book, section = app.books.get(schedule.book), schedule.section(button.number("section"))
    if book is None or section is None:
        raise Refused("That section is no longer in the schedule. /note list shows all notes that you can read.")
    return member, place, book, section


@button(Pressed, rf"note-(?P<do>edit|name|delete):{NOTE}", answers=True)
async def own_note_button(button: Pressed, interaction: Interaction) -> None:
    """Edits its presser's own note, takes the name off or puts it there again, or deletes it."""
    app, (member, place), do = app_of(interaction), await visitor(interaction), button.given["do"]
    note = await app.get(Notes).one(member, button.number("note"))
    book = app.books[note.book]
    if do == "edit":
        await interaction.response.send_modal(NoteModal(book, NoteDraft.of(note, book), member.club))
        return
    await interaction.response.defer()
    if do == "name":
        card = note_card(await app.get(Notes).change(member, note.id, named=not note.named), book, member)
    else:
        back = await _draft_button(app, member, place, book, NoteDraft.of(note, book)._replace(note=0))
        await app.get(Notes).delete(member, note.id)
        card = notice_card("Deleted. Nobody can read that note any more.", book.title, [back])
    await replace_card(interaction, card)


class NoteHideButton(Pressed, template=rf"note-hide:{NOTE}:(?P<hide>[01])"):
    """Takes a note out of sight, or shows it again; for moderators."""

    def __init__(self, note: int | str, hide: int | str) -> None:
        super().__init__(note, hide, label="Hide from everybody" if int(hide) else "Show it again")

    async def card(self, interaction: Interaction) -> Card:
        """Do it, and say so in the audit."""
        member, place = await needs(interaction, MODERATOR)
        app, hide = app_of(interaction), self.given["hide"] == "1"
        note = await app.get(Notes).change(member, self.number("note"), own=False, hidden=hide)
        book = app.books[note.book]
        await app.get(Audit).note(Did.HIDE if hide else Did.UNHIDE, place, member.id, about=book.title)
        text = "Hidden. Only its author sees it now." if hide else "Shown again to readers who have got there."
        return notice_card(text, book.title, [NoteHideButton(note.id, int(not hide))])


class NoteMenu(Picked, template=r"note-open"):
    """Opens a note of a list."""

    @classmethod
    def of(cls, notes: Sequence[Note]) -> Self:
        """Return a menu of notes."""
        options = [
            discord.SelectOption(label=cards.one_line(each.text, cards.OPTION), value=str(each.id)) for each in notes
        ]
        return cls(discord.ui.Select(custom_id="note-open", placeholder="Open a note", options=options))

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Show the note in a message of its own, if who picks it may read it now."""
        app, (member, place) = app_of(interaction), await acknowledge(interaction)
        moderator, audience = await has(interaction, MODERATOR), await app.get(Audiences).private(member, place)
        note = await app.get(Notes).one(member, int(values[0]), audience, hidden=moderator)
        await deliver(interaction, note_card(note, app.books[note.book], member, moderator=moderator))


@button(Page, rf"notes:{ID}:{PAGE}", of=("notes",))
async def notes_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of a list of notes."""
    return await list_card(interaction, await button.asked(interaction), button.page)


@button(OwnButton, "notes-new", "Notes for you", of=("notes",), opens=True)
async def new_notes_button(button: OwnButton, interaction: Interaction) -> Card:
    """Lists the notes that opened when its presser read on."""
    return await list_card(interaction, await button.asked(interaction))


async def new_notes(app: App, member: Member, place: Place, book: Book, before: int | None) -> list[Item]:
    """Return the button for notes that opened since a member was at a mark of a book; nothing where none did."""
    which = (0, book.marks, before or 0)
    if not await _found(app, member, place, book, *which):
        return []
    return [new_notes_button((await kept_list(app, member, place, book, *which)).id)]


async def kept_list(
    app: App, member: Member, place: Place, book: Book, first: int, last: int, since: int = EVER
) -> Asked:
    """Keep which notes somebody wants to read: between two marks, and perhaps those that opened since a mark."""
    return await app.get(AskedQuestions).keep("notes", member, place, f"{first} {last} {since}", book.slug)


async def _found(
    app: App, member: Member, place: Place, book: Book, first: int, last: int, since: int, *, hidden: bool = False
) -> list[Note]:  # fmt: skip
    audience = await app.get(Audiences).private(member, place)
    found = await app.get(Notes).read(member, book, audience, hidden=hidden)
    if since != EVER:
        then = {**audience.positions, book.slug: since}
        found = [note for note in found if note.member != member.id and not note.needs.within(then)]
    return [note for note in found if first <= note.mark(member) <= last]


async def list_card(interaction: Interaction, asked: Asked, number: int = 1) -> Card:
    """Return a page of the notes that somebody wants to read, of those that they may."""
    app, member = app_of(interaction), asked.member
    book, (first, last, since) = app.books[asked.book or ""], map(int, asked.text.split())
    moderator = await has(interaction, MODERATOR)
    found = await _found(app, member, asked.place, book, first, last, since, hidden=moderator)
    if not found:
        return notice_card("There are no notes that you can read here yet. You can add one with /note add.", book.title)
    pages = [found[n : n + ON_A_PAGE] for n in range(0, len(found), ON_A_PAGE)]
    number = min(max(1, number), len(pages))
    shown = pages[number - 1]
    items = [*cards.turns(partial(notes_page_button, asked.id), number, len(pages)), NoteMenu.of(shown)]
    footers = (f"Page {number} of {len(pages)}",) if len(pages) > 1 else ()
    return Card(
        "Notes", "\n\n".join(_item(note, book, member, LISTED) for note in shown), footers, cards.Tone.ANSWER, items
    )


def note_card(note: Note, book: Book, reader: Member, *, moderator: bool = False) -> Card:
    """Return a note for one of its readers, with what they can do about it."""
    hide = [NoteHideButton(note.id, int(not note.hidden))] if moderator else []
    items = [*(_own_items(note, reader) if note.member == reader.id else ()), *hide]
    return Card("Note", _item(note, book, reader, MAX_NOTE), (), cards.Tone.ANSWER, items)


def _own_items(note: Note, reader: Member) -> list[Item]:
    name = {"name": "Take my name off" if note.named else "Show my name"} if reader.club and not note.private else {}
    labels = {"edit": "Edit", **name, "delete": "Delete"}
    return [own_note_button(do, note.id, label=label) for do, label in labels.items()]


def _item(note: Note, book: Book, reader: Member, room: int) -> str:
    """Return a note as it is read, safe. A mention shows a name and, in our messages, calls nobody."""
    who = "your note" if note.member == reader.id else f"<@{note.member}>" if note.named else ""
    hidden = "hidden by a moderator" if note.hidden else "for you alone" if note.private else ""
    head = " · ".join(filter(None, (safe(reach(book, note.mark(reader))), who, hidden)))
    return f"{head}\n{safe(cards.clipped(note.text, room))}"


BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    *(note_draft_button, save_note_button, section_notes_button, own_note_button, NoteHideButton, NoteMenu),
    *(notes_page_button, new_notes_button),
)
