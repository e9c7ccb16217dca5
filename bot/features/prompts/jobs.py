"""The jobs of discussion prompts: posting each when it is due."""

import datetime as dt
import logging
from collections.abc import Mapping
from functools import partial

from bot.discord.cards import Card, Items, Tone, safe
from bot.discord.context import ClubBot, Refused, post_in
from bot.discord.jobs import GONE, find_message, says
from bot.features.prompts.store import Prompt, Prompts, PromptState, posting
from bot.jobs import Post
from bot.times import timestamp
from corpus.books import Book, Slug, Unit

log = logging.getLogger(__name__)

Books = Mapping[Slug, Book]


def mark_of(prompt: Prompt) -> str:
    """Return the name by which moderators know a prompt."""
    return f"Discussion prompt {prompt.id}"


def prompt_card(
    prompt: Prompt, beyond: Mapping[Slug, int], books: Books, items: Items, place_in_queue: str = "",
    unread: Mapping[Slug, int] | None = None,
) -> Card:  # fmt: skip
    """Return a prompt as a moderator sees it: its words, whose they are, what became of it, where it belongs.

    One that goes further than the moderator has read is covered; `unread` is where it belongs.
    """
    book, section, time = books.get(prompt.book or ""), "", ""
    if book and prompt.mark is not None:
        section = f"For the section of {safe(book.title)} with {book.reading_name(prompt.mark)}"
    if prompt.due and prompt.state == PromptState.APPROVED:
        time = f"I’ll post it in <#{prompt.place}> {timestamp(prompt.due)}"
    source = f"From {prompt.where.link(prompt.message)}" if prompt.message else ""
    lines = [
        f"{prompt.state.capitalize()}{f', {prompt.kind}' if prompt.kind else ''}, by <@{prompt.member}>",
        *(section, time, safe(prompt.reason), where_it_belongs(beyond, books)),
        *(source, place_in_queue),
    ]
    words = covered(unread, books) if unread else safe(prompt.text)
    return Card(mark_of(prompt), words, list(filter(None, lines)), Tone.PLAIN, items)


def covered(unread: Mapping[Slug, int], books: Books) -> str:
    """Return what stands in place of words that might spoil the book for a moderator."""
    where = where_it_belongs(unread, books, "which is further than you have read")
    return f"I’ve covered this suggestion. {where} “Show it” lets you read it, and may spoil the book for you."


def where_it_belongs(beyond: Mapping[Slug, int], books: Books, further: str = "which is past the ceiling here") -> str:
    """Return where a text belongs that goes further than this place, the last mark too, or nothing."""
    known = [(safe(books[slug].title), books[slug], mark) for slug, mark in beyond.items() if slug in books]
    found = [
        f"{title}, {mark}%" if book.unit is Unit.PERCENT else f"{title}, {book.unit.value} {mark} of {book.marks}"
        for title, book, mark in known
    ]
    return f"It seems to be about {' and '.join(found)}, {further}." if found else ""


CANNOT_POST = (
    "I can’t write in that channel, or it is gone. Give me View Channel and Send Messages there, or post the prompt "
    "somewhere else."
)


class PromptPosts:
    """Posts prompts that are due."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app, self._prompts = bot, bot.app, bot.app.get(Prompts)

    async def do(self, club: int, prompt_id: int) -> None:
        """Post a prompt that is due, if nobody else does it."""
        try:
            await self.post(club, prompt_id)
        except Refused:
            log.warning("discussion prompt %d cannot be posted; it waits in the queue", prompt_id)

    async def post(self, club: int, prompt_id: int) -> int:
        """Post a prompt that is planned, and return its message; 0 where it is not posted here. Raises Refused."""
        claim = await self._bot.jobs.claim(posting(club, prompt_id))
        if claim is None:
            return 0
        prompt = await self._prompts.planned(club, prompt_id)
        if prompt is None or (claim.since is None and self._prompts.too_late(prompt)):
            await self._bot.jobs.rows.drop(claim.key)
            return 0
        channel = self._bot.get_partial_messageable(prompt.place, guild_id=club)

        async def find(since: dt.datetime) -> int:
            return await find_message(channel, self._bot.me, since, lambda m: says(m, safe(prompt.text)))

        async def make() -> int | None:
            beyond = {} if prompt.overridden else await self._prompts.beyond(prompt, prompt.where)
            if beyond:
                why = f"Not posted when it was due. {where_it_belongs(beyond, self._app.books)}"
                await self._prompts.stopped(prompt, why)
                return None
            card = Card("For discussion", safe(prompt.text), (), Tone.PUBLIC)
            return (await post_in(channel, card, f"prompt-{prompt.id}")).id

        try:
            done = partial(self._prompts.posted, prompt)
            return await self._bot.jobs.post_once(claim, Post(make, find), done) or 0
        except GONE as refused:
            await self._prompts.stopped(prompt, CANNOT_POST)
            raise Refused(CANNOT_POST) from refused
