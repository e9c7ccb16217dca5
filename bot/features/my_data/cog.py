"""`/mydata`: everything that the bot holds about a member, for them alone; or gone."""

from collections.abc import Mapping

from discord import app_commands

from bot.discord.buttons import DANGER, OPENINGS, Cancel, OpenButton, Opening, Pressed, button
from bot.discord.cards import Attachment, Card, Interaction, notice_card, safe
from bot.discord.context import Refused, app_of, club_here, deliver
from bot.discord.visitor import BY_BUTTON, AppCog, Feature, in_clubs_and_direct_messages
from bot.features.my_data.store import MyData
from bot.people import NO_CLUB, Member

FILE = "dogear-my-data.json"
NOTHING = "I have no data about you here."
STAYS = "Posts that everybody can see stay in Discord; you can delete or report them there."


@button(Pressed, r"forget-me:(?P<club>\d{1,20}):(?P<member>\d{1,20})", "Delete it all", style=DANGER)
async def forget_me_button(button: Pressed, interaction: Interaction) -> Card:
    """Deletes everything about a person, in one club or, from a direct message, in all."""
    member = Member(button.number("club"), button.number("member"))
    if person(interaction) != member:
        raise Refused("That button belongs to somebody else, or to another server.")
    await app_of(interaction).get(MyData).delete(member)
    return notice_card(f"Deleted. I no longer have any data about you {_where(member)}.", note=STAYS)


def person(interaction: Interaction) -> Member:
    """Return who asks: of this club, or outside of a club’s server of none, which stands for all of theirs."""
    return Member(club_here(interaction) or NO_CLUB, interaction.user.id)


def _where(member: Member) -> str:
    return "in all clubs" if member.club == NO_CLUB else "in this club"


def _listed(told: str, held: Mapping[str, int]) -> str:
    lines = [f"{count:,} × {what}" for what, count in held.items()] or ["only your Discord ID"]
    return "\n".join((told, *lines))


async def export_data(interaction: Interaction, _: str = "") -> None:
    """Show its asker everything that is known about them, as a file."""
    member, held, file = await _held(interaction)
    text = safe(_listed(f"What I know about you {_where(member)}:", held))
    items = [OpenButton("open-deletion")] if held else []
    card = Card(body=text, document=Attachment(FILE, file), buttons=items, note="Only you see this.")
    await deliver(interaction, card)


async def delete_data(interaction: Interaction, _: str = "") -> None:
    """Show its asker what would be deleted."""
    member, held, _file = await _held(interaction)
    text = _listed(f"Delete everything I know about you {_where(member)}?", held)
    text = f"{text}\nThis can’t be undone. My data, on /help, gives you a copy first."
    items = [forget_me_button(member.club, member.id), Cancel(member.id, label="Keep it")]
    await deliver(interaction, notice_card(text, buttons=items, note=STAYS) if held else notice_card(NOTHING))


async def _held(interaction: Interaction) -> tuple[Member, Mapping[str, int], bytes]:
    await interaction.response.defer(ephemeral=True, thinking=True)
    member = person(interaction)
    return member, *await app_of(interaction).get(MyData).held(member)


OPENINGS["open-data"] = Opening("My data", export_data)
OPENINGS["open-deletion"] = Opening("Delete it all …", delete_data)


class MyDataCog(AppCog):
    """What is held about a person: in a server of that club, in a direct message of all their clubs."""

    mydata = in_clubs_and_direct_messages(
        app_commands.Group(
            name="mydata", description="Export or delete everything I know about you.", default_permissions=BY_BUTTON
        )
    )

    @mydata.command()
    async def export(self, interaction: Interaction) -> None:
        """Get everything I know about you as a file; in a direct message, from all your clubs."""
        await export_data(interaction)

    @mydata.command()
    async def delete(self, interaction: Interaction) -> None:
        """Delete everything I know about you. I ask you to confirm first."""
        await delete_data(interaction)


FEATURE = Feature("my_data", cogs=(MyDataCog,), buttons=(forget_me_button,))
