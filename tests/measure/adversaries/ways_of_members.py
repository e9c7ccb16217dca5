"""What members do to be told too much: each way of an attempt, to its last button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from simcord import ChannelHandle, MemberActor

from tests.fakes.club import fields, message
from tests.fakes.evening_acts import presses_all, talks, under, writes_directly
from tests.fakes.forging import forge, remembered
from tests.measure.adversaries.attempts import Attempt

if TYPE_CHECKING:
    from tests.measure.adversaries.attempting import Attempting

MAIN = {
    "ask": "question", "hint": "question", "who": "name", "recap": "section", "progress set": "where",
    "prompt suggest": "text", "prompt draft": "kind", "order": "series", "ceiling set": "where", "vote start": "books",
}  # fmt: skip
"""The option that takes an attempt's words; of every other command it is the book."""

Way = Callable[["Attempting", MemberActor, ChannelHandle, Attempt], Awaitable[None]]


async def command(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Use a command, and press every button under its answer."""
    options = {MAIN.get(attempt.do, "book"): attempt.text} if attempt.text else {}
    options |= {"book": attempt.book} if attempt.book else {}
    options |= {name: value for name, value in attempt.more.items() if name != "place"}
    told = await attempting.evening.step(attempt.id, reader.slash(place, attempt.do, **options))
    await presses_all(attempting.evening, reader, told)
    for again in attempt.then:
        options[MAIN.get(attempt.do, "book")] = again
        told = await attempting.evening.step(attempt.id, reader.slash(place, attempt.do, **options))
        await presses_all(attempting.evening, reader, told)


async def share(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Ask for everybody."""
    book = {"book": attempt.book} if attempt.book else {}
    for text in (attempt.text, *attempt.then):
        await attempting.evening.step(attempt.id, reader.slash(place, "ask", question=text, share=True, **book))


async def mention(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Mention the bot, and go on in reply."""
    await talks(attempting.evening, reader, place, attempt.text, *attempt.then)


async def direct(attempting: Attempting, reader: MemberActor, _: ChannelHandle, attempt: Attempt) -> None:
    """Write to the bot alone."""
    await writes_directly(attempting.evening, reader, attempt.text, *attempt.then)


async def types(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Type into fields that offer something."""
    book = {"book": attempt.book} if attempt.book else {}
    name, _, option = attempt.more["into"].rpartition(" ")
    for typed in (attempt.text, *attempt.then):
        await attempting.evening.step(attempt.id, reader.autocomplete(place, name, option, typed, **book))


async def about(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write a message, and ask about it."""
    posted = await reader.send(place, attempt.text)
    for question in attempt.then:
        form = await attempting.evening.step(attempt.id, reader.context_menu(place, "Ask about this", posted))
        (name,) = fields(form.modal)
        told = await attempting.evening.step(attempt.id, reader.submit_modal(form, {name: question}))
        await presses_all(attempting.evening, reader, told)


async def spoils(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write messages, and see of each whether it would spoil."""
    for text in (attempt.text, *attempt.then):
        posted = await reader.send(place, text)
        await attempting.evening.step(attempt.id, reader.context_menu(place, "Would this spoil?", posted))


async def suggests(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Suggest a discussion prompt, and look at the moderators' queue with and without the right to."""
    evening = attempting.evening
    evening.is_told(attempt.text)
    await evening.step(attempt.id, reader.slash(place, "prompt suggest", text=attempt.text))
    posted = await reader.send(place, attempt.text)
    await evening.step(attempt.id, reader.context_menu(place, "Suggest as discussion prompt", posted))
    for looking in (attempting.people["Ahab"], reader):
        await evening.step(attempt.id, looking.slash(place, "prompt queue"))


async def review(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write a review; have the others read it, and ask what reviewers say."""
    evening = attempting.evening
    form = await evening.step(attempt.id, reader.slash(place, "review write", book=attempt.book))
    filled = {"stars": ["5"], "text": attempt.text, "said": attempt.more.get("said", "not started")}
    await evening.step(attempt.id, reader.submit_modal(form, filled))
    for other in (reader, attempting.people["Jim"], attempting.people["Liz"]):
        told = await evening.step(attempt.id, other.slash(place, "review read", book=attempt.book))
        while "More" in under(told):
            told = await evening.step(attempt.id, other.click(message(told), label="More"))
        for question in ("What do the reviewers say?", *attempt.then):
            asked = other.slash(place, "ask", question=question, book=attempt.book)
            await evening.step(attempt.id, asked)


async def forged(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Press the buttons under the private answer of one who has read everything."""
    evening, ishmael = attempting.evening, attempting.people["Ishmael"]
    options = {MAIN[attempt.more["of"]]: attempt.text} if attempt.text else {}
    told = await evening.step(attempt.id, ishmael.slash(place, attempt.more["of"], book=attempt.book, **options))
    for label in under(told):
        if label != "Share with the thread":
            await evening.step(attempt.id, forge(reader, remembered(message(told), label)))


async def named(attempting: Attempting, _: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Come under a name, ask for everybody, tell everybody where one is, and nominate a book."""
    evening = attempting.evening
    stranger = evening.club.member(attempt.text)
    await evening.club.reads(stranger, "the-amber-door", "ch 4")
    evening.is_at(stranger, "the-amber-door", 4)
    asked = stranger.slash(place, "ask", question="What does Corrin hide behind the stove?", share=True)
    await evening.step(attempt.id, asked)
    preview = await evening.step(attempt.id, stranger.slash(place, "progress share", book="the-amber-door"))
    await evening.step(attempt.id, stranger.click(message(preview), label="Confirm"))
    listed = await evening.step(attempt.id, stranger.slash(place, "nominate add", book=attempt.text))
    await presses_all(evening, stranger, listed)


async def titled(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Have a moderator set how far a place with such a name goes, and ask there."""
    evening, keeper = attempting.evening, attempting.people["Ahab"]
    preview = await evening.step(attempt.id, keeper.slash(place, "ceiling set", where="ch 3", book="the-amber-door"))
    evening.goes_to(place, the_amber_door=3)
    await evening.step(attempt.id, keeper.click(message(preview), label="Confirm"))
    await evening.step(attempt.id, keeper.slash(place, "ceiling show"))
    told = await evening.step(attempt.id, reader.slash(place, "ask", question="What does Corrin hide?", share=True))
    assert told.acknowledged
    await evening.step(attempt.id, reader.slash(place, "progress show"))
    await evening.step(attempt.id, keeper.slash(place, "audit"))


MEMBERS_WAYS: dict[str, Way] = {
    "share": share, "mention": mention, "direct": direct, "types": types, "about": about, "spoils": spoils,
    "suggests": suggests, "review": review, "forged": forged, "named": named, "titled": titled,
}  # fmt: skip
"""Ways by name; every other is a command."""

SPOKEN: dict[str, Callable[[Attempt], int]] = {
    way: (lambda attempt: 1 + len(attempt.then)) for way in ("mention", "direct")
}
"""The ways that the bot answers with a message, and how many."""
