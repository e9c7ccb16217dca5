"""Discussion prompts: the library's questions, filled from passages that have passed the gate for their readers."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.books import Book, Reveals
from corpus.passages import Passage
from prompts import filled, questions, slots

DRAFTS = 5
"""Drafts that are offered at a time."""

RECENT = 6
"""How many people, themes, quotes and events are used, the latest first."""

QUOTED = 220
"""Characters of a quote or an event in a question."""

SOURCES = ("people", "themes", "quotes", "summary")
"""Kinds of passages that fill questions."""


@dataclass(frozen=True, slots=True)
class PromptDraft:
    """A discussion prompt that nobody has approved yet; `needs` is what its readers must have read."""

    text: str
    kind: str
    needs: Reveals


def library_drafts(kind: str, book: Book, mark: int, seen: Sequence[Passage], turn: int = 0) -> list[PromptDraft]:
    """Return drafts of a kind for readers at a mark, from what they may see; another `turn` gives others."""
    known = _known(book, seen)
    found: list[PromptDraft] = []
    asked = questions(kind)
    for n in range(len(asked)):
        question = asked[(turn * DRAFTS + n) % len(asked)]
        chosen = {slot: told[(turn + n) % len(told)] for slot, told in known.items() if told and slot != "other"}
        if others := [other for other in known["other"] if other.text != chosen["person"].text]:
            chosen["other"] = others[(turn + n) % len(others)]
        plain = {"book": book.title, "author": book.author, "place": book.reading_name(mark) if mark else ""}
        text = filled(question, plain | {slot: told.text for slot, told in chosen.items()})
        if text is not None:
            used = (told.needs for slot, told in chosen.items() if slot in slots(question))
            text = text[:1].upper() + text[1:]
            found.append(PromptDraft(text, kind, Reveals.of({book.slug: mark}).joined(used)))
    return found[:DRAFTS]


def library_questions(seen: Iterable[Passage]) -> list[PromptDraft]:
    """Return the discussion questions that the library has for a book."""
    return [PromptDraft(passage.text, "", passage.reveals) for passage in seen if passage.kind == "discussion"]


@dataclass(frozen=True, slots=True)
class _Known:
    """Something that readers know, and what they had to read to know it."""

    text: str
    needs: Reveals


def _known(book: Book, seen: Sequence[Passage]) -> Mapping[str, list[_Known]]:
    """Return what can fill the slots of a question, the latest first."""
    latest = sorted(seen, key=lambda passage: -passage.mark)
    people = _of(latest, "people", lambda passage: _within(passage.heading))
    return {
        "person": people,
        "other": people,
        "theme": _of(latest, "themes", lambda passage: passage.heading),
        "quote": _of(latest, "quotes", lambda passage: passage.text.strip("“”\"' ")),
        "event": _of(latest, "summary", lambda passage: passage.sentences[0]),
    }


def _within(name: str) -> str:
    """Return a name as it is written inside a sentence: “the stranger in Paris”."""
    return re.sub(r"^(?:The|An?)(?= )", lambda article: article[0].lower(), name)


def _of(latest: Iterable[Passage], kind: str, read: Callable[[Passage], str]) -> list[_Known]:
    def told() -> Iterator[_Known]:
        for passage in latest:
            text = read(passage)
            if passage.kind == kind and text and len(text) <= QUOTED:
                yield _Known(text, passage.reveals)

    by_text: dict[str, _Known] = {}
    for one in told():
        by_text.setdefault(one.text, one)
    return list(by_text.values())[:RECENT]
