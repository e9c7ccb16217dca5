"""`/ask`, `/hint`, `/recap` and `/who`: private answers, which can be shared as far as the place goes."""

import re
from dataclasses import replace

import discord
from cachetools import FIFOCache
from discord import app_commands
from discord.ext import commands

from bot.audit import Did
from bot.discord import autocomplete, context, visitor
from bot.discord.buttons import SHARED_BUTTONS, Dialogue, OpenButton
from bot.discord.cards import Card, Interaction, notice_card
from bot.features.ask import views
from bot.features.ask.rules import MAX_QUESTION, Answer, Questions
from bot.features.ceilings.store import Audiences
from bot.features.progress.views import asked_once
from bot.features.prompts.store import Prompts
from bot.people import Member, Place

SEEN = 5_000  # messages that are remembered as answered: a gateway that comes back may tell of the last ones again

SPOKEN = (discord.MessageType.default, discord.MessageType.reply)

INTRODUCED = ("open-where", "welcome-help")
INTRODUCTION = (
    "I answer questions about the book without spoilers: here within this channel’s ceiling, with /ask within what "
    "you have read.\nAsk me a question, or first tell me where you are with /progress set."
)


class ConversationCog(visitor.AppCog):
    """Answers what is said to the bot."""

    def __init__(self, bot: context.ClubBot) -> None:
        super().__init__(bot)
        self._seen: FIFOCache[int, None] = FIFOCache(SEEN)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot, once."""
        me = self._bot.user
        if me is None or not is_meant(message, me.id) or message.id in self._seen:
            return
        self._seen[message.id] = None
        try:
            context.begin_reply(self._bot, message)
            await self._reply(message, " ".join(re.sub(rf"<@!?{me.id}>", " ", message.content).split()))
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await context.tell_in_reply(message, error)

    async def _reply(self, message: discord.Message, text: str) -> None:
        """Reply to what somebody said: for everybody who reads along in a server, or in a direct message."""
        if not any(map(str.isalnum, text)):
            await context.reply_to(message, notice_card(INTRODUCTION, buttons=list(map(OpenButton, INTRODUCED))))
            return
        app, private = self._app, message.guild is None
        club = message.guild.id if message.guild else await self._club_of(message, text)
        place = Place(club, message.channel.id, context.is_for_adults(message.channel))
        member = Member(club, message.author.id)

        if heard := await views.place_card(app, member, place, text, private=private):
            await context.reply_to(message, heard)
            return
        asked = await asked_once(app, member, public=not private)

        async def card(answer: Answer) -> Card:
            if not private:
                card = views.public_card(answer, app.books)
                return replace(card, buttons=(*card.buttons, *asked))
            return await views.with_place(app, answer, views.private_card(answer, app.books), asked)

        async def send(answer: Answer) -> discord.Message:
            return await context.reply_to(message, await card(answer))

        async def change(reply: discord.Message, answer: Answer) -> None:
            await context.edit(reply, await card(answer))

        answer, posted = await views.in_two_steps(
            self._bot,
            lambda first: app.get(Questions).say(member, place, text, private=private, first=first),
            send,
            change,
        )
        if not private and answer.reply.answered:
            await views.noted(app, Did.ANSWER, answer, posted)

    async def _club_of(self, message: discord.Message, text: str) -> int:
        """Return the club of a direct message. Raises ClubUnclear, with what was said kept until that is chosen."""
        try:
            return await visitor.club_of_direct_message(self._bot, message.author.id)
        except visitor.ClubUnclear as unclear:
            person, channel = message.author.id, message.channel.id
            unclear.waiting = await visitor.keep_waiting(self._app, person, channel, text)
            raise


def is_meant(message: discord.Message, me: int) -> bool:
    """Return whether a message is meant for the bot: by a person, and to it alone, or mentioning it, or in reply."""
    if message.author.bot or message.webhook_id or message.type not in SPOKEN:
        return False
    if message.guild is None or any(user.id == me for user in message.mentions):
        return True
    answered = message.reference.resolved if message.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me and bool(message.content)


NO_TEXT = "There is no text in that message."
MIGHT, NONE = "it might be a spoiler.", "no spoilers that I can see."


class MenuCog(visitor.AppCog):
    """The context menus of messages. Discord sends the bot the text of the message that a menu was opened on."""

    def __init__(self, bot: context.ClubBot) -> None:
        super().__init__(bot)
        ask = app_commands.ContextMenu(name="Ask about this", callback=self.ask_about)
        check = app_commands.ContextMenu(name="Would this spoil?", callback=self.would_spoil)
        suggest = app_commands.ContextMenu(name="Suggest as discussion prompt", callback=self.suggest)
        self._menus = [*map(visitor.in_clubs_and_direct_messages, (ask, check)), visitor.in_clubs(suggest)]

    async def cog_load(self) -> None:
        """Add the menus: a cog's commands are added by the library, its menus are not."""
        for menu in self._menus:
            self._bot.tree.add_command(menu)

    async def ask_about(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for a question about a message."""
        if not message.content.strip():
            raise context.Refused(NO_TEXT)
        await visitor.visitor(interaction)  # of several clubs, one is chosen before anything is typed
        await interaction.response.send_modal(AskAbout(message.content))

    async def would_spoil(self, interaction: Interaction, message: discord.Message) -> None:
        """Say whether a message might go further than its reader, and than this place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not message.content.strip():
            raise context.Refused(NO_TEXT)
        member, place = await visitor.visitor(interaction)
        for_me, for_here = await self._app.get(Questions).check(member, place, message.content)
        lines = [f"For you: {MIGHT if for_me else NONE}"]
        if context.club_here(interaction) is not None:
            lines.append(f"For everybody here: {MIGHT if for_here else NONE}")
        await context.deliver(interaction, notice_card("\n".join(lines)))

    async def suggest(self, interaction: Interaction, message: discord.Message) -> None:
        """Put a message on the moderators' queue of discussion prompts."""
        member, place = await visitor.acknowledge(interaction)
        await self._app.get(Prompts).suggest(member, place, message.content, message.id)
        await context.deliver(interaction, notice_card("Suggested. Only the moderators see it, in their queue."))


class AskAbout(Dialogue, title="Ask about this"):
    """A question about a message."""

    question: "discord.ui.TextInput[AskAbout]" = discord.ui.TextInput(
        label="Your question", placeholder="Why is this important?", max_length=MAX_QUESTION
    )

    def __init__(self, message: str) -> None:
        super().__init__()
        self._message = message

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Answer in private."""
        questions = context.app_of(interaction).get(Questions)
        member, place = await visitor.acknowledge(interaction)
        await views.answer_privately(
            interaction, lambda first: questions.about(member, place, self.question.value, self._message, first)
        )


BEHIND = "This channel is further into the book than you are, so only you see this answer."

Question = app_commands.Range[str, 1, MAX_QUESTION]
Name = app_commands.Range[str, 1, 100]


class QuestionCog(visitor.AppCog):
    """What members ask about a book."""

    @app_commands.command()
    @app_commands.describe(
        question="What you want to know, in your own words",
        book="Which book; if left out, the one discussed here or the one you’re reading",
        share="Answer for everybody here, within this channel’s ceiling",
    )
    @app_commands.autocomplete(book=autocomplete.books)
    @visitor.in_clubs_and_direct_messages
    async def ask(
        self, interaction: Interaction, question: Question, book: str | None = None, share: bool = False
    ) -> None:
        """Ask about the book. Only you see the answer, and it never goes past where you are."""
        member, place = await visitor.acknowledge(interaction)
        questions = self._app.get(Questions)
        behind = share and await self._app.get(Audiences).behind(member, place)
        if share and context.club_here(interaction) and not behind:
            asked = await questions.note("ask", member, place, question, book)
            await views.share_answer(interaction, asked)
            return
        await views.answer_privately(
            interaction,
            lambda first: questions.put("ask", member, place, question, book, first=first),
            BEHIND if behind else "",
        )

    @app_commands.command()
    @app_commands.describe(question="What you would like to find out", book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    @visitor.in_clubs_and_direct_messages
    async def hint(self, interaction: Interaction, question: Question, book: str | None = None) -> None:
        """Get a hint: what to think about, where to look, and the answer once you have read that far."""
        await self._answer(interaction, "hint", question, book)

    @app_commands.command()
    @app_commands.describe(book="The book", section="Which part, such as chapter 5, chapters 5-7 or since chapter 9")
    @app_commands.autocomplete(book=autocomplete.books, section=autocomplete.sections)
    @visitor.in_clubs_and_direct_messages
    async def recap(self, interaction: Interaction, book: str | None = None, section: Name | None = None) -> None:
        """Recap the story up to where you are."""
        await self._answer(interaction, "recap", section or "", book)

    @app_commands.command()
    @app_commands.describe(name="The name, or a part of it", book="The book")
    @app_commands.autocomplete(name=autocomplete.people, book=autocomplete.books)
    @visitor.in_clubs_and_direct_messages
    async def who(self, interaction: Interaction, name: Name, book: str | None = None) -> None:
        """Find out who somebody is, from what you have read so far."""
        await self._answer(interaction, "who", name, book)

    async def _answer(self, interaction: Interaction, do: str, text: str, book: str | None) -> None:
        member, place = await visitor.acknowledge(interaction)
        await context.deliver(interaction, await views.command_card(interaction, do, member, place, text, book))


FEATURE = visitor.Feature(
    "ask", cogs=(QuestionCog, ConversationCog, MenuCog), buttons=(*views.ANSWER_BUTTONS, *SHARED_BUTTONS)
)
