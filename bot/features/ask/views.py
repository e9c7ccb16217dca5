"""The buttons under answers: share it, have a hint, have it in private, turn the page, and why there is no more."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

import discord

from bot.answering.reply import Mode
from bot.answering.texts import place_sentence
from bot.app import App
from bot.audit import Audit, Did
from bot.discord import context
from bot.discord.buttons import (
    ID,
    PAGE,
    PRIMARY,
    OpenButton,
    OwnButton,
    Page,
    Picked,
    Pressed,
    Share,
    button,
    own_question,
    share,
)
from bot.discord.cards import (
    OPTION,
    OPTIONS,
    Card,
    Interaction,
    Item,
    Items,
    answer_card,
    notice_card,
    one_line,
    page_of,
    turns,
)
from bot.discord.visitor import WAITING, ClubUnclear, acknowledge, server_of, visitor
from bot.features.ask.rules import OFFERS, Answer, First, Questions
from bot.features.ask.store import Asked, AskedQuestions, DirectMessages
from bot.features.ceilings.store import Audiences
from bot.features.progress.store import Progress
from bot.features.progress.views import asked_for, asked_once, asking, heard_card, perhaps_card
from bot.features.schedules.store import LAST_MEETING, Schedules
from bot.people import Member, Place
from corpus.books import Book, Slug
from corpus.names import find_book, names_in, without_names
from corpus.passages import LICENSED
from corpus.positions import describe_position, place_alone, reported
from retrieval.gate import Audience

log = logging.getLogger(__name__)

Books = Mapping[Slug, Book]
T = TypeVar("T")

QUESTION = 250  # characters of a question above its answer


def private_card(answer: Answer, books: Books, interaction: Interaction | None = None, note: str = "") -> Card:
    """Return the card of an answer that its asker alone sees; it can be shared where an interaction is answered."""
    if answer.kind:
        return answer_card(answer.reply, buttons=_offers(answer))
    return _card(answer, books, answer_items(answer, interaction), note=note or answer.note)


def public_card(answer: Answer, books: Books, asker: str = "") -> Card:
    """Return the card of an answer that everybody in a place sees, and how far it goes.

    Of an asker who is named, the question stands above it, unless its words go too far themselves.
    """
    if answer.kind:
        return answer_card(answer.reply, buttons=_offers(answer), public=True)
    footers = (*([f"Asked by {asker}"] if asker else []), how_far(answer.reply.book, answer.place, books))
    title = one_line(answer.asked.text, QUESTION) if asker and answer.quotable else ""
    items = [mine_button(answer.asked.id), why_button("p", answer.asked.id)] if answer.asked.id else []
    return _card(answer, books, items, title=title, footers=footers, public=True, note="" if asker else answer.note)


def page_card(answer: Answer, books: Books, interaction: Interaction, number: int = 1) -> Card:
    """Return one page of a long answer, with the buttons that turn it."""
    text, page, last = page_of(answer.reply.body, number)
    by = tuple(source for source in answer.reply.sources if LICENSED in source)
    shown = replace(answer, reply=replace(answer.reply, body=text, sources=by))
    footers = (f"Page {page} of {last}",) if last > 1 else ()
    turning = turns(partial(page_button, answer.asked.id), page, last) if answer.asked.id else []
    return _card(shown, books, [*turning, *answer_items(answer, interaction)], footers=footers)


def hint_card(answer: Answer, books: Books, level: int) -> Card:
    """Return a hint of one level, from 1, the mildest, with buttons for all of them."""
    levels, asked_id = answer.reply.hints, answer.asked.id
    if not levels:
        return _card(answer, books, [why_button("o", asked_id)] if asked_id else [])
    body, _, source = levels[level - 1].rpartition("\n— ")
    shown = replace(answer, reply=replace(answer.reply, body=body or source, sources=(source,) if body else ()))
    title = f"{_title(answer, books)}: hint {level} of {len(levels)}"
    items = (
        [*(HintButton(asked_id, n, shown=n == level) for n in LEVELS), why_button("o", asked_id)] if asked_id else []
    )
    return _card(shown, books, items, title=title)


def _card(
    answer: Answer, books: Books, items: Items, *, title: str = "", footers: Sequence[str] = (), public: bool = False,
    note: str = "",
) -> Card:  # fmt: skip
    """Return the card of an answer, below the title of its book where it has no other."""
    title = title or _title(answer, books)
    return answer_card(answer.reply, title=title, footers=footers, buttons=items, public=public, note=note)


def how_far(book: Slug | None, audience: Audience, books: Books) -> str:
    """Return how far an answer for everybody in a place goes."""
    ceilings = [
        f"{books[slug].title}, {describe_position(marks, books[slug])}"
        for slug, marks in audience.positions.items()
        if slug in books and book in (None, slug)
    ]
    return f"Spoiler-free up to {' and '.join(ceilings)}" if ceilings else "Spoiler-free: assumes nobody has started"


def why(book: Slug | None, audience: Audience, books: Books, *, public: bool) -> str:
    """Return why an answer says no more, in words that are the same whether there is more or not."""
    nothing_beyond = "I never go past that, whether or not there is more to say."
    if public:
        reach = f"{how_far(book, audience, books)}. {nothing_beyond}"
        if not audience.positions:
            reach = "No ceiling is set here, so I answer as if nobody had started a book. A moderator can set one with "
            reach += "/ceiling set."
        return f"{reach} With /ask I answer you privately, up to where you are."
    if book is None or book not in books:
        return f"I use only what you’ve told me you have read; /progress show lists it. {nothing_beyond}"
    place = place_sentence(books[book], audience.positions.get(book))
    return f"{books[book].title}: {place} {nothing_beyond} If you have read on, use /progress set."


def _offers(answer: Answer) -> list[Item]:
    """Return what can be opened under an answer about the club or the bot itself."""
    names = OFFERS.get(answer.kind, ())
    here = names if answer.asked.member.club else [name for name in names if name in ("open-where", "welcome-help")]
    return [OpenButton(name) for name in here]


def _title(answer: Answer, books: Books) -> str:
    book = books.get(answer.reply.book or "")
    return book.title if book else ""


ANSWERS = ("ask", "hint", "recap", "who")  # what is kept for the buttons under an answer

LEVELS = {1: "What to think about", 2: "Where to look", 3: "The answer"}


class ShareButton(Share, template=rf"share:{ID}"):
    """Asks once more, for everybody in the place, and posts that."""

    of = ANSWERS

    async def pressed(self, interaction: Interaction) -> None:
        """Share the answer."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await share_answer(interaction, await self.asked(interaction))


class HintButton(OwnButton, template=rf"hint:{ID}:(?P<level>[1-3])"):
    """Shows a hint of one level, for what its reader has read by now."""

    of = ANSWERS

    def __init__(self, asked_id: str, level: int | str, *, shown: bool = False) -> None:
        super().__init__(asked_id, level, label=LEVELS[int(level)], style=PRIMARY if shown else None)

    async def card(self, interaction: Interaction) -> Card:
        """Return the hint."""
        return await _hint(interaction, await self.asked(interaction), self.number("level"))


@button(OwnButton, "first-hint", "Hint", of=ANSWERS, opens=True)
async def first_hint_button(button: OwnButton, interaction: Interaction) -> Card:
    """Offers the hints to a question that was asked."""
    return await _hint(interaction, await button.asked(interaction), 1)


@button(Page, rf"page:{ID}:{PAGE}", of=ANSWERS)
async def page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of a long answer."""
    answer = await context.app_of(interaction).get(Questions).again(await button.asked(interaction))
    return page_card(answer, context.app_of(interaction).books, interaction, button.page)


@button(Pressed, "mine", "Answer me privately", answers=True)
async def mine_button(button: Pressed, interaction: Interaction) -> None:
    """Answers a public question again, privately and for the position of the member who presses the button."""
    app = context.app_of(interaction)
    member, place = await acknowledge(interaction)
    asked = await app.get(AskedQuestions).asked(button.given["asked_id"], *ANSWERS)
    if asked.member.club != member.club:
        raise context.Refused("That question was asked in another club.")
    await answer_privately(interaction, lambda first: app.get(Questions).mine(asked, member, place, first))


@button(Pressed, rf"why:(?P<who>[po]):{ID}", "Why can’t I see more?", opens=True)
async def why_button(button: Pressed, interaction: Interaction) -> Card:
    """Says why an answer goes no further; anybody who sees the answer may ask."""
    app, public = context.app_of(interaction), button.given["who"] == "p"
    asked = await app.get(AskedQuestions).asked(button.given["asked_id"], *ANSWERS)
    member, _ = await visitor(interaction)
    if asked.member.club != member.club or (not public and asked.member != member):
        raise context.Refused("That answer was for somebody else.")
    audiences = app.get(Audiences)
    audience = await (audiences.public(asked.place) if public else audiences.private(member, asked.place))
    return notice_card(why(asked.book, audience, app.books, public=public))


async def in_two_steps(
    bot: context.ClubBot, ask: Callable[[First], Awaitable[Answer]], send: Callable[[Answer], Awaitable[T]],
    change: Callable[[T, Answer], Awaitable[object]],
) -> tuple[Answer, T]:  # fmt: skip
    """Send an answer as soon as its quotes are there, and put the chat model's lead above them once it comes.

    What goes wrong after the quotes were sent takes them from nobody: the message may be deleted, or too old.
    """
    sent: list[tuple[Answer, T]] = []

    async def first(answer: Answer) -> None:
        sent.append((answer, await send(answer)))
        bot.under_way.answered()

    try:
        answer = await ask(first)
        if not sent:
            return answer, await send(answer)
        if answer.reply.mode is Mode.MODEL:
            await change(sent[0][1], answer)
            return answer, sent[0][1]
    except Exception as error:
        if not sent:
            raise
        if isinstance(error, discord.HTTPException):
            log.info("a lead came too late for its answer (%s)", error.code or error.status)
        else:
            context.readable(error)  # it is logged
    return sent[0]


async def answer_privately(interaction: Interaction, ask: Callable[[First], Awaitable[Answer]], note: str = "") -> None:
    """Answer an interaction, which has been acknowledged in private, for its asker alone."""
    app, (member, _) = context.app_of(interaction), await visitor(interaction)
    asked = await asked_once(app, member)

    async def send(answer: Answer) -> None:
        card = private_card(answer, app.books, interaction, note)
        await context.deliver(interaction, await with_place(app, answer, card, asked))

    await in_two_steps(context.bot_of(interaction), ask, send, lambda _, answer: send(answer))


async def command_card(
    interaction: Interaction, do: str, member: Member, place: Place, text: str, book: str | None
) -> Card:
    """Return the private card of a hint, of who somebody is, or of a recap, whose `text` is the part that it is of."""
    app = context.app_of(interaction)
    if do == "recap" and " ".join(text.casefold().split()) in LAST_MEETING:
        known = find_book(book, app.books_of(member.club)) if book else None
        book, text = await app.get(Schedules).since_last_meeting(place, context.parent_of(interaction), known)
    elif do == "recap":
        book = (await app.get(Questions).needed(member, place, book)).slug
    answer = await app.get(Questions).put(do, member, place, text, book)
    if do == "who":
        card = private_card(answer, app.books, interaction)
    else:
        card = hint_card(answer, app.books, 1) if do == "hint" else page_card(answer, app.books, interaction)
    return await with_place(app, answer, card)


async def with_place(app: App, answer: Answer, card: Card, asked: Items | None = None) -> Card:
    """Return the card of a private answer that also asks where its reader is.

    It does so once a section, unless that was `asked` before; and where nothing answers because they have not said it.
    """
    member = answer.asked.member
    items = await asked_once(app, member) if asked is None else asked
    if not items and not answer.reply.answered:
        items = await asked_for(app, member, answer.reply.book or answer.asked.book)
    return asking(card, items)


async def share_answer(interaction: Interaction, asked: Asked) -> None:
    """Ask once more for everybody in the place, post that, and offer its asker to take it back.

    The interaction has been deferred in private.
    """
    context.may_share(interaction)
    app = context.app_of(interaction)

    def card(answer: Answer) -> Card:
        return public_card(answer, app.books, interaction.user.display_name)

    async def send(answer: Answer) -> discord.Message:
        if not answer.reply.answered:
            raise context.Refused("I haven’t posted anything: I can’t answer that within this channel’s ceiling.")
        return await share(interaction, asked, card(answer), ShareButton.done)

    answer, posted = await in_two_steps(
        context.bot_of(interaction), lambda first: app.get(Questions).again(asked, public=True, first=first), send,
        lambda message, answer: context.edit(message, card(answer)),
    )  # fmt: skip
    await noted(app, Did.SHARE, answer, posted)


async def _hint(interaction: Interaction, asked: Asked, level: int) -> Card:
    answer = await context.app_of(interaction).get(Questions).again(asked, do="hint")
    return hint_card(answer, context.app_of(interaction).books, level)


async def noted(app: App, did: Did, answer: Answer, posted: discord.Message) -> None:
    """Note in the audit that an answer was posted for everybody, and what it rests on; never what was asked."""
    asked, book = answer.asked, app.books.get(answer.reply.book or "")
    about = book.title if book else ""
    await app.get(Audit).note(
        did, asked.place, asked.member.id, message=posted.id, about=about, sources=answer.reply.sources
    )


def answer_items(answer: Answer, interaction: Interaction | None) -> list[Item]:
    """Return the buttons under an answer that its asker alone sees: none where the question could not be kept."""
    asked_id = answer.asked.id
    if not asked_id:
        return []
    share_it = ShareButton.here(interaction, asked_id) if interaction and answer.reply.answered else []
    hint = [first_hint_button(asked_id)] if answer.asked.do == "ask" else []
    return [*share_it, *hint, why_button("o", asked_id)]


async def place_card(app: App, member: Member, place: Place, text: str, *, private: bool) -> Card | None:
    """Return the reply to a message that says where its author is, or may do so; None to any other."""
    books = app.books_of(member.club)
    named = [] if reported(text) else names_in(text, books)  # “of The Moonstone”
    if where := reported(without_names(text, books, "") if named else text):
        book = await app.get(Questions).reported(member, place, named[0] if named else None)
        return heard_card(member, await app.get(Progress).set(member, book, where), where, private=private)
    if place_alone(text):
        return perhaps_card(await app.get(Questions).reported(member, place), text, private=private)
    return None


class ClubMenu(Picked, template=r"club(?::[A-Za-z0-9_-]{1,16})?"):
    """Picks the club that somebody's direct messages are about; a question that waited for it is then answered."""

    @classmethod
    def of(cls, clubs: Iterable[tuple[int, str]], waiting: str = "") -> Self:
        """Return a menu of clubs, by id and name."""
        named = [(one_line(name, OPTION) or str(club), str(club)) for club, name in clubs][-OPTIONS:]
        options = [discord.SelectOption(label=label, value=value) for label, value in named]
        custom_id = f"club:{waiting}" if waiting else "club"
        return cls(discord.ui.Select(custom_id=custom_id, placeholder="Which club?", options=options))

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Note the choice, and answer what waited."""
        await interaction.response.defer()
        bot, member = context.bot_of(interaction), Member(int(values[0]), interaction.user.id)
        if member.club and not await bot.is_member(member.club, member.id):
            raise context.Refused("You’re no longer in that club.")
        await bot.app.get(DirectMessages).choose(member.id, member.club)
        guild = await server_of(bot, member.club) if member.club else None
        about = f"about {guild.name if guild else 'that club'}" if member.club else "about you alone, without a club"
        note = f"Our direct messages are now {about}. /club switch changes that."
        if waiting := self.custom_id.partition(":")[2]:
            asked = await own_question(interaction, waiting, *WAITING.values())
            await _answer_waiting(interaction, asked, member, note)
        else:
            await context.replace_card(interaction, notice_card(note))


async def _answer_waiting(interaction: Interaction, asked: Asked, member: Member, note: str) -> None:
    """Answer what waited for its club, in place of the menu."""
    app, place = context.app_of(interaction), Place(member.club, asked.place.id)
    if asked.do != WAITING["ask"]:
        do = asked.do.partition("-")[2]
        card = await command_card(interaction, do, member, place, asked.text, asked.book)
        await context.replace_card(interaction, replace(card, note=note))
        return
    heard = await place_card(app, member, place, asked.text, private=True) if asked.book is None else None
    if heard:
        await context.replace_card(interaction, replace(heard, note=note))
        return

    async def ask(first: First) -> Answer:
        if asked.book is None:
            return await app.get(Questions).say(member, place, asked.text, private=True, first=first)
        return await app.get(Questions).put("ask", member, place, asked.text, asked.book, first=first)

    async def send(answer: Answer) -> None:
        await context.replace_card(interaction, private_card(answer, app.books, note=note))

    await in_two_steps(context.bot_of(interaction), ask, send, lambda _, answer: send(answer))


context.CURES[ClubUnclear] = lambda unclear: [ClubMenu.of(unclear.among, unclear.waiting)]

ANSWER_BUTTONS = (ShareButton, HintButton, first_hint_button, page_button, mine_button, why_button, ClubMenu)
