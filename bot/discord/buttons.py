"""Buttons and menus that work after a restart: their state is in their id, and their errors go the one way."""

import re
import types
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

import discord
from discord.ui.select import BaseSelect

from bot.discord.cards import Card, Interaction, Item, notice_card
from bot.discord.context import (
    Refused,
    Right,
    app_of,
    begin,
    club_here,
    deliver,
    is_thread,
    may_share,
    needs,
    post,
    replace_card,
    tell,
)
from bot.features.ask.store import Asked, AskedQuestions


class Pressed(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button whose id is all that it knows: the words and numbers that its template names, after its prefix.

    A subclass returns in `card` what is shown in place of the card that was pressed, or with `opens`, in a new private
    message. One that shows something else does so in `pressed`.
    """

    label: ClassVar[str] = ""
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    opens: ClassVar[bool] = False

    def __init__(self, *given: int | str, label: str = "", style: discord.ButtonStyle | None = None) -> None:
        pattern = self.__discord_ui_compiled_template__
        self.given = dict(zip(pattern.groupindex, map(str, given), strict=True))
        custom_id = pattern.pattern.partition("(?P<")[0] + ":".join(filter(None, self.given.values()))
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label or self.label, custom_id=custom_id, style=style or self.style
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: Item, match: re.Match[str], /) -> Self:
        """Return the button that an id stands for."""
        return cls(*match.groupdict().values())

    def number(self, name: str) -> int:
        """Return a number of the id."""
        return int(self.given[name])

    async def callback(self, interaction: Interaction) -> None:
        """Do what the button is there for, and tell what goes wrong."""
        try:
            begin(interaction, type(self).__name__)
            await self.pressed(interaction)
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await tell(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        """Do what the button is there for, and show the card of it."""
        if self.opens:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await deliver(interaction, await self.card(interaction))
        else:
            await interaction.response.defer()
            await replace_card(interaction, await self.card(interaction))

    async def card(self, interaction: Interaction) -> Card:
        """Do what the button is there for, and return the card of it."""
        raise NotImplementedError


B = TypeVar("B", bound=Pressed)


def button(
    kind: type[B], template: str, label: str = "", *, answers: bool = False, **attributes: object
) -> Callable[[Callable[[B, Interaction], Awaitable[Card | None]]], type[B]]:
    """Make buttons of a kind of a function: what is shown is the card that it returns.

    A template without a colon is the name before the id of something that is kept. With `answers`, the function answers
    by itself, as it must to open a form. The attributes are those of the kind.
    """
    if ":" not in template:
        template += f":{ID}"
    if label:
        attributes["label"] = label

    def made(pressed: Callable[[B, Interaction], Awaitable[Card | None]]) -> type[B]:
        names = {"pressed" if answers else "card": pressed, "__doc__": pressed.__doc__, **attributes}
        return types.new_class(pressed.__name__, (kind,), {"template": template}, lambda space: space.update(names))

    return made


@dataclass(frozen=True, slots=True)
class Opening:
    """Something that a command opens and that any feature may offer as a button: its label, and what opens it.

    `show` answers the interaction itself, with a card or a form; it is given a book's slug or a title, or nothing. Who
    lacks the `right` that it takes is not offered it.
    """

    label: str
    show: Callable[[Interaction, str], Awaitable[object]]
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    right: Right | None = None


OPENINGS: dict[str, Opening] = {}  # what can be opened, by the name in the id of its button; a feature adds its own


_OPENED = r"(?P<what>welcome-setup|welcome-help|plan|schedule-words|open-[a-z]{1,20})(?::(?P<of>.{1,75}))?"


class OpenButton(Pressed, template=_OPENED):
    """Opens what a feature has to show; so members reach it where they do not see its command."""

    def __init__(self, what: str, of: str | None = "") -> None:
        self._opening = OPENINGS.get(what, GONE)
        self.right = self._opening.right
        super().__init__(what, of or "", label=self._opening.label, style=self._opening.style)

    async def pressed(self, interaction: Interaction) -> None:
        """Open it."""
        await self._opening.show(interaction, self.given["of"])


async def _gone(_: Interaction, __: str) -> None:
    raise Refused("I no longer have that button. /help shows what I can do here.")


GONE = Opening("Open", _gone)


class Picked(discord.ui.DynamicItem[BaseSelect[Any]], template=r"(?!)"):
    """A menu of options, roles or channels; a subclass returns in `card` what is shown next."""

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: Item, match: re.Match[str], /) -> Self:
        """Return the menu under a message, with the options that it shows there."""
        if not isinstance(item, BaseSelect):
            raise TypeError(f"{item.type} is no menu")
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Do what was picked, and tell what goes wrong."""
        try:
            begin(interaction, type(self).__name__)
            picked = [each if isinstance(each, str) else str(each.id) for each in self.item.values]
            if len(picked) < self.item.min_values or not self._offers(picked):
                raise Refused("That choice isn’t in the menu. Open it again and pick one that is.")
            await self.picked(interaction, picked)
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await tell(interaction, error)

    def _offers(self, picked: list[str]) -> bool:
        """Return whether the menu, as the message shows it, has all that was picked."""
        if not isinstance(self.item, discord.ui.Select):
            return True
        return {option.value for option in self.item.options}.issuperset(picked)

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Do what the menu is there for, and show the card of it in place of the one that was there."""
        await interaction.response.defer()
        await replace_card(interaction, await self.card(interaction, values))

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Do what the menu is there for, and return the card of it; of roles and channels, `values` are the ids."""
        raise NotImplementedError


class Dialogue(discord.ui.Modal):
    """A modal whose errors go the one way."""

    def line(
        self, label: str, name: str, typed: str, *, description: str | None = None, **more: Any,  # noqa: ANN401
    ) -> discord.ui.TextInput[Any]:  # fmt: skip
        """Add a field for text, in which stands what was typed before."""
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id=name, default=typed or None, **more)
        self.add_item(discord.ui.Label(text=label, description=description, component=field))
        return field

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Begin what was sent off."""
        begin(interaction, type(self).__name__)
        return True

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override]
        """Tell what went wrong; what was typed is not lost, as Discord keeps it in the modal."""
        await tell(interaction, error)


ID = r"(?P<asked_id>[A-Za-z0-9_-]{1,16})"  # what a template has for the id of something that is kept
PAGE = r"(?P<page>\d{1,4})"
PRIMARY, DANGER = discord.ButtonStyle.primary, discord.ButtonStyle.danger
POSTED = "posted"  # what is kept for taking back what was shared: its message


class OwnButton(Pressed, template=r"(?!)"):
    """A button about what is kept for the one who asked for it: `of` says what it may be, `right` what it takes."""

    of: ClassVar[tuple[str, ...]] = ()
    right: ClassVar[Right | None] = None

    async def asked(self, interaction: Interaction) -> Asked:
        """Return what is kept. Raises Refused for anybody else, or AskedLongAgo."""
        if self.right:
            await needs(interaction, self.right)
        return await own_question(interaction, self.given["asked_id"], *self.of)


class Page(OwnButton, template=r"(?!)"):
    """Turns to a page of a list, which is made anew."""

    label = "Page"

    @property
    def page(self) -> int:
        """The number of the page."""
        return self.number("page")


class Confirm(OwnButton, template=r"(?!)"):
    """Does what its presser has seen in a preview."""

    label, style = "Confirm", PRIMARY


class Undo(OwnButton, template=r"(?!)"):
    """Takes back what was done."""

    label = "Undo"


class Cancel(Pressed, template=r"cancel:(?P<owner>\d{1,20})"):
    """Leaves everything as it is; for the one for whom the preview was made."""

    label = "Cancel"

    async def card(self, interaction: Interaction) -> Card:
        """Say that nothing was done."""
        if interaction.user.id != self.number("owner"):
            raise Refused("That button belongs to somebody else.")
        return notice_card("Nothing was changed.")


class Share(OwnButton, template=r"(?!)"):
    """Posts for everybody in the place what its presser alone has seen."""

    label, opens = "Share with the thread", True
    done: ClassVar[str] = "Shared, within this channel’s ceiling."

    @classmethod
    def here(cls, interaction: Interaction, asked_id: str) -> list[Self]:
        """Return the button, named after where it posts; none where there is nobody to share with."""
        label = "" if is_thread(interaction.channel) else "Share with the channel"
        return [cls(asked_id, label=label)] if club_here(interaction) is not None else []

    async def pressed(self, interaction: Interaction) -> None:
        """Post it, and offer to take it back."""
        await interaction.response.defer(ephemeral=self.opens, thinking=self.opens)
        asked = await self.asked(interaction)
        may_share(interaction)
        await share(interaction, asked, await self.public(interaction, asked), self.done)

    async def public(self, interaction: Interaction, asked: Asked) -> Card:
        """Return the card that everybody will see. Raises Refused."""
        raise NotImplementedError


@button(OwnButton, "take-back", "Delete the post", of=(POSTED,))
async def take_back_button(button: OwnButton, interaction: Interaction) -> Card:
    """Deletes what was shared; which message that is comes from what is kept, and not from who presses."""
    asked = await button.asked(interaction)
    channel = interaction.client.get_partial_messageable(asked.place.id)
    await channel.get_partial_message(int(asked.text)).delete()
    return notice_card("Deleted.")


async def own_question(interaction: Interaction, asked_id: str, *of: str) -> Asked:
    """Return what is kept, to the one who asked for it. Raises Refused or AskedLongAgo."""
    asked = await app_of(interaction).get(AskedQuestions).asked(asked_id, *of)
    if asked.member.id != interaction.user.id or asked.place.id != interaction.channel_id:
        raise Refused("That button belongs to somebody else. Ask your own question with /ask.")
    return asked


async def share(interaction: Interaction, asked: Asked, card: Card, done: str) -> discord.Message:
    """Post a card for everybody in the place, and offer the one who asked to take it back.

    The interaction has been deferred in private, and `may_share` has been asked.
    """
    await replace_card(interaction, notice_card("Posting it for everybody here …"))
    posted = await post(interaction, card)
    kept = await app_of(interaction).get(AskedQuestions).keep(POSTED, asked.member, asked.place, str(posted.id))
    await replace_card(interaction, notice_card(done, buttons=[take_back_button(kept.id)]))
    return posted


SHARED_BUTTONS = (Cancel, take_back_button, OpenButton)
