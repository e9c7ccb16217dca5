"""Quote mode: the sentences that answer, chosen and joined so that a person can read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.answering.reply import NEUTRAL, Quote, Reply, with_sources
from corpus.books import Book, Slug, Unit
from corpus.passages import Passage, source_line
from retrieval.gate import Audience
from retrieval.search import RankedSentence, Search

QUOTE_LIMIT = 400
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


def quoted(sentences: Sequence[RankedSentence], books: Mapping[Slug, Book], limit: int = QUOTE_LIMIT) -> Quoted:
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


THINK_LIMIT = 240
"""Characters quoted to think about: two sentences."""


def hints(search: Search, answer: Reply, books: Mapping[Slug, Book], audience: Audience, mark: int | None) -> list[str]:
    """Return the three levels of a hint, mildest first; `mark` is where the book deals with the question."""
    book = books[search.book or ""]
    think = quoted(search.sentences, books, THINK_LIMIT)
    first = f"The pages up to yours have this:\n{think.text}" if think.quotes else NEUTRAL
    if mark is None:
        return [first, NEUTRAL, answer.answer]
    where = f"{mark}%" if book.unit is Unit.PERCENT else f"{book.unit.value} {mark}"
    if mark > audience.at(book.slug):
        return [first, f"The pages on this are not yours before {where}.", f"This is a spoiler before {where}."]
    return [first, f"The pages on this are yours: {where}." if mark else "The pages on this are yours.", answer.answer]


RECAP_LIMIT = 1_800
"""Characters of a recap: one message in Discord, with room for its heading."""

LABEL = 14
"""Characters that naming a stretch takes, “Chapter 12: ” and the end of its line."""

RECENT = 0.4
"""Share of the room that the last stretch read may take: it is what a reader comes back to."""


@dataclass(frozen=True, slots=True)
class Recap:
    """The story so far as text, a paragraph a stretch, and what it quotes."""

    text: str
    quotes: tuple[Quote, ...]


def recap(passages: Sequence[Passage], book: Book, limit: int = RECAP_LIMIT) -> Recap:
    """Return the story so far from gated passages in reading order; empty where nothing may be told."""
    told = sorted(
        (p for p in passages if p.reveals.marks.get(book.slug, 0)), key=lambda p: (p.reveals.marks[book.slug], p.order)
    )
    stretches = [list(run) for _, run in groupby(told, key=lambda p: p.reveals.marks[book.slug])]
    if not stretches:
        return Recap("", ())
    firsts = [stretch[0].sentences[0] for stretch in stretches]
    kept = dict.fromkeys(range(len(stretches)), "")
    kept[len(stretches) - 1] = _opening(stretches[-1], int(limit * RECENT)) or firsts[-1]
    left = limit - len(kept[len(stretches) - 1]) - LABEL
    for n in _spaced(firsts[:-1], left):
        kept[n] = firsts[n]
        left -= len(firsts[n]) + LABEL
    for n in sorted((n for n in kept if kept[n] == firsts[n]), reverse=True):
        more = _opening(stretches[n], len(firsts[n]) + left)
        left -= max(0, len(more) - len(firsts[n]))
        kept[n] = max(more, kept[n], key=len)
    told_of = [(stretch[0], text) for stretch, text in zip(stretches, kept.values(), strict=True) if text]
    quotes = tuple(Quote(text, source_line(first, book)) for first, text in told_of)
    return Recap("\n".join(f"{_label(first, book)}: {text}" for first, text in told_of), quotes)


def _spaced(firsts: Sequence[str], room: int) -> list[int]:
    """Return as many stretches as fit with their first sentences, from all over the story so far."""
    fitting = len(firsts)
    while fitting:
        chosen = [round(n * (len(firsts) - 1) / max(1, fitting - 1)) for n in range(fitting)]
        if sum(len(firsts[n]) + LABEL for n in chosen) <= room:
            return chosen
        fitting -= 1
    return []


def _label(passage: Passage, book: Book) -> str:
    name = book.reading_name(passage.reveals.marks[book.slug])
    return name[:1].upper() + name[1:]


def _opening(stretch: Sequence[Passage], room: int) -> str:
    """Return as many of a stretch's first sentences as fit."""
    text = ""
    for sentence in (s for p in stretch for s in p.sentences):
        if len(text) + len(sentence) + 1 > room:
            break
        text = f"{text} {sentence}".strip()
    return text
