import contextlib
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answering.reply import Reply
from bot.audit import Audit, Did
from bot.db.base import Base, OfMember
from bot.db.sessions import Sessions
from bot.features.ask.store import AskedQuestions, Conversations, DirectMessages
from bot.features.books.store import ClubBookRow
from bot.features.ceilings.store import Ceilings
from bot.features.my_data.store import forget_person, held_about, personal_tables
from bot.features.notes.store import Note
from bot.features.schedules.store import COMING, By
from bot.features.shelf.rules import ShelfName, Shelved
from bot.features.stats.store import CountedRow
from bot.features.votes.rules import Candidate, VoteDraft, VoteKind, VoteProblem
from bot.features.votes.store import Nominations, Votes
from bot.features.watch.store import WatchRow
from bot.limits import Allowance
from bot.people import NO_CLUB, Member, Place, Reached
from corpus.books import Reveals
from retrieval.gate import Audience
from tests.fakes.app import app_on
from tests.fakes.records import (
    a_review,
    add_finding_to,
    ceiling_in,
    keep_prompt,
    move,
    move_back,
    opened_records,
    save_review,
    shelve,
)
from tests.fakes.scheduled import a_schedule, schedules_of

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
TODAY, DAY = NOON.date(), dt.timedelta(days=1)
JIM, PETER, ANN = 77_700_010, 77_700_011, 77_700_012  # as no date and no time of day is written
NAMES = {personal.name for _, personal in personal_tables()}


def words(club: int, person: int) -> str:
    return f"said by {person} in {club}"


async def tell_everything(records: Sessions, club: int, person: int) -> None:
    member, place, said = Member(club, person), Place(club, 100), words(club, person)
    eight, needs = Reached(8, 27, "chapter"), Reveals.of({"smiley": 8})
    await move(records, member, {"smiley": eight}, NOON)
    await shelve(records, member, Shelved("key", said, ShelfName.READING, NOON))
    await save_review(records, a_review(club, person, "smiley", 4, said, 8, needs))
    await Conversations(app_on(records)).remember(
        place, member, said, Reply("ask", None, "An answer."), Audience(), needs
    )
    await AskedQuestions(app_on(records)).keep("ask", member, place, said)
    await keep_prompt(records, place, person, said, NOON, message=person, by=ANN)
    await keep_prompt(records, place, ANN, words(club, ANN), NOON, by=person)
    async with records.writing() as session:
        session.add(WatchRow(club=club, place=200 + person, set_by=person, at=NOON))
        book = {"slug": f"b{person}-{club}", "state": "live", "toml": said, "digest": "", "size": 0, "at": NOON}
        session.add(ClubBookRow(**book, club=club, added_by=person))
        note = {"book": "smiley", "text": said, "said": 8, "needs": needs, "at": NOON, "named": True, "hidden": False}
        note["private"] = False
        session.add(Note(club=club, member=person, **note))
        session.add(CountedRow(club=club, member=person, agreed=True, at=NOON))
    await add_finding_to(records, place, person, 70 + person, needs, NOON, NOON)
    await Audit(app_on(records)).note(Did.PROMPT, place, person, message=80 + person)
    await Nominations(app_on(records)).add(member, said)
    books, votes = (Candidate("emma", "Emma"), Candidate("kim", "Kim")), Votes(app_on(records))
    with contextlib.suppress(VoteProblem):  # the other member has begun it
        await votes.begin(VoteDraft(VoteKind.RANKED, NOON + DAY, False, books), place, str(club))
    await votes.choose((await votes.latest(club)).id, member, 1, "emma")
    await Ceilings(app_on(records)).set_ceiling(place, f"book-{person}", eight, by=person, at=NOON)
    schedule = replace(a_schedule(), club=club, organiser=person)
    kept = await schedules_of(records).add(schedule, said)
    await schedules_of(records).remind(kept.id, member, By.DIRECT)
    await schedules_of(records).note(kept, 1, member, COMING)
    await DirectMessages(app_on(records)).choose(person, club)
    for spender in (member, Member(NO_CLUB, person)):
        await Allowance(app_on(records)).spend(spender, 5)


@pytest.fixture
async def told(records: Sessions) -> Sessions:
    for club in (1, 2):
        for person in (JIM, PETER):
            await tell_everything(records, club, person)
    return records


def clubs_in(held: dict[str, Any]) -> dict[str, set[int]]:
    return {name: {row["club"] for row in held[name]} for name in NAMES}


def test_every_table_that_belongs_to_members_says_what_it_holds() -> None:
    tables = {mapper.class_ for mapper in Base.registry.mappers}
    theirs = [table for table in tables if issubclass(table, OfMember) and issubclass(table, Base)]
    assert [table for table in theirs if not table.personal] == []


async def test_a_person_gets_all_that_is_held_and_nothing_of_others(told: Sessions) -> None:
    held = await held_about(told, JIM)
    assert held.keys() == {"member", "clubs", *NAMES}
    assert (held["member"], held["clubs"]) == (JIM, [1, 2])
    assert clubs_in(held) == {name: {1, 2} for name in NAMES} | {"direct_messages": {2}, "usage": {JIM}}
    text = json.dumps(held)
    assert words(1, JIM) in text
    assert str(PETER) not in text
    assert words(1, ANN) not in text
    assert not [row for row in held["prompts"] if "by" in row]


async def test_times_are_written_as_iso_dates_and_needs_as_numbers(told: Sessions) -> None:
    held = await held_about(told, JIM, 1)
    assert held["positions"] == [
        {
            "club": 1,
            "member": JIM,
            "book": "smiley",
            "marks": 8,
            "of": 27,
            "unit": "chapter",
            "at": "2025-03-01T12:00:00+00:00",
            "number": 1,
            "totals": None,
        }
    ]
    assert "needs" not in held["reviews"][0]
    assert held["changes"][0]["before"] == {"smiley": None}


async def test_all_of_a_person_is_forgotten_and_the_rest_stays(told: Sessions) -> None:
    before = await held_about(told, PETER)
    gone = await forget_person(told, JIM)
    assert [(review.club, review.member, review.text) for review in gone] == [
        (1, JIM, words(1, JIM)),
        (2, JIM, words(2, JIM)),
    ]
    assert await held_about(told, JIM) == {"member": JIM, "clubs": []} | {name: [] for name in NAMES}
    assert await move_back(told, Member(1, JIM), NOON) is None
    assert await held_about(told, PETER) == before
    assert await forget_person(told, JIM) == []


async def test_the_ceilings_that_a_person_set_and_what_a_club_used_stay(told: Sessions) -> None:
    await forget_person(told, JIM)
    assert set(await ceiling_in(told, Place(1, 100))) == {f"book-{JIM}", f"book-{PETER}"}
    assert await Allowance(app_on(told)).spent(1) == 10
    assert (await held_about(told, 0))["ceilings"][0]["book"] == f"book-{JIM}"


async def test_a_person_is_forgotten_in_one_club(told: Sessions) -> None:
    gone = await forget_person(told, JIM, 1)
    assert [review.club for review in gone] == [1]
    held = await held_about(told, JIM)
    assert held["clubs"] == [2]
    assert clubs_in(held) == {name: {2} for name in NAMES} | {"usage": {JIM}}
    assert await DirectMessages(app_on(told)).chosen(JIM) == 2
    await forget_person(told, JIM, 2)
    assert await DirectMessages(app_on(told)).chosen(JIM) is None


async def test_what_was_forgotten_does_not_stay_in_the_file(tmp_path: Path) -> None:
    secret = "Nobody knows this but Jim. " * 300
    async with opened_records(tmp_path) as records:
        await save_review(records, a_review(1, JIM, "smiley", 4, secret, 8))
    assert b"Nobody knows this" in (tmp_path / "club.db").read_bytes()
    async with opened_records(tmp_path) as records:
        await forget_person(records, JIM)
    assert b"Nobody knows this" not in (tmp_path / "club.db").read_bytes()
