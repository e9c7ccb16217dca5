"""`/prompt`: discussion prompts, suggested by members, drafted, decided and posted by moderators.

Discord hides the whole of a group from who lacks its permission, and `/prompt suggest` is for everybody: so the group
asks for none, and every other command checks who uses it.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Literal

import discord
from discord import app_commands

from bot.answering.drafts import PromptDraft
from bot.app import App
from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.buttons import DANGER, ID, PRIMARY, Dialogue, OwnButton, Pressed
from bot.discord.cards import CHOICE, CHOICES, Card, Interaction, Item, notice_card, one_line, turns
from bot.discord.context import MODERATOR, app_of, bot_of, deliver, has, may_speak, needs, replace_card
from bot.discord.visitor import AppCog, acknowledge, in_clubs
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ceilings.store import Audiences
from bot.features.prompts.jobs import PromptPosts, drafts_card, mark_of, prompt_card, stopped_card
from bot.features.prompts.rules import MAX_PROMPT, MAX_REASON, Prompt, PromptState
from bot.features.prompts.store import JOBS, Prompts
from bot.people import Member, Place
from bot.times import read_moment, timestamp
from corpus.books import Book, Reveals, Slug
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

EMPTY = "The queue is empty. Write a prompt with /prompt draft; everybody can suggest one with /prompt suggest."

DECISIONS = {"approve": "Approve", "post": "Post here now"}
QUESTIONS = {"edit": "Edit", "reject": "Reject with reason", "section": "Place in section"}


class DecideButton(Pressed, template=r"prompt:(?P<do>approve|post):(?P<number>\d{1,18})"):
    """Approves a prompt, or posts it where the button is pressed."""

    style = PRIMARY

    def __init__(self, do: str, number: int | str) -> None:
        super().__init__(do, number, label=DECISIONS[do])

    async def card(self, interaction: Interaction) -> Card:
        """Decide, and return what has become of the prompt."""
        by, place = await needs(interaction, MODERATOR)
        number = self.number("number")
        if self.given["do"] == "post":
            return await posted_here(interaction, by, place, number)
        app = app_of(interaction)
        return await looked_at(app, place, await app.get(Prompts).approve(by, number))


class OverrideButton(Pressed, template=r"prompt-override:(?P<number>\d{1,18}):(?P<due>\d{1,12})"):
    """Posts a prompt that goes further than its place, now or at a time."""

    label, style = "Post anyway", DANGER

    async def card(self, interaction: Interaction) -> Card:
        """Post it; the audit says who did."""
        by, place = await needs(interaction, MODERATOR)
        due = dt.datetime.fromtimestamp(self.number("due"), dt.UTC) if self.number("due") else None
        return await posted_here(interaction, by, place, self.number("number"), due, override=True)


class TypeButton(Pressed, template=r"prompt:(?P<do>edit|reject|section):(?P<number>\d{1,18})"):
    """Asks for what has to be typed to edit or reject a prompt, or to place it in a section."""

    def __init__(self, do: str, number: int | str) -> None:
        super().__init__(do, number, label=QUESTIONS[do])

    async def pressed(self, interaction: Interaction) -> None:
        """Ask."""
        await type_about(interaction, self.given["do"], self.number("number"))


class QueueButton(Pressed, template=r"prompt-queue:(?P<number>\d{1,4})"):
    """Turns to a place in the queue."""

    label = "Queue"

    async def card(self, interaction: Interaction) -> Card:
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


def prompt_items(prompt: Prompt) -> list[Item]:
    """Return the buttons under a prompt: what can still be decided about it."""
    if prompt.state is PromptState.POSTED:
        return []
    approve = [DecideButton("approve", prompt.id)] if prompt.state is not PromptState.APPROVED else []
    reject = [] if prompt.state is PromptState.REJECTED else [TypeButton("reject", prompt.id)]
    others = [TypeButton("edit", prompt.id), *reject, TypeButton("section", prompt.id)]
    return [*approve, *others, DecideButton("post", prompt.id)]


async def posted_here(
    interaction: Interaction, by: Member, place: Place, number: int, due: dt.datetime | None = None, *,
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
        return notice_card(f"I’ll post it here {timestamp(due)}.", buttons=[TypeButton("edit", number), QueueButton(1)])
    message = await PromptPosts(bot_of(interaction)).post(by.club, planned.id)
    done = "Posted." if message else "It is being posted already."
    return notice_card(done, buttons=[QueueButton(1)])


class PromptDialogue(Dialogue):
    """A modal about one prompt; what it did is shown in place of the card that it was opened from, if there is one."""

    def __init__(self, prompt: Prompt, fields: Mapping[str, discord.ui.TextInput[Any]]) -> None:
        super().__init__(title=mark_of(prompt))
        self._prompt, self._fields = prompt, fields
        for field in fields.values():
            self.add_item(field)

    async def on_submit(self, interaction: Interaction, /) -> None:
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
        book = find_book(typed["book"], app.books_of(by.club))
        return await app.get(Prompts).in_section(by, self._prompt.id, book, typed["where"])


async def type_about(interaction: Interaction, do: str, number: int) -> None:
    """Ask a moderator for what has to be typed about a prompt; a modal is an answer, so nothing is deferred before."""
    by, place = await needs(interaction, MODERATOR)
    app = app_of(interaction)
    prompt = await app.get(Prompts).prompt(by.club, number)
    here: list[Slug] = list(await app.get(Audiences).ceiling(place))
    book = app.books.get(prompt.book or (here[0] if len(here) == 1 else ""))
    await interaction.response.send_modal(PromptDialogue(prompt, _fields(do, prompt, book)))


def _fields(do: str, prompt: Prompt, book: Book | None) -> dict[str, discord.ui.TextInput[Any]]:
    """Return the fields of a modal, by what is typed into them."""
    field = discord.ui.TextInput[Any]
    if do == "edit":
        long = discord.TextStyle.paragraph
        return {"words": field(label="Words", style=long, default=prompt.text, max_length=MAX_PROMPT)}
    if do == "reject":
        return {"reason": field(label="Reason, for the moderators", required=False, max_length=MAX_REASON)}
    where = field(label="End of the section", placeholder="ch 8, p. 120, 45%", max_length=MAX_LENGTH)
    return {"book": field(label="Book", default=book.title if book else None, max_length=200), "where": where}


class KeepButton(OwnButton, template=rf"prompt-keep:{ID}:(?P<number>[1-9])"):
    """Puts a draft into the queue, and shows it in a message of its own: several may be kept."""

    style, of, opens = PRIMARY, ("drafts",), True

    def __init__(self, asked_id: str, number: int | str) -> None:
        super().__init__(asked_id, number, label=f"Keep {number}")

    async def card(self, interaction: Interaction) -> Card:
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

    async def card(self, interaction: Interaction) -> Card:
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
    drafts = await app.get(Prompts).draft(member, place, book, kind, where=where, turn=turn, library=library)
    if not drafts:
        return notice_card("I know too little about the book up to that point to draft a prompt.")
    kept = [(draft.kind, draft.text, dict(draft.needs.marks)) for draft in drafts]
    wish = {"kind": kind, "where": where, "turn": turn, "library": library, "drafts": kept}
    asked: Asked = await app.get(AskedQuestions).keep("drafts", member, place, json.dumps(wish), book.slug)
    buttons = [KeepButton(asked.id, n) for n in range(1, len(drafts) + 1)]
    return drafts_card(f"{book.title}: {kind}", drafts, [*buttons, OthersButton(asked.id)])


Typed = app_commands.Range[str, 1, 200]
Where = app_commands.Range[str, 1, MAX_LENGTH]
Words = app_commands.Range[str, 1, MAX_PROMPT]
Number = app_commands.Range[int, 1]
Kind = Literal["character", "theme", "craft", "prediction", "quote", "comparison", "personal"]
Shelf = Literal["the book’s own", "character", "theme", "craft", "prediction", "quote", "comparison", "personal"]


async def numbers(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the prompts of the queue to a moderator, by number; to anybody else, nothing."""
    if interaction.guild_id is None or not await has(interaction, MODERATOR):
        return []
    waiting = await app_of(interaction).get(Prompts).queue(interaction.guild_id)
    fitting = [prompt for prompt in waiting if str(prompt.id).startswith(str(typed or ""))]
    return [
        app_commands.Choice(name=one_line(f"{prompt.id}: {prompt.text}", CHOICE), value=prompt.id)
        for prompt in fitting[:CHOICES]
    ]


class PromptCog(AppCog):
    """Discussion prompts, from the idea to the post."""

    prompt = in_clubs(app_commands.Group(name="prompt", description="Questions to discuss, about what we have read."))

    @prompt.command()
    @app_commands.describe(text="The question, in your own words", book="Which book it is about")
    @app_commands.autocomplete(book=autocomplete.books)
    async def suggest(self, interaction: Interaction, text: Words, book: Typed | None = None) -> None:
        """Suggest a question for everybody to discuss. The moderators look at it first."""
        member, place = await acknowledge(interaction)
        known = find_book(book, self._app.books_of(member.club)).slug if book else None
        await self._app.get(Prompts).suggest(member, place, text, book=known)
        await deliver(interaction, notice_card("Suggested. Only the moderators see it, in their queue."))

    @prompt.command()
    @app_commands.describe(
        kind="What kind of question",
        book="The book",
        upto="Where the section ends; if left out, this channel’s ceiling",
    )
    @app_commands.autocomplete(book=autocomplete.books)
    async def draft(
        self, interaction: Interaction, kind: Kind, book: Typed | None = None, upto: Where | None = None
    ) -> None:
        """Draft discussion prompts from what readers of a section know (moderators)."""
        await self._draft(interaction, kind, book, upto, library=False)

    @prompt.command()
    @app_commands.describe(
        kind="What kind of questions",
        book="The book",
        upto="Where the section ends; if left out, this channel’s ceiling",
    )
    @app_commands.autocomplete(book=autocomplete.books)
    async def library(
        self, interaction: Interaction, kind: Shelf = "the book’s own", book: Typed | None = None,
        upto: Where | None = None,
    ) -> None:  # fmt: skip
        """Show the book’s own and ready-made questions, up to where we have read (moderators)."""
        await self._draft(interaction, kind, book, upto, library=True)

    async def _draft(
        self, interaction: Interaction, kind: str, book: str | None, upto: str | None, *, library: bool
    ) -> None:
        member, place = await acknowledge(interaction, MODERATOR)
        known = await self._app.get(Questions).needed(member, place, book)
        await deliver(interaction, await drafted(self._app, member, place, known, kind, upto or "", library=library))

    @prompt.command()
    async def queue(self, interaction: Interaction) -> None:
        """Look through suggested and approved prompts, one by one (moderators)."""
        member, place = await acknowledge(interaction, MODERATOR)
        await deliver(interaction, await queue_card(self._app, member, place, 1))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt")
    @app_commands.autocomplete(number=numbers)
    async def approve(self, interaction: Interaction, number: Number) -> None:
        """Approve a discussion prompt, so that it can be posted (moderators)."""
        member, place = await acknowledge(interaction, MODERATOR)
        approved = await self._app.get(Prompts).approve(member, number)
        await deliver(interaction, await looked_at(self._app, place, approved))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt")
    @app_commands.autocomplete(number=numbers)
    async def edit(self, interaction: Interaction, number: Number) -> None:
        """Reword a discussion prompt (moderators)."""
        await type_about(interaction, "edit", number)

    @prompt.command()
    @app_commands.describe(number="The number of the prompt", reason="Why, for the other moderators")
    @app_commands.autocomplete(number=numbers)
    async def reject(
        self, interaction: Interaction, number: Number,
        reason: app_commands.Range[str, 1, MAX_REASON] | None = None,
    ) -> None:  # fmt: skip
        """Reject a discussion prompt (moderators)."""
        member, place = await acknowledge(interaction, MODERATOR)
        rejected = await self._app.get(Prompts).reject(member, number, reason or "")
        await deliver(interaction, await looked_at(self._app, place, rejected))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt", when="Such as Friday 8pm or in 3 hours; now if left out")
    @app_commands.autocomplete(number=numbers)
    async def post(self, interaction: Interaction, number: Number, when: Typed | None = None) -> None:
        """Post a discussion prompt here, now or later (moderators)."""
        member, place = await acknowledge(interaction, MODERATOR)
        now, zone = self._app.now(), (await self._app.get(SetUp).settings(member.club)).zone
        due = await self._app.workers.do(lambda: read_moment(when, now, zone)) if when else None
        await deliver(interaction, await posted_here(interaction, member, place, number, due))


FEATURE = Feature(
    "prompts",
    cogs=(PromptCog,),
    buttons=(DecideButton, OverrideButton, TypeButton, QueueButton, KeepButton, OthersButton),
    jobs={JOBS: lambda bot: PromptPosts(bot).do},
)
