"""Prompt templates for a chat model, and questions for people to talk about, as text files."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from functools import cache
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

    system = instructions(name)
    human = (TEMPLATES / f"{name}.human.txt").read_text(encoding="utf-8")
    if "{" in system:
        raise ValueError(f"prompt {name!r}: the system message takes no values")
    return RunnableLambda(_inert) | ChatPromptTemplate.from_messages([("system", system), ("human", human)])


def instructions(name: str) -> str:
    """Return what a template tells a model, without what it is filled with."""
    return (TEMPLATES / f"{name}.system.txt").read_text(encoding="utf-8")


def _inert(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without angle brackets, so that no text can close its block."""
    return {name: text.translate(_BRACKETS) if isinstance(text, str) else text for name, text in values.items()}


def numbered(texts: Sequence[str], first: int = 1) -> str:
    """Return texts as `[1] …`, one a line."""
    return "\n".join(f"[{n}] {' '.join(text.split())}" for n, text in enumerate(texts, first))


QUESTIONS = Path(__file__).parent / "discussion"
"""A line of `<kind>.txt` is one question, with braces for what its readers know: a person, a theme, an event."""

KINDS = ("character", "theme", "craft", "prediction", "quote", "comparison", "personal")
"""What a discussion prompt can be about."""


@cache
def questions(kind: str) -> tuple[str, ...]:
    """Return the questions of a kind, in the order of their file. Raises KeyError for a kind that there is not."""
    if kind not in KINDS:
        raise KeyError(f"no kind of discussion prompt: {kind!r}; there are {', '.join(KINDS)}")
    lines = (QUESTIONS / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def slots(question: str) -> frozenset[str]:
    """Return what a question leaves open."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(question) if name)


def filled(question: str, values: Mapping[str, str]) -> str | None:
    """Return a question with all that it leaves open filled in; None where something is not known."""
    if not all(values.get(name) for name in slots(question)):
        return None
    return question.format_map(dict(values))
