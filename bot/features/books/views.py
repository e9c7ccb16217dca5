"""How a club's own book is added and changed: the form, the preview, and what is moved before it is confirmed."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from pydantic import TypeAdapter

from bot.answering import texts
from bot.app import App
from bot.catalogues import CatalogueProblem, catalogues_of
from bot.discord import buttons, cards
from bot.discord.context import CURES, ORGANISER, Choice, app_of, bot_of, deliver, needs, replace_card, telling
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
from retrieval.retriever import Part

FORM, CANDIDATES, DRAFT = "book-form", "book-candidates", "book-draft"
SOURCES, DOCUMENT = "book-sources", "book-document"
"""What is kept for a button: what was typed, and what a catalogue has of it; a book as it would be, and as it is."""

TITLE = 80  # characters of a title that a button carries (Discord: 100 in all)
EDITED_FOR = 600.0  # seconds for which a message tells how far a book is read
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


KEPT = TypeAdapter(KeptDraft)  # what is kept of it as text


class BookModal(buttons.Dialogue):
    """What a book is, and what there is to read about it."""

    def __init__(self, form: rules.BookForm, slug: Slug = "", instead_of: str = "") -> None:
        super().__init__(title=cards.one_line(f"Change {form.title}" if slug else "Add a book", cards.MODAL_TITLE))
        self._slug, self._instead_of, self._catalogue = slug, instead_of, form.catalogue
        self.name = self.line("Title or ISBN", "title", form.title, max_length=200)
        self.author = self.line("Author", "author", form.author, max_length=200, required=False)
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
        typed = (self.name.value, self.author.value, self.length.value, self.text.value)
        form, app = rules.BookForm(*typed, self._catalogue), app_of(interaction)
        if form.to_look_up and app.settings.catalogues and not self._slug:
            await deliver(interaction, await candidates_card(app, member, place, form))
            return
        try:
            if large := [file.filename[:60] for file in self.files.values if file.size > rules.MAX_FILE]:
                raise rules.BookFormProblem(f"{large[0]} is larger than {rules.MAX_FILE // 1_000_000} MB. Attach less.")
            files, begun = [(file.filename, await file.read()) for file in self.files.values], time.monotonic()
            named = cards.one_line(", ".join(name for name, _ in files) or form.title, 200)

            def so_far() -> cards.Card:
                return cards.notice_card(
                    f"Reading {named} …", note=f"{time.monotonic() - begun:.0f} seconds so far; a novel takes a minute."
                )

            async with telling(lambda: deliver(interaction, so_far())):
                asked = await draft_of(app, member, place, form, files, self._slug, self._instead_of)
                preview = await preview_card(app, asked)
        except DogearError as error:
            written = KEPT.dump_json(KeptDraft(form)).decode()
            kept = await app.get(AskedQuestions).keep(FORM, member, place, written, self._slug or None)
            raise Choice(str(error), [form_button(kept.id)]) from error
        await deliver(interaction, preview)


async def candidates_card(app: App, member: Member, place: Place, form: rules.BookForm) -> cards.Card:
    """Return what Open Library has for a title or an ISBN, to pick from; without that, how to go on."""
    app.get(Allowance).take(member)
    found, said = list[dict[str, Any]](), f"Open Library doesn’t know “{form.title}”."
    try:
        found = await app.get(catalogues_of).candidates(form.title)
    except CatalogueProblem as problem:
        said = str(problem)
    kept = KeptDraft(replace(form, catalogue=json.dumps(found)))
    asked = await app.get(AskedQuestions).keep(CANDIDATES, member, place, KEPT.dump_json(kept).decode())
    write = form_button(asked.id, label="Write it myself")
    if not found:
        told = f"{said} Press “Write it myself” and give its author and length: it works just as well."
        return cards.notice_card(told, buttons=[write])
    books = list(map(rules.facts_of, found))
    lines = [f"{n}. {rules.facts_line(facts)}" for n, facts in enumerate(books, 1)]
    covers = [(facts.cover, line) for facts, line in zip(books, lines, strict=True) if facts.cover]
    body, items = "\n".join(map(cards.safe, lines)), [CandidateMenu.of(asked.id, lines), write]
    return cards.Card("Which book is it?", body, ("From Open Library",), buttons=items, covers=covers)


class BookButton(buttons.OwnButton, template=r"(?!)"):
    """A button about a book of the club, for organisers."""

    right = ORGANISER


class CandidateMenu(buttons.Picked, template=rf"book-candidate:{buttons.ID}"):
    """Picks a book of a catalogue, and opens the form with what is known of it."""

    @classmethod
    def of(cls, asked_id: str, lines: Sequence[str]) -> Self:
        """Return the menu of these books."""
        labels = [cards.one_line(line, cards.OPTION) for line in lines]
        options = [discord.SelectOption(label=label, value=str(n)) for n, label in enumerate(labels)]
        menu_id = f"book-candidate:{asked_id}"
        return cls(discord.ui.Select(custom_id=menu_id, placeholder="Pick your book", options=options))

    async def picked(self, interaction: cards.Interaction, values: list[str]) -> None:
        """Open the form."""
        await needs(interaction, ORGANISER)
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], CANDIDATES)
        form = KEPT.validate_json(asked.text).form.picked(int(values[0]))
        await interaction.response.send_modal(BookModal(form))


async def draft_of(
    app: App, member: Member, place: Place, form: rules.BookForm, files: list[tuple[str, bytes]], slug: Slug = "",
    instead_of: str = "",
) -> Asked:  # fmt: skip
    """Keep what a form and its files make of a book, until it is confirmed. Raises BookFormProblem or ClubBookProblem.

    Without a slug, it is a new book, or the club's book of that title; it is without the document that the files stand
    `instead_of`.
    """
    app.get(Allowance).take(member)
    books, form = app.get(ClubBooks), form.checked()
    if not slug:
        try:
            known = find_book(form.title, app.books_of(member.club), whole=True)
            if not known.club:
                raise rules.BookFormProblem(f"{known.title} is in the library already. /book show tells you about it.")
            slug = known.slug
        except UnknownBook:
            slug = rules.slug_of(form.title, member.club)
    now, others = await books.current(slug), await books.others(member.club, slug)
    before = now.without(instead_of) if now else None
    if form.known:
        said = await app.get(catalogues_of).described(form.known)
        files = [*files, (rules.CATALOGUE_FILE, json.dumps(said).encode())]
    async with books.importing:
        text, dropped, doubtful = await in_daemon_thread(lambda: rules.draft_from(slug, form, files, before, others))
    kept = KeptDraft(replace(form, text=""), "", now.digest if now else "", dropped, doubtful)
    return await keep_draft(app, member, place, text, kept)


async def keep_draft(app: App, member: Member, place: Place, text: BookText, kept: KeptDraft) -> Asked:
    """Keep a draft, and what its preview comes back to."""
    kept = replace(kept, digest=text.digest)
    asked = await app.get(AskedQuestions).keep(DRAFT, member, place, KEPT.dump_json(kept).decode(), text.slug)
    await app.get(ClubBooks).draft(member, text, asked.id)
    return asked


async def preview_card(app: App, asked: Asked) -> cards.Card:
    """Return what a draft would add, for its organiser alone: nothing of it goes further than they have read."""
    kept, books = KEPT.validate_json(asked.text), app.get(ClubBooks)
    text = await books.read(asked.book or "", asked.id)
    audience = await app.get(Audiences).private(asked.member, asked.place)
    look = await in_daemon_thread(lambda: books.looked_at(text, audience))
    book = look.book
    what = f"Remove {kept.removes} from" if kept.removes else "Change" if kept.before else "Add"
    facts = f"**{cards.safe(book.title)}** by {cards.safe(book.author)}, {cards.safe(texts.measure(book))}"
    parts = [facts, cards.safe(rules.readable(look))]
    parts += [_bullets("Please check", kept.doubtful), _bullets("Left out", kept.dropped)]
    does = "Remove" if kept.removes else "Change it" if kept.before else "Add"
    change: list[cards.Item] = [] if kept.removes else [form_button(asked.id, label="Change")]
    if rules.with_words(text) and not kept.removes:
        change.append(without_words_button(asked.id))
    items = [AddBookButton(asked.id, label=does), *change, buttons.Cancel(asked.member.id)]
    if look.doubts and not kept.removes:
        items.append(MoveMenu.of(asked.id, look.doubts, "Move a doubtful text"))
    if not kept.removes:
        items += CatalogueMenu.of(app, asked.id)
    title, body = cards.safe(f"{what} {book.title}?"), "\n\n".join(filter(None, parts))
    return cards.Card(title, body, buttons=items, note="Nothing is changed yet. Only you see this.")


def _bullets(title: str, said: Sequence[str]) -> str:
    more = [f"and {len(said) - LISTED} more"] if len(said) > LISTED else []
    return "\n".join((f"**{title}**", *(f"• {cards.safe(line)}" for line in (*said[:LISTED], *more)))) if said else ""


class MoveMenu(buttons.Picked, template=rf"book-move:{buttons.ID}"):
    """Picks a text of a book, to move it; its words are shown as far as its organiser has read."""

    @classmethod
    def of(cls, asked_id: str, parts: Sequence[Part], placeholder: str, whole: str = "") -> Self:
        """Return the menu of these texts; `whole` is a document that may be moved as a whole."""
        options = [discord.SelectOption(label="All of it", value=f"0:{whole}")] if whole else []
        for part in parts[: cards.OPTIONS - len(options)]:
            where = f"{part.document}, line {part.line}"
            told = f"{where}, {'no position yet' if part.mark is None else f'position {part.mark}'}. {part.doubt or ''}"
            options.append(
                discord.SelectOption(
                    label=cards.one_line(part.text or where, cards.OPTION), value=f"{part.line}:{part.document}",
                    description=cards.one_line(told, cards.OPTION),
                )
            )  # fmt: skip
        return cls(discord.ui.Select(custom_id=f"book-move:{asked_id}", placeholder=placeholder, options=options))

    async def picked(self, interaction: cards.Interaction, values: list[str]) -> None:
        """Ask how far somebody must have read for it."""
        await needs(interaction, ORGANISER)
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], DRAFT, DOCUMENT)
        line, _, name = values[0].partition(":")
        await interaction.response.send_modal(MarkModal(asked, name, int(line)))


class MarkModal(buttons.Dialogue):
    """How far somebody must have read for a text; line 0 is all of a document."""

    def __init__(self, asked: Asked, name: str, line: int) -> None:
        super().__init__(title="Move a text")
        self._asked, self._name, self._line = asked, name, line
        told = "Readers see it from there on: ch 7, 45%, the end; or “not started” for everybody."
        self.where = self.line("How far must somebody have read?", "where", "", max_length=100, description=told)

    async def on_submit(self, interaction: cards.Interaction, /) -> None:
        """Show what readers would see then."""

        def moved(text: BookText, book: Book, others: dict[Slug, Book]) -> BookText:
            return rules.moved(text, self._name, self._line, rules.mark_for(self.where.value, book), book, others)

        await interaction.response.defer()
        await needs(interaction, ORGANISER)
        await replace_card(interaction, await redrafted_card(app_of(interaction), self._asked, moved))


async def redrafted_card(
    app: App, asked: Asked, change: Callable[[BookText, Book, dict[Slug, Book]], BookText], doubtful: Sequence[str] = ()
) -> cards.Card:
    """Return the preview of a draft, or of a book as it is, with a change that is made off the event loop.

    What the change adds to `doubtful` is shown.
    """
    books, slug, is_draft = app.get(ClubBooks), asked.book or "", asked.do == DRAFT
    text = await (books.read(slug, asked.id) if is_draft else books.read(slug))
    others = {name: book for name, book in app.books_of(asked.member.club).items() if name != slug}
    after = await in_daemon_thread(lambda: change(text, books.book_of(asked.member.club, text), others))
    kept = KEPT.validate_json(asked.text) if is_draft else KeptDraft(form_of(app.books[slug]), "", text.digest)
    kept = replace(kept, doubtful=[*doubtful, *kept.doubtful])
    return await preview_card(app, await keep_draft(app, asked.member, asked.place, after, kept))


@buttons.button(BookButton, "book-wordless", "Leave the novel’s words out", of=(DRAFT, DOCUMENT))
async def without_words_button(button: BookButton, interaction: cards.Interaction) -> cards.Card:
    """Leaves a novel's own words out of a book; chapters, titles and lengths stay."""
    asked = await button.asked(interaction)
    return await redrafted_card(app_of(interaction), asked, lambda text, book, _: rules.wordless(text, book))


SOURCE_OF = {"cast": "AudioSilo", "article": "Wikipedia"}  # how the source of a document begins that came from there


class CatalogueMenu(buttons.Picked, template=rf"book-catalogue:{buttons.ID}"):
    """Adds what an open catalogue has of a book to a draft, or to the book as it is."""

    @classmethod
    def of(cls, app: App, asked_id: str) -> list[Self]:
        """Return the menu, where catalogues may be asked."""
        labels = {"cast": "Cast and recaps by chapter (AudioSilo Meta)", "article": "Wikipedia’s article"}
        options = [discord.SelectOption(label=label, value=name) for name, label in labels.items()]
        menu_id = f"book-catalogue:{asked_id}"
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=menu_id, placeholder="Add from an open catalogue", options=options
        )
        return [cls(menu)] if app.settings.catalogues else []

    async def card(self, interaction: cards.Interaction, values: list[str]) -> cards.Card:
        """Show what the book would be with it; what was taken from there before is replaced."""
        await needs(interaction, ORGANISER)
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], DRAFT, SOURCES)
        app, slug = app_of(interaction), asked.book or ""
        app.get(Allowance).take(asked.member)
        form = KEPT.validate_json(asked.text).form if asked.do == DRAFT else form_of(app.books[slug])
        catalogues, books = app.get(catalogues_of), app.get(ClubBooks)
        name, ask = ("Cast.json", catalogues.cast) if values == ["cast"] else ("Wikipedia.wiki", catalogues.article)
        file, source = (name, await ask(form.title, form.author)), SOURCE_OF[values[0]]
        others, doubtful = await books.others(asked.member.club, slug), list[str]()

        def with_file(text: BookText, book: Book, _: object) -> BookText:
            before = text.without_source(source)
            made, _, told = rules.draft_from(slug, form_of(book), [file], before, others, fetched=True)
            doubtful.extend(told)
            return made

        async with books.importing:
            return await redrafted_card(app, asked, with_file, doubtful)


class AddBookButton(buttons.Confirm, template=rf"book-add:{buttons.ID}"):
    """Puts a draft in use."""

    label, of, right = "Add", (DRAFT,), ORGANISER

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Add the book, and show how far its text is read, for as long as Discord lets us edit."""
        await interaction.response.defer()
        card, books = await self.card(interaction), app_of(interaction).get(ClubBooks)
        await replace_card(interaction, card)
        bot_of(interaction).under_way.answered()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EDITED_FOR), telling(
                lambda: replace_card(interaction, replace(card, note=f"I’m reading it: {books.progress}%."))
            ):  # fmt: skip
                await books.indexed()
        if books.to_read:
            done = "I’m still reading it." if books.progress else "I’ve read all of it."
            await replace_card(interaction, replace(card, note=done))

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Add the book, and say what comes next."""
        asked, app = await self.asked(interaction), app_of(interaction)
        kept = KEPT.validate_json(asked.text)
        book = await app.get(ClubBooks).add(asked.member, asked.book or "", asked.id, kept.before)
        undo = undo_book_button(asked.id)
        if kept.before:
            return cards.notice_card(f"Changed: {book.title}.", buttons=[undo])
        told = "Your club has the book now."
        return cards.notice_card(told, book.title, [buttons.OpenButton("plan", book.slug), undo])


@buttons.button(BookButton, "book-undo", "Undo", of=(DRAFT,))
async def undo_book_button(button: BookButton, interaction: cards.Interaction) -> cards.Card:
    """Takes back what was added or changed."""
    asked, app = await button.asked(interaction), app_of(interaction)
    await app.get(ClubBooks).undo(asked.member, asked.book or "", asked.id, KEPT.validate_json(asked.text).digest)
    return cards.notice_card("Undone.")


@buttons.button(
    BookButton, "book-form", "Keep writing", style=buttons.PRIMARY, of=(FORM, CANDIDATES, DRAFT), answers=True
)
async def form_button(button: BookButton, interaction: cards.Interaction) -> None:
    """Opens the form again with what was typed; files have to be attached again."""
    asked = await button.asked(interaction)
    kept = KEPT.validate_json(asked.text)
    slug = (asked.book or "") if asked.do == FORM or kept.before else ""
    await interaction.response.send_modal(BookModal(kept.form, slug))


class AddItButton(buttons.Pressed, template=r"book-new:(?P<title>(?s:.){1,80})"):
    """Opens the form for a book that is not known, with its title."""

    label, right = "Add this book", ORGANISER

    @classmethod
    def of(cls, error: UnknownBook) -> "list[AddItButton]":
        """Return what is offered where a title is not known."""
        title = cards.one_line(error.typed, TITLE)
        return [cls(title)] if title else []

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        await add_book(interaction, self.given["title"])


def form_of(book: Book) -> rules.BookForm:
    """Return what an organiser would have typed for a book."""
    return rules.BookForm(book.title, book.author, rules.length_text(book))


async def add_book(interaction: cards.Interaction, title: str = "") -> None:
    """Begin to add a book of the club's own, or to correct one that it has already, with what is known of it.

    It is picked from what Open Library has, where that may be asked; otherwise the form is opened.
    """
    (member, place), app = await needs(interaction, ORGANISER), app_of(interaction)
    form, slug = rules.named(title), ""
    with contextlib.suppress(UnknownBook):
        if title and (known := find_book(form.title, app.books_of(member.club), whole=True)).club:
            form, slug = form_of(known), known.slug
    if title and not slug and app.settings.catalogues:
        await acknowledge(interaction)
        await deliver(interaction, await candidates_card(app, member, place, form))
    else:
        await interaction.response.send_modal(BookModal(form, slug))


buttons.OPENINGS["open-add"] = buttons.Opening("Add a book", add_book, right=ORGANISER)

CURES[UnknownBook] = AddItButton.of

BUTTONS = (
    AddBookButton, AddItButton, undo_book_button, form_button, without_words_button, MoveMenu, CandidateMenu,
    CatalogueMenu,
)  # fmt: skip
