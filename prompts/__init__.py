"""Prompt templates for a chat model, as text files, and the one function that fills them.

What members, passages and pages say is data: it is put into marked blocks of the human message, never into the
system message, and cannot close its block, since angle brackets are replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage  # at run time it would take a second of every start

TEMPLATES = Path(__file__).parent / "templates"

_BRACKETS = str.maketrans({"<": "‹", ">": "›"})


def fill(name: str, **values: str) -> list[BaseMessage]:
    """Return the messages of a template, filled. Raises KeyError where a value is missing or not asked for."""
    from langchain_core.prompts import ChatPromptTemplate

    system = (TEMPLATES / f"{name}.system.txt").read_text(encoding="utf-8")
    human = (TEMPLATES / f"{name}.human.txt").read_text(encoding="utf-8")
    template = ChatPromptTemplate.from_messages([("system", system), ("human", human)])
    wanted = set(template.input_variables)
    if wanted != values.keys():
        raise KeyError(f"prompt {name!r} wants {sorted(wanted)} and was given {sorted(values)}")
    if "{" in system:
        raise KeyError(f"prompt {name!r}: the system message takes no values")
    return template.format_messages(**{key: value.translate(_BRACKETS) for key, value in values.items()})


def numbered(texts: list[str]) -> str:
    """Return passages as `[1] …`, one a line."""
    return "\n".join(f"[{n}] {' '.join(text.split())}" for n, text in enumerate(texts, 1))
