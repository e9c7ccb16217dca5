"""`/prompt`: suggested by members, drafted, decided and posted by moderators, and never beyond its place unawares."""

import datetime as dt
from pathlib import Path

import discord
from simcord import MemberActor

from bot.audit import Audit, Did
from bot.features.prompts.store import Prompt, Prompts, PromptState, posting
from bot.jobs import HELD
from bot.people import Member, Place
from tests.fakes.chat_server import ChatServer
from tests.fakes.club import Club, buttons, fields, message, posted, shown
from tests.fakes.records import left

SPOILER = "Silas drowned his brother for the sake of the lamp. Was he right?"
HARMLESS = "Which book do you give away most often?"
KEPT = "How many pages do you read in one evening?"
BEGIN = "2026-01-01 00:00:00.000000"  # how SQLite is given the moment at which time begins


def moderator(club: Club) -> MemberActor:
    return club.member("Elinor", manage_messages=True)


async def suggested(club: Club, text: str = HARMLESS) -> Prompt:
    """Return a prompt that a member has suggested."""
    with club.env.time_context():
        return await club.app.get(Prompts).suggest(
            Member(club.guild.id, 5), Place(club.guild.id, club.general.id), text
        )


async def found(club: Club, prompt: Prompt) -> Prompt:
    return await club.app.get(Prompts).prompt(club.guild.id, prompt.id)


# Suggesting


async def test_a_member_suggests_in_private_and_moderators_find_it_in_their_queue(club: Club) -> None:
    liz = club.member("Liz")
    told = await liz.slash(club.general, "prompt suggest", text=HARMLESS, book="The Lantern")
    assert told.ephemeral
    assert "Suggested" in shown(told)
    queue = await moderator(club).slash(club.general, "prompt queue")
    assert queue.ephemeral
    assert HARMLESS in shown(queue).replace("\\", "")
    assert f"<@{liz.id}>" in shown(queue)
    assert buttons(queue) == ["Approve", "Post here now", "Edit", "Reject with reason", "Place in section"]
    assert posted(club.general) == []


async def test_everything_else_is_for_moderators(club: Club) -> None:
    prompt, liz = await suggested(club), club.member("Liz")
    commands: dict[str, dict[str, object]] = {
        command: {"number": prompt.id} for command in ("approve", "reject", "post", "edit")
    }
    commands |= {"queue": {}, "library": {}, "draft": {"kind": "theme", "book": "the-lantern"}}
    for command, options in commands.items():
        told = await liz.slash(club.general, f"prompt {command}", **options)
        assert told.ephemeral
        assert "Only moderators can do that" in shown(told)
        assert HARMLESS not in shown(told)
    assert (await found(club, prompt)).state == PromptState.SUGGESTED


async def test_what_a_moderator_has_not_read_is_covered_until_they_want_it_shown(club: Club) -> None:
    prompt, elinor = await suggested(club, SPOILER), moderator(club)
    await club.reads(elinor, "the-lantern", "ch 3")
    queue = await elinor.slash(club.general, "prompt queue")
    assert "drowned" not in shown(queue)
    assert "The Lantern, chapter 10 of 10, which is further than you have read" in shown(queue)
    assert "may spoil the book for you" in shown(queue)
    assert buttons(queue) == ["Show it", "Reject with reason"]
    for told in (
        await elinor.slash(club.general, "prompt edit", number=prompt.id),
        await elinor.slash(club.general, "prompt post", number=prompt.id),
        await elinor.slash(club.general, "prompt approve", number=prompt.id),
    ):
        assert told.modal is None
        assert "drowned" not in shown(told)
        assert "Show it" in buttons(told)
    await club.restart()
    open_ = await elinor.click(message(queue), label="Show it")
    assert "drowned" in shown(open_)
    assert "drowned" in str((await elinor.click(message(open_), label="Edit")).modal)
    toby = club.member("Toby", manage_messages=True)
    await club.reads(toby, "the-lantern", "finished")
    assert "drowned" in shown(await toby.slash(club.general, "prompt queue")), "who has read as far sees it at once"
    form = await elinor.click(message(queue), label="Reject with reason")
    assert "drowned" not in shown(await elinor.submit_modal(form, {fields(form.modal)[0]: "Too early."}))


async def test_numbers_are_offered_without_words_that_might_spoil(club: Club) -> None:
    spoiling, elinor = await suggested(club, SPOILER), moderator(club)
    (offered,) = await elinor.autocomplete(club.general, "prompt approve", "number", "")
    assert offered["value"] == spoiling.id
    assert "drowned" not in offered["name"]


# Deciding


async def test_the_queue_is_paged_and_its_buttons_work_after_a_restart(club: Club) -> None:
    first, second = await suggested(club), await suggested(club, KEPT)
    elinor = moderator(club)
    queue = await elinor.slash(club.general, "prompt queue")
    assert "1 of 2" in shown(queue)
    await club.restart()
    turned = await elinor.click(message(queue), label="Next")
    assert KEPT in shown(turned)
    approved = await elinor.click(message(turned), label="Approve")
    assert "Approved" in shown(approved)
    assert [prompt.id for prompt in await club.app.get(Prompts).queue(club.guild.id)] == [first.id, second.id]
    assert (await found(club, second)).by == elinor.id


async def test_a_prompt_is_edited_in_a_form_with_its_words(club: Club) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    form = await elinor.slash(club.general, "prompt edit", number=prompt.id)
    assert HARMLESS in str(form.modal)
    told = await elinor.submit_modal(form, {fields(form.modal)[0]: KEPT})
    assert told.ephemeral
    assert (await found(club, prompt)).text == KEPT


async def test_a_prompt_is_rejected_with_a_reason_and_leaves_the_queue(club: Club) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    queue = await elinor.slash(club.general, "prompt queue")
    form = await elinor.click(message(queue), label="Reject with reason")
    told = await elinor.submit_modal(form, {fields(form.modal)[0]: "We had that last year."})
    assert "We had that last year" in shown(told)
    assert await club.app.get(Prompts).queue(club.guild.id) == []
    other = await suggested(club, KEPT)
    assert "Rejected" in shown(await elinor.slash(club.general, "prompt reject", number=other.id, reason="No"))
    assert (await found(club, prompt)).reason == "We had that last year."


async def test_a_prompt_is_placed_in_a_section_and_goes_with_it(club: Club) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    queue = await elinor.slash(club.general, "prompt queue")
    form = await elinor.click(message(queue), label="Place in section")
    book, where = fields(form.modal)
    told = await elinor.submit_modal(form, {book: "The Lantern", where: "ch 5"})
    assert "For the section of The Lantern with chapter 5" in shown(told)
    prompts = club.app.get(Prompts)
    assert [p.id for p in await prompts.approved_for(club.guild.id, "the-lantern", 4, 6)] == [prompt.id]
    assert await prompts.approved_for(club.guild.id, "the-lantern", 6, 8) == []
    assert await prompts.approved_for(club.guild.id, "the-kite", 1, 4) == []


# Posting


async def test_a_prompt_is_posted_for_everybody_once_and_is_in_the_audit(club: Club) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    told = await elinor.slash(club.general, "prompt post", number=prompt.id)
    assert told.ephemeral
    assert "Posted" in shown(told)
    (post,) = posted(club.general)
    assert HARMLESS in post
    assert "Elinor" not in post
    again = await elinor.slash(club.general, "prompt post", number=prompt.id)
    assert "already been posted" in shown(again)
    assert len(posted(club.general)) == 1
    with club.env.time_context():
        (entry,) = await club.app.get(Audit).since(club.guild.id, 1)
    assert (entry.did, entry.by, entry.message) == (Did.PROMPT, elinor.id, (await found(club, prompt)).post)


async def test_a_prompt_beyond_its_place_is_stopped_for_the_moderator_alone_who_may_override(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    prompt, elinor = await suggested(club, SPOILER), moderator(club)
    told = await elinor.slash(club.general, "prompt post", number=prompt.id)
    assert told.ephemeral
    assert "The Lantern, chapter 10 of 10, which is past the ceiling here" in shown(told)
    assert posted(club.general) == []
    await club.restart()
    over = await elinor.click(message(told), label="Post anyway")
    assert "Posted" in shown(over)
    assert len(posted(club.general)) == 1
    assert "chapter" not in posted(club.general)[0]
    with club.env.time_context():
        entries = await club.app.get(Audit).since(club.guild.id, 1)
    assert {(entry.did, entry.by) for entry in entries} == {(Did.OVERRIDE, elinor.id), (Did.PROMPT, elinor.id)}
    assert (await found(club, prompt)).overridden


async def test_who_is_no_moderator_any_more_cannot_override(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    prompt, elinor = await suggested(club, SPOILER), moderator(club)
    told = await elinor.slash(club.general, "prompt post", number=prompt.id)
    (role,) = club.env.backend.get_guild(club.guild.id).members[elinor.id].role_ids
    club.env.backend.remove_member_role(club.guild.id, elinor.id, role)
    assert "Only moderators" in shown(await elinor.click(message(told), label="Post anyway"))
    assert posted(club.general) == []


async def test_a_prompt_is_posted_when_it_is_due_and_not_before_even_after_a_restart(club: Club) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    told = await elinor.slash(club.general, "prompt post", number=prompt.id, when="in 3 hours")
    assert "I’ll post it here <t:" in shown(told)
    await club.restart()
    await club.env.advance_time(2 * 3600)
    assert posted(club.general) == []
    await club.env.advance_time(3700)
    assert len(posted(club.general)) == 1
    assert "I was away" not in posted(club.general)[0]
    await club.env.advance_time(3600)
    assert len(posted(club.general)) == 1


async def planned(club: Club, prompt: Prompt, ago: dt.timedelta) -> Prompt:
    """Plan a prompt as a process did that was killed a while ago."""
    with club.env.time_context():
        by, due = Member(club.guild.id, 7), discord.utils.utcnow() - ago
        return await club.app.get(Prompts).plan(by, prompt.id, prompt.where, due)


async def claimed(club: Club, prompt: Prompt) -> None:
    """Claim a planned prompt, as a process does that is killed before it has posted it."""
    with club.env.time_context():
        assert await club.bots[-1].jobs.claim(posting(club.guild.id, prompt.id)) is not None


async def test_a_prompt_that_is_late_by_days_waits_for_a_decision(club: Club) -> None:
    prompt = await suggested(club)
    await planned(club, prompt, dt.timedelta(days=2))
    await club.restart()
    await club.env.advance_time(61)
    assert posted(club.general) == []
    assert [waiting.id for waiting in await club.app.get(Prompts).queue(club.guild.id)] == [prompt.id]


async def test_a_posting_that_was_killed_before_it_was_sent_is_done_once(club: Club) -> None:
    await claimed(club, await planned(club, await suggested(club), dt.timedelta(minutes=5)))
    await club.restart()
    assert posted(club.general) == []
    await club.env.advance_time(HELD.total_seconds() + 1)
    assert len(posted(club.general)) == 1


async def test_a_posting_that_was_killed_after_it_was_sent_is_found_and_not_sent_again(
    club: Club, tmp_path: Path
) -> None:
    prompt, elinor = await suggested(club), moderator(club)
    await elinor.slash(club.general, "prompt post", number=prompt.id)
    done = await found(club, prompt)
    left(
        tmp_path,
        "UPDATE discussion_prompts SET state = 'approved', post = 0, due = 'BEGIN'",
        "UPDATE jobs SET done = 0, result = 0, since = 'BEGIN', due = 'BEGIN'",
        BEGIN=BEGIN,
    )
    await club.restart()
    await club.env.advance_time(1_000)
    assert len(posted(club.general)) == 1
    again = await found(club, prompt)
    assert (again.state, again.post, again.text) == (PromptState.POSTED, done.post, done.text)


async def test_a_ceiling_that_went_back_meanwhile_stops_a_prompt_and_the_queue_says_why(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="finished")
    prompt, elinor = await suggested(club, SPOILER), moderator(club)
    await elinor.slash(club.general, "prompt post", number=prompt.id, when="in 1 hour")
    await club.ceiling(club.general, the_lantern="ch 2")
    await club.env.advance_time(3700)
    assert posted(club.general) == []
    assert "Not posted when it was due" in shown(await elinor.slash(club.general, "prompt queue"))


# Drafting


async def test_drafts_are_private_and_name_nobody_who_was_not_met(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 1")
    elinor = moderator(club)
    for kind in ("character", "theme", "craft", "prediction", "quote", "comparison", "personal"):
        told = await elinor.slash(club.general, "prompt draft", kind=kind)
        assert told.ephemeral
        assert "Keep 1" in buttons(told)
        assert "Silas" not in shown(told)
        assert "lighthouse" not in shown(told)


async def test_a_draft_is_kept_and_posted_where_its_readers_are(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    elinor = moderator(club)
    told = await elinor.slash(club.general, "prompt draft", kind="character")
    assert "Silas" in shown(told)
    await club.restart()
    others = await elinor.click(message(told), label="Show others")
    kept = await elinor.click(message(others), label="Keep 1")
    again = await elinor.click(message(others), label="Keep 1")
    (waiting,) = await club.app.get(Prompts).queue(club.guild.id)
    assert f"prompt {waiting.id}" in shown(kept)
    assert f"prompt {waiting.id}" in shown(again)
    assert waiting.needs is not None
    assert "Posted" in shown(await elinor.slash(club.general, "prompt post", number=waiting.id))


async def test_a_section_that_neither_the_place_nor_the_moderator_has_reached_is_refused(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    elinor = moderator(club)
    told = await elinor.slash(club.general, "prompt draft", kind="character", upto="ch 10")
    assert "past the ceiling here, and past where you are" in shown(told)
    await club.reads(elinor, "the-lantern", "finished")
    assert "the end" in shown(await elinor.slash(club.general, "prompt draft", kind="prediction", upto="ch 10"))


async def test_the_library_has_templates_and_what_the_book_comes_with(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    elinor = moderator(club)
    own = await elinor.slash(club.general, "prompt library")
    assert "I know too little about the book" in shown(own)
    filled = await elinor.slash(club.general, "prompt library", kind="character")
    assert "Silas" in shown(filled)


# With a chat model


async def test_a_model_drafts_first_and_sees_nothing_beyond(talking: tuple[Club, ChatServer]) -> None:
    club, server = talking
    server.says = "Why does Silas save two fishermen in the storm?"
    await club.ceiling(club.general, the_lantern="ch 5")
    told = await moderator(club).slash(club.general, "prompt draft", kind="character")
    assert shown(told).index("save two fishermen") < shown(told).index("**2**")
    assert "drowned" not in server.messages()["user"]


async def test_a_model_that_tells_too_much_or_asks_nothing_leaves_the_library(talking: tuple[Club, ChatServer]) -> None:
    club, server = talking
    await club.ceiling(club.general, the_lantern="ch 5")
    elinor = moderator(club)
    for says in (SPOILER, f"Why does Silas save two fishermen? {SPOILER}", "NOTHING", "Silas is brave.", ""):
        server.says = says
        told = await elinor.slash(club.general, "prompt draft", kind="character")
        assert "Keep 1" in buttons(told)
        assert "drowned" not in shown(told)
        assert "brave" not in shown(told)
