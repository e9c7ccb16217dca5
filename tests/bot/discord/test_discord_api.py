"""Discord's description of its API as a judge: it passes what is right and finds what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.discord_api import DESCRIPTION, DiscordApi

MESSAGES = "/channels/200/messages"
FOLLOW_UP = "/webhooks/100/token"
CALLBACK = "/interactions/300/token/callback"
V2 = 1 << 15


@pytest.fixture(scope="module")
def api() -> DiscordApi:
    loaded = DiscordApi.load()
    if loaded is None:
        pytest.skip(f"the description of Discord's API is not there ({DESCRIPTION})")
    return loaded


def text(content: str = "A storm comes.") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(**changed: object) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "Share", "custom_id": "share:1"} | changed


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def card(*components: dict[str, Any], **changed: object) -> dict[str, Any]:
    container = {"type": 17, "accent_color": None, "spoiler": False, "components": list(components)}
    return {"flags": V2, "components": [container], "allowed_mentions": {"parse": []}, "tts": False} | changed


def modal(**changed: object) -> dict[str, Any]:
    field = {"type": 4, "custom_id": "text", "style": 2, "max_length": 4_000}
    label = {"type": 18, "label": "Your review", "component": field}
    return {"type": 9, "data": {"custom_id": "review:1", "title": "Review", "components": [label]} | changed}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGES, {"content": "A storm comes."}),
        ("POST", MESSAGES, card(text(), row(button()))),
        ("POST", "/api/v10/webhooks/100/token?wait=true", card(text())),
        ("PATCH", f"{FOLLOW_UP}/messages/@original", card(text())),
        ("PATCH", f"{FOLLOW_UP}/messages/500", card(text())),
        ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        ("POST", CALLBACK, {"type": 4, "data": card(text())}),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "The Lantern", "value": "the-lantern"}]}}),
        ("POST", CALLBACK, modal()),
        ("POST", MESSAGES, card(text(), attachments=[{"id": 0, "filename": "order.png"}])),
        ("POST", MESSAGES, {"content": "x", "message_reference": {"message_id": 500, "channel_id": 200}}),
        ("POST", MESSAGES, {"content": "x", "allowed_mentions": {"parse": [], "roles": [400], "users": []}}),
        ("POST", "/channels/200/threads", {"name": "chapters 1–8", "type": 11, "auto_archive_duration": 1_440}),
        ("GET", "/channels/200", None),
        ("DELETE", f"{MESSAGES}/500", None),
    ],
)
def test_what_is_right_passes(api: DiscordApi, method: str, path: str, body: object) -> None:
    assert api.problems(method, path, body) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", FOLLOW_UP, {"content": "x" * 2_001}, "content: "),
        ("POST", MESSAGES, card(text("x" * 4_001)), "components.0.components.0.content: "),
        ("POST", MESSAGES, card(text("x" * 3_000), text("x" * 1_001)), "4001 characters"),
        ("POST", MESSAGES, card(text("")), "components.0.components.0.content: "),
        ("POST", MESSAGES, card(*[text("x")] * 40), "41 of them"),
        (
            "POST",
            MESSAGES,
            card(row(button(custom_id="x" * 101))),
            "components.0.components.0.components.0.custom_id: ",
        ),
        ("POST", MESSAGES, card(row(button(label="x" * 81))), "components.0.components.0.components.0.label: "),
        ("POST", MESSAGES, card(row(button(), button())), "same custom_id"),
        ("POST", MESSAGES, card(row(*(button(custom_id=str(n)) for n in range(6)))), "components.0.components.0"),
        ("POST", MESSAGES, card(text(), content="beside"), "content: not in a message"),
        ("POST", MESSAGES, card(text(), flags=0), "flags: "),
        ("POST", MESSAGES, {"components": [{"type": 99}]}, "components.0"),
        ("POST", MESSAGES, {"content": "x", "message_reference": {"message_id": "first"}}, "message_reference"),
        ("POST", CALLBACK, {"type": 4, "data": card(text("x" * 4_001))}, "data.components.0.components.0.content: "),
        ("POST", CALLBACK, modal(title="x" * 46), "data.title: "),
        ("POST", CALLBACK, modal(components=[]), "data.components: "),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "x", "value": "x"}] * 26}}, "data.choices: "),
        ("POST", CALLBACK, {"type": 4, "data": card(text(), content="beside")}, "content: not in a message"),
        ("POST", "/channels/200/threads", {"name": "x" * 101, "type": 11}, "name: "),
        ("POST", "/channels/200/threads", {"type": 11}, "'name' is a required property"),
        ("POST", MESSAGES, None, "a body is missing"),
        ("POST", "/channels/200/nonsense", {}, "no such operation"),
        ("PUT", MESSAGES, {}, "no such operation"),
    ],
)
def test_what_is_wrong_is_found(api: DiscordApi, method: str, path: str, body: object, told: str) -> None:
    problems = api.problems(method, path, body)
    assert any(told in problem for problem in problems), problems


def test_without_the_description_there_is_no_judge(tmp_path: Path) -> None:
    assert DiscordApi.load(tmp_path / "openapi.json") is None
