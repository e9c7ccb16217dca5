"""What buttons and rows of a running club hold is still read: each text is one that an earlier version wrote."""

import datetime as dt
import json

from bot.features.ceilings.store import CHANGE as CEILING
from bot.features.ceilings.store import CeilingChange
from bot.features.reviews.cog import DRAFT as REVIEW_DRAFT
from bot.features.reviews.cog import ReviewDraft
from bot.features.reviews.store import Review
from bot.features.schedules.changes import REQUEST, ScheduleRequest
from bot.features.schedules.rules import Schedule, ScheduleState, Section, SectionState, read, written
from bot.features.shelf.rules import CHANGE, ShelfChange, ShelfName, Shelved
from bot.features.votes.counting import Count, Round, Why
from bot.features.votes.rules import DRAFT, Candidate, VoteDraft, VoteKind
from bot.features.votes.store import COUNT
from bot.people import Reached

NOW = dt.datetime(2027, 3, 1, 12, 30, tzinfo=dt.UTC)


def test_a_schedule_that_waits_for_its_confirmation() -> None:
    text = (
        '{"book": "emma", "words": "Fridays 8pm", "zone": "Europe/Berlin", "place": 70, '
        '"at": "2027-03-01T12:30:00+00:00", '
        '"also": ["persuasion"]}'
    )
    assert REQUEST.validate_json(text) == ScheduleRequest(
        "emma", "Fridays 8pm", "Europe/Berlin", 70, NOW, ("persuasion",)
    )


def test_the_plan_of_a_schedule_is_read_and_keeps_its_form() -> None:
    plain = json.loads(
        '{"title": "Emma", "whole": [0, 55, "chapter"], "zone": "Europe/Berlin", "sections": [{"number": 1, "first": '
        '1, "last": 5, "day": "2027-03-05", "at": "20:00:00", "meets": "2027-03-05T19:00:00+00:00", '
        '"state": "opened", "sequence": 1, "thread": 12, "event": 13}], "also": {"kim": [0, 15, "chapter"]}, '
        '"paused_at": "2027-03-01T12:30:00+00:00"}'
    )
    meets = dt.datetime(2027, 3, 5, 19, tzinfo=dt.UTC)
    section = Section(1, 1, 5, dt.date(2027, 3, 5), dt.time(20), meets, SectionState.OPENED, 1, 12, 13)
    schedule = Schedule(
        3, 7, 70, 700, "emma", "Emma", Reached(0, 55, "chapter"), "Europe/Berlin", (section,),
        {"kim": Reached(0, 15, "chapter")}, ScheduleState.PAUSED, NOW,
    )  # fmt: skip
    assert read(plain, id=3, club=7, place=70, organiser=700, book="emma", state="paused") == schedule
    assert json.loads(json.dumps(written(schedule)).replace('Z"', '+00:00"')) == plain | {"card": 0, "card_in": 0}


def test_a_change_of_a_ceiling() -> None:
    assert CEILING.validate_json('[{"emma": null}, {"emma": 8}]') == CeilingChange({"emma": None}, {"emma": 8})


def test_a_review_that_was_typed_and_one_that_was_deleted() -> None:
    assert REVIEW_DRAFT.validate_json('["4", "Good – “yes”", "ch 5"]') == ReviewDraft("4", "Good – “yes”", "ch 5")
    text = '[7, 70, "emma", 4, "Good.", 5, {"emma": 5}, "2027-03-01T12:30:00+00:00", null]'
    review = Review.load(text)
    assert (review.club, review.member, review.text, review.said, review.written) == (7, 70, "Good.", 5, NOW)
    assert json.loads(review.dump().replace('Z"', '+00:00"')) == json.loads(text)


def test_a_change_of_a_shelf() -> None:
    text = '[null, ["emma", "Emma", "want to read", "2027-03-01T12:30:00+00:00", "emma"]]'
    assert CHANGE.validate_json(text) == ShelfChange(None, Shelved("emma", "Emma", ShelfName.WANT, NOW, "emma"))


def test_a_vote_that_waits_for_its_confirmation() -> None:
    text = (
        '{"kind": "ranked", "closes": "2027-03-01T12:30:00+00:00", "hidden": true, '
        '"offered": [["emma", "Emma", "emma"], '
        '["kim", "Kim", null]], "picked": []}'
    )
    offered = (Candidate("emma", "Emma", "emma"), Candidate("kim", "Kim"))
    assert DRAFT.validate_json(text) == VoteDraft(VoteKind.RANKED, NOW, True, offered)


def test_the_outcome_of_a_vote_is_read_and_keeps_its_form() -> None:
    plain = json.loads(
        '{"rounds": [{"counted": [["emma", 2], ["kim", 1]], "exhausted": 0, "why": "majority", "out": [], "tied": [], '
        '"earlier": 0}], "ballots": 3, "winner": "emma", "lost": false}'
    )
    count = Count((Round((("emma", 2), ("kim", 1)), 0, Why.MAJORITY),), 3, "emma")
    assert COUNT.validate_python(plain) == count
    assert COUNT.dump_python(count, mode="json") == plain
