"""The jobs of discussion prompts: posting each when it is due."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from bot.answering.drafts import PromptDraft
from bot.discord.cards import Card, Items, Tone, safe
from bot.discord.context import ClubBot, Refused, post_in
from bot.discord.jobs import GONE, find_message, small_print
from bot.features.prompts.rules import Prompt, PromptState
from bot.features.prompts.store import Prompts, posting
from bot.jobs import Post
from bot.times import timestamp
from corpus.books import Book, Slug, Unit

Books = Mapping[Slug, Book]

PUNCTUAL = dt.timedelta(minutes=5)
"""A post that is late by less than this says nothing about it."""


def mark_of(prompt: Prompt) -> str:
    """Return the small print by which a posted prompt is known again, after a crash and by moderators."""
    return f"Discussion prompt {prompt.id}"


def posted_card(prompt: Prompt, now: dt.datetime) -> Card:
    """Return a prompt as everybody sees it."""
    late = prompt.due is not None and now - prompt.due > PUNCTUAL
    why = [f"This was due {timestamp(prompt.due)}; I was away."] if late and prompt.due else []
    return Card("For discussion", safe(prompt.text), (mark_of(prompt), *why), Tone.PUBLIC)


def prompt_card(
    prompt: Prompt, beyond: Mapping[Slug, int], books: Books, items: Items, place_in_queue: str = ""
) -> Card:
    """Return a prompt as a moderator sees it: its words, whose they are, what became of it, where it belongs."""
    source = f"From {prompt.place.link(prompt.message)}"
    lines = [
        f"{prompt.state.value.capitalize()}{f', {prompt.kind}' if prompt.kind else ''}, by <@{prompt.member}>",
        _section(prompt, books),
        _time(prompt),
        safe(prompt.reason),
        where_it_belongs(beyond, books),
        source if prompt.message else "",
        place_in_queue,
    ]
    return Card(mark_of(prompt), safe(prompt.text), list(filter(None, lines)), Tone.PLAIN, items)


def stopped_card(prompt: Prompt, beyond: Mapping[Slug, int], books: Books, items: Items) -> Card:
    """Return the warning to a moderator about a prompt that goes further than its channel or thread."""
    cure = "If it’s no spoiler, you can post it anyway; the audit records that."
    body = f"I haven’t posted it. {where_it_belongs(beyond, books)} {cure}"
    return Card(mark_of(prompt), body, (safe(prompt.text),), Tone.PROBLEM, items)


def drafts_card(title: str, drafts: Sequence[PromptDraft], items: Items) -> Card:
    """Return drafts to choose from, numbered as their buttons are."""
    lines = (f"**{n}**  {safe(draft.text)}" for n, draft in enumerate(drafts, 1))
    return Card(
        safe(title),
        "\n\n".join(lines),
        ("Only you see these. The ones you keep go into the queue.",),
        Tone.ANSWER,
        items,
    )


def where_it_belongs(beyond: Mapping[Slug, int], books: Books) -> str:
    """Return where a text belongs that goes further than this place, the last mark too, or nothing."""
    known = [(safe(books[slug].title), books[slug], mark) for slug, mark in beyond.items() if slug in books]
    found = [
        f"{title}, {mark}%" if book.unit is Unit.PERCENT else f"{title}, {book.unit.value} {mark} of {book.marks}"
        for title, book, mark in known
    ]
    return f"It seems to be about {' and '.join(found)}, which is past the ceiling here." if found else ""


def _section(prompt: Prompt, books: Books) -> str:
    book = books.get(prompt.book or "")
    if book is None or prompt.mark is None:
        return ""
    return f"For the section of {safe(book.title)} with {book.reading_name(prompt.mark)}"


def _time(prompt: Prompt) -> str:
    if prompt.due is None or prompt.state is not PromptState.APPROVED:
        return ""
    return f"I’ll post it in <#{prompt.place.id}> {timestamp(prompt.due)}"


log = logging.getLogger(__name__)


class CannotPost(Refused):
    """Discord does not let the bot post in a place, or the place is gone."""

    def __init__(self) -> None:
        super().__init__(
            "I can’t write in that channel, or it is gone. Give me View Channel and Send Messages there, "
            "or post the prompt somewhere else."
        )


class PromptPosts:
    """Posts prompts that are due."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app, self._prompts = bot, bot.app, bot.app.get(Prompts)

    async def do(self, club: int, prompt_id: int) -> None:
        """Post a prompt that is due, if nobody else does it."""
        try:
            await self.post(club, prompt_id)
        except CannotPost:
            log.warning("discussion prompt %d cannot be posted; it waits in the queue", prompt_id)

    async def post(self, club: int, prompt_id: int) -> int:
        """Post a prompt that is planned, and return its message; 0 where another posts it, or it goes too far.

        Raises CannotPost.
        """
        key = posting(club, prompt_id)
        claim = await self._bot.jobs.claim(key)
        if claim is None:
            return 0
        prompt = await self._prompts.planned(club, prompt_id)
        if prompt is None or (claim.since is None and self._prompts.too_late(prompt)):
            await self._bot.jobs.drop(key)
            return 0
        try:
            posted = await self._bot.jobs.post_once(
                claim, self._post(prompt), lambda message: self._prompts.posted(prompt, message)
            )
        except GONE as refused:
            error = CannotPost()
            await self._prompts.stopped(prompt, str(error))
            raise error from refused
        return posted or 0

    def _post(self, prompt: Prompt) -> Post:
        channel = self._bot.get_partial_messageable(prompt.place.id, guild_id=prompt.place.club)

        async def find(since: dt.datetime) -> int:
            found = await find_message(channel, self._bot.me, since, lambda m: mark_of(prompt) in small_print(m))
            return found.id if found else 0

        async def make() -> int | None:
            beyond = {} if prompt.overridden else await self._prompts.beyond(prompt, prompt.place)
            if beyond:
                why = f"Not posted when it was due. {where_it_belongs(beyond, self._app.books)}"
                await self._prompts.stopped(prompt, why)
                return None
            return (await post_in(channel, posted_card(prompt, self._app.now()), f"prompt-{prompt.id}")).id

        return Post(make, find)
