"""`/mydata`: everything that the bot holds about a member, for them alone; or gone."""

from collections.abc import Mapping

from discord import app_commands

from bot.discord.buttons import DANGER, Cancel, Pressed
from bot.discord.cards import Attachment, Card, Interaction, notice_card, safe
from bot.discord.context import ClubBot, Refused, app_of, deliver
from bot.discord.visitor import AppCog, in_clubs_and_direct_messages
from bot.feature import Feature
from bot.features.my_data.store import MyData
from bot.people import NO_CLUB, Member

FILE = "dogear-my-data.json"
NOTHING = "I have no data about you here."
STAYS = "Posts that everybody can see stay in Discord; you can delete or report them there."


class ForgetMeButton(Pressed, template=r"forget-me:(?P<club>\d{1,20}):(?P<member>\d{1,20})"):
    """Deletes everything about a person, in one club or, from a direct message, in all."""

    label, style = "Delete it all", DANGER

    async def card(self, interaction: Interaction) -> Card:
        """Delete it."""
        member = Member(self.number("club"), self.number("member"))
        if person(interaction) != member:
            raise Refused("That button belongs to somebody else, or to another server.")
        everywhere = member.club == NO_CLUB
        await app_of(interaction).get(MyData).delete(member, everywhere=everywhere)
        return notice_card(f"Deleted. I no longer have any data about you {_where(everywhere=everywhere)}.", note=STAYS)


def person(interaction: Interaction) -> Member:
    """Return who asks: of this club, or in a direct message of none, which stands for all of theirs."""
    return Member(interaction.guild_id or NO_CLUB, interaction.user.id)


def export_card(held: Mapping[str, int], data: bytes, *, everywhere: bool) -> Card:
    """Return the card with the file of everything that is held."""
    text = "\n".join((f"What I know about you {_where(everywhere=everywhere)}:", *_lines(held)))
    return Card(body=safe(text), document=Attachment(FILE, data), note="Only you see this.")


def forgetting_card(member: Member, held: Mapping[str, int]) -> Card:
    """Return the preview of deleting everything."""
    if not held:
        return notice_card(NOTHING)
    everywhere = member.club == NO_CLUB
    text = "\n".join((f"Delete everything I know about you {_where(everywhere=everywhere)}?", *_lines(held)))
    items = [ForgetMeButton(member.club, member.id), Cancel(member.id, label="Keep it")]
    return notice_card(
        f"{text}\nThis can’t be undone. /mydata export gives you a copy first.", buttons=items, note=STAYS
    )


def _lines(held: Mapping[str, int]) -> list[str]:
    return [f"{count:,} × {what}" for what, count in held.items()] or ["only your Discord ID"]


def _where(*, everywhere: bool) -> str:
    return "in all clubs" if everywhere else "in this club"


class MyDataCog(AppCog):
    """What is held about a person: in a server of that club, in a direct message of all their clubs."""

    mydata = in_clubs_and_direct_messages(
        app_commands.Group(name="mydata", description="Export or delete everything I know about you.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._my_data = bot.app.get(MyData)

    @mydata.command()
    async def export(self, interaction: Interaction) -> None:
        """Get everything I know about you as a file; in a direct message, from all your clubs."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = person(interaction)
        everywhere = member.club == NO_CLUB
        held = await self._my_data.summary(member, everywhere=everywhere)
        data = await self._my_data.export(member, everywhere=everywhere)
        await deliver(interaction, export_card(held, data, everywhere=everywhere))

    @mydata.command()
    async def delete(self, interaction: Interaction) -> None:
        """Delete everything I know about you. I ask you to confirm first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = person(interaction)
        held = await self._my_data.summary(member, everywhere=member.club == NO_CLUB)
        await deliver(interaction, forgetting_card(member, held))


FEATURE = Feature("my_data", cogs=(MyDataCog,), buttons=(ForgetMeButton,))
