"""Quote mode: the sentences that answer, chosen and joined so that a person can read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.reply import Quote, with_sources
from corpus.books import Book, Slug
from corpus.passages import source_line
from retrieval.search import RankedSentence

LIMIT = 400
"""Characters of an answer before its sources: what one reads at a glance on a phone."""

WORTH = 0.002
"""A sentence that is this much less likely than the best to hold the answer is not quoted, even where there is room."""

BESIDE = ("advice", "author", "background", "premise", "reception", "themes")
COUNTS = 0.2
"""Passages about the book rather than of its story, and what their sentences count beside those of the story: a word
that both hold is no answer yet. Asked about themselves, they are far likelier.
"""

_CLAUSE = re.compile(r"(?<=[,;:—])\s+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer made of quotes: its text, the quotes one by one, and the sources, numbered where there are several."""

    body: str = ""
    quotes: tuple[Quote, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The answer with its sources below it."""
        return with_sources(self.body, self.sources)


def quoted(sentences: Sequence[RankedSentence], books: Mapping[Slug, Book], limit: int = LIMIT) -> Quoted:
    """Return the answer that the likeliest sentences make, in reading order, within `limit` characters."""
    picked = chosen(sentences, limit)
    quotes = _quotes(picked, books)
    while len(picked) > 1 and len(_joined(quotes)) > limit:  # the marks of many sources take more room than most do
        picked.remove(min(picked, key=_likely))
        quotes = _quotes(picked, books)
    return Quoted(_joined(quotes), quotes, _listed(quotes)) if quotes else Quoted()


def chosen(sentences: Sequence[RankedSentence], limit: int) -> list[RankedSentence]:
    """Return the sentences to quote, in reading order: most likely to answer for the room that they take.

    Dividing by the square root of the length keeps both long sentences and pairs of short ones in play. The likeliest
    is among them in any case, unless it takes more than a third of the room.
    """
    if not sentences:
        return []
    scores = np.array([_likely(s) for s in sentences])
    room = np.array([len(s.text) + _ROOM for s in sentences])
    likeliest = int(scores.argmax())
    best = sentences[likeliest]
    if len(best.text) + _ROOM > limit:
        return [clipped(best, limit - _ROOM)]
    kept: list[RankedSentence] = []
    left = limit
    worth = scores / np.sqrt(room)
    if len(best.text) <= limit / 3:
        worth[likeliest] = np.inf
    for n in np.argsort(-worth)[:20]:
        if room[n] <= left and scores[n] >= WORTH * scores.max():
            kept.append(sentences[n])
            left -= int(room[n])
    return sorted(kept or [best], key=lambda s: s.number)


def _likely(sentence: RankedSentence) -> float:
    return sentence.score * (COUNTS if sentence.passage.kind in BESIDE else 1.0)


_ROOM = 4
"""Characters that a sentence takes beside its own: a space, or the mark of a gap or a source."""


def clipped(sentence: RankedSentence, limit: int) -> RankedSentence:
    """Return a sentence that is too long for an answer as its beginning, cut between clauses or words."""
    text = ""
    for clause in _CLAUSE.split(sentence.text):
        if len(text) + len(clause) + 2 > limit:
            break
        text = f"{text} {clause}".strip()
    if not text:
        text = sentence.text[: limit - 1].rsplit(" ", 1)[0]
    return RankedSentence(f"{text.rstrip(',;:—')} …", sentence.passage, sentence.number, sentence.score)


def _quotes(sentences: Sequence[RankedSentence], books: Mapping[Slug, Book]) -> tuple[Quote, ...]:
    return tuple(
        Quote(" ".join(s.text for s in run), source_line(run[0].passage, books[run[0].passage.book]))
        for run in _runs(sentences)
    )


def _runs(sentences: Iterable[RankedSentence]) -> Iterable[list[RankedSentence]]:
    """Yield runs of sentences that follow one another in one stretch of text."""
    run: list[RankedSentence] = []
    for sentence in sentences:
        if run and not _follows(run[-1], sentence):
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def _follows(one: RankedSentence, other: RankedSentence) -> bool:
    return other.number == one.number + 1 and (one.passage.document, one.passage.group, one.passage.book) == (
        other.passage.document, other.passage.group, other.passage.book,
    )  # fmt: skip


def _sources(quotes: Sequence[Quote]) -> list[str]:
    return list(dict.fromkeys(quote.source for quote in quotes))


def _joined(quotes: Sequence[Quote]) -> str:
    """Join quotes: … between those of one source, a number after each source's where there are several."""
    sources = _sources(quotes)
    if len(sources) == 1:
        return f"“{' … '.join(q.text for q in quotes)}”"
    return " ".join(
        f"“{' … '.join(q.text for q in group)}” [{sources.index(source) + 1}]"
        for source, group in groupby(quotes, key=lambda q: q.source)
    )


def _listed(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return the sources, numbered where there are several."""
    sources = _sources(quotes)
    return tuple(sources if len(sources) == 1 else (f"[{n}] {source}" for n, source in enumerate(sources, 1)))
