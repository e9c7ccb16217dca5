"""The buttons under answers: share it, have a hint, have it in private, turn the page, and why there is no more."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.auditing import Did
from bot.club.people import Member, Place
from bot.club.questions import Answer
from bot.club.services import Services
from bot.club.talk_records import Asked
from bot.discord.answer_cards import notice_card
from bot.discord.answering import hint_card, out_of_tokens, page_card, private_card, public_card, why
from bot.discord.club_bot import services_of
from bot.discord.delivering import deliver, post, replace_card
from bot.discord.failures import Refused
from bot.discord.pages import page_of
from bot.discord.pressing import Pressed
from bot.discord.visitors import may_speak, visitor

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
        answer = await services_of(interaction).questions.again(asked, do="hint")
        books = services_of(interaction).books
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
        answer = await services_of(interaction).questions.again(asked, do="hint")
        await deliver(interaction, hint_card(answer, services_of(interaction).books, 1, hint_items(answer, 1)))


class PageButton(Pressed, template=rf"page:(?P<asked_id>{ID}):(?P<page>\d{{1,3}})"):
    """Turns to a page of a long answer."""

    def __init__(self, asked_id: str, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"page:{asked_id}:{page}")
        self._asked_id, self._page = asked_id, int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, *ANSWERS)
        answer = await services_of(interaction).questions.again(asked)
        items = page_items(answer, self._page)
        await replace_card(interaction, page_card(answer, services_of(interaction).books, self._page, items))


class MineButton(Pressed, template=rf"mine:(?P<asked_id>{ID})"):
    """Answers a question that was asked in public once more, for whoever presses, and for them alone."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Answer me privately", f"mine:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Answer in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = services_of(interaction)
        asked = await services.questions.asked(self._asked_id, *ANSWERS)
        member, place = await visitor(interaction)
        if asked.member.club != member.club:
            raise Refused("That question was asked in another club.")
        answer = await services.questions.mine(asked, member, place)
        note = out_of_tokens(answer, services.allowance)
        await deliver(interaction, private_card(answer, services.books, answer_items(answer), note))


class WhyButton(Pressed, template=rf"why:(?P<who>[po]):(?P<asked_id>{ID})"):
    """Says why an answer goes no further; anybody who sees the answer may ask."""

    def __init__(self, who: str, asked_id: str) -> None:
        super().__init__("Why can’t I see more?", f"why:{who}:{asked_id}")
        self._public, self._asked_id = who == "p", asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Explain, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = services_of(interaction)
        asked = await services.questions.asked(self._asked_id, *ANSWERS)
        member, _ = await visitor(interaction)
        if asked.member.club != member.club or (not self._public and asked.member != member):
            raise Refused("That answer was for somebody else.")
        audience = await services.questions.reach(asked, public=self._public)
        await deliver(interaction, notice_card(why(asked.book, audience, services.books, public=self._public)))


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
    asked = await services_of(interaction).questions.asked(asked_id, *of)
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
    services = services_of(interaction)
    answer = await services.questions.again(asked, public=True)
    if not answer.reply.answered:
        await deliver(interaction, notice_card("I have posted nothing: as far as this place goes, there is no answer."))
        return
    await deliver(interaction, notice_card("Posting it for everybody here …"))
    asker = interaction.user.display_name
    posted = await post(interaction, public_card(answer, services.books, public_items(answer), asker))
    await noted(services, Did.SHARE, answer, posted)
    await shared(interaction, asked.member, asked.place, posted, "Shared, as far as this place goes.")


async def shared(
    interaction: discord.Interaction[Any], member: Member, place: Place, posted: discord.Message, done: str
) -> None:
    """Say that something is posted for everybody, and offer its sharer to take it back."""
    kept = await services_of(interaction).questions.keep(POSTED, member, place, str(posted.id))
    await replace_card(interaction, notice_card(done, buttons=[TakeBackButton(kept.id)]))


async def noted(services: Services, did: Did, answer: Answer, posted: discord.Message) -> None:
    """Note in the audit that an answer was posted for everybody, and what it rests on; never what was asked."""
    asked, book = answer.asked, services.books.get(answer.reply.book or "")
    about = book.title if book else ""
    await services.audit.note(
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
