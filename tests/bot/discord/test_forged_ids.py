"""Buttons and menus with ids and values that the bot never gave out: refused in a sentence, with nothing written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import discord
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simcord.actors import _dispatch_actor_interaction
from simcord.enums import InteractionType

from bot.discord.buttons import Picked
from bot.features.progress.store import Progress
from bot.features.registry import FEATURES
from bot.people import Member
from tests.fakes.club import Club, message, shown
from tests.fakes.forging import Remembered, forge, remembered

BUTTONS = [button for feature in FEATURES for button in feature.buttons]

CUSTOM_ID = 100  # Discord: characters of the id of a button, a menu or a modal
STORM = "Whom does Silas save in the storm?"
FIXED = settings(
    max_examples=1, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
ODD = ("", "a", "0", "9" * 20, "\u0663", "../../x", "x" * 100, "the-lantern\x00")
"""What a menu may be said to hold: nothing, ids of nobody, digits of another script, no book."""

Item = type[discord.ui.DynamicItem[Any]]


def ids_for(item: Item) -> list[str]:
    """Return a few ids that a template lets through, the same on every run."""
    found: set[str] = set()

    @FIXED
    @given(st.from_regex(item.__discord_ui_compiled_template__, fullmatch=True))
    def keep(custom_id: str) -> None:
        found.add(custom_id[:CUSTOM_ID])

    keep()
    return sorted(found)


def as_menu(button: Remembered, custom_id: str) -> Remembered:
    """Return a button as a menu of the same message."""
    forged = button.under(custom_id)
    payload = json.loads(json.dumps(forged.payload, default=str))
    for part in _parts(payload):
        if any(held.get("custom_id") == custom_id for held in part.get("components", ())):
            menu = {"type": 3, "id": 99, "custom_id": custom_id, "options": [{"label": "a", "value": "a"}]}
            part["components"] = [menu]  # a menu takes a row for itself
    return replace(forged, payload=payload)


def _parts(parts: object) -> Iterator[dict[str, Any]]:
    if isinstance(parts, dict):
        yield parts
    for value in parts.values() if isinstance(parts, Mapping) else parts if isinstance(parts, list) else ():
        yield from _parts(value)


async def test_no_id_that_a_template_lets_through_is_a_fault_of_ours(club: Club) -> None:
    liz, ann = await club.reader("Liz", the_lantern="ch 5"), await club.reader("Ann", the_lantern="ch 3")
    button = remembered(message(await liz.slash(club.general, "ask", question=STORM)), "Hint")
    before = await club.app.get(Progress).positions(Member(club.guild.id, ann.id))
    for item in BUTTONS:
        if not issubclass(item, Picked):
            for custom_id in ids_for(item):
                told = shown(await forge(liz, button.under(custom_id)))
                assert "went wrong" not in told, (item.__name__, custom_id)
    assert await club.app.get(Progress).positions(Member(club.guild.id, ann.id)) == before


async def test_no_value_that_a_menu_never_had_is_a_fault_of_ours(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    button = remembered(message(await liz.slash(club.general, "ask", question=STORM)), "Hint")
    for item in (item for item in BUTTONS if issubclass(item, Picked)):
        menu = as_menu(button, ids_for(item)[0])
        for values in ([], [ODD[3]], list(ODD)):
            picked = {"custom_id": menu.custom_id, "component_type": 3, "values": values}
            result = await _dispatch_actor_interaction(
                liz, InteractionType.MESSAGE_COMPONENT, club.general, picked,
                extra={"message": menu.payload}, source_message_id=menu.message,
            )  # fmt: skip
            assert "went wrong" not in shown(result), (item.__name__, values)


async def test_a_form_that_nobody_opened_changes_nothing(club: Club) -> None:
    liz = club.member("Liz")
    for custom_id in ("", "review", "0" * 32, "x" * CUSTOM_ID):
        sent = {"custom_id": custom_id, "components": []}
        await _dispatch_actor_interaction(liz, InteractionType.MODAL_SUBMIT, club.general, sent)
    assert club.unexpected() == []
