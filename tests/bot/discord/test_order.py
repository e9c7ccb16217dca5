"""`/order`, as members use it: for oneself, as a list or a picture, and shared."""

import discord
from simcord import InteractionResult

from tests.fakes.club import Club, buttons, message, shown, texts
from tests.fakes.tales import REASON, SERIES


def public(result: InteractionResult) -> str:
    """Return all text that everybody in the place can read."""
    return "\n".join(text for post in result.followups if not post.ephemeral for text in texts(post.components))


async def test_the_recommended_order_comes_first_with_a_picture_that_is_told_in_words(tales_club: Club) -> None:
    liz = tales_club.member("Liz")
    told = await liz.slash(tales_club.general, "order", series="harbour tales")
    assert told.ephemeral
    text = shown(told)
    assert text.index("The Pilot") < text.index("The Lamp Room") < text.index("The Last Tide")
    assert "best read after The Pilot" in text
    (picture,) = message(told).attachments
    assert picture.filename == "reading-order.png"
    assert (picture.description or "").startswith("Recommended reading order of Harbour Tales")
    assert buttons(told) == ["Recommended", "Publication", "Story time", "Share with the channel"]


async def test_a_button_shows_another_order_in_place_of_this_one_also_after_a_restart(tales_club: Club) -> None:
    liz = tales_club.member("Liz")
    told = await liz.slash(tales_club.general, "order", series=SERIES)
    await tales_club.restart()
    story = await liz.click(message(told), label="Story time")
    text = shown(story)
    assert "story time:" in text
    assert text.index("The Lamp Room") < text.index("The Pilot")
    assert message(story).attachments == []
    published = await liz.click(message(story), label="Publication")
    assert "It is the same as the recommended order" in shown(published)
    again = await liz.click(message(published), label="Recommended")
    assert len(message(again).attachments) == 1


async def test_a_reason_is_told_only_to_who_has_read_as_far_as_it_reveals(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_lamp_room="ch 3")
    told = await liz.slash(tales_club.general, "order", series=SERIES)
    assert REASON not in shown(told)
    await tales_club.reads(liz, "the-lamp-room", "ch 4")
    assert REASON in shown(await liz.slash(tales_club.general, "order", series=SERIES))


async def test_the_way_to_a_book_leaves_out_what_it_does_not_need(tales_club: Club) -> None:
    told = await tales_club.member("Liz").slash(tales_club.general, "order", book="The Lamp Room")
    assert "On the way to The Lamp Room" in shown(told)
    assert "The Last Tide" not in shown(told)
    assert [b for b in buttons(told) if b == "Recommended"] == ["Recommended"]


async def test_nothing_given_means_the_series_of_the_book_at_hand_or_else_everything(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="ch 2")
    assert "The Kite" not in shown(await liz.slash(tales_club.general, "order"))
    alec = tales_club.member("Alec")
    assert "The Kite" in shown(await alec.slash(tales_club.general, "order"))


# Sharing


async def test_what_is_shared_goes_as_far_as_the_place_and_never_as_far_as_its_sharer(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="finished", the_lamp_room="finished")
    await tales_club.ceiling(tales_club.general, the_pilot="ch 2")
    told = await liz.slash(tales_club.general, "order", series=SERIES)
    assert REASON in shown(told)
    shared = await liz.click(message(told), label="Share with the channel")
    text = public(shared)
    assert "Asked by Liz" in text
    assert "The Pilot, chapter 2 of 6" in text
    assert "✓" not in text
    assert REASON not in text
    (post,) = [followup for followup in shared.followups if not followup.ephemeral]
    (picture,) = post.attachments
    assert ", read;" not in (picture.description or "")
    back = await liz.click(message(shared), label="Delete the post")
    assert "Deleted" in shown(back)
    assert public(shared) == ""


async def test_who_is_behind_the_place_posts_nothing_that_could_tell_them_more(tales_club: Club) -> None:
    liz = tales_club.member("Liz")
    await tales_club.ceiling(tales_club.general, the_lamp_room="ch 5")
    told = await liz.slash(tales_club.general, "order", series=SERIES)
    shared = await liz.click(message(told), label="Share with the channel")
    assert public(shared) == ""
    assert "I haven’t posted anything" in shown(shared)


async def test_who_may_not_write_in_a_channel_gets_no_voice_through_the_bot(tales_club: Club) -> None:
    everyone = tales_club.guild.default_role
    quiet = tales_club.guild.create_text_channel(
        "quiet", overwrites={everyone: discord.PermissionOverwrite(send_messages=False)}
    )
    liz = tales_club.member("Liz")
    told = await liz.slash(quiet, "order", series=SERIES)
    shared = await liz.click(message(told), label="Share with the channel")
    assert public(shared) == ""
    assert "You can’t write in this channel" in shown(shared)


async def test_everybody_can_have_the_shared_order_for_themselves_in_private(tales_club: Club) -> None:
    liz = tales_club.member("Liz")
    alec = await tales_club.reader("Alec", the_pilot="finished")
    told = await liz.slash(tales_club.general, "order", series=SERIES)
    shared = await liz.click(message(told), label="Share with the channel")
    await tales_club.restart()
    own = await alec.click(shared.followups[0], label="For me")
    assert own.ephemeral
    assert "✓ The Pilot" in shown(own)
    assert "Story time" in buttons(own)
