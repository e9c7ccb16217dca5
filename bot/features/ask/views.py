"""The buttons under answers: share it, have a hint, have it in private, turn the page, and why there is no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.answering.texts import place_sentence
from bot.app import App
from bot.audit import Audit, Did
from bot.discord.buttons import Pressed
from bot.discord.cards import Card, answer_card, notice_card, page_of
from bot.discord.context import Refused, app_of
from bot.discord.send import deliver, post, replace_card
from bot.discord.text import one_line
from bot.discord.visitor import may_speak, visitor
from bot.features.ask.rules import Answer, Questions
from bot.limits import Allowance
from bot.people import Member, Place
from bot.saved_questions import Asked
from corpus.books import Book, Slug
from corpus.positions import describe_position
from retrieval.gate import Audience

Items = Sequence[discord.ui.Item[Any]]
Books = Mapping[Slug, Book]

QUESTION = 250
"""Characters of a question above its answer."""


def private_card(answer: Answer, books: Books, items: Items, note: str = "") -> Card:
    """Return the card of an answer that its asker alone sees."""
    card = answer_card(answer.reply, title=_title(answer, books), buttons=items)
    return replace(card, note=note)


def public_card(answer: Answer, books: Books, items: Items, asker: str) -> Card:
    """Return the card of an answer that everybody in a place sees: with its question, and how far it goes.

    A question whose words go too far themselves is not repeated.
    """
    footers = (f"Asked by {asker}", how_far(answer.reply.book, answer.place, books))
    question = one_line(answer.asked.text, QUESTION) if answer.quotable else ""
    title = question or _title(answer, books)
    return answer_card(answer.reply, title=title, footers=footers, buttons=items, public=True)


def spoken_card(answer: Answer, books: Books, items: Items, note: str = "") -> Card:
    """Return the card of a reply to what somebody said where others read along."""
    footers = (how_far(answer.reply.book, answer.place, books),)
    card = answer_card(answer.reply, title=_title(answer, books), footers=footers, buttons=items, public=True)
    return replace(card, note=note)


def page_card(answer: Answer, books: Books, number: int, items: Items) -> Card:
    """Return one page of a long answer."""
    page = page_of(answer.reply.body, number)
    shown = replace(answer.reply, body=page.text, sources=())
    footers = (f"Page {page.number} of {page.of}",) if page.of > 1 else ()
    return answer_card(shown, title=_title(answer, books), footers=footers, buttons=items)


def hint_card(answer: Answer, books: Books, level: int, items: Items) -> Card:
    """Return a hint of one level, from 1, the mildest."""
    levels = answer.reply.hints
    if not levels:
        return private_card(answer, books, ())
    shown = min(max(1, level), len(levels))
    body, _, source = levels[shown - 1].rpartition("\n— ")
    reply = replace(answer.reply, body=body or source, sources=(source,) if body else ())
    title = f"{_title(answer, books)}: hint {shown} of {len(levels)}"
    return answer_card(reply, title=title.removeprefix(": "), buttons=items)


def how_far(book: Slug | None, audience: Audience, books: Books) -> str:
    """Return how far an answer for everybody in a place goes."""
    ceilings = [
        f"{books[slug].title}, {describe_position(marks, books[slug])}"
        for slug, marks in audience.positions.items()
        if slug in books and book in (None, slug)
    ]
    return f"Goes no further than {' and '.join(ceilings)}" if ceilings else "Spoiler-free: assumes nobody has started"


def why(book: Slug | None, audience: Audience, books: Books, *, public: bool) -> str:
    """Return why an answer says no more, in words that are the same whether there is more or not."""
    nothing_beyond = "I tell nothing beyond that, whether there is anything or not."
    if public and not audience.positions:
        return (
            "This place has no ceiling, so I speak here as to somebody who has not begun any book. "
            "A moderator sets one with /ceiling set. In private I go as far as you have read."
        )
    if public:
        return f"{how_far(book, audience, books)}. {nothing_beyond} In private I go as far as you have read."
    if book is None or book not in books:
        return f"You see what you have read, by your own reports. {nothing_beyond} /progress show lists them."
    place = place_sentence(books[book], audience.positions.get(book))
    return f"{books[book].title}: {place} {nothing_beyond} /progress set moves you on."


def out_of_tokens(answer: Answer, allowance: Allowance) -> str:
    """Return a note if the club's tokens for the chat model are used up, and nothing otherwise."""
    if not answer.out_of_tokens:
        return ""
    back = f"<t:{int(allowance.tomorrow.timestamp())}:R>"
    return f"Quotes only: today’s AI limit is used up. It resets {back}."


def _title(answer: Answer, books: Books) -> str:
    book = books.get(answer.reply.book or "")
    return book.title if book else ""


ID = r"[A-Za-z0-9_-]{1,16}"
ANSWERS = ("ask", "hint", "recap", "who")
"""What is kept for the buttons under an answer."""

POSTED = "posted"
"""What is kept for taking back what was shared: its message."""

LEVELS = {1: "What to think about", 2: "Where it is dealt with", 3: "The answer"}


class ShareButton(Pressed, template=rf"share:(?P<asked_id>{ID})"):
    """Asks once more, for everybody in the place, and posts that."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Share with the thread", f"share:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Share the answer."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await share(interaction, await own_question(interaction, self._asked_id, *ANSWERS))


class HintButton(Pressed, template=rf"hint:(?P<asked_id>{ID}):(?P<level>[1-3])"):
    """Shows a hint of one level, for what its reader has read by now."""

    def __init__(self, asked_id: str, level: int | str, *, shown: bool = False) -> None:
        style = discord.ButtonStyle.primary if shown else discord.ButtonStyle.secondary
        super().__init__(LEVELS[int(level)], f"hint:{asked_id}:{level}", style)
        self._asked_id, self._level = asked_id, int(level)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the hint in place of the one before."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, *ANSWERS)
        answer = await app_of(interaction).get(Questions).again(asked, do="hint")
        books = app_of(interaction).books
        await replace_card(interaction, hint_card(answer, books, self._level, hint_items(answer, self._level)))


class FirstHintButton(Pressed, template=rf"first-hint:(?P<asked_id>{ID})"):
    """Offers the hints to a question that was asked."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Hint", f"first-hint:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the mildest hint, in a message of its own."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked = await own_question(interaction, self._asked_id, *ANSWERS)
        answer = await app_of(interaction).get(Questions).again(asked, do="hint")
        await deliver(interaction, hint_card(answer, app_of(interaction).books, 1, hint_items(answer, 1)))


class PageButton(Pressed, template=rf"page:(?P<asked_id>{ID}):(?P<page>\d{{1,3}})"):
    """Turns to a page of a long answer."""

    def __init__(self, asked_id: str, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"page:{asked_id}:{page}")
        self._asked_id, self._page = asked_id, int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, *ANSWERS)
        answer = await app_of(interaction).get(Questions).again(asked)
        items = page_items(answer, self._page)
        await replace_card(interaction, page_card(answer, app_of(interaction).books, self._page, items))


class MineButton(Pressed, template=rf"mine:(?P<asked_id>{ID})"):
    """Answers a question that was asked in public once more, for whoever presses, and for them alone."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Answer me privately", f"mine:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Answer in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        app = app_of(interaction)
        asked = await app.get(Questions).asked(self._asked_id, *ANSWERS)
        member, place = await visitor(interaction)
        if asked.member.club != member.club:
            raise Refused("That question was asked in another club.")
        answer = await app.get(Questions).mine(asked, member, place)
        note = out_of_tokens(answer, app.get(Allowance))
        await deliver(interaction, private_card(answer, app.books, answer_items(answer), note))


class WhyButton(Pressed, template=rf"why:(?P<who>[po]):(?P<asked_id>{ID})"):
    """Says why an answer goes no further; anybody who sees the answer may ask."""

    def __init__(self, who: str, asked_id: str) -> None:
        super().__init__("Why can’t I see more?", f"why:{who}:{asked_id}")
        self._public, self._asked_id = who == "p", asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Explain, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        app = app_of(interaction)
        asked = await app.get(Questions).asked(self._asked_id, *ANSWERS)
        member, _ = await visitor(interaction)
        if asked.member.club != member.club or (not self._public and asked.member != member):
            raise Refused("That answer was for somebody else.")
        audience = await app.get(Questions).reach(asked, public=self._public)
        await deliver(interaction, notice_card(why(asked.book, audience, app.books, public=self._public)))


class TakeBackButton(Pressed, template=rf"take-back:(?P<asked_id>{ID})"):
    """Deletes what was shared; which message that is comes from what is kept, and not from who presses."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Take it back", f"take-back:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Delete the shared message."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, POSTED)
        channel = interaction.client.get_partial_messageable(asked.place.id)
        await channel.get_partial_message(int(asked.text)).delete()
        await replace_card(interaction, notice_card("Taken back."))


async def own_question(interaction: discord.Interaction[Any], asked_id: str, *of: str) -> Asked:
    """Return the question under whose answer a button was pressed, by its asker. Raises Refused or AskedLongAgo."""
    asked = await app_of(interaction).get(Questions).asked(asked_id, *of)
    if asked.member.id != interaction.user.id or asked.place.id != interaction.channel_id:
        raise Refused("That button belongs to somebody else’s answer. Ask for yourself with /ask.")
    return asked


async def share(interaction: discord.Interaction[Any], asked: Asked) -> None:
    """Ask once more for everybody in the place, post that, and offer its asker to take it back.

    The interaction has been deferred in private.
    """
    if interaction.guild_id is None:
        raise Refused("There is nobody to share with in a direct message.")
    if not may_speak(interaction):
        raise Refused("You may not write in this channel, so I do not write there for you.")
    app = app_of(interaction)
    answer = await app.get(Questions).again(asked, public=True)
    if not answer.reply.answered:
        await deliver(interaction, notice_card("I have posted nothing: as far as this place goes, there is no answer."))
        return
    await deliver(interaction, notice_card("Posting it for everybody here …"))
    asker = interaction.user.display_name
    posted = await post(interaction, public_card(answer, app.books, public_items(answer), asker))
    await noted(app, Did.SHARE, answer, posted)
    await shared(interaction, asked.member, asked.place, posted, "Shared, as far as this place goes.")


async def shared(
    interaction: discord.Interaction[Any], member: Member, place: Place, posted: discord.Message, done: str
) -> None:
    """Say that something is posted for everybody, and offer its sharer to take it back."""
    kept = await app_of(interaction).get(Questions).keep(POSTED, member, place, str(posted.id))
    await replace_card(interaction, notice_card(done, buttons=[TakeBackButton(kept.id)]))


async def noted(app: App, did: Did, answer: Answer, posted: discord.Message) -> None:
    """Note in the audit that an answer was posted for everybody, and what it rests on; never what was asked."""
    asked, book = answer.asked, app.books.get(answer.reply.book or "")
    about = book.title if book else ""
    await app.get(Audit).note(
        did, asked.place, asked.member.id, message=posted.id, about=about, sources=answer.reply.sources
    )


def answer_items(answer: Answer, *, sharable: bool = True) -> list[discord.ui.Item[Any]]:
    """Return the buttons under an answer that its asker alone sees: none where the question could not be kept."""
    asked_id = answer.asked.id
    if not asked_id:
        return []
    share_it = [ShareButton(asked_id)] if sharable and answer.asked.member.club else []
    hint = [FirstHintButton(asked_id)] if answer.asked.do == "ask" else []
    return [*share_it, *hint, WhyButton("o", asked_id)]


def public_items(answer: Answer) -> list[discord.ui.Item[Any]]:
    """Return the buttons under an answer that everybody in a place sees: the same for everybody."""
    return [MineButton(answer.asked.id), WhyButton("p", answer.asked.id)] if answer.asked.id else []


def hint_items(answer: Answer, level: int) -> list[discord.ui.Item[Any]]:
    """Return the buttons under a hint: its levels, and why there is no more."""
    asked_id = answer.asked.id
    if not asked_id:
        return []
    levels = [HintButton(asked_id, n, shown=n == level) for n in LEVELS] if answer.reply.hints else []
    return [*levels, WhyButton("o", asked_id)]


def page_items(answer: Answer, number: int) -> list[discord.ui.Item[Any]]:
    """Return the buttons under a page: the one before, the one behind, and those of every answer."""
    if not answer.asked.id:
        return []
    page = page_of(answer.reply.body, number)
    before = [PageButton(answer.asked.id, page.number - 1, "Back")] if page.number > 1 else []
    behind = [PageButton(answer.asked.id, page.number + 1, "More")] if page.number < page.of else []
    return [*before, *behind, *answer_items(answer)]


ANSWER_BUTTONS = (ShareButton, HintButton, FirstHintButton, PageButton, MineButton, WhyButton, TakeBackButton)
