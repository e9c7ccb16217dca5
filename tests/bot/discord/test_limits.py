"""The limits that we hold are those that Discord's description of its API has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.discord import text as limits
from tests.fakes.discord_api import DESCRIPTION


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    if not DESCRIPTION.is_file():
        pytest.skip(f"the description of Discord's API is not there ({DESCRIPTION})")
    described: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    return described


@pytest.mark.parametrize(
    ("limit", "schema", "name", "keyword"),
    [
        (limits.MESSAGE, "IncomingWebhookInteractionRequest", "content", "maxLength"),
        (limits.TEXT, "TextDisplayComponentForMessageRequest", "content", "maxLength"),
        (limits.COMPONENTS, "ContainerComponentForMessageRequest", "components", "maxItems"),
        (limits.ROW, "ActionRowComponentForMessageRequest", "components", "maxItems"),
        (limits.CUSTOM_ID, "ButtonComponentForMessageRequest", "custom_id", "maxLength"),
        (limits.BUTTON_LABEL, "ButtonComponentForMessageRequest", "label", "maxLength"),
        (limits.OPTIONS, "StringSelectComponentForMessageRequest", "options", "maxItems"),
        (limits.OPTION, "StringSelectOptionForRequest", "label", "maxLength"),
        (limits.OPTION, "StringSelectOptionForRequest", "value", "maxLength"),
        (limits.OPTION, "StringSelectOptionForRequest", "description", "maxLength"),
        (limits.MODAL_TITLE, "ModalInteractionCallbackRequestData", "title", "maxLength"),
        (limits.INPUT_LABEL, "LabelComponentForModalRequest", "label", "maxLength"),
        (limits.INPUT, "TextInputComponentForModalRequest", "max_length", "maximum"),
        (limits.CHOICES, "InteractionApplicationCommandAutocompleteCallbackStringData", "choices", "maxItems"),
        (limits.CHOICE, "ApplicationCommandOptionStringChoice", "name", "maxLength"),
        (limits.PLACE_NAME, "CreateTextThreadWithoutMessageRequest", "name", "maxLength"),
        (limits.ALT_TEXT, "MediaGalleryItemRequest", "description", "maxLength"),
    ],
)
def test_a_limit_is_discords(schemas: dict[str, Any], limit: int, schema: str, name: str, keyword: str) -> None:
    assert schemas[schema]["properties"][name][keyword] == limit
