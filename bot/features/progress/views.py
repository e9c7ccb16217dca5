"""Where a member is, and what asks them: cards and buttons under answers, reminders and what schedules post."""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.texts import place_line, place_sentence
from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import PRIMARY, Dialogue, Pressed, Undo, button
from bot.discord.cards import MODAL_TITLE, Card, Interaction, Item, Items, notice_card, one_line
from bot.discord.context import Refused, app_of, bot_of, deliver
from bot.discord.visitor import acknowledge, visitor
from bot.features.notes.views import new_notes
from bot.features.progress.store import Moved, Progress
from bot.features.schedules import rules
from bot.features.schedules.rules import Schedule, Section
from bot.features.schedules.store import ASKED, Schedules
from bot.people import Member
from corpus.books import Book, Slug
from corpus.positions import MAX_LENGTH, either, examples, parse_position

SCHEDULE = r"(?P<schedule>\d{1,18})"
SECTION = r"(?P<section>\d{1,3})"
LONGEST = 80  # characters of a book's name in the id of a button. Discord: 100 in all
BOOK = rf"(?P<book>[^:]{{1,{LONGEST}}})"
CHANGE = r"(?P<club>\d{1,20}):(?P<member>\d{1,20}):(?P<change>\d{1,18})"
LINES = 15  # books that one card lists by name


@button(Undo, rf"progress-undo:{CHANGE}")
async def progress_undo_button(button: Undo, interaction: Interaction) -> Card:
    """Takes one change of positions back, as long as nothing came after it."""
    back = await app_of(interaction).get(Progress).undo(_own(button, interaction), button.number("change"))
    return undone_card(back)


@button(Pressed, rf"progress-heard:{CHANGE}", "What I understood", opens=True)
async def heard_button(button: Pressed, interaction: Interaction) -> Card:
    """Shows, in private, what was understood of a message that said where its author is."""
    member, app = _own(button, interaction), app_of(interaction)
    book = app.books[await app.get(Progress).changed(member, button.number("change"))]
    marks, undo = (
        (await app.get(Progress).positions(member)).get(book.slug),
        progress_undo_button(*button.given.values()),
    )
    return notice_card(place_sentence(book, marks), book.title, [undo, *where_button(book.slug)], note=ONLY_YOU)


def _own(button: Pressed, interaction: Interaction) -> Member:
    member = Member(button.number("club"), button.number("member"))
    if interaction.user.id != member.id:
        raise Refused("That button belongs to somebody else.")
    return member


@button(Pressed, rf"progress-at:(?P<marks>\d{{1,6}}):{BOOK}")
async def at_button(button: Pressed, interaction: Interaction) -> Card:
    """Says which of two a place meant: that it is finished, or that its reader is still in it."""
    (member, _), app = await visitor(interaction), app_of(interaction)
    book = app.books[button.given["book"]]
    moved = await app.get(Progress).move(member, book, min(button.number("marks"), book.marks))
    return await moved_reply(interaction, member, moved)


@button(Pressed, rf"where:{BOOK}", "Say where I am", answers=True)
async def where_form_button(button: Pressed, interaction: Interaction) -> None:
    """Opens a field for where its presser is, in their own words."""
    await interaction.response.send_modal(WhereModal(app_of(interaction).books[button.given["book"]]))


class WhereModal(Dialogue):
    """Where somebody is in a book."""

    def __init__(self, book: Book) -> None:
        super().__init__(title=one_line(book.title, MODAL_TITLE))
        self._book, like = book, "Such as " + ", ".join(examples(book)[:3])
        self.where = self.line("Where are you?", "where", "", description=like, max_length=MAX_LENGTH)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Take it down."""
        member, _ = await acknowledge(interaction)
        moved = await app_of(interaction).get(Progress).set(member, self._book, self.where.value)
        await deliver(interaction, await moved_reply(interaction, member, moved, self.where.value))


def where_button(book: Slug) -> list[Item]:
    """Return the button that opens it; none where the book's name is too long for an id of a button."""
    return [where_form_button(book)] if len(book) <= LONGEST else []


ONLY_YOU = "Only you see this."


def moved_card(member: Member, moved: Moved, said: str = "", note: str = ONLY_YOU) -> Card:
    """Return the card of a report: where its member is now, with *Undo* where that is another place than before.

    Where what was `said` could mean that a chapter is finished, or that they are still in it, both can be chosen.
    """
    items: list[Item] = []
    if moved.before != moved.after:
        items.append(progress_undo_button(member.club, member.id, moved.change))
    for marks, told in either(said, moved.book) if said and len(moved.book.slug) <= LONGEST else ():
        style = PRIMARY if marks == moved.after else None
        items.insert(0, at_button(marks, moved.book.slug, label=told, style=style))
    return notice_card(place_sentence(moved.book, moved.after), moved.book.title, items, note=note)


async def moved_reply(interaction: Interaction, member: Member, moved: Moved, said: str = "") -> Card:
    """Return the card of a report for the one who made it, with the notes that it opens for them."""
    (_, place), card = await visitor(interaction), moved_card(member, moved, said)
    opened = await new_notes(app_of(interaction), member, place, moved.book, moved.before)
    return replace(card, buttons=[*card.buttons, *opened])


def heard_card(member: Member, moved: Moved, said: str, *, private: bool) -> Card:
    """Return the reply to a message that says where its author is: for everybody, without a word of where that is."""
    if private:
        return moved_card(member, moved, said, note="")
    button = heard_button(member.club, member.id, moved.change)
    return notice_card("Noted. Only you see where you are.", moved.book.title, [button])


def perhaps_card(book: Book, said: str, *, private: bool) -> Card:
    """Return what asks whether a place alone is where its author is: it may also be what they want to hear of."""
    found = either(said, book) or [(parse_position(said, book), said)]
    here = [at_button(marks, book.slug, label=told) for marks, told in found] if len(book.slug) <= LONGEST else []
    items = here if private else where_button(book.slug)
    asking = "Is that how far you’ve read? Press to tell me; only you will see it. If it’s a question, write it out."
    return notice_card(asking, book.title, items)


def undone_card(back: Sequence[Moved]) -> Card:
    """Return the card of a change that was taken back."""
    return notice_card("\n".join(("Undone.", *(place_line(moved.book, moved.after) for moved in back[:LINES]))))


class ReadButton(Pressed, template=rf"read:{SCHEDULE}:{SECTION}(?::(?P<upto>\d{{1,6}}))?"):
    """Notes that its presser has read to the end of a section, or with 0 of the book; nobody goes back by it.

    It counts as far as its label says, whatever becomes of the section; buttons of earlier versions have no `upto`.
    """

    label, opens = "I’ve finished the book", True

    def __init__(self, schedule: int | str, section: int | str, upto: int | str | None = None, label: str = "") -> None:
        super().__init__(schedule, section, upto or "", label=label)

    async def card(self, interaction: Interaction) -> Card:
        """Move the presser's position, and show where they are."""
        schedule, book, member, now = await _reading(interaction, self.number("schedule"))
        section = schedule.section(self.number("section"))
        upto = int(self.given["upto"] or (section.last if section else schedule.whole.of))
        marks = replace(schedule.whole, marks=upto).marks_in(book)
        if marks <= (now or 0):
            return _unchanged(book, now or 0)
        moved = await app_of(interaction).get(Progress).move(member, book, marks)
        return await moved_reply(interaction, member, moved)


def _unchanged(book: Book, now: int) -> Card:
    """Return what is said to somebody who was there already."""
    unchanged = "I’ve changed nothing. If you are not that far yet, tell me where you are."
    return notice_card(f"{place_sentence(book, now)} {unchanged}", book.title, where_button(book.slug))


class NotYetButton(Pressed, template=rf"not-yet:{SCHEDULE}(?::{SECTION})?"):
    """Says what it means for its presser not to be there yet; buttons of earlier versions have no section."""

    label, opens = "Not yet", True

    def __init__(self, schedule: int | str, section: int | str | None = None) -> None:
        super().__init__(schedule, section or "")

    async def card(self, interaction: Interaction) -> Card:
        """Say where they are, and that they are told no more."""
        schedule, book, _, now = await _reading(interaction, self.number("schedule"))
        section = schedule.section(int(self.given["section"] or 0))
        if section and (now or 0) >= replace(schedule.whole, marks=section.last).marks_in(book):
            return _unchanged(book, now or 0)
        no_hurry = (
            "No hurry: what I tell you in private stops there. The section’s thread goes further, so read it once "
            "you’ve caught up. If you are somewhere else in the book, tell me."
        )
        return notice_card(f"{place_sentence(book, now or 0)} {no_hurry}", book.title, where_button(book.slug))


async def reached(interaction: Interaction, schedule_id: int) -> Schedule:
    """Return a schedule of a club that the presser is in. Raises Refused or NotPossible."""
    schedule, here = (await app_of(interaction).get(Schedules).kept(schedule_id)).schedule, interaction.guild_id
    directly = here is None and await bot_of(interaction).is_member(schedule.club, interaction.user.id)
    if here != schedule.club and not directly:
        raise Refused("That schedule belongs to another club.")
    return schedule


async def _reading(interaction: Interaction, schedule_id: int) -> tuple[Schedule, Book, Member, int | None]:
    """Return a schedule, its book, who presses, and the marks that they have finished. Raises Refused."""
    schedule, app = await reached(interaction, schedule_id), app_of(interaction)
    book, member = app.books[schedule.book], Member(schedule.club, interaction.user.id)
    return schedule, book, member, (await app.get(Progress).positions(member)).get(book.slug)


def reading_buttons(schedule: Schedule, section: Section) -> list[Item]:
    """Return the buttons that ask readers whether they have read a section."""
    read = ReadButton(schedule.id, section.number, section.last, f"I’ve read {rules.range_name(schedule, section)}")
    whole = [ReadButton(schedule.id, 0)] if section.last < schedule.whole.of else []
    return [read, NotYetButton(schedule.id, section.number), *whole]


@button(Pressed, rf"read-so-far:{SCHEDULE}", "I’ve read this far", opens=True)
async def far_button(button: Pressed, interaction: Interaction) -> Card:
    """Asks its presser how far they have read."""
    schedule, now = await reached(interaction, button.number("schedule")), app_of(interaction).now()
    section = rules.read_now(schedule, now)
    items = [*reading_buttons(schedule, section), *where_button(schedule.book)]
    return notice_card("How far have you read? Only you see it.", schedule.title, items)


# Asking


async def asked_once(app: App, member: Member, *, public: bool = False) -> Items:
    """Return what asks a member where they are in what the club reads now: once a section, if they are not there.

    In public it is a button that everybody gets, wherever they are, so that it tells nothing of who was asked.
    """
    schedules = app.get(Schedules)
    if (reading := await schedules.read_now(member.club)) is None:
        return ()
    (schedule, section), positions = reading, await app.get(Progress).positions(member)
    there = positions.get(schedule.book, -1) >= section.last and not public
    if there or not await schedules.note(schedule, section.number, member, ASKED):
        return ()
    if public:
        return [far_button(schedule.id)]
    return [*reading_buttons(schedule, section), *where_button(schedule.book)]


async def asked_for(app: App, member: Member, book: Slug | None) -> Items:
    """Return what asks a member where they are in a book, or else the club's; nothing where they have said it."""
    reading = await app.get(Schedules).read_now(member.club)
    slug = book or (reading[0].book if reading else (await app.get(SetUp).settings(member.club)).book) or ""
    if slug not in app.books or slug in await app.get(Progress).positions(member):
        return ()
    return [*(reading_buttons(*reading) if reading and reading[0].book == slug else ()), *where_button(slug)]


def asking(card: Card, items: Items) -> Card:
    """Return a card that also asks where its reader is."""
    footers = (*card.footers, "Where are you in the book? Tell me, and only you see it.")
    return replace(card, footers=footers, buttons=(*card.buttons, *items)) if items else card


PROGRESS_BUTTONS = (
    *(progress_undo_button, heard_button, at_button, where_form_button),
    *(ReadButton, NotYetButton, far_button),
)
