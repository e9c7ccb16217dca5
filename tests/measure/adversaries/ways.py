"""What members do to be told too much: each way of an attempt, to its last button.

Some press buttons whose ids were made up: of what others asked, planned, wrote, or keep, here and in another club. Some
go on around votes, schedules, discussion prompts and watched places: what the bot posts by itself is looked at, too.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.db.sessions import NAME
from bot.features.prompts.store import Prompts
from bot.features.votes.store import Votes
from tests.fakes.club import Club, fields, fill, labels, message
from tests.fakes.evening_acts import presses_all, talks, under, writes_directly
from tests.fakes.forging import forge, ids_in, ids_under, remembered
from tests.fakes.marked import AMBER
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


async def notes(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Save notes, by the command and from a message; have the others read them."""
    evening, where = attempting.evening, attempt.more.get("where", "not started")
    saved = reader.slash(place, "note add", text=attempt.text, where=where, book=attempt.book)
    await evening.step(attempt.id, saved)
    posted = await reader.send(place, attempt.text)
    form = await evening.step(attempt.id, reader.context_menu(place, "Save as note", posted))
    if form.modal:
        text, there = fields(form.modal)
        await evening.step(attempt.id, reader.submit_modal(form, {text: attempt.text, there: where}))
    for other in (reader, attempting.people["Jim"], attempting.people["Liz"]):
        told = await evening.step(attempt.id, other.slash(place, "note list", book=attempt.book))
        await presses_all(evening, other, told)


async def forged(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Press the buttons under the private answer of one who has read everything."""
    evening, ishmael = attempting.evening, attempting.people["Ishmael"]
    options = {MAIN[attempt.more["of"]]: attempt.text} if attempt.text else {}
    told = await evening.step(attempt.id, ishmael.slash(place, attempt.more["of"], book=attempt.book, **options))
    for label in under(told):
        if not label.startswith("Share with"):
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


SPOKEN: dict[str, Callable[[Attempt], int]] = {
    way: (lambda attempt: 1 + len(attempt.then)) for way in ("mention", "direct")
}
"""The ways that the bot answers with a message, and how many."""


HOUR, DAY = 3_600, 86_400
WORDS = "Fridays at 8pm, 4 chapters a week"
SECTION = 4
"""Chapters of The Amber Door in a section of such a schedule."""


async def votes(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Hold a vote between what was typed; others press what is not theirs, vote, look at the count, and close it."""
    step, jo = attempting.evening.step, attempting.people["Jo"]
    books = "; ".join((attempt.text, *attempt.then))
    typed = {"others": books, "closes": "in 2 hours", "kind": "ranked", **attempt.more}
    form = await step(attempt.id, jo.slash(place, "vote start"))
    preview = await step(attempt.id, fill(jo, form, **typed))
    await step(attempt.id, reader.slash(place, "vote start"))
    if "Confirm" not in under(preview):
        return
    await forges_all(attempting, reader, preview, attempt)
    await step(attempt.id, jo.click(message(preview), label="Confirm"))
    posted = place.last_message
    assert posted is not None
    if posted.poll is None:
        for label in labels([part.to_dict() for part in posted.components]):
            await step(attempt.id, reader.click(posted, label=label))
    await step(attempt.id, reader.slash(place, "vote results"))
    await step(attempt.id, reader.slash(place, "vote close"))
    closing = await step(attempt.id, jo.slash(place, "vote close"))
    await forges_all(attempting, reader, closing, attempt)
    await step(attempt.id, jo.click(message(closing), label="Close it now"))
    await step(attempt.id, reader.slash(place, "vote results"))


async def schedules(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Plan a reading; others press what is not theirs; time goes by, sections open, and members are reminded."""
    evening, jo = attempting.evening, attempting.people["Jo"]
    for text in attempt.then:
        await suggested(attempting, attempting.people["Ishmael"], place, text, attempt)
        await decided(attempting, place, attempt, approve=True)
    planned = {"book": AMBER, "words": attempt.text or WORDS} | dict(attempt.more)
    preview = await evening.step(attempt.id, jo.slash(place, "schedule create", **planned))
    await evening.step(attempt.id, reader.slash(place, "schedule create", **planned))
    await forges_all(attempting, reader, preview, attempt)
    if "Confirm" not in under(preview):
        return
    await evening.step(attempt.id, jo.click(message(preview), label="Confirm"))
    shown = await evening.step(attempt.id, reader.slash(place, "schedule show"))
    await evening.step(attempt.id, reader.click(message(shown), label="Remind me"))
    attempting.reminded.add(reader.id)
    for name, options in OTHERS_CHANGES.items():
        await evening.step(attempt.id, reader.slash(place, name, **options))
    await goes_by(attempting, 16 * DAY)
    await evening.step(attempt.id, reader.slash(place, "schedule export"))
    cancelling = await evening.step(attempt.id, jo.slash(place, "schedule cancel"))
    if "Confirm" in under(cancelling):
        await evening.step(attempt.id, jo.click(message(cancelling), label="Confirm"))


OTHERS_CHANGES: Mapping[str, Mapping[str, object]] = {
    "schedule edit": {"words": "Mondays at 6am, 8 chapters a week"},
    "schedule shift": {"days": -7},
    "schedule pause": {},
    "schedule resume": {},
    "schedule cancel": {},
}
"""What only organisers change."""


async def goes_by(attempting: Attempting, seconds: int) -> None:
    """Let time go by, and note how far the threads go that were opened meanwhile: each a section further."""
    evening, general = attempting.evening, attempting.evening.club.general
    there = {thread.id for thread in general.threads}
    for _ in range(seconds // DAY or 1):
        await evening.club.env.advance_time(min(seconds, DAY))
        opened = sorted((thread for thread in general.threads if thread.id not in there), key=lambda thread: thread.id)
        for number, thread in enumerate(opened, 1):
            evening.goes_to(thread, **{AMBER: SECTION * number})
        evening.listen()


async def prompts(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Suggest a discussion prompt, decide about it without the right to; then have it posted, now and later."""
    step = attempting.evening.step
    number = await suggested(attempting, reader, place, attempt.text, attempt)
    if not number:
        return
    for name in ("prompt approve", "prompt edit", "prompt reject", "prompt post"):
        await step(attempt.id, reader.slash(place, name, number=number))
    await step(attempt.id, reader.slash(place, "prompt library", book=AMBER))
    queue = await decided(attempting, place, attempt, approve=True)
    await forges_all(attempting, reader, queue, attempt)
    later = await step(
        attempt.id, attempting.people["Ahab"].slash(place, "prompt post", number=number, when="in 3 hours")
    )
    await forges_all(attempting, reader, later, attempt)
    await goes_by(attempting, 4 * HOUR)
    await decided(attempting, place, attempt, approve=False)


async def suggested(
    attempting: Attempting, reader: MemberActor, place: ChannelHandle, text: str, attempt: Attempt
) -> int:
    """Suggest a prompt, and return its number; 0 where it was not taken."""
    evening = attempting.evening
    evening.is_told(text)
    await evening.step(attempt.id, reader.slash(place, "prompt suggest", text=text, book=AMBER))
    with evening.club.env.time_context():
        waiting = await evening.club.app.get(Prompts).queue(evening.club.guild.id)
    return max((prompt.id for prompt in waiting), default=0)


async def decided(
    attempting: Attempting, place: ChannelHandle, attempt: Attempt, *, approve: bool
) -> InteractionResult:
    """Have a moderator approve the last prompt of the queue, or reject what is left of it; return what they see."""
    evening, ahab = attempting.evening, attempting.people["Ahab"]
    with evening.club.env.time_context():
        waiting = await evening.club.app.get(Prompts).queue(evening.club.guild.id)
    for prompt in waiting:
        name = "prompt approve" if approve else "prompt reject"
        await evening.step(attempt.id, ahab.slash(place, name, number=prompt.id))
    return await evening.step(attempt.id, ahab.slash(place, "prompt queue"))


async def watched(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write in a watched place; whoever wrote is told alone, and others look into the queue, and press there."""
    evening, ahab = attempting.evening, attempting.people["Ahab"]
    await evening.step(attempt.id, reader.slash(place, "watch on"))
    await evening.step(attempt.id, ahab.slash(place, "watch on"))
    evening.direct.setdefault(reader.id, reader.guild.id)
    for text in (attempt.text, *attempt.then):
        await evening.step(attempt.id, reader.send(place, evening.is_told(text)))
    status = await evening.step(attempt.id, ahab.slash(place, "watch status"))
    await evening.step(attempt.id, reader.slash(place, "watch status"))
    await forges_all(attempting, reader, status, attempt)
    if "Queue" in under(status):
        queue = await evening.step(attempt.id, ahab.click(message(status), label="Queue"))
        await forges_all(attempting, reader, queue, attempt)
        while "Dealt with" in under(queue):
            queue = await evening.step(attempt.id, ahab.click(message(queue), label="Dealt with"))
    await evening.step(attempt.id, reader.slash(place, "watch off"))
    await evening.step(attempt.id, ahab.slash(place, "watch off"))


async def forges_all(attempting: Attempting, reader: MemberActor, told: InteractionResult, attempt: Attempt) -> None:
    """Press every button under somebody else's private answer."""
    for label in under(told):
        await attempting.evening.step(attempt.id, forge(reader, remembered(message(told), label)))


async def own_things(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Use the commands for one's own things with such words, press what they offer, and have others press it."""
    for name in attempt.more["commands"]:
        takes_book = attempt.text and name.split()[-1] not in ("export", "delete", "list", "show", "undo")
        options = {"book": attempt.text} if takes_book else {}
        more = {"shelf": "reading"} if name == "shelf move" else {}
        told = await attempting.evening.step(attempt.id, reader.slash(place, name, **options, **more))
        await forges_all(attempting, attempting.people["Jim"], told, attempt)
        await presses_all(attempting.evening, reader, told)


OWN = ("questions", "usage", "members", "alembic_version")
"""Tables that any question writes to."""


async def prepare(attempting: Attempting) -> None:
    """Have others ask, plan, write and keep what there is, and note the ids of it; once in a club."""
    if attempting.kept:
        return
    club, ishmael, jo, ahab = attempting.evening.club, *(attempting.people[name] for name in ("Ishmael", "Jo", "Ahab"))
    place, kept = club.general, attempting.kept
    await club.ceiling(place, **{AMBER: "ch 4"})
    attempting.evening.goes_to(place, **{AMBER: 4})

    def note(told: InteractionResult, **under: str) -> InteractionResult:
        found = ids_under(message(told))
        kept.update({name: next(each for each in found if each.startswith(start)).removeprefix(start)
                     for name, start in under.items()})  # fmt: skip
        return told

    asks = {"question": "What does Corrin hide behind the stove?", "book": AMBER}
    note(await ishmael.slash(place, "ask", **asks), ask="share:")
    note(await ishmael.slash(place, "ask", share=True, **asks), posted="take-back:")
    assert place.last_message is not None
    public = ids_in([part.to_dict() for part in place.last_message.components])
    kept["public"] = next(each for each in public if each.startswith("mine:")).removeprefix("mine:")
    note(await ishmael.slash(place, "order", book=AMBER), order="share-order:")
    note(await ishmael.slash(place, "progress share", book=AMBER), progress="progress-share:")
    note(await ishmael.slash(place, "progress clear"), clear="progress-clear:")
    note(await ishmael.slash(place, "shelf add", book="Middlemarch"), shelf="shelf-undo:")
    form = await ishmael.slash(place, "review write", book=AMBER)
    written = f"I cried over the {attempting.evening.signs.of(AMBER, 8)[0]}."
    note(await ishmael.submit_modal(form, {"stars": ["5"], "text": written, "said": "ch 8"}), review="review-edit:")
    note(await ahab.slash(place, "ceiling set", where="ch 8", book=AMBER), ceiling="ceiling:set:")
    note(await ahab.slash(place, "prompt draft", kind="theme", book=AMBER, upto="ch 4"), drafts="prompt-others:")
    await ishmael.slash(
        place, "prompt suggest", text=f"Why does Wenna carry the {attempting.evening.signs.of(AMBER, 8)[0]}?"
    )
    words = "Fridays at 8pm, 4 chapters a week"
    planned = note(await jo.slash(place, "schedule create", book=AMBER, words=words), plan="schedule-confirm:")
    await jo.click(message(planned), label="Confirm")
    note(await ishmael.slash(place, "schedule show"), schedule="remind:")
    note(await fill(jo, await jo.slash(place, "vote start"), others="Emma; Persuasion"), draft="vote-start:")
    started = await fill(jo, await jo.slash(place, "vote start"), others="Emma; Persuasion", hidden=True)
    await jo.click(message(started), label="Confirm")
    with club.env.time_context():
        waiting = await club.app.get(Prompts).queue(club.guild.id)
        vote = await club.app.get(Votes).latest(club.guild.id)
    kept |= {"schedule": kept["schedule"].split(":")[0], "prompt": str(waiting[-1].id), "vote": str(vote.id)}
    kept |= {"club": str(club.guild.id), "place": str(place.id), "ishmael": str(ishmael.id), "change": "1"}
    kept["message"] = str(place.last_message.id)
    other = club.env.create_guild("Another Club")
    attempting.people = {**attempting.people, "Stranger": other.add_member(club.env.create_user("Stranger"))}
    attempting.elsewhere = other.create_text_channel("elsewhere")
    attempting.evening.listen()


async def doctored(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Press a button whose id was made up, where others' things are: nothing of theirs changes."""
    club, step = attempting.evening.club, attempting.evening.step
    there = attempting.elsewhere if attempt.who == "Stranger" else club.general
    own = {}
    for question in attempt.then:
        asked = await step(
            attempt.id, reader.slash(there, "ask", question=filled(question, attempting.kept), book=AMBER)
        )
        carrying = (each.partition(":") for each in ids_under(message(asked)))
        own["own"] = next(own for name, _, own in carrying if name in ("share", "first-hint"))
    told = await step(attempt.id, reader.slash(there, "ask", question="Who is Wenna?", book=AMBER))
    before = kept_of_all(club)
    button = remembered(message(told), "Why can’t I see more?")
    made_up = filled(attempt.text, {**attempting.kept, **own})
    await step(attempt.id, forge(reader, button.under(made_up)))
    changed = [table for table, rows in kept_of_all(club).items() if rows != before[table]]
    attempting.faults += [f"{attempt.id} ({made_up}): changed {', '.join(changed)}"] if changed else []


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text with what stands for the names in braces that are known."""
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), text)


def kept_of_all(club: Club) -> dict[str, list[Any]]:
    """Return all rows of the club's data, but for what any question writes."""
    with contextlib.closing(sqlite3.connect(club.folder / NAME)) as data:
        tables = [name for (name,) in data.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: data.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables if table not in OWN}  # noqa: S608 (names of our own)


WAYS: dict[str, Way] = {
    "share": share, "mention": mention, "direct": direct, "types": types, "about": about, "spoils": spoils,
    "suggests": suggests, "review": review, "notes": notes, "forged": forged, "named": named, "titled": titled,
    "votes": votes, "schedules": schedules, "prompts": prompts, "watched": watched, "own things": own_things,
    "doctored": doctored,
}  # fmt: skip
"""Ways by name; every other is a command."""
