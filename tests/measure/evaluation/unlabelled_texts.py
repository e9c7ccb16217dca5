"""Texts without labels made of stories whose truth is known: summaries, even and uneven ones, and reviews.

Every text is a list of sentences with their true marks; `TALK` is what reviews say besides, and tells nothing.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.text import sentences

EPISODE = 3
"""Statements of a review, at most."""

TALK = (
    "I read this aloud to my sister over two evenings.",
    "What a strange and lovely story this is!",
    "My edition has beautiful old pictures in it.",
    "I was not sure at first whether I would go on.",
    "Four stars from me, and I will certainly read it again.",
    "The language is old-fashioned, but you get used to it.",
    "It reminded me of the tales that my grandmother told.",
    "Not my favourite of the collection, to be honest.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and the mark at which it is true; None for talk."""

    text: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class Tale:
    """A story: its own sentences, and statements of it in other words, both in its order."""

    slug: str
    marks: int
    own: Sequence[Said]
    statements: Sequence[Said]


Shape = Callable[[float], float]
"""How much of a summary is spent on a place of its book (0 to 1), where 1 is as much as everywhere."""


def tales(stories: Path, questions: Path, limit: int = 0) -> list[Tale]:
    """Read stories and questions as docs/weights.md describes them; of questions, those that one section answers."""
    asked: dict[str, list[Said]] = {}
    for row in _rows(questions):
        if len(row["sections"]) == 1 and row.get("scope", "local") == "local":
            told = f"{row['question']} {row['answers'][0].rstrip('.')}."
            asked.setdefault(row["book_id"], []).append(Said(told, row["sections"][0]))
    rows = list(_rows(stories))
    random.Random(11).shuffle(rows)  # noqa: S311
    return [_tale(row, asked.get(row["book_id"], [])) for row in rows[: limit or None]]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)


def _tale(row: Mapping[str, Any], statements: Iterable[Said]) -> Tale:
    own = [
        Said(sentence, mark)
        for mark, section in enumerate(row["sections"], 1)
        for paragraph in section["text"].split("\n\n")
        for sentence in sentences(paragraph)
    ]
    return Tale(row["book_id"], len(row["sections"]), own, sorted(statements, key=lambda said: said.mark or 0))


def even(_: float) -> float:
    """Spend as much on every place."""
    return 1.0


def early(place: float) -> float:
    """Spend half of the summary on the first fifth of the book."""
    return 4.0 if place <= 0.2 else 1.0


def middle(place: float) -> float:
    """Spend half of it on the fifth in the middle."""
    return 4.0 if 0.4 < place <= 0.6 else 1.0


def late(place: float) -> float:
    """Spend half of it on the last fifth."""
    return 4.0 if place > 0.8 else 1.0


def shortened(told: Sequence[Said], shape: Shape, share: float = 1 / 3) -> list[Said]:
    """Return a share of the sentences, in order, at steps as even as the shape lets them be."""
    weights = [shape((n + 1) / len(told)) for n in range(len(told))]
    wanted = max(3.0, share * len(told))
    kept, reached = [], 0.5
    for said, weight in zip(told, weights, strict=True):
        before = math.floor(reached)
        reached += min(1.0, weight * wanted / sum(weights))
        if math.floor(reached) > before:
            kept.append(said)
    return kept


def thirds(told: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Return every third sentence, and the others: two texts of which neither says what the other does."""
    return [said for n, said in enumerate(told) if n % 3 == 0], [said for n, said in enumerate(told) if n % 3]


def reviews(statements: Sequence[Said], chance: random.Random) -> list[list[list[Said]]]:
    """Return reviews as paragraphs: talk, an episode in other words, talk; in no order."""
    episodes = [list(statements[n : n + EPISODE]) for n in range(0, len(statements), EPISODE)]
    chance.shuffle(episodes)
    return [
        [[Said(chance.choice(TALK), None)], episode, [Said(chance.choice(TALK), None)]] for episode in episodes
    ]  # fmt: skip
