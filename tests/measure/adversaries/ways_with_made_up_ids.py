"""Buttons with ids that were made up: of what others asked, planned, wrote, or keep, here and in another club."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.db.session import NAME
from bot.features.prompts.rules import Prompts
from bot.features.votes.rules import Votes
from tests.fakes.club import Club, message
from tests.fakes.forging import forge, ids_in, ids_under, remembered
from tests.fakes.marked import AMBER
from tests.measure.adversaries.attempts import Attempt
from tests.measure.adversaries.ways_of_members import Way

if TYPE_CHECKING:
    from tests.measure.adversaries.attempting import Attempting

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
    note(await jo.slash(place, "vote start", kind="ranked", books="Emma; Persuasion"), draft="vote-start:")
    started = await jo.slash(place, "vote start", kind="ranked", books="Emma; Persuasion", hidden="yes")
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
        own["own"] = next(each[6:] for each in ids_under(message(asked)) if each.startswith("share:"))
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


DOCTORED_WAYS: dict[str, Way] = {"doctored": doctored}
