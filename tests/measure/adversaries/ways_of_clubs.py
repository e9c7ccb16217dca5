"""What is tried around votes, schedules, discussion prompts and watched places: what the bot posts by itself, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.features.prompts.rules import Prompts
from tests.fakes.club import labels, message
from tests.fakes.evening_acts import presses_all, under
from tests.fakes.forging import forge, remembered
from tests.fakes.marked import AMBER
from tests.measure.adversaries.attempts import Attempt
from tests.measure.adversaries.ways_of_members import Way

if TYPE_CHECKING:
    from tests.measure.adversaries.attempting import Attempting

HOUR, DAY = 3_600, 86_400
WORDS = "Fridays at 8pm, 4 chapters a week"
SECTION = 4
"""Chapters of The Amber Door in a section of such a schedule."""


async def votes(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Hold a vote between what was typed; others press what is not theirs, vote, look at the count, and close it."""
    step, jo = attempting.evening.step, attempting.people["Jo"]
    books = "; ".join((attempt.text, *attempt.then))
    typed = {"books": books, "closes": "in 2 hours", "kind": "ranked", **attempt.more}
    preview = await step(attempt.id, jo.slash(place, "vote start", **typed))
    await step(attempt.id, reader.slash(place, "vote start", **typed))
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
    ways = await evening.step(attempt.id, reader.click(message(shown), label="Reminders"))
    await evening.step(attempt.id, reader.click(message(ways), label="In the thread"))
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


CLUB_WAYS: dict[str, Way] = {
    "votes": votes, "schedules": schedules, "prompts": prompts, "watched": watched, "own things": own_things,
}  # fmt: skip
