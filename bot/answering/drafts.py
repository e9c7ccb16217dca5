"""Discussion prompts: the library's questions, filled from passages that have passed the gate for their readers."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus.books import Book, Reveals
from corpus.passages import Passage
from corpus.text import capitalised
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
    latest = sorted(seen, key=lambda passage: -passage.mark)
    people = _known(latest, "people", lambda passage: _within(passage.heading))
    known = {
        "person": people,
        "theme": _known(latest, "themes", lambda passage: passage.heading),
        "quote": _known(latest, "quotes", lambda passage: passage.text.strip("“”\"' ")),
        "event": _known(latest, "summary", lambda passage: passage.sentences[0]),
    }
    plain = {"book": book.title, "author": book.author, "place": book.reading_name(mark) if mark else ""}
    found: list[PromptDraft] = []
    asked = questions(kind)
    for n in range(len(asked)):
        question = asked[(turn * DRAFTS + n) % len(asked)]
        chosen = {slot: told[(turn + n) % len(told)] for slot, told in known.items() if told}
        if others := [other for other in people if other != chosen["person"]]:
            chosen["other"] = others[(turn + n) % len(others)]
        text = filled(question, plain | {slot: told for slot, (told, _) in chosen.items()})
        if text is not None:
            used = (needs for slot, (_, needs) in chosen.items() if slot in slots(question))
            found.append(PromptDraft(capitalised(text), kind, Reveals.of({book.slug: mark}).joined(used)))
    return found[:DRAFTS]


def _within(name: str) -> str:
    """Return a name as it is written inside a sentence: “the stranger in Paris”."""
    return re.sub(r"^(?:The|An?)(?= )", lambda article: article[0].lower(), name)


def _known(latest: Iterable[Passage], kind: str, read: Callable[[Passage], str]) -> list[tuple[str, Reveals]]:
    """Return what fills a slot of a question, the latest first, each with what its readers had to read to know it."""
    found: dict[str, Reveals] = {}
    for passage in latest:
        if passage.kind == kind and (text := read(passage)) and len(text) <= QUOTED:
            found.setdefault(text, passage.reveals)
    return list(found.items())[:RECENT]
