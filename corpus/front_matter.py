"""The front matter of a document: a few fields in YAML between two lines of three hyphens."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from corpus.scopes import Report

MAX_CHARACTERS = 16_000
"""Front matter is a few lines; more is not read (YAML takes its time)."""

_FENCE = re.compile(r"---[ \t]*")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields by their names in lower case, the line of each, and the number of lines up to the text.

    `broken` is true where fences are there and no fields could be read between them.
    """

    fields: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    length: int = 0
    broken: bool = False


class _Loader(yaml.BaseLoader):
    """YAML as it is written: every value is text (010 is not 8, and no is not false), and nothing is expanded."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose the next node. Raises ComposerError for an alias: a few of them can stand for gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*) are not understood here", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping. Raises MarkedYAMLError where a name is there twice: which of the two was meant?"""
        mapping = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.MarkedYAMLError(problem="a name is there twice", problem_mark=node.start_mark)
        return mapping


def read_front_matter(lines: list[str], report: Report) -> FrontMatter:
    """Read the front matter that `lines` begin with, if they do; what is wrong is reported."""
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None or not _FENCE.fullmatch(lines[first]):
        return FrontMatter()
    end = next((n for n in range(first + 1, len(lines)) if _FENCE.fullmatch(lines[n])), None)
    if end is None:
        report(first + 1, "The front matter is not closed.", "Write --- below it.")
        fields_end = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
        return FrontMatter(length=fields_end, broken=True)
    text = "\n".join(lines[first + 1 : end])
    try:
        if len(text) > MAX_CHARACTERS:
            raise yaml.YAMLError(f"it is longer than {MAX_CHARACTERS} characters")
        fields, places = _fields(text)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or error)[:80]
        cure = "Write lines such as “kind: summary”, with quotation marks around text that holds a colon."
        report(first + 2 + (place.line if place else 0), f"The front matter is not YAML ({why}).", cure)
        return FrontMatter(length=end + 1, broken=True)
    return FrontMatter(fields, {name: first + 2 + line for name, line in places.items()}, end + 1)


def _fields(text: str) -> tuple[dict[str, object], dict[str, int]]:
    """Return the fields, and the line of each (from 0). Raises YAMLError."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        fields: dict[str, object] = {}
        places: dict[str, int] = {}
        if node is not None and not isinstance(node, yaml.MappingNode):
            raise yaml.MarkedYAMLError(problem="it is no list of fields", problem_mark=node.start_mark)
        for key, value in node.value if node else ():
            name = str(loader.construct_object(key, deep=True)).strip().lower()
            if name in fields:
                raise yaml.MarkedYAMLError(problem=f"“{name[:40]}” is there twice", problem_mark=key.start_mark)
            fields[name] = loader.construct_object(value, deep=True)
            places[name] = key.start_mark.line
        return fields, places
    finally:
        loader.dispose()
