"""From the invitation to the first open thread: in how many presses and words; and what members see who type “/”."""

from typing import Any

import discord
from simcord import InteractionResult, MemberActor

from bot.club_settings import SetUp
from tests.bot.discord.test_welcome import arrive
from tests.fakes.club import Club, buttons, fill, message, shown

SHORT = 8  # names that a member sees at most


class Hand:
    """Somebody who presses and types, and how much of it they had to do."""

    def __init__(self, who: MemberActor) -> None:
        self.who, self.presses, self.words = who, 0, 0

    async def press(self, on: Any, label: str) -> InteractionResult:  # noqa: ANN401 (a message of either kind)
        self.presses += 1
        return await self.who.click(on, label=label)

    async def fill(self, form: InteractionResult, **changed: Any) -> InteractionResult:  # noqa: ANN401 (fields)
        """Change some fields, each menu with a press, and press Submit."""
        menus = [value for value in changed.values() if not isinstance(value, str)]
        self.presses += len(menus) + 1
        self.words += sum(len(value.split()) for value in changed.values() if isinstance(value, str))
        return await fill(self.who, form, **changed)


async def test_from_the_invitation_to_the_first_thread(club: Club) -> None:
    await arrive(club, club.general)
    (greeting,) = club.general.history()
    books = club.guild.create_text_channel("books")
    hand = Hand(club.member("Jo", manage_guild=True))
    form = await hand.press(greeting, "Set up")
    done = await hand.fill(form, book=["the-lantern"], talk=[books], zone=["Europe/London"])
    assert "Your club is set up" in shown(done)
    assert "The Lantern" in shown(done)
    plan = await hand.press(message(done), "Plan the schedule")
    preview = await hand.fill(plan, words="Fridays at 8pm")
    made = await hand.press(message(preview), "Confirm")
    assert "The Lantern is the club’s book now" in shown(made)
    await club.env.advance_time(8 * 24 * 3600)
    (first, *_) = books.threads
    assert first.name == "The Lantern, chapters 1–2"
    assert (hand.presses, hand.words) == (8, 3)


def names(club: Club, who: MemberActor) -> set[str]:
    """Return the names that somebody sees who types “/” in a channel."""
    return {name.split()[0] for name in who.available_commands(club.general)}


async def test_a_member_who_types_a_slash_sees_few_names_and_reaches_all_else_by_buttons(club: Club) -> None:
    liz = club.guild.add_member(club.env.create_user("Liz"))
    seen = names(club, liz)
    assert len(seen) <= SHORT
    assert seen == {"ask", "book", "help", "hint", "note", "progress", "recap", "who"}
    organiser = club.guild.create_role("organisers", permissions=discord.Permissions(manage_events=True))
    jo = club.guild.add_member(club.env.create_user("Jo"), roles=[organiser])
    assert names(club, jo) == {*seen, "schedule", "vote", "nominate", "club"}


OPENED = {
    "Schedule": "There is no schedule here yet.",
    "Nominated books": "No book has been nominated yet.",
    "Where the club is": "There is nothing to show yet.",
    "What we have read": "",
    "My shelf": "Your shelf is empty.",
    "Reading order": "Reading order",
    "My data": "What I know about you in this club:",
}
"""What members reach from `/help`, and what they see there at first."""


async def test_every_button_of_the_help_opens_what_its_command_opens(club: Club) -> None:
    await club.app.get(SetUp).choose_book(club.guild.id, "the-lantern")
    liz = club.guild.add_member(club.env.create_user("Liz"))
    told = await liz.slash(club.general, "help")
    assert buttons(told) == ["Where are you?", *list(OPENED)[:4], "Suggest a question", *list(OPENED)[4:]]
    for label, expected in OPENED.items():
        opened = await liz.click(message(told), label=label)
        assert opened.ephemeral
        assert expected in shown(opened), (label, shown(opened))


async def test_forms_behind_buttons_do_what_the_commands_do(club: Club) -> None:
    await club.app.get(SetUp).choose_book(club.guild.id, "the-lantern")
    liz = club.guild.add_member(club.env.create_user("Liz"))
    told = message(await liz.slash(club.general, "help"))
    at = await fill(liz, await liz.click(told, label="Where are you?"), where="ch 5")
    assert "You have finished chapter 5" in shown(at)
    asked = await fill(liz, await liz.click(told, label="Suggest a question"), text="Why does Silas stay?")
    assert "Only the moderators see it" in shown(asked)
    shelf = message(await liz.click(told, label="My shelf"))
    put = await fill(liz, await liz.click(shelf, label="Put a book on my shelf"), book="Emma", part="set aside")
    assert "Emma" in shown(put)
    off = await fill(liz, await liz.click(shelf, label="Put a book on my shelf"), book="Emma", part="off")
    assert "off" in shown(off)
    listed = message(await liz.click(told, label="Nominated books"))
    assert "is now on the list" in shown(await fill(liz, await liz.click(listed, label="Nominate a book"), book="Emma"))
    listed = message(await liz.click(told, label="Nominated books"))
    assert "no longer nominated" in shown(await fill(liz, await liz.click(listed, label="Withdraw"), book="emma"))
    card = message(await liz.slash(club.general, "book show"))
    written = await fill(liz, await liz.click(card, label="Write a review"), stars=["4"], text="Fine.")
    assert "Saved." in shown(written)
    assert buttons(written) == ["Edit", "Delete"]
    assert "Fine." in shown(await liz.click(card, label="Reviews"))
    assert "The Lantern" in str((await liz.click(card, label="Put a book on my shelf")).modal)
