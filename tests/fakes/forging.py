"""A client that does what Discord's own does not: it presses buttons that its user was never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simcord import InteractionResult, MemberActor, ResponseMessage
from simcord.actors import _component_interaction, _visible_message


def custom_id(message: ResponseMessage, label: str) -> str:
    """Return the id of the button of that label under a message."""
    (found,) = (str(part["custom_id"]) for part in _parts(message.components) if part.get("label") == label)
    return found


async def forge(by: MemberActor, under: ResponseMessage, pressed: str) -> InteractionResult:
    """Press a button by its id alone, under any message that somebody sees."""
    stored = _visible_message(by, under)
    return await _component_interaction(by, stored, {"custom_id": pressed, "component_type": 2})


def _parts(parts: object) -> Iterator[Mapping[str, object]]:
    if isinstance(parts, Mapping):
        yield parts
        for value in parts.values():
            yield from _parts(value)
    elif isinstance(parts, list):
        for value in parts:
            yield from _parts(value)
