"""A client that does what Discord's own does not: it presses buttons that its user was not shown, or not any more."""

import json
from dataclasses import dataclass, replace

from simcord import InteractionResult, MemberActor, ResponseMessage
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers
from simcord.builders import ChannelHandle
from simcord.components import walk_components
from simcord.enums import InteractionType


@dataclass(frozen=True, slots=True)
class Remembered:
    """A button under a message, as the message was."""

    payload: dict[str, object]
    message: int
    channel: int
    custom_id: str

    def under(self, custom_id: str) -> "Remembered":
        """Return the same button with another id, as a client says that it has."""
        told = json.dumps(self.payload, default=str).replace(json.dumps(self.custom_id), json.dumps(custom_id))
        return replace(self, payload=json.loads(told), custom_id=custom_id)


def remembered(message: ResponseMessage, label: str) -> Remembered:
    """Return the button of that label under a message."""
    payload = dict(serializers.message_payload(message._env.backend, message._message))
    (custom_id,) = (
        str(part["custom_id"]) for part in walk_components(message.components) if part.get("label") == label
    )
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


def ids_under(message: ResponseMessage) -> list[str]:
    """Return the ids of the buttons and menus under a message."""
    return ids_in(message.components)


def ids_in(parts: object) -> list[str]:
    """Return the ids of the buttons and menus among the parts of a message."""
    return [str(part["custom_id"]) for part in walk_components(parts) if part.get("custom_id")]
