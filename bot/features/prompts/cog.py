"""`/prompt`: discussion prompts, suggested by members, drafted, decided and posted by moderators."""

import datetime as dt
import json
from typing import Literal

import discord
from discord import app_commands

from bot.answering.drafts import PromptDraft
from bot.app import App
from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.buttons import DANGER, ID, OPENINGS, PRIMARY, Dialogue, Opening, OwnButton, Pressed, button
from bot.discord.cards import CHOICE, CHOICES, Card, Interaction, Tone, notice_card, one_line, safe, turns
from bot.discord.context import MODERATOR, app_of, bot_of, deliver, has, may_speak, needs, replace_card
from bot.discord.visitor import FOR_MODERATORS, AppCog, Feature, acknowledge, in_clubs, visitor
from bot.features.ask.rules import Questions
from bot.features.ask.store import AskedQuestions
from bot.features.ceilings.store import Audiences
from bot.features.prompts.jobs import PromptPosts, mark_of, prompt_card, where_it_belongs
from bot.features.prompts.store import BOOKS_OWN, JOBS, MAX_PROMPT, MAX_REASON, Prompt, Prompts, PromptState
from bot.people import Member, Place
from bot.times import read_moment, timestamp
from corpus.books import Book, Reveals
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

EMPTY = "The queue is empty. Write a prompt with /prompt draft; everybody can suggest one, from /help."

DECISIONS = {"approve": "Approve", "post": "Post here now"}
SHOW = {"show": "Show it"}
STYLES = {"approve": PRIMARY, "post": PRIMARY, "show": DANGER}
QUESTIONS = {"edit": "Edit", "reject": "Reject with reason", "section": "Place in section"}


class PromptButton(Pressed, template=r"prompt:(?P<do>approve|post|edit|reject|section|show):(?P<number>\d{1,18})"):
    """Approves a prompt, posts or shows it where the button is pressed, or asks for what has to be typed."""

    def __init__(self, do: str, number: int | str) -> None:
        super().__init__(do, number, label=(DECISIONS | QUESTIONS | SHOW)[do], style=STYLES.get(do))

    async def pressed(self, interaction: Interaction) -> None:
        """Decide, or ask."""
        if self.given["do"] in QUESTIONS:
            await type_about(interaction, self.given["do"], self.number("number"))
        else:
            await super().pressed(interaction)

    async def card(self, interaction: Interaction) -> Card:
        """Decide, and return what has become of the prompt."""
        by, place = await needs(interaction, MODERATOR)
        if self.given["do"] == "post":
            return await posted_here(interaction, by, place, self.number("number"))
        prompts, number = app_of(interaction).get(Prompts), self.number("number")
        showing = self.given["do"] == "show"
        prompt = await (prompts.prompt(by.club, number) if showing else prompts.approve(by, number))
        return await looked_at(app_of(interaction), by, place, prompt, show=True)


@button(Pressed, r"prompt-override:(?P<number>\d{1,18}):(?P<due>\d{1,12})", "Post anyway", style=DANGER)
async def override_button(button: Pressed, interaction: Interaction) -> Card:
    """Posts a prompt that goes further than its place, now or at a time."""
    by, place = await needs(interaction, MODERATOR)
    due = dt.datetime.fromtimestamp(button.number("due"), dt.UTC) if button.number("due") else None
    return await posted_here(interaction, by, place, button.number("number"), due, override=True)


@button(Pressed, r"prompt-queue:(?P<number>\d{1,4})", "Queue")
async def queue_button(button: Pressed, interaction: Interaction) -> Card:
    """Turns to a place in the queue."""
    by, place = await needs(interaction, MODERATOR)
    return await queue_card(app_of(interaction), by, place, button.number("number"))


async def queue_card(app: App, by: Member, place: Place, number: int) -> Card:
    """Return one prompt of the queue, by its place in it, or the nearest there is."""
    waiting = await app.get(Prompts).queue(by.club)
    shown = min(max(1, number), len(waiting))
    return await looked_at(app, by, place, waiting[shown - 1], shown, len(waiting)) if waiting else notice_card(EMPTY)


async def looked_at(
    app: App, by: Member, place: Place, prompt: Prompt, shown: int = 0, of: int = 0, *, show: bool = False
) -> Card:
    """Return a prompt as a moderator in a place sees it, alone or in the queue, with what can be done about it.

    What would spoil the book for them is covered, unless they want it shown.
    """
    beyond, unread = await app.get(Prompts).looked_at(prompt, by, place)
    unread = {} if show else unread
    done = {"approved": "approve", "rejected": "reject"}.get(prompt.state)
    can: tuple[str, ...] = () if prompt.state == PromptState.POSTED else (*DECISIONS, *QUESTIONS)
    can = ("show", *(do for do in can if do == "reject")) if unread else can
    items = [PromptButton(do, prompt.id) for do in can if do != done]
    others = turns(queue_button, shown, of, more="Next") if of else [queue_button(1)]
    where = f"{shown} of {of} in the queue" if of else ""
    return prompt_card(prompt, beyond, app.books, [*items, *others], where, unread)


async def posted_here(
    interaction: Interaction, by: Member, place: Place, number: int, due: dt.datetime | None = None, *,
    override: bool = False
) -> Card:  # fmt: skip
    """Post a prompt here, now or when it is due; of one that goes further than this place, its moderator is asked."""
    may_speak(interaction)
    app = app_of(interaction)
    prompt = await app.get(Prompts).prompt(by.club, number)
    beyond, unread = await app.get(Prompts).looked_at(prompt, by, place)
    if beyond and not override:
        seconds = int(due.timestamp()) if due else 0
        cure = "If it’s no spoiler, you can post it anyway; the audit records that."
        body = f"I haven’t posted it. {where_it_belongs(beyond, app.books)} {cure}"
        items = [override_button(number, seconds), PromptButton("show" if unread else "edit", number)]
        return Card(mark_of(prompt), body, () if unread else (safe(prompt.text),), Tone.PROBLEM, items)
    planned = await app.get(Prompts).plan(by, number, place, due, override=bool(beyond))
    if due is not None and due > app.now():
        bot_of(interaction).jobs.nudge()
        items = [PromptButton("edit", number), queue_button(1)]
        return notice_card(f"I’ll post it here {timestamp(due)}.", buttons=items)
    posted = await PromptPosts(bot_of(interaction)).post(by.club, planned.id)
    return notice_card("Posted." if posted else "It is being posted already.", buttons=[queue_button(1)])


class PromptDialogue(Dialogue):
    """A modal about one prompt; what it did is shown in place of the card that it was opened from, if there is one."""

    def __init__(self, do: str, prompt: Prompt, book: Book | None) -> None:
        super().__init__(title=mark_of(prompt))
        self._do, self._prompt = do, prompt
        if do == "edit":
            long = discord.TextStyle.paragraph
            self._fields = [self.line("The question", "words", prompt.text, style=long, max_length=MAX_PROMPT)]
        elif do == "reject":
            label = "Reason, for the moderators"
            self._fields = [self.line(label, "reason", "", required=False, max_length=MAX_REASON)]
        else:
            title = self.line("Book", "book", book.title if book else "", max_length=200)
            example = "ch 8, p. 120, 45%"
            where = self.line("End of the section", "where", "", placeholder=example, max_length=MAX_LENGTH)
            self._fields = [title, where]

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Do what was typed, for who still is a moderator."""
        alone = interaction.message is None
        await (interaction.response.defer(ephemeral=True, thinking=True) if alone else interaction.response.defer())
        by, place = await needs(interaction, MODERATOR)
        app, number, (typed, *where) = app_of(interaction), self._prompt.id, [field.value for field in self._fields]
        prompts = app.get(Prompts)
        if self._do == "edit":
            prompt = await prompts.edit(by, number, typed)
        elif self._do == "reject":
            prompt = await prompts.reject(by, number, typed)
        else:
            prompt = await prompts.in_section(by, number, find_book(typed, app.books_of(by.club)), where[0])
        card = await looked_at(app, by, place, prompt, show=self._do == "edit")
        await (deliver(interaction, card) if alone else replace_card(interaction, card))


async def type_about(interaction: Interaction, do: str, number: int) -> None:
    """Ask a moderator for what has to be typed about a prompt; a modal is an answer, so nothing is deferred before."""
    by, place = await needs(interaction, MODERATOR)
    app = app_of(interaction)
    prompt, here = await app.get(Prompts).prompt(by.club, number), list(await app.get(Audiences).ceiling(place))
    if do == "edit" and interaction.message is None and (await app.get(Prompts).looked_at(prompt, by, place))[1]:
        await deliver(interaction, await looked_at(app, by, place, prompt))
        return
    book = app.books.get(prompt.book or (here[0] if len(here) == 1 else ""))
    await interaction.response.send_modal(PromptDialogue(do, prompt, book))


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
        app, draft = app_of(interaction), PromptDraft(text, kind, Reveals.of(marks))
        kept = await app.get(Prompts).keep(member, place, draft, asked.book or "")
        return await looked_at(app, member, place, kept, show=True)


@button(OwnButton, "prompt-others", "Show others", of=("drafts",))
async def others_button(button: OwnButton, interaction: Interaction) -> Card:
    """Drafts others."""
    member, place = await needs(interaction, MODERATOR)
    asked = await button.asked(interaction)
    app, wish = app_of(interaction), json.loads(asked.text)
    book = app.books[asked.book or ""]
    return await drafted(app, member, place, book, wish["kind"], wish["where"], wish["turn"] + 1, wish["library"])


async def drafted(
    app: App, member: Member, place: Place, book: Book, kind: str, where: str = "", turn: int = 0,
    library: bool = False
) -> Card:  # fmt: skip
    """Draft, keep the drafts for their buttons, and return them as a card."""
    drafts = await app.get(Prompts).draft(member, place, book, kind, where=where, turn=turn, library=library)
    if not drafts:
        return notice_card("I know too little about the book up to that point to draft a prompt.")
    kept = [(draft.kind, draft.text, dict(draft.needs.marks)) for draft in drafts]
    wish = {"kind": kind, "where": where, "turn": turn, "library": library, "drafts": kept}
    asked = await app.get(AskedQuestions).keep("drafts", member, place, json.dumps(wish), book.slug)
    buttons = [KeepButton(asked.id, n) for n in range(1, len(drafts) + 1)]
    lines = "\n\n".join(f"**{n}**  {safe(draft.text)}" for n, draft in enumerate(drafts, 1))
    note = "Only you see these. The ones you keep go into the queue."
    return Card(safe(f"{book.title}: {kind}"), lines, (note,), Tone.ANSWER, [*buttons, others_button(asked.id)])


Typed = app_commands.Range[str, 1, 200]
Where = app_commands.Range[str, 1, MAX_LENGTH]
Words = app_commands.Range[str, 1, MAX_PROMPT]
Number = app_commands.Range[int, 1]
Kind = Literal["character", "theme", "craft", "prediction", "quote", "comparison", "personal"]


UPTO = "Where the section ends; if left out, this channel’s ceiling"


async def numbers(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the prompts of the queue to a moderator, by number; to anybody else, nothing.

    Words are shown where they surely spoil nothing: there is no time to place those of every prompt.
    """
    if interaction.guild_id is None or not await has(interaction, MODERATOR):
        return []
    app, (member, place) = app_of(interaction), await visitor(interaction)
    waiting, reader = await app.get(Prompts).queue(member.club), await app.get(Audiences).private(member, place)
    fitting = [prompt for prompt in waiting if str(prompt.id).startswith(str(typed or ""))][:CHOICES]
    finished = all(reader.at(slug) >= book.marks for slug, book in app.books_of(member.club).items())

    def words(prompt: Prompt) -> str:
        known = finished or prompt.member == member.id or (prompt.needs and reader.may_see(prompt.needs))
        return prompt.text if known else f"{prompt.state} {prompt.at:%d %B}"

    return [app_commands.Choice(name=one_line(f"{each.id}: {words(each)}", CHOICE), value=each.id) for each in fitting]


async def suggest_prompt(interaction: Interaction, text: str, book: str = "") -> None:
    """Put a question of its asker's on the queue."""
    app, (member, place) = app_of(interaction), await acknowledge(interaction)
    known = find_book(book, app.books_of(member.club)).slug if book else None
    await app.get(Prompts).suggest(member, place, text, book=known)
    await deliver(interaction, notice_card("Suggested. Only the moderators see it, in their queue."))


class SuggestModal(Dialogue, title="Suggest a question"):
    """A question for everybody to discuss."""

    def __init__(self) -> None:
        super().__init__()
        self.text = self.line(
            "The question", "text", "", max_length=MAX_PROMPT, style=discord.TextStyle.paragraph,
            description="The moderators look at it first.",
        )  # fmt: skip
        self.book = self.line("Which book is it about?", "book", "", max_length=200, required=False)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Suggest it."""
        await suggest_prompt(interaction, self.text.value, self.book.value.strip())


OPENINGS["open-suggest"] = Opening("Suggest a question", lambda pressed, _: pressed.response.send_modal(SuggestModal()))


class PromptCog(AppCog):
    """Discussion prompts, from the idea to the post."""

    prompt = in_clubs(
        app_commands.Group(
            name="prompt",
            description="Questions to discuss, about what we have read.",
            default_permissions=FOR_MODERATORS,
        )
    )

    @prompt.command()
    @app_commands.describe(text="The question, in your own words", book="Which book it is about")
    @app_commands.autocomplete(book=autocomplete.books)
    async def suggest(self, interaction: Interaction, text: Words, book: Typed | None = None) -> None:
        """Suggest a question for everybody to discuss. The moderators look at it first."""
        await suggest_prompt(interaction, text, book or "")

    @prompt.command()
    @app_commands.describe(kind="What kind of question", book="The book", upto=UPTO)
    @app_commands.autocomplete(book=autocomplete.books)
    async def draft(
        self, interaction: Interaction, kind: Kind, book: Typed | None = None, upto: Where | None = None
    ) -> None:
        """Draft discussion prompts from what readers of a section know (moderators)."""
        await self._draft(interaction, kind, book, upto, library=False)

    @prompt.command()
    @app_commands.describe(kind="What kind of questions; the book’s own if left out", book="The book", upto=UPTO)
    @app_commands.autocomplete(book=autocomplete.books)
    async def library(
        self, interaction: Interaction, kind: Kind | None = None, book: Typed | None = None, upto: Where | None = None
    ) -> None:
        """Show the book’s own and ready-made questions, up to where we have read (moderators)."""
        await self._draft(interaction, kind or BOOKS_OWN, book, upto, library=True)

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
        await deliver(interaction, await looked_at(self._app, member, place, approved))

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
        reason: app_commands.Range[str, 1, MAX_REASON] | None = None
    ) -> None:  # fmt: skip
        """Reject a discussion prompt (moderators)."""
        member, place = await acknowledge(interaction, MODERATOR)
        rejected = await self._app.get(Prompts).reject(member, number, reason or "")
        await deliver(interaction, await looked_at(self._app, member, place, rejected))

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
    buttons=(PromptButton, override_button, queue_button, KeepButton, others_button),
    jobs={JOBS: lambda bot: PromptPosts(bot).do},
)
