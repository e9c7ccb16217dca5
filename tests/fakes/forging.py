"""A client that does what Discord's own does not: it presses buttons that its user was not shown, or not any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simcord import InteractionResult, MemberActor, ResponseMessage
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers
from simcord.builders import ChannelHandle
from simcord.enums import InteractionType


@dataclass(frozen=True, slots=True)
class Remembered:
    """A button under a message, as the message was."""

    payload: dict[str, object]
    message: int
    channel: int
    custom_id: str


def remembered(message: ResponseMessage, label: str) -> Remembered:
    """Return the button of that label under a message."""
    payload = dict(serializers.message_payload(message._env.backend, message._message))
    (custom_id,) = (str(part["custom_id"]) for part in _parts(message.components) if part.get("label") == label)
    return Remembered(payload, message.id, message.channel_id, custom_id)


async def forge(by: MemberActor, button: Remembered) -> InteractionResult:
    """Press a button, whoever was shown it, and whatever has become of it."""
    channel = ChannelHandle(by._env, by.guild, by._env.backend.get_channel(button.channel))
    return await _dispatch_actor_interaction(
        by,
        InteractionType.MESSAGE_COMPONENT,
        channel,
        {"custom_id": button.custom_id, "component_type": 2},
        extra={"message": button.payload},
        source_message_id=button.message,
    )


def _parts(parts: object) -> Iterator[Mapping[str, object]]:
    if isinstance(parts, Mapping):
        yield parts
        for value in parts.values():
            yield from _parts(value)
    elif isinstance(parts, list):
        for value in parts:
            yield from _parts(value)
