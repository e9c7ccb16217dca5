"""Notes: kept at a place, opened by who gets there; their author's to change, and never another club's."""

import json

from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.features.notes.store import Notes
from bot.people import Member
from tests.fakes.club import Club, buttons, message
from tests.fakes.club import read as shown
from tests.fakes.club import shown as sent
from tests.fakes.forging import ids_under

SECRET = "So Silas drowned his brother for the sake of the lamp."
HARBOUR = "I like the harbour in the dark."


async def add(member: MemberActor, channel: ChannelHandle, text: str = HARBOUR, **more: str) -> InteractionResult:
    return await member.slash(channel, "note add", text=text, **{"book": "The Lantern", **more})


async def listed(member: MemberActor, channel: ChannelHandle) -> InteractionResult:
    return await member.slash(channel, "note list", book="The Lantern")


async def opened(member: MemberActor, channel: ChannelHandle) -> InteractionResult:
    """Open the only note that a member can read."""
    found = await listed(member, channel)
    (option,) = _options(message(found).components)
    return await member.select(message(found), values=[option], custom_id="note-open")


def _options(parts: object) -> list[str]:
    if isinstance(parts, dict):
        own = [option["value"] for option in parts.get("options") or []]
        return own + [found for value in parts.values() for found in _options(value)]
    return [found for part in parts for found in _options(part)] if isinstance(parts, list) else []


def values(form: InteractionResult) -> dict[str, str]:
    """Return what stands in the fields of a form."""
    assert form.modal is not None, shown(form)
    parts = [label["component"] for label in form.modal["components"]]
    return {part["custom_id"]: part.get("value") or "" for part in parts}


async def test_whoever_moves_on_is_offered_the_notes_that_this_opens(club: Club) -> None:
    await add(await club.reader("Liz", the_lantern="ch 5"), club.general)
    jim = await club.reader("Jim", the_lantern="ch 3")
    near = await jim.slash(club.general, "progress set", where="finished ch 4", book="The Lantern")
    assert "Notes for you" not in buttons(near)
    there = await jim.slash(club.general, "progress set", where="finished ch 5", book="The Lantern")
    notes = await jim.click(message(there), label="Notes for you")
    assert notes.ephemeral
    assert HARBOUR in shown(notes)
    assert "Notes for you" not in buttons(
        await jim.slash(club.general, "progress set", where="finished ch 6", book="The Lantern")
    )


async def test_a_note_is_read_by_who_has_got_there_and_by_nobody_before(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await add(liz, club.general)
    assert told.ephemeral
    assert "Saved. Members who have read up to chapter 5 of The Lantern can read it, with your name." in shown(told)
    assert buttons(told) == ["Edit", "Take my name off", "Delete"]
    behind, there = await club.reader("Jim", the_lantern="ch 4"), await club.reader("Ann", the_lantern="ch 5")
    assert "There are no notes that you can read here yet" in shown(await listed(behind, club.general))
    read = await listed(there, club.general)
    assert read.ephemeral
    assert f"chapter 5 of The Lantern · <@{liz.id}>\n{HARBOUR}" in shown(read).replace("**", "")
    assert "your note" in shown(await listed(liz, club.general))


async def test_text_that_tells_more_opens_later_and_its_author_does_not_learn_where(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 2")
    told = await add(liz, club.general, SECRET)
    assert "It might give away something that comes later" in shown(told)
    assert "10" not in shown(told)
    assert "chapter 2 of The Lantern" in shown(await listed(liz, club.general))
    assert "drowned" not in shown(await listed(await club.reader("Jim", the_lantern="ch 9"), club.general))
    assert "drowned" in shown(await listed(await club.reader("Ann", the_lantern="finished"), club.general))
    (file,) = message(await liz.slash(club.general, "mydata export")).attachments
    (kept,) = json.loads(await file.read())["notes"]
    assert (kept["text"], kept["said"]) == (SECRET, 2)
    assert "needs" not in kept


async def test_the_place_that_is_named_counts_and_without_any_a_form_asks(club: Club) -> None:
    liz = club.member("Liz")
    form = await add(liz, club.general)
    assert values(form) == {"text": HARBOUR, "where": ""}
    wrong = await liz.submit_modal(form, {"text": HARBOUR, "where": "chapter 99"})
    assert "The Lantern" in shown(wrong)
    again = await liz.click(message(wrong), label="Open the form again")
    assert values(again) == {"text": HARBOUR, "where": "chapter 99"}
    assert "chapter 3 of The Lantern" in shown(await liz.submit_modal(again, {"text": HARBOUR, "where": "ch 3"}))
    assert "chapter 7 of The Lantern" in shown(await add(liz, club.general, "Poor ring.", where="ch 7"))


async def test_its_author_edits_it_takes_the_name_off_and_deletes_it_after_a_restart(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Jim", the_lantern="finished")
    told = await add(liz, club.general)
    await club.restart()
    bare = await liz.click(message(told), label="Take my name off")
    assert "Show my name" in buttons(bare)
    assert str(liz.id) not in shown(await listed(jim, club.general))
    form = await liz.click(message(bare), label="Edit")
    assert values(form) == {"text": HARBOUR, "where": "chapter 5 of 10"}
    edited = await liz.submit_modal(form, {"text": "That storm!", "where": "ch 6"})
    assert "chapter 6" in shown(edited)
    assert "with your name" not in shown(edited)
    read = shown(await listed(jim, club.general))
    assert "That storm!" in read
    assert HARBOUR not in read
    gone = await liz.click(message(edited), label="Delete")
    assert "no notes" in shown(await listed(jim, club.general))
    back = await liz.click(message(gone), label="Open the form again")
    await liz.submit_modal(back, values(back))
    assert str(liz.id) not in shown(await listed(jim, club.general))
    assert "That storm!" in shown(await listed(jim, club.general))


async def test_nobody_else_changes_a_note_and_none_is_opened_before_its_place(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Jim", the_lantern="ch 5")
    await add(liz, club.general)
    found = await listed(jim, club.general)
    seen = await opened(jim, club.general)
    assert HARBOUR in shown(seen)
    assert buttons(seen) == []
    await club.reads(jim, "the-lantern", "ch 1")
    assert "isn’t for you" in shown(
        await jim.select(message(found), values=_options(message(found).components), custom_id="note-open")
    )


async def test_a_moderator_hides_a_note_the_audit_says_so_and_it_can_be_shown_again(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Jim", the_lantern="ch 5")
    elinor = club.member("Elinor", manage_messages=True)
    await club.reads(elinor, "the-lantern", "ch 8")
    await add(liz, club.general)
    hidden = await elinor.click(message(await opened(elinor, club.general)), label="Hide from everybody")
    assert "Only its author sees it now" in shown(hidden)
    assert "no notes" in shown(await listed(jim, club.general))
    assert "hidden by a moderator" in shown(await listed(liz, club.general))
    audit = shown(await elinor.slash(club.general, "audit", what="notes"))
    assert f"hid a note by <@{elinor.id}>: The Lantern" in audit
    assert "chapter" not in audit
    await elinor.click(message(hidden), label="Show it again")
    assert HARBOUR in shown(await listed(jim, club.general))


async def test_a_message_becomes_a_note_with_ones_own_place(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Jim", the_lantern="ch 6")
    posted = await liz.send(club.general, HARBOUR)
    assert values(await liz.context_menu(club.general, "Save as note", posted))["text"] == HARBOUR
    form = await jim.context_menu(club.general, "Save as note", posted)
    assert values(form) == {"text": f"“{HARBOUR}”", "where": "chapter 6 of 10"}
    assert "chapter 6" in shown(await jim.submit_modal(form, values(form)))


async def test_an_imported_quote_stays_its_owners_alone_when_it_is_edited(club: Club) -> None:
    liz, alec = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Alec", the_lantern="finished")
    quotes, lantern = {HARBOUR: 5}, club.app.books["the-lantern"]
    await club.app.get(Notes).keep_quotes(Member(club.guild.id, liz.id), lantern, quotes, club.app.now())
    note = await opened(liz, club.general)
    assert buttons(note) == ["Edit", "Delete"]
    form = await liz.click(message(note), label="Edit")
    assert "Only you will see it" in str(form.modal)
    assert "Saved. Only you see it." in shown(await liz.submit_modal(form, values(form)))
    assert "no notes" in shown(await listed(alec, club.general))


async def test_no_note_crosses_to_another_club(club: Club) -> None:
    await add(await club.reader("Liz", the_lantern="ch 1"), club.general)
    other = club.env.create_guild("The Other Club")
    channel = other.create_text_channel("general")
    jim = await club.reader("Jim", other, the_lantern="finished")
    assert "no notes" in shown(await listed(jim, channel))


async def test_a_long_list_has_pages_and_text_is_shown_as_it_was_written(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    for number in range(7):
        await add(liz, club.general, f"**{number}** " + "*lighthouse* " * 70)
    first = await listed(liz, club.general)
    assert buttons(first) == ["More"]
    assert "note-open" in ids_under(message(first))
    assert "\\*lighthouse\\*" in sent(first)
    assert "Page 2 of 2" in shown(await liz.click(message(first), label="More"))


async def test_what_is_deleted_with_a_member_is_gone(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Jim", the_lantern="ch 5")
    await add(liz, club.general)
    await liz.click(message(await liz.slash(club.general, "mydata delete")), label="Delete it all")
    assert "no notes" in shown(await listed(jim, club.general))
