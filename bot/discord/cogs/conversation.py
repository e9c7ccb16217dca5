"""Mentions, replies and direct messages: a conversation by the same rules as the commands."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict

import discord
from discord.ext import commands

from bot.club.auditing import Did
from bot.club.people import Member, Place
from bot.club.questions import Answer
from bot.discord.answer_buttons import answer_items, noted, public_items
from bot.discord.answer_cards import notice_card
from bot.discord.answering import out_of_tokens, private_card, spoken_card
from bot.discord.beginning import begin_reply
from bot.discord.cards import Card
from bot.discord.club_bot import ClubBot
from bot.discord.delivering import reply_to
from bot.discord.failures import tell_in_reply
from bot.discord.visitors import club_of_direct_message, is_for_adults

log = logging.getLogger(__name__)

SEEN = 5_000
"""Messages that are remembered as answered: a gateway that comes back may tell of the last ones again."""

SPOKEN = (discord.MessageType.default, discord.MessageType.reply)

INTRODUCTION = (
    "I answer questions about the book, and tell nobody more than they have read: here as far as this place goes, "
    "with /ask as far as you are.\nAsk me something in a sentence, or begin with /progress set."
)


class ConversationCog(commands.Cog):
    """Answers what is said to the bot."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot = bot
        self._seen: OrderedDict[int, None] = OrderedDict()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot, once."""
        me = self._bot.user
        if me is None or not is_meant(message, me.id) or not self._is_new(message.id):
            return
        try:
            begin_reply(self._bot, message)
            card, for_all = await self._reply(message, said(message.content, me.id))
            posted = await reply_to(message, card)
            if for_all is not None and for_all.reply.answered:
                await noted(self._bot.services, Did.ANSWER, for_all, posted)
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await tell_in_reply(message, error)

    async def _reply(self, message: discord.Message, text: str) -> tuple[Card, Answer | None]:
        """Return the card of a reply, and the answer where it is for everybody who reads along, as in a server."""
        if not any(map(str.isalnum, text)):
            return notice_card(INTRODUCTION), None
        services = self._bot.services
        if message.guild is not None:
            member = Member(message.guild.id, message.author.id)
            place = Place(message.guild.id, message.channel.id, is_for_adults(message.channel))
            answer = await services.questions.say(member, place, text, private=False)
            note = out_of_tokens(answer, services.allowance)
            return spoken_card(answer, services.books, public_items(answer), note), answer
        club = await club_of_direct_message(self._bot, message.author.id)
        member, place = Member(club, message.author.id), Place(club, message.channel.id)
        answer = await services.questions.say(member, place, text, private=True)
        items = answer_items(answer, sharable=False)
        return private_card(answer, services.books, items, out_of_tokens(answer, services.allowance)), None

    def _is_new(self, message_id: int) -> bool:
        """Return whether a message comes for the first time."""
        if message_id in self._seen:
            log.info("a message came twice")
            return False
        self._seen[message_id] = None
        while len(self._seen) > SEEN:
            self._seen.popitem(last=False)
        return True


def is_meant(message: discord.Message, me: int) -> bool:
    """Return whether a message is meant for the bot: by a person, and to it alone, or mentioning it, or in reply."""
    if message.author.bot or message.webhook_id or message.type not in SPOKEN:
        return False
    if message.guild is None or any(user.id == me for user in message.mentions):
        return True
    answered = message.reference.resolved if message.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me and bool(message.content)


def said(content: str, me: int) -> str:
    """Return what a message says, without the mention of the bot."""
    return " ".join(re.sub(rf"<@!?{me}>", " ", content).split())
