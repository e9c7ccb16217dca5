"""`/vote`, as organisers hold it and members take part; and its close, whatever happens to the bot."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import InteractionResult, MemberActor, SetupError

from bot.features.votes.rules import Candidate, VoteDraft, VoteKind, VoteState
from bot.features.votes.store import Vote, Votes
from bot.people import Place
from tests.fakes.club import Club, fill, message, shown, words
from tests.fakes.records import left

THREE = "The Lantern; The Kite; Emma"
HOUR, MINUTE = 3_600, 60


async def prepared(
    club: Club, jo: MemberActor, kind: str = "ranked", books: str = THREE, closes: str = "in 10 minutes",
    hidden: bool = False,
) -> InteractionResult:  # fmt: skip
    form = await jo.slash(club.general, "vote start")
    return await fill(jo, form, kind=kind, others=books, closes=closes, hidden=hidden)


async def started(club: Club, jo: MemberActor, **options: Any) -> discord.Message:  # noqa: ANN401 (fields)
    """Start a vote; return its post."""
    done = await jo.click(message(await prepared(club, jo, **options)), label="Confirm")
    assert "The vote is open" in shown(done), shown(done)
    return club.general.history()[-1]


async def votes(member: MemberActor, post: discord.Message, *ranked: str) -> InteractionResult:
    """Have a member rank books."""
    ballot = await member.click(post, label="Vote")
    for number, key in enumerate(ranked, 1):
        ballot = await member.select(message(ballot), [key], custom_id=f"rank:{vote_of(post)}:{number}")
    return ballot


def vote_of(post: discord.Message) -> str:
    found = re.search(r"ballot:(\d+)", f"{[part.to_dict() for part in post.components]}")
    assert found is not None
    return found[1]


async def latest(club: Club) -> Vote:
    with club.env.time_context():
        return await club.app.get(Votes).latest(club.guild.id)


def outcomes(club: Club) -> list[str]:
    """Return the posts that tell an outcome."""
    told = [words(post) for post in club.general.history()]
    return [text for text in told if "Our next book" in text or text.startswith("### The vote is closed")]


# Starting


async def test_a_vote_is_shown_first_and_posted_once_it_is_confirmed(club: Club, jo: MemberActor) -> None:
    preview = await prepared(club, jo, closes="Friday 8pm")
    assert preview.ephemeral
    friday = dt.datetime(2026, 1, 2, 20, tzinfo=dt.UTC)
    assert f"<t:{int(friday.timestamp())}:F>" in shown(preview)
    assert "Nothing is posted yet" in shown(preview)
    assert club.general.history() == []
    await jo.click(message(preview), label="Confirm")
    (post,) = club.general.history()
    assert all(title in words(post) for title in THREE.split("; "))
    assert "Which book shall we read next?" in words(post)
    assert (await latest(club)).seed not in words(post)


async def test_the_nominated_books_are_voted_on_where_none_are_named(club: Club, jo: MemberActor) -> None:
    for book in ("Emma", "the-kite", "Kim"):
        await jo.slash(club.general, "nominate add", book=book)
    form = await jo.slash(club.general, "vote start")
    preview = await fill(jo, form, books=["the-kite", "kim"])
    await jo.click(message(preview), label="Confirm")
    assert {book.title for book in (await latest(club)).candidates} == {"The Kite", "Kim"}


async def test_only_organisers_start_and_close_votes_whatever_discord_lets_through(club: Club, jo: MemberActor) -> None:
    liz, post = club.member("Liz"), await started(club, jo)
    for command in ("vote start", "vote close"):
        with pytest.raises(SetupError):
            await liz.slash(club.general, command)
    assert post.id == club.general.history()[-1].id


async def test_a_vote_that_discord_does_not_let_be_posted_leaves_nothing_behind(club: Club, jo: MemberActor) -> None:
    preview = await prepared(club, jo)
    club.expected = (*club.expected, discord.Forbidden)
    club.env.inject_error("POST", f"/channels/{club.general.id}/messages", status=403, code=50013)
    assert "doesn’t let me" in shown(await jo.click(message(preview), label="Confirm"))
    await started(club, jo)


# Ballots


async def test_a_ballot_is_private_kept_as_it_is_picked_and_can_be_changed(club: Club, jo: MemberActor) -> None:
    liz, post = club.member("Liz"), await started(club, jo)
    ballot = await votes(liz, post, "the-kite", "emma")
    assert message(ballot).ephemeral
    assert "1\\. The Kite\n2\\. Emma" in shown(ballot)
    await club.restart()
    ballot = await votes(liz, post, "emma")
    assert "1\\. Emma\n2\\. The Kite" in shown(ballot)
    empty = await liz.click(message(ballot), label="Take my ballot back")
    assert "Pick your first choice" in shown(empty)
    assert len(club.general.history()) == 1


async def test_the_count_so_far_is_shown_to_who_asks_alone(club: Club, jo: MemberActor) -> None:
    liz, post = club.member("Liz"), await started(club, jo)
    assert "No ballots" in shown(await liz.click(post, label="Show the count so far"))
    await votes(liz, post, "the-kite")
    told = await liz.click(post, label="Show the count so far")
    assert told.ephemeral
    assert "1 ballot so far. If the vote closed now: The Kite wins" in shown(told)


async def test_a_hidden_count_is_hidden_until_the_close(club: Club, jo: MemberActor) -> None:
    liz, post = club.member("Liz"), await started(club, jo, hidden=True)
    await votes(liz, post, "the-kite")
    assert "Show the count so far" not in str([part.to_dict() for part in post.components])
    told = await jo.slash(club.general, "vote results")
    assert "hidden until it closes" in shown(told)
    assert "The Kite wins" not in shown(told)
    await club.env.advance_time(11 * MINUTE)
    assert "The Kite wins" in shown(await jo.slash(club.general, "vote results"))


# Closing


async def test_a_vote_closes_on_its_own_and_tells_who_has_won_and_why_with_a_picture(
    club: Club, jo: MemberActor
) -> None:
    post = await started(club, jo)
    for name, ranked in {
        "Liz": ["the-kite"], "Jim": ["the-kite"], "Leamas": ["the-lantern"], "Peter": ["the-lantern"],
        "Ishmael": ["emma", "the-kite"],
    }.items():  # fmt: skip
        await votes(club.member(name), post, *ranked)
    await club.env.advance_time(10 * MINUTE + 1)
    (told,) = outcomes(club)
    result = club.general.history()[-1]
    assert "Our next book: The Kite" in told
    assert "Round 1: " in told
    assert "Round 2: " in told
    (picture,) = result.attachments
    assert picture.description
    assert "The Kite" in picture.description
    preview = await fill(jo, await jo.click(result, label="Plan the schedule"), words="Fridays at 8pm")
    assert "Schedule: The Kite" in shown(preview)
    refused = await club.member("Ann").click(result, label="Plan the schedule")
    assert "Only organisers can do that" in shown(refused)
    how = await jo.click(result, label="How is this counted?")
    assert how.ephemeral
    assert "drawn at random" in shown(how)
    vote = await latest(club)
    assert (vote.state, vote.result) == (VoteState.CLOSED, result.id)
    before = next(each for each in club.general.history() if each.id == post.id)
    assert "This vote is closed" in words(before)
    assert "ballot:" not in str([part.to_dict() for part in before.components])


async def test_an_organiser_closes_a_vote_before_its_time(club: Club, jo: MemberActor) -> None:
    post = await started(club, jo)
    await votes(jo, post, "emma")
    asked = await jo.slash(club.general, "vote close")
    assert "Close the vote now?" in shown(asked)
    assert outcomes(club) == []
    done = await jo.click(message(asked), label="Close it now")
    assert "Closed. The result: https://discord.com/channels/" in shown(done)
    assert len(outcomes(club)) == 1
    await club.env.advance_time(11 * MINUTE)
    assert len(outcomes(club)) == 1
    assert "No vote is running" in shown(await jo.slash(club.general, "vote close"))


async def test_a_form_starts_a_vote_and_keeps_what_was_typed(club: Club, jo: MemberActor) -> None:
    for book in ("Emma", "the-kite"):
        await jo.slash(club.general, "nominate add", book=book)
    form = await jo.slash(club.general, "vote start")
    preview = await fill(jo, form, others="Kim, emma", closes="Friday 8pm", hidden=True)
    assert [f"• {title}" in shown(preview) for title in ("Emma", "The Kite", "Kim")] == [True] * 3
    assert shown(preview).count("Emma") == 1
    assert "Hidden until the vote closes" in shown(preview)
    refused = await fill(jo, await jo.slash(club.general, "vote start"), others="Kim", closes="yesterday")
    assert "I don’t understand" in shown(refused) or "is in the past" in shown(refused)
    again = await jo.click(message(refused), label="Keep writing")
    assert "Kim" in str(again.modal)
    many = ", ".join(f"A Rather Long Title {n}" for n in range(11))
    refused = await fill(jo, again, others=many, closes="in 2 days")
    assert "2 to 10 books. You chose 13" in shown(refused)
    again = await jo.click(message(refused), label="Keep writing")
    assert many in str(again.modal)
    assert "in 2 days" in str(again.modal)


# Discord's own poll


async def test_a_poll_is_discords_own_and_is_ended_at_the_closing_time(club: Club, jo: MemberActor) -> None:
    liz, post = club.member("Liz"), await started(club, jo, kind="poll", closes="in 10 minutes")
    assert post.poll is not None
    assert [answer.text for answer in post.poll.answers] == ["The Lantern", "The Kite", "Emma"]
    await jo.vote(post, answer=2)
    await liz.vote(post, answer=2)
    await club.env.advance_time(10 * MINUTE)
    (told,) = outcomes(club)
    assert "Our next book: The Kite" in told
    assert "The Kite wins with 2 of 2 votes." in told
    ended = next(each for each in club.general.history() if each.id == post.id)
    assert ended.poll is not None
    assert ended.poll.is_finalised()


async def test_a_poll_whose_message_was_deleted_has_no_outcome_and_is_over(club: Club, jo: MemberActor) -> None:
    post = await started(club, jo, kind="poll")
    assert "Discord shows the count" in shown(await jo.slash(club.general, "vote results"))
    club.env.backend.delete_message(club.general.id, post.id)
    await club.env.advance_time(11 * MINUTE)
    (told,) = outcomes(club)
    assert "nothing to count" in told
    assert (await latest(club)).state == VoteState.CLOSED


# Whatever happens to the bot


async def test_a_bot_that_is_killed_before_it_has_counted_goes_on(club: Club, jo: MemberActor, tmp_path: Path) -> None:
    post = await started(club, jo)
    await votes(jo, post, "emma")
    left(
        tmp_path, "UPDATE votes SET state = 'closing'", "UPDATE jobs SET CLAIMED WHERE step = 'close'", CLAIMED=CLAIMED
    )
    await club.restart()
    assert outcomes(club) == []
    await club.env.advance_time(4 * MINUTE)
    assert len(outcomes(club)) == 1
    assert "Our next book: Emma" in outcomes(club)[0]


async def test_a_bot_that_is_killed_before_it_has_noted_its_post_does_not_post_again(
    club: Club, jo: MemberActor, tmp_path: Path
) -> None:
    post = await started(club, jo)
    await votes(jo, post, "emma")
    await club.env.advance_time(10 * MINUTE)
    result = club.general.history()[-1]
    await jo.send(club.general, "Lovely!")
    left(
        tmp_path,
        "UPDATE votes SET state = 'closing', result = 0, running = 1",
        "UPDATE jobs SET CLAIMED WHERE step = 'close'",
        CLAIMED=CLAIMED,
    )
    await club.env.advance_time(20 * MINUTE)
    await club.restart()
    assert len(outcomes(club)) == 1
    assert (await latest(club)).result == result.id
    assert (await latest(club)).state == VoteState.CLOSED


async def test_the_outcome_that_was_counted_stays_while_discord_is_out_of_order(club: Club, jo: MemberActor) -> None:
    post = await started(club, jo)
    await votes(jo, post, "emma")
    club.env.inject_error("POST", f"/channels/{club.general.id}/messages", times=3)
    await club.env.advance_time(11 * MINUTE)
    assert outcomes(club) == []
    assert (await latest(club)).count is not None
    await club.env.advance_time(5 * MINUTE)
    assert len(outcomes(club)) == 1


@pytest.mark.parametrize("kind", ["ranked", "poll"])
async def test_a_bot_that_is_killed_after_it_has_posted_a_vote_finds_its_post(
    club: Club, jo: MemberActor, tmp_path: Path, kind: str
) -> None:
    post = await started(club, jo, kind=kind)
    left(
        tmp_path,
        "UPDATE votes SET state = 'opening', message = 0",
        "DELETE FROM jobs WHERE step = 'close'",
        "UPDATE jobs SET CLAIMED WHERE step = 'open'",
        CLAIMED=CLAIMED,
    )
    await club.restart()
    await club.env.advance_time(4 * MINUTE)
    assert [each.id for each in club.general.history()] == [post.id]
    assert (await latest(club)).message == post.id
    assert (await latest(club)).state == VoteState.OPEN


@pytest.mark.parametrize("kind", [VoteKind.RANKED, VoteKind.POLL])
async def test_a_bot_that_is_killed_before_it_has_posted_a_vote_posts_it(club: Club, kind: VoteKind) -> None:
    draft = VoteDraft(kind, club.env.now() + DAY, False, TWO)
    with club.env.time_context():
        await club.app.get(Votes).begin(draft, Place(club.guild.id, club.general.id), "abc")
    await club.restart()
    await club.env.advance_time(4 * MINUTE)
    await club.restart()
    (post,) = club.general.history()
    assert (await latest(club)).message == post.id


TWO = (Candidate("emma", "Emma"), Candidate("kim", "Kim"))
DAY = dt.timedelta(days=1)


CLAIMED = "done = 0, result = 0, since = '2026-01-01 00:00:00.000000', due = '2026-01-01 00:03:00.000000'"
"""What a process leaves of a job that it has claimed at the beginning of the test."""
