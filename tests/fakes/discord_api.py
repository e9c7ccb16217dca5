"""Discord's own description of its API, as a judge of what the bot sends; it lies beside the repository, if at all."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).resolve().parents[2].parent / "shared" / "discord-api" / "openapi.json"
WHOLE = "urn:discord"

COMPONENTS_V2 = 1 << 15
"""The flag of a message that is made of components alone."""

MOST_COMPONENTS, MOST_TEXT = 40, 4_000
BESIDES = ("content", "embeds", "poll", "sticker_ids")
"""What a message made of components may not hold."""


class DiscordApi:
    """Says what is wrong with a request: no such operation, a body that its schema refuses, or a rule of messages."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._paths = {tuple(path.strip("/").split("/")): found for path, found in description["paths"].items()}
        self._schemas = Registry().with_resource(WHOLE, DRAFT202012.create_resource(description))
        self._validator = cache(self._new_validator)

    @classmethod
    def load(cls, path: Path = DESCRIPTION) -> "DiscordApi | None":
        """Return the API as described in a file, or None where the file is not there."""
        return _loaded(path) if path.is_file() else None

    def problems(self, method: str, path: str, body: object) -> list[str]:
        """Return what Discord would refuse about a request, each with the place in its body."""
        template = self._template(method.lower(), path)
        if template is None:
            return [f"{method} {path}: there is no such operation"]
        validator = self._validator(template, method.lower())
        if validator is None or body is None:
            needed = validator is not None and self._operation(template, method.lower())["requestBody"].get("required")
            return [f"{method} {path}: a body is missing"] if needed and body is None else []
        sent = normalised(body)
        wrong = [_told(deepest(error)) for error in validator.iter_errors(sent)]
        return wrong + [problem for message in messages_in(sent) for problem in beyond_schema(message)]

    def _template(self, method: str, path: str) -> tuple[str, ...] | None:
        """Return the path that an address is of; with the fewest placeholders, where several would do."""
        parts = re.sub(r"^/api/v\d+", "", path).partition("?")[0].strip("/").split("/")
        fitting = [
            template
            for template, found in self._paths.items()
            if method in found and len(template) == len(parts)
            and all(name == part or name.startswith("{") for name, part in zip(template, parts, strict=True))
        ]  # fmt: skip
        return min(fitting, key=lambda template: sum(name.startswith("{") for name in template), default=None)

    def _operation(self, template: tuple[str, ...], method: str) -> Any:  # noqa: ANN401 (a part of the description)
        return self._paths[template][method]

    def _new_validator(self, template: tuple[str, ...], method: str) -> Draft202012Validator | None:
        if "application/json" not in self._operation(template, method).get("requestBody", {}).get("content", {}):
            return None  # nothing to send, or files alone
        place = "/".join(
            ("", "paths", "~1" + "~1".join(template), method, "requestBody/content/application~1json/schema")
        )
        return Draft202012Validator({"$ref": f"{WHOLE}#{_quoted(place)}"}, registry=self._schemas)


@cache
def _loaded(path: Path) -> DiscordApi:
    return DiscordApi(json.loads(path.read_text(encoding="utf-8")))


def _quoted(place: str) -> str:
    return place.replace("{", "%7B").replace("}", "%7D")


def normalised(value: Any, key: str = "") -> Any:  # noqa: ANN401 (JSON)
    """Return a body as the description writes it, where discord.py writes the same in another way.

    Ids are numbers in discord.py and strings in the description; Discord reads both.
    """
    if isinstance(value, Mapping):
        inner = {"id": str(value["id"])} if key == "attachments" and "id" in value else {}
        return {name: normalised(each, name) for name, each in value.items()} | inner
    if isinstance(value, list):
        return [normalised(each, key) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and re.search(r"_ids?$|^(?:users|roles)$", key):
        return str(value)
    return value


def deepest(error: ValidationError) -> ValidationError:
    """Return the error that says most: of the kinds of thing that may stand in a place, of the likeliest."""
    if not error.context:
        return error
    branches = [list(found) for _, found in groupby(error.context, key=lambda inner: inner.schema_path[0])]
    meant = [branch for branch in branches if not any(list(e.path)[-1:] == ["type"] for e in branch)] or branches
    return deepest(min(meant, key=lambda branch: (len(branch), -max(len(e.path) for e in branch)))[0])


def _told(error: ValidationError) -> str:
    return f"{'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[-300:]}"


def messages_in(body: object) -> Iterator[Mapping[str, Any]]:
    """Yield the message that a body is or holds: as the answer to an interaction, or as a thread's first."""
    if isinstance(body, Mapping):
        for message in (body, body.get("data"), body.get("message")):
            if isinstance(message, Mapping) and "title" not in message and "components" in message:
                yield message


def beyond_schema(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield which rules of messages are broken that Discord tells in words only."""
    components = list(nested(message.get("components") or []))
    if len(components) > MOST_COMPONENTS:
        yield f"components: {len(components)} of them, nested ones counted; {MOST_COMPONENTS} is the most"
    length = sum(len(found["content"]) for found in components if found.get("type") == 10)
    if length > MOST_TEXT:
        yield f"components: {length} characters of text; {MOST_TEXT} is the most"
    ids = [found["custom_id"] for found in components if found.get("custom_id")]
    if len(set(ids)) < len(ids):
        yield "components: two have the same custom_id"
    if (message.get("flags") or 0) & COMPONENTS_V2:
        yield from (f"{name}: not in a message made of components" for name in BESIDES if message.get(name))
    elif any(found.get("type") not in range(1, 9) for found in components):
        yield "flags: a message made of components says so"


def nested(components: object) -> Iterator[Mapping[str, Any]]:
    """Yield components and all that is in them."""
    for component in components if isinstance(components, list) else []:
        if isinstance(component, Mapping):
            yield component
            accessory = component.get("accessory")
            yield from nested([*(component.get("components") or []), *([accessory] if accessory else [])])
