"""Prompt templates for a chat model, as text files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing LangChain takes a second, and quote mode does without
    from langchain_core.prompt_values import PromptValue
    from langchain_core.runnables import Runnable

TEMPLATES = Path(__file__).parent / "templates"

_BRACKETS = str.maketrans({"<": "‹", ">": "›"})


def prompt(name: str) -> Runnable[Mapping[str, Any], PromptValue]:
    """Return a template that fills its blocks with the values of a mapping. Filling raises KeyError for a missing one.

    What members, passages and pages say is data: it stands in blocks of the human message, never in the system message.
    Raises ValueError if the system message takes values.
    """
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnableLambda

    system = (TEMPLATES / f"{name}.system.txt").read_text(encoding="utf-8")
    human = (TEMPLATES / f"{name}.human.txt").read_text(encoding="utf-8")
    if "{" in system:
        raise ValueError(f"prompt {name!r}: the system message takes no values")
    return RunnableLambda(_inert) | ChatPromptTemplate.from_messages([("system", system), ("human", human)])


def _inert(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without angle brackets, so that no text can close its block."""
    return {name: text.translate(_BRACKETS) if isinstance(text, str) else text for name, text in values.items()}


def numbered(texts: Sequence[str]) -> str:
    """Return passages as `[1] …`, one a line."""
    return "\n".join(f"[{n}] {' '.join(text.split())}" for n, text in enumerate(texts, 1))
