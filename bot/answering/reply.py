"""A reply: what an audience reads, made of quoted passages or by a chat model, and what operators may know of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from bot.answering.model_reply import bare
from corpus.books import Book, Slug, Unit
from corpus.labels import UnclearHeading, marks_named
from corpus.passages import Passage, credits_of, source_line
from corpus.positions import WORDS, value
from corpus.text import sentences
from retrieval.gate import Audience

if TYPE_CHECKING:  # at run time it would load the vector store
    from retrieval.retriever import RankedPassage, RankedSentence

NEUTRAL = "I can’t answer that from what you’ve read."
"""The one reply without an answer: the same whether the answer comes later in the book or never.

None of its words may happen to be an answer, so they are few and dull.
"""

NOTHING_HERE = "I have nothing on that here."
"""The same for readers who have finished: for them, there is no “so far”."""

MAY_SPOIL = (
    "This might be a spoiler for others there. You can hide it, or leave it if it’s fine. Only you see this note."
)
"""What the author of a message is told. It confirms nothing, since the author may only be guessing."""


class Mode(StrEnum):
    """Who wrote an answer: quotes; a chat model that passed the guard; quotes because the chat model did not."""

    QUOTE = "quote"
    MODEL = "model"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences of one passage in an answer, and their source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a question; only `answer`, `quotes`, `hints` and `books` are shown to members.

    `body` is the answer itself, `sources` are its sources, each with its number if the body refers to numbers;
    `lead` and `tokens` are the chat model's: what it says in its own words, to stand above the body, and its costs.
    """

    do: str
    book: Slug | None = None
    body: str = ""
    answered: bool = False
    withheld: bool = False
    passages: tuple[RankedPassage, ...] = ()
    quotes: tuple[Quote, ...] = ()
    hints: tuple[str, ...] = ()
    reveals: Mapping[Slug, int] = field(default_factory=dict)
    books: tuple[Slug, ...] = ()
    mode: Mode = Mode.QUOTE
    sources: tuple[str, ...] = ()
    lead: str = ""
    tokens: int = 0

    @property
    def answer(self) -> str:
        """The answer with its sources below it, as plain text."""
        text = "\n".join(filter(None, (self.lead, self.body)))
        return f"{text}\n— {' · '.join(self.sources)}" if self.sources else text


def of_passages(book: Book, told: Sequence[Passage], text: str) -> Reply:
    """Return a reply whose text is made of passages of a book."""
    quotes = tuple(Quote(p.text, source_line(p, book)) for p in told)
    return Reply("ask", book.slug, text, True, quotes=quotes, sources=sources_of(quotes))


def sources_of(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return the sources of quotes, each once."""
    return tuple(dict.fromkeys(quote.source for quote in quotes))


ANSWER_WORDS = 60
"""Words of an answer before its sources: what one reads at a glance on a phone. A long first sentence may have more."""

ANSWER_SENTENCES = 3

LONGEST_SENTENCE = 400
"""Characters of a quoted sentence; a longer one is clipped."""

ADDS = 0.1
"""A sentence whose score is a smaller share of the best one's adds nothing to an answer."""

CONTINUES = 0.4
"""From this share on, the sentence after the best one comes second: it has the reason or the outcome."""

REPEATS, FEWEST = 0.6, 3
"""A sentence that shares this much of its words, or of another's, with one that is quoted says it again. A sentence of
fewer than FEWEST words is taken for one of so many.
"""

ABOUT_THE_BOOK = ("advice", "author", "background", "premise", "reception", "setting", "themes")
ABOUT_WEIGHT = 0.2
"""Kinds of passages about the book rather than its story, and the weight of their scores: a word that they share with
the question is no answer yet. If the question is about them, they score far higher than the story.
"""

NO_ANSWERS = ("clues", "discussion", "review", "warnings")
"""Kinds of passages that are found but only quoted where they are asked for: questions, clues, reviews, warnings."""

OPINIONS = ("reception", "review")
"""Kinds of passages that hold opinions about a book."""

_CLAUSE = re.compile(r"(?<=[,;:—])\s+")


def quoted(reply: Reply, sentences: Sequence[RankedSentence], books: Mapping[Slug, Book]) -> Reply:
    """Return a reply that quotes sentences, with a number after each source's where there are several sources."""
    quotes = _quotes(sentences, books)
    sources = sources_of(quotes)
    texts = []
    for source, its in groupby(quotes, key=lambda quote: quote.source):
        text = " ".join(f"“{quote.text}”" for quote in its)
        texts.append(text if len(sources) == 1 else f"{text} [{sources.index(source) + 1}]")
    numbered = sources if len(sources) == 1 else tuple(f"[{n}] {source}" for n, source in enumerate(sources, 1))
    return replace(reply, body=" ".join(texts), quotes=quotes, sources=numbered)


def by_model(
    quotes: Reply, said: Sequence[str], picked: Sequence[RankedSentence], books: Mapping[Slug, Book],
    most: int = ANSWER_SENTENCES,
) -> Reply:  # fmt: skip
    """Return an answer of quotes with what a chat model said above it and the sentences that it picked in it.

    Without either it stays as it is. A lead that only repeats sentences of the quotes is none.
    """
    if picked:
        quotes = quoted(quotes, _in_runs(_within(picked[:most], ANSWER_WORDS)), books)
    own = set(map(bare, said)) - {bare(told) for quote in quotes.quotes for told in sentences(quote.text)}
    mode = Mode.MODEL if picked or own else Mode.FALLBACK
    return replace(quotes, lead=" ".join(said) if own else "", mode=mode)


def _within(sentences: Sequence[RankedSentence], words: int) -> list[RankedSentence]:
    """Return the first of some sentences, up to so many words; the very first always."""
    kept: list[RankedSentence] = []
    for sentence in map(clipped, sentences):
        words -= len(sentence.text.split())
        if kept and words < 0:
            break
        kept.append(sentence)
    return kept


def _in_runs(sentences: Sequence[RankedSentence]) -> list[RankedSentence]:
    """Return sentences in their order, but those that follow one another as they follow."""
    runs = _runs(sorted(sentences, key=lambda sentence: sentence.number))
    return [s for run in sorted(runs, key=lambda run: min(map(sentences.index, run))) for s in run]


def chosen(
    sentences: Sequence[RankedSentence], most: int = ANSWER_SENTENCES, words: int = ANSWER_WORDS
) -> list[RankedSentence]:  # fmt: skip
    """Return the sentences to quote, the likeliest first, up to so many sentences and words.

    The one after it is next where it is likely as well; then the likeliest others that say something else.
    """
    if not sentences:
        return []
    by_score = sorted(sentences, key=_score, reverse=True)
    best, least = by_score[0], _score(by_score[0])
    after = [s for s in by_score if _follows(best, s) and _score(s) >= CONTINUES * least]
    kept = [best]
    for sentence in (*after, *(s for s in by_score[1:] if s not in after)):
        if len(kept) == most or _score(sentence) < ADDS * least:
            break
        room = words - sum(len(s.text.split()) for s in kept)
        if len(sentence.text.split()) <= room and (sentence in after or _adds(sentence, kept)):
            kept.append(sentence)
    return [clipped(best), *kept[1:]]


def _adds(sentence: RankedSentence, kept: Sequence[RankedSentence]) -> bool:
    """Return whether a sentence goes with the first one (beside it, a word in common, opinions) and repeats none."""
    words = sentence.stems
    others = [other.stems for other in kept]
    again = (len(words & other) >= REPEATS * max(FEWEST, min(len(words), len(other))) for other in others)
    near = _follows(kept[0], sentence) or _follows(sentence, kept[0]) or sentence.passage.kind in OPINIONS
    return (near or bool(words & others[0])) and not any(again)


def _score(sentence: RankedSentence) -> float:
    return sentence.score * (ABOUT_WEIGHT if sentence.passage.kind in ABOUT_THE_BOOK else 1.0)


def clipped(sentence: RankedSentence, limit: int = LONGEST_SENTENCE) -> RankedSentence:
    """Return a sentence; one that is too long for an answer as its beginning, cut between clauses or words."""
    if len(sentence.text) <= limit:
        return sentence
    text = ""
    for clause in _CLAUSE.split(sentence.text):
        if len(text) + len(clause) + 2 > limit:
            break
        text = f"{text} {clause}".strip()
    if not text:
        text = sentence.text[: limit - 2].rsplit(" ", 1)[0]
    return replace(sentence, text=f"{text.rstrip(',;:—')} …")


def _quotes(sentences: Sequence[RankedSentence], books: Mapping[Slug, Book]) -> tuple[Quote, ...]:
    return tuple(
        Quote(" ".join(s.text for s in run), source_line(run[0].passage, books[run[0].passage.book]))
        for run in _runs(sentences)
    )


def _runs(sentences: Iterable[RankedSentence]) -> list[list[RankedSentence]]:
    """Return runs of sentences that follow one another in one section of text."""
    runs: list[list[RankedSentence]] = []
    for sentence in sentences:
        if runs and _follows(runs[-1][-1], sentence):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _follows(one: RankedSentence, other: RankedSentence) -> bool:
    before, after = one.passage, other.passage
    together = (before.document, before.group, before.book) == (after.document, after.group, after.book)
    return together and other.number == one.number + 1


THINK = "What have you read just before it?"
"""What one may think about if neither the library nor a name helps: dull as NEUTRAL, so that it is no answer."""


def hints(
    asked: str, people: Sequence[str], answer: Reply, book: Book, audience: Audience, mark: int | None
) -> tuple[str, ...]:  # fmt: skip
    """Return the three levels of a hint, mildest first: something to think about, where it is, and the answer.

    To think about is a discussion question of the library (`asked`), or else the people who are asked about: all of it
    is known to the audience. `mark` is where the book surely answers it.
    """
    think = f"What have you read so far of {', of '.join(people[:2])}{', and of both together' * (len(people) > 1)}?"
    think = asked or (think if people else THINK)
    if mark is None:
        return think, "I can’t say for sure where the book deals with this.", answer.answer
    if mark == 0:
        return think, "This isn’t a spoiler, wherever you are in the book.", answer.answer
    where = {Unit.PERCENT: f"at {mark}%", Unit.PAGE: f"on page {mark}"}.get(book.unit, f"in {book.unit.value} {mark}")
    if mark > audience.at(book.slug):
        read = where.split(maxsplit=1)[1]
        return think, f"You’ll get to this {where}.", f"That’s a spoiler until you’ve read {read}."
    return think, f"You’ve already read about this {where}.", answer.answer


RECAP_LIMIT = 1_800
"""Characters of a recap: one message in Discord, with room for its heading."""

HEADING = 40
"""Characters of the first line of a recap, which says what it covers."""

_LENGTH = re.compile(
    rf"(?:\b(?:in|into|to|with|just|only)|^)\s*(?:just |only |about |around )?"
    rf"(?:(?P<many>[0-9]{{1,2}}|{WORDS}|a|a single)[ -](?:sentences?|lines?)"
    r"|(?P<few>(?:a )?few (?:words|sentences|lines)|short|a nutshell))\b"
    r"|\b(?P<brief>short|brief|quick)(?= recap| summary)",
    re.IGNORECASE,
)
FEW = 3
"""Sentences of “a few words”."""


def length_asked(text: str) -> tuple[int | None, str]:
    """Return how many sentences a text asks for (“in one sentence”, “in a few words”), and the rest of it."""
    found = _LENGTH.search(text)
    if found is None:
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,:;")
    if found["few"] or found["brief"]:
        return FEW, rest
    many = found["many"].lower()
    return 1 if many.startswith("a") else max(1, int(value(many))), rest


def spans_told(passages: Iterable[Passage], book: Book) -> dict[int, tuple[int, int]]:
    """Return for the mark of each section of a story the first and last marks that it tells of.

    “Chapters 5–7” tells of all three, and a section without such a heading of all since the one before it.
    """
    spans: dict[int, tuple[int, int]] = {}
    before = 0
    told = sorted({(p.reveals.marks.get(book.slug, 0), p.heading) for p in passages})
    for mark, run in groupby((pair for pair in told if pair[0]), key=lambda pair: pair[0]):
        named = [_range(heading, book) for _, heading in run]
        spans[mark] = min((one for one in named if one and one[0] and one[1] == mark), default=(before + 1, mark))
        before = mark
    return spans


def _range(heading: str, book: Book) -> tuple[int, int] | None:
    with suppress(UnclearHeading):
        if named := marks_named(heading, book):
            return named.first, named.last
    return None


def recap(told: Sequence[RankedSentence], spans: Mapping[int, tuple[int, int]], book: Book) -> Reply:
    """Return a recap: what it covers (the sections with these spans), then its sentences, a line for each section."""
    if not told or not spans:
        return Reply("recap", book.slug, NEUTRAL)
    covered = _marks_named(min(first for first, _ in spans.values()), max(spans), book)
    covered += "" if book.unit is Unit.PERCENT else f" of {book.marks}"
    lines = [
        f"{_marks_named(*spans[mark], book)}: {' '.join(s.text for s in run)}"
        for mark, run in groupby(told, key=lambda s: s.passage.reveals.marks[book.slug])
    ]
    if len(told) == 1 and len(spans) > 1:
        lines = [f"{covered}: {told[0].text}"]
    elif len(spans) > 1:
        lines.insert(0, covered)
    by = credits_of(sentence.passage for sentence in told)
    return Reply("recap", book.slug, "\n".join(lines), True, quotes=_quotes(told, {book.slug: book}), sources=by)


def _marks_named(first: int, last: int, book: Book) -> str:
    """Return marks in words: “Chapter 5”, “Chapters 5–7”, “40–45%”."""
    if book.unit is Unit.PERCENT:
        return f"{first - 1}–{last}%"
    unit = book.unit.value.capitalize()
    return f"{unit} {last}" if first == last else f"{unit}s {first}–{last}"
