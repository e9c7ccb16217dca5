"""How a club's own book is added and changed: the form, the preview, what it is made of, and removing it."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import discord
from pydantic import TypeAdapter

from bot.answering import texts
from bot.app import App
from bot.discord import buttons, cards
from bot.discord.context import CURES, ORGANISER, Choice, Refused, app_of, deliver, needs, replace_card
from bot.discord.visitor import acknowledge
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.books import rules
from bot.features.books.rules import BookText
from bot.features.books.store import ClubBooks
from bot.features.ceilings.store import Audiences
from bot.limits import Allowance
from bot.people import Member, Place
from bot.workers import in_daemon_thread
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book
from corpus.text import plural
from retrieval.retriever import Outlook, Quarter

FORM, DRAFT, SOURCES, GONE = "book-form", "book-draft", "book-sources", "book-gone"
"""What is kept for a button: what was typed, a book as it would be, a book as it is, and a book that was removed."""

TITLE = 80  # characters of a title that a button carries (Discord: 100 in all)
LISTED = 5  # sentences about what was left out, or is doubtful, on a preview


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What a preview comes back to, besides the draft itself: the digest `before` is of the book that it replaces."""

    form: rules.BookForm
    digest: str = ""
    before: str = ""
    dropped: Sequence[str] = ()
    doubtful: Sequence[str] = ()
    removes: str = ""

    def written(self) -> str:
        """Return it as text that can be kept."""
        return _KEPT.dump_json(self).decode()

    @classmethod
    def read(cls, text: str) -> "KeptDraft":
        """Return what was kept as text."""
        return _KEPT.validate_json(text)


_KEPT = TypeAdapter(KeptDraft)


class BookModal(buttons.Dialogue):
    """What a book is, and what there is to read about it."""

    def __init__(self, form: rules.BookForm, slug: Slug = "") -> None:
        super().__init__(title=cards.one_line(f"Change {form.title}" if slug else "Add a book", cards.MODAL_TITLE))
        self._slug = slug
        self.name = self.line("Title", "title", form.title, max_length=200)
        self.author = self.line("Author", "author", form.author, max_length=200)
        self.length = self.line(
            "How long is it?", "length", form.length, max_length=200, required=False, placeholder="27 chapters",
            description="27 chapters, 310 pages, or both. Left empty, I count in percent.",
        )  # fmt: skip
        self.files: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            custom_id="files", required=False, min_values=0, max_values=rules.MAX_FILES
        )
        told = "Optional: an e-book, saved web pages, your notes. I show you first what I’d make of them."
        self.add_item(discord.ui.Label(text="Files", description=told, component=self.files))
        self.text = self.line(
            "Or paste text", "text", form.text, max_length=cards.INPUT, required=False,
            style=discord.TextStyle.paragraph,
            description="Optional. Lines such as “Chapter 7” say how far the text below them goes.",
        )  # fmt: skip

    async def on_submit(self, interaction: cards.Interaction, /) -> None:
        """Show what would be added; where it cannot be, what was typed is not lost."""
        member, place = await acknowledge(interaction, ORGANISER)
        form = rules.BookForm(self.name.value, self.author.value, self.length.value, self.text.value)
        try:
            if large := [file.filename[:60] for file in self.files.values if file.size > rules.MAX_FILE]:
                raise rules.BookFormProblem(f"{large[0]} is larger than {rules.MAX_FILE // 1_000_000} MB.")
            files = [(file.filename, await file.read()) for file in self.files.values]
            asked = await draft_of(app_of(interaction), member, place, form, files, self._slug)
        except DogearError as error:
            typed = KeptDraft(form).written()
            kept = await app_of(interaction).get(AskedQuestions).keep(FORM, member, place, typed, self._slug or None)
            raise Choice(str(error), [FormButton(kept.id)]) from error
        await deliver(interaction, await preview_card(app_of(interaction), asked))


async def draft_of(
    app: App, member: Member, place: Place, form: rules.BookForm, files: list[tuple[str, bytes]], slug: Slug = ""
) -> Asked:
    """Keep what a form and its files make of a book, until it is confirmed. Raises BookFormProblem or ClubBookProblem.

    Without a slug, it is a new book, or the club's book of that title.
    """
    app.get(Allowance).take(member)
    books, form = app.get(ClubBooks), form.checked()
    if not slug:
        try:
            known = find_book(form.title, app.books_of(member.club))
            if not known.club:
                raise rules.BookFormProblem(f"{known.title} is in the library already. /book show tells you about it.")
            slug = known.slug
        except UnknownBook:
            slug = rules.slug_of(form.title, member.club)
    now, others = await books.current(slug), await books.others(member.club, slug)
    async with books.importing:
        text, dropped, doubtful = await in_daemon_thread(lambda: rules.draft_from(slug, form, files, now, others))
    kept = KeptDraft(replace(form, text=""), "", now.digest if now else "", dropped, doubtful)
    return await keep_draft(app, member, place, text, kept)


async def keep_draft(app: App, member: Member, place: Place, text: BookText, kept: KeptDraft) -> Asked:
    """Keep a draft, and what its preview comes back to."""
    kept = replace(kept, digest=text.digest)
    asked = await app.get(AskedQuestions).keep(DRAFT, member, place, kept.written(), text.slug)
    await app.get(ClubBooks).draft(member, text, asked.id)
    return asked


async def preview_card(app: App, asked: Asked) -> cards.Card:
    """Return what a draft would add, for its organiser alone: nothing of it goes further than they have read."""
    kept, books = KeptDraft.read(asked.text), app.get(ClubBooks)
    text = await books.read(asked.book or "", asked.id)
    audience = await app.get(Audiences).private(asked.member, asked.place)
    look = await in_daemon_thread(lambda: books.looked_at(text, audience))
    book = look.book
    what = f"Remove {kept.removes} from" if kept.removes else "Change" if kept.before else "Add"
    facts = f"**{cards.safe(book.title)}** by {cards.safe(book.author)}, {cards.safe(texts.measure(book))}"
    parts = [facts, cards.safe(_readable(look))]
    parts += [_bullets("Please check", kept.doubtful), _bullets("Left out", kept.dropped)]
    does = "Remove" if kept.removes else "Change it" if kept.before else "Add"
    change: list[cards.Item] = [] if kept.removes else [FormButton(asked.id, label="Change")]
    items = [AddBookButton(asked.id, label=does), *change, buttons.Cancel(asked.member.id)]
    title, body = cards.safe(f"{what} {book.title}?"), "\n\n".join(filter(None, parts))
    return cards.Card(title, body, buttons=items, note="Nothing is changed yet. Only you see this.")


def _readable(look: Outlook) -> str:
    if not look.passages:
        return (
            "I know nothing about its story yet. Progress, schedules, threads, ceilings, votes, shelves and reading "
            "order work all the same."
        )
    lines = ["What readers would see:", *map(_quarter, look.quarters)]
    if look.waiting:
        lines.append(
            f"{plural(look.waiting, 'passage')} of {look.passages} don’t say how far they go. I compare them with the "
            "rest once the book is added; until then they count as the end."
        )
    return "\n".join(lines)


def _quarter(quarter: Quarter) -> str:
    where = "Not started" if not quarter.mark else f"At {quarter.share}%"
    example = f", such as “{quarter.example}”" if quarter.example else ""
    return f"{where}: {plural(quarter.count, 'passage')}{example}"


def _bullets(title: str, said: Sequence[str]) -> str:
    more = [f"and {len(said) - LISTED} more"] if len(said) > LISTED else []
    return "\n".join((f"**{title}**", *(f"• {cards.safe(line)}" for line in (*said[:LISTED], *more)))) if said else ""


class AddBookButton(buttons.Confirm, template=rf"book-add:{buttons.ID}"):
    """Puts a draft in use."""

    label, of, right = "Add", (DRAFT,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Add the book, and say what comes next."""
        asked, app = await self.asked(interaction), app_of(interaction)
        kept = KeptDraft.read(asked.text)
        book = await app.get(ClubBooks).add(asked.member, asked.book or "", asked.id, kept.before)
        undo = UndoBookButton(asked.id)
        if kept.before:
            return cards.notice_card(f"Changed: {book.title}.", buttons=[undo])
        text = (
            "Your club has the book now. Say where you are with /progress set, plan the reading with /schedule create. "
            "Text that you added can be asked about in a minute or two."
        )
        return cards.notice_card(text, book.title, [undo])


class UndoBookButton(buttons.Undo, template=rf"book-undo:{buttons.ID}"):
    """Takes back what was added or changed."""

    of, right = (DRAFT,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Put the book back as it was before, or remove it."""
        asked, app = await self.asked(interaction), app_of(interaction)
        await app.get(ClubBooks).undo(asked.member, asked.book or "", asked.id, KeptDraft.read(asked.text).digest)
        return cards.notice_card("Undone.")


class FormButton(buttons.OwnButton, template=rf"book-form:{buttons.ID}"):
    """Opens the form again with what was typed; files have to be attached again."""

    label, style, of, right = "Keep writing", buttons.PRIMARY, (FORM, DRAFT), ORGANISER

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        asked = await self.asked(interaction)
        kept = KeptDraft.read(asked.text)
        slug = (asked.book or "") if asked.do == FORM or kept.before else ""
        await interaction.response.send_modal(BookModal(kept.form, slug))


class AddItButton(buttons.Pressed, template=r"book-new:(?P<title>(?s:.){1,80})"):
    """Opens the form for a book that is not known, with its title."""

    label = "Add it"

    @classmethod
    def of(cls, error: UnknownBook) -> "list[AddItButton]":
        """Return what is offered where a title is not known."""
        title = cards.one_line(error.typed, TITLE)
        return [cls(title)] if title else []

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        await needs(interaction, ORGANISER)
        await interaction.response.send_modal(BookModal(rules.BookForm(self.given["title"], "")))


def form_of(book: Book) -> rules.BookForm:
    """Return what an organiser would have typed for a book."""
    return rules.BookForm(book.title, book.author, rules.length_text(book))


async def sources_card(app: App, asked: Asked, page: int = 1) -> cards.Card:
    """Return what a club's book is made of, with what can be done about it."""
    text = await app.get(ClubBooks).read(asked.book or "")
    book = app.books[text.slug]
    names = sorted(text.documents)
    last = max(1, -(-len(names) // cards.OPTIONS))
    page = min(page, last)
    shown = names[(page - 1) * cards.OPTIONS : page * cards.OPTIONS]
    if not names:
        lines = ["There is nothing to read about it yet. Press “Add or correct” to attach files or paste text."]
    else:
        lines = [f"**{cards.safe(name)}**\n{cards.safe(rules.document_line(text.documents[name]))}" for name in shown]
    menu = [DocumentMenu.of(asked.id, shown)] if shown else []
    items: list[cards.Item] = [*menu, MoreButton(asked.id), ExportButton(asked.id), RemoveBookButton(asked.id)]
    items += cards.turns(partial(SourcesPageButton, asked.id), page, last)
    return cards.Card(cards.safe(f"Sources of {book.title}"), "\n".join(lines), buttons=items)


class SourcesPageButton(buttons.Page, template=rf"book-sources:{buttons.ID}:{buttons.PAGE}"):
    """Turns to a page of a book's sources."""

    of, right = (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the page in place of the one before."""
        return await sources_card(app_of(interaction), await self.asked(interaction), self.page)


class MoreButton(buttons.OwnButton, template=rf"book-more:{buttons.ID}"):
    """Opens the form of a book, to correct it and to add more."""

    label, style, of, right = "Add or correct", buttons.PRIMARY, (SOURCES,), ORGANISER

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        asked = await self.asked(interaction)
        book = app_of(interaction).books[asked.book or ""]
        await interaction.response.send_modal(BookModal(form_of(book), book.slug))


class DocumentMenu(buttons.Picked, template=rf"book-document:{buttons.ID}"):
    """Picks a document of a book, to remove it."""

    @classmethod
    def of(cls, asked_id: str, names: list[str]) -> Self:
        """Return the menu of these documents."""
        labels = [(cards.one_line(name, cards.OPTION), name[: cards.OPTION]) for name in names]
        options = [discord.SelectOption(label=label, value=value) for label, value in labels]
        menu_id = f"book-document:{asked_id}"
        return cls(discord.ui.Select(custom_id=menu_id, placeholder="Remove a source", options=options))

    async def picked(self, interaction: cards.Interaction, values: list[str]) -> None:
        """Show what would be left without it."""
        await interaction.response.defer()
        await needs(interaction, ORGANISER)
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], SOURCES)
        app = app_of(interaction)
        now, (name,) = await app.get(ClubBooks).read(asked.book or ""), values
        left = {each: text for each, text in now.documents.items() if each != name}
        kept = KeptDraft(form_of(app.books[now.slug]), "", now.digest, removes=name)
        draft = await keep_draft(app, asked.member, asked.place, BookText(now.slug, now.toml, left), kept)
        await replace_card(interaction, await preview_card(app, draft))


class ExportButton(buttons.OwnButton, template=rf"book-export:{buttons.ID}"):
    """Sends all files of a book in one archive."""

    label, opens, of, right = "Export", True, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Return the archive: a folder of a library."""
        asked, app = await self.asked(interaction), app_of(interaction)
        text = await app.get(ClubBooks).read(asked.book or "")
        name = text.slug.rpartition("-")[0]

        def packed() -> bytes:
            into = io.BytesIO()
            with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
                for file, words in text.files.items():
                    archive.writestr(f"{name}/{file}", words)
            return into.getvalue()

        data = await app.workers.do(packed)  # a club's text may take seconds
        if len(data) > cards.FILE:
            raise Refused("That is more than Discord lets me send in one file. My operator can copy it for you.")
        document = cards.Attachment(f"{name}.zip", data)
        return cards.Card(body="All files of the book, in the library’s format.", document=document)


class RemoveBookButton(buttons.OwnButton, template=rf"book-remove:{buttons.ID}"):
    """Asks whether a book shall be removed."""

    label, style, of, right = "Remove the book", buttons.DANGER, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show what would be removed."""
        asked = await self.asked(interaction)
        return removing_card(asked, app_of(interaction).books[asked.book or ""])


def removing_card(asked: Asked, book: Book) -> cards.Card:
    """Return the preview of removing a book."""
    text = (
        f"Remove {book.title} by {book.author} from your club’s books? Everything that you added about it goes. "
        "Members keep where they are, and their reviews wait for it: they are back if you add the book again."
    )
    return cards.notice_card(text, buttons=[RemovedButton(asked.id), buttons.Cancel(asked.member.id, label="Keep it")])


class RemovedButton(buttons.Confirm, template=rf"book-removed:{buttons.ID}"):
    """Removes a book, once that is confirmed."""

    label, style, of, right = "Remove", buttons.DANGER, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Remove it, and offer to undo."""
        asked, app = await self.asked(interaction), app_of(interaction)
        book = app.books[asked.book or ""]
        await app.get(ClubBooks).remove(asked.member, book.slug)
        kept = await app.get(AskedQuestions).keep(GONE, asked.member, asked.place, "", book.slug)
        undo = [PutBackButton(kept.id)]
        return cards.notice_card(f"Removed: {book.title}. You can undo this for a day.", buttons=undo)


class PutBackButton(buttons.Undo, template=rf"book-back:{buttons.ID}"):
    """Puts a removed book back."""

    of, right = (GONE,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Put it back."""
        asked, app = await self.asked(interaction), app_of(interaction)
        book = await app.get(ClubBooks).put_back(asked.member, asked.book or "")
        return cards.notice_card(f"Undone. {book.title} is back.")


CURES[UnknownBook] = AddItButton.of

BUTTONS = (
    AddBookButton, AddItButton, UndoBookButton, FormButton, SourcesPageButton, MoreButton, DocumentMenu, ExportButton,
    RemoveBookButton, RemovedButton, PutBackButton,
)  # fmt: skip
