"""What moderators press under a discussion prompt, and what they type about it: the queue and its decisions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import discord

from bot.answering.drafts import PromptDraft
from bot.app import App
from bot.audiences import Audiences
from bot.discord.buttons import DANGER, ID, PRIMARY, Dialogue, OwnButton, Pressed
from bot.discord.cards import Card, notice_card, turns
from bot.discord.context import MODERATOR, app_of, bot_of, deliver, may_speak, needs, replace_card
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked
from bot.features.prompts.jobs import PromptPosts, drafts_card, mark_of, prompt_card, stopped_card
from bot.features.prompts.rules import MAX_PROMPT, MAX_REASON, Drafts, Prompts
from bot.features.prompts.store import Prompt, State
from bot.people import Member, Place
from bot.times import timestamp
from corpus.books import Book, Reveals, Slug
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

EMPTY = "The queue is empty. /prompt draft drafts a discussion prompt, /prompt suggest is for everybody."

DECISIONS = {"approve": "Approve", "post": "Post here now"}
QUESTIONS = {"edit": "Edit", "reject": "Reject with reason", "section": "Place in section"}


class DecideButton(Pressed, template=r"prompt:(?P<do>approve|post):(?P<number>\d{1,18})"):
    """Approves a prompt, or posts it where the button is pressed."""

    style = PRIMARY

    def __init__(self, do: str, number: int | str) -> None:
        super().__init__(do, number, label=DECISIONS[do])

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Decide, and return what has become of the prompt."""
        by, place = await needs(interaction, MODERATOR)
        number = self.number("number")
        if self.given["do"] == "post":
            return await posted_here(interaction, by, place, number)
        app = app_of(interaction)
        return await looked_at(app, place, await app.get(Prompts).approve(by, number))


class OverrideButton(Pressed, template=r"prompt-override:(?P<number>\d{1,18}):(?P<due>\d{1,12})"):
    """Posts a prompt that goes further than its place, now or at a time (in seconds, as Unix counts them; 0 is now)."""

    label, style = "Post all the same", DANGER

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Post it; the audit says who did."""
        by, place = await needs(interaction, MODERATOR)
        due = dt.datetime.fromtimestamp(self.number("due"), dt.UTC) if self.number("due") else None
        return await posted_here(interaction, by, place, self.number("number"), due, override=True)


class TypeButton(Pressed, template=r"prompt:(?P<do>edit|reject|section):(?P<number>\d{1,18})"):
    """Asks for what has to be typed to edit or reject a prompt, or to place it in a section."""

    def __init__(self, do: str, number: int | str) -> None:
        super().__init__(do, number, label=QUESTIONS[do])

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Ask."""
        await type_about(interaction, self.given["do"], self.number("number"))


class QueueButton(Pressed, template=r"prompt-queue:(?P<number>\d{1,4})"):
    """Turns to a place in the queue."""

    label = "Queue"

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show it in place of the one before."""
        by, place = await needs(interaction, MODERATOR)
        return await queue_card(app_of(interaction), by, place, self.number("number"))


async def queue_card(app: App, by: Member, place: Place, number: int) -> Card:
    """Return one prompt of the queue, by its place in it, or the nearest there is."""
    waiting = await app.get(Prompts).queue(by.club)
    if not waiting:
        return notice_card(EMPTY)
    shown = min(max(1, number), len(waiting))
    prompt = waiting[shown - 1]
    beyond = await app.get(Prompts).beyond(prompt, place)
    items = [*prompt_items(prompt), *turns(QueueButton, shown, len(waiting), more="Next")]
    return prompt_card(prompt, beyond, app.books, items, f"{shown} of {len(waiting)} in the queue")


async def looked_at(app: App, place: Place, prompt: Prompt) -> Card:
    """Return a prompt as a moderator in a place sees it, with all that can be done about it."""
    beyond = await app.get(Prompts).beyond(prompt, place)
    return prompt_card(prompt, beyond, app.books, [*prompt_items(prompt), QueueButton(1)])


def prompt_items(prompt: Prompt) -> list[discord.ui.Item[Any]]:
    """Return the buttons under a prompt: what can still be decided about it."""
    if prompt.state is State.POSTED:
        return []
    approve = [DecideButton("approve", prompt.id)] if prompt.state is not State.APPROVED else []
    reject = [] if prompt.state is State.REJECTED else [TypeButton("reject", prompt.id)]
    others = [TypeButton("edit", prompt.id), *reject, TypeButton("section", prompt.id)]
    return [*approve, *others, DecideButton("post", prompt.id)]


async def posted_here(
    interaction: discord.Interaction[Any], by: Member, place: Place, number: int, due: dt.datetime | None = None, *,
    override: bool = False,
) -> Card:  # fmt: skip
    """Post a prompt here, now or when it is due, and return what its moderator is told.

    One that goes further than this place is stopped, and its moderator asked.
    """
    may_speak(interaction)
    app = app_of(interaction)
    prompt = await app.get(Prompts).prompt(by.club, number)
    beyond = await app.get(Prompts).beyond(prompt, place)
    if beyond and not override:
        seconds = int(due.timestamp()) if due else 0
        return stopped_card(prompt, beyond, app.books, [OverrideButton(number, seconds), TypeButton("edit", number)])
    planned = await app.get(Prompts).plan(by, number, place, due, override=bool(beyond))
    if due is not None and due > app.now():
        bot_of(interaction).jobs.nudge()
        return notice_card(f"I post it here {timestamp(due)}.", buttons=[TypeButton("edit", number), QueueButton(1)])
    message = await PromptPosts(bot_of(interaction)).post(by.club, planned.id)
    done = "Posted." if message else "It is being posted already."
    return notice_card(done, buttons=[QueueButton(1)])


class Typed(Dialogue):
    """A modal about one prompt; what it did is shown in place of the card that it was opened from, if there is one."""

    def __init__(self, prompt: Prompt, fields: Mapping[str, discord.ui.TextInput[Any]]) -> None:
        super().__init__(title=mark_of(prompt))
        self._prompt, self._fields = prompt, fields
        for field in fields.values():
            self.add_item(field)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Do what was typed, for who still is a moderator."""
        alone = interaction.message is None
        await (interaction.response.defer(ephemeral=True, thinking=True) if alone else interaction.response.defer())
        by, place = await needs(interaction, MODERATOR)
        app, typed = app_of(interaction), {name: field.value for name, field in self._fields.items()}
        card = await looked_at(app, place, await self._done(app, by, typed))
        await (deliver(interaction, card) if alone else replace_card(interaction, card))

    async def _done(self, app: App, by: Member, typed: Mapping[str, str]) -> Prompt:
        if "words" in typed:
            return await app.get(Prompts).edit(by, self._prompt.id, typed["words"])
        if "reason" in typed:
            return await app.get(Prompts).reject(by, self._prompt.id, typed["reason"])
        book = find_book(typed["book"], app.books)
        return await app.get(Prompts).in_section(by, self._prompt.id, book, typed["where"])


async def type_about(interaction: discord.Interaction[Any], do: str, number: int) -> None:
    """Ask a moderator for what has to be typed about a prompt; a modal is an answer, so nothing is deferred before."""
    by, place = await needs(interaction, MODERATOR)
    app = app_of(interaction)
    prompt = await app.get(Prompts).prompt(by.club, number)
    await interaction.response.send_modal(Typed(prompt, _fields(do, prompt, await _book_of(app, prompt, place))))


async def _book_of(app: App, prompt: Prompt, place: Place) -> str:
    """Return the title of the book that a prompt is about, as far as that can be known."""
    here: list[Slug] = list(await app.get(Audiences).ceiling(place))
    book = app.books.get(prompt.book or (here[0] if len(here) == 1 else ""))
    return book.title if book else ""


def _fields(do: str, prompt: Prompt, book: str) -> dict[str, discord.ui.TextInput[Any]]:
    """Return the fields of a modal, by what is typed into them."""
    if do == "edit":
        long = discord.TextStyle.paragraph
        return {"words": _field("Words", style=long, default=prompt.text, max_length=MAX_PROMPT)}
    if do == "reject":
        return {"reason": _field("Reason, for the moderators", required=False, max_length=MAX_REASON)}
    where = _field("End of the section", placeholder="ch 8, p. 120, 45%", max_length=MAX_LENGTH)
    return {"book": _field("Book", default=book or None, max_length=200), "where": where}


def _field(label: str, **options: Any) -> discord.ui.TextInput[Any]:  # noqa: ANN401 (the library's options)
    return discord.ui.TextInput(label=label, **options)


PROMPT_BUTTONS = (DecideButton, OverrideButton, TypeButton, QueueButton)


NOTHING = "There is nothing to draft from up to there."


class KeepButton(OwnButton, template=rf"prompt-keep:{ID}:(?P<number>[1-9])"):
    """Puts a draft into the queue, and shows it in a message of its own: several may be kept."""

    style, of, opens = PRIMARY, ("drafts",), True

    def __init__(self, asked_id: str, number: int | str) -> None:
        super().__init__(asked_id, number, label=f"Keep {number}")

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Keep it."""
        member, place = await needs(interaction, MODERATOR)
        asked = await self.asked(interaction)
        kind, text, marks = json.loads(asked.text)["drafts"][self.number("number") - 1]
        app = app_of(interaction)
        prompt = await app.get(Prompts).keep(
            member, place, PromptDraft(text, kind, Reveals.of(marks)), asked.book or ""
        )
        return await looked_at(app, place, prompt)


class OthersButton(OwnButton, template=rf"prompt-others:{ID}"):
    """Drafts others."""

    label, of = "Others", ("drafts",)

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show them in place of those before."""
        member, place = await needs(interaction, MODERATOR)
        asked = await self.asked(interaction)
        app, wish = app_of(interaction), json.loads(asked.text)
        book = app.books[asked.book or ""]
        return await drafted(app, member, place, book, wish["kind"], wish["where"], wish["turn"] + 1, wish["library"])


async def drafted(
    app: App, member: Member, place: Place, book: Book, kind: str, where: str = "", turn: int = 0,
    library: bool = False,
) -> Card:  # fmt: skip
    """Draft, keep the drafts for their buttons, and return them as a card."""
    drafts = await app.get(Drafts).of(member, place, book, kind, where=where, turn=turn, library=library)
    if not drafts:
        return notice_card(NOTHING)
    kept = [(draft.kind, draft.text, dict(draft.needs.marks)) for draft in drafts]
    wish = {"kind": kind, "where": where, "turn": turn, "library": library, "drafts": kept}
    asked: Asked = await app.get(Questions).keep("drafts", member, place, json.dumps(wish), book.slug)
    buttons = [KeepButton(asked.id, n) for n in range(1, len(drafts) + 1)]
    return drafts_card(f"{book.title}: {kind}", drafts, [*buttons, OthersButton(asked.id)])


DRAFT_BUTTONS = (KeepButton, OthersButton)
