"""The one door to passages: everything that reaches a reply was asked for here, by an audience.

A question goes one way: which book, open it, gate it, rank what is left. Any number of threads may ask at once, also
while one of them brings the store up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from corpus.club_texts import ClubText
from corpus.library import Library
from corpus.naming import UnknownBook, names_in
from corpus.passages import Passage
from corpus.reveals import Reveals, Slug
from corpus.sentences import sentences
from retrieval.club_texts import ClubTexts
from retrieval.embedding import Embedder, load_embedder
from retrieval.errors import BookInWork
from retrieval.features import Question, recency
from retrieval.freed_memory import give_back
from retrieval.gate import Audience, Gate
from retrieval.guard import Guard, Rule, Verdict
from retrieval.indexing import Indexed, Progress, index, stale
from retrieval.opened import VisibleBook
from retrieval.opener import Opener
from retrieval.placing import TELLING, WINDOW, place
from retrieval.ranking import Ranking, Reader
from retrieval.routing import CANDIDATES, likeliest
from retrieval.store import Store
from retrieval.word_match import ReadPassages

DEALT_WITH = 0.12
"""Confidence from which a book is taken to deal with a question somewhere."""

TOP = 10
"""Passages returned for a question."""

MESSAGE = 8_000
"""Characters of a message that are placed: twice what Discord lets anybody write."""

LEADS = 5
"""Stretches of text of which the best passage comes before all others."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with the probability that it holds the answer, given that some visible passage does."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a visible passage, with its number in the visible text and the same probability."""

    text: str
    passage: Passage
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Search:
    """What may be shown for a question: passages best first, sentences in reading order.

    `confidence` (0 to 1) is how likely the visible text answers it. `withheld` tells operators that something
    beyond the audience's position fits better; nothing that members see depends on it. `finished` is true where the
    audience has finished the book.
    """

    book: Slug | None
    passages: tuple[RankedPassage, ...] = ()
    sentences: tuple[RankedSentence, ...] = ()
    confidence: float = 0.0
    withheld: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class PassagesState:
    """What operators may know: books of the library and how many are ready, whether an index run is under way, and of
    the books that are held in memory how many, their bytes, and how often one was there or had to be read.
    """

    books: int
    ready: int
    indexing: bool
    opened: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class StoreLook:
    """What a close look at the store finds: how many books and club texts it holds, and what is wrong with them."""

    books: int
    texts: int
    wrong: tuple[str, ...]


class Retriever:
    """Finds, for an audience, what it may read about a question."""

    def __init__(self, library: Library, store: Store, embedder: Embedder) -> None:
        self.library = library
        self._store, self._embedder = store, embedder
        self._reader = Reader.load("question", adapted=embedder.adapted)
        self._placer = Reader.load("statement", adapted=embedder.adapted)
        self._rule = Rule.load()
        self._read_passages = ReadPassages(embedder)
        self._clubs = ClubTexts(store, embedder)
        self._books = Opener(library, store, self._clubs)
        self._refreshing = Lock()

    def refresh(self, progress: Progress | None = None) -> Indexed:
        """Bring the store in line with the library; a book can be asked about as soon as it is ready."""
        with self._refreshing:
            done = index(self.library, self._store, self._embedder, self._placer, progress, self._books.publish)
            self._books.publish_all(self._store.manifests())
        if done.embedded:
            give_back()
        return done

    def stale(self) -> list[Slug]:
        """Return the books that `refresh` would bring up to date."""
        return stale(self.library, self._store.manifests().values())

    def state(self) -> PassagesState:
        """Return how many books are ready and in memory."""
        use = self._books.use()
        return PassagesState(
            len(self.library.books), self._books.ready, self._refreshing.locked(),
            use.opened, use.bytes, use.hits, use.misses,
        )  # fmt: skip

    def check_store(self) -> None:
        """Read a little. Raises StoreUnavailable where the store cannot be read."""
        self._store.manifest(next(iter(self.library.books), ""))

    @property
    def doubted(self) -> bool:
        """Whether something went wrong with the store since it was opened; `mend` looks into it."""
        return self._store.doubted

    def when_doubted(self, tell: Callable[[], object]) -> None:
        """Have something called, in any thread, once something has gone wrong with the store."""
        self._store.tell = tell

    def mend(self, progress: Progress | None = None) -> bool:
        """Open the store anew; where it is damaged, build another one. Return whether it was.

        Books that are in memory are answered from there meanwhile. The texts of clubs come back with `reconcile`.
        Raises StoreUnavailable where there is still no room for it, or no right to write.
        """
        with self._refreshing:
            if renewed := self._store.mend():
                self._clubs.read_notes()
        self.refresh(progress)
        return renewed

    def look_closely(self, texts: Iterable[ClubText]) -> StoreLook:
        """Compare the store with the library and with all clubs' texts. Slow: it reads every passage."""
        kept = list(texts)
        wrong = self._store.incomplete()
        missing, left_over = self._clubs.differing(kept, self.library.books.keys())
        wrong += [f"{missing} club texts are not in it as they are now"] if missing else []
        wrong += [f"{left_over} texts are in it that no club has"] if left_over else []
        return StoreLook(len(self._store.manifests()), len(kept), tuple(wrong))

    def keep(self, text: ClubText) -> None:
        """Write a text of a club, in place of the earlier one of its club and id; the next search finds it.

        Raises UnknownBook.
        """
        if text.book not in self.library.books:
            raise UnknownBook(text.book, (), empty=not self.library.books)
        self._clubs.keep(text)

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        """Remove a text of a club, if it is there; no later search finds it."""
        self._clubs.drop(club, id)

    def drop_club(self, club: str) -> None:
        """Remove all texts of a club."""
        self._clubs.drop_club(club)

    def reconcile(self, texts: Iterable[ClubText]) -> int:
        """Bring what is kept of all clubs in line with `texts`, their records; return how many were changed.

        Texts of books that the library does not have are passed over. Where nothing changed, nothing is read. What is
        kept or dropped after this call has begun stands; so read the records before the first of it, or as they are
        iterated.
        """
        return self._clubs.reconcile(texts, self.library.books.keys())

    def search(self, text: str, audience: Audience, book: Slug | None = None) -> Search:
        """Rank what an audience may see of one book for a question; without a book, find the one that is meant."""
        question = Question.of(text, self._embedder.question(text))
        if book is None:
            book = self._meant(question, audience)
        if book is None:
            return Search(None)
        opened = self._books.open(book, audience.club)
        gate, marks = Gate(audience), self.library.books[book].marks
        view = opened.seen_through(gate)
        withheld = opened.fits_better_beyond(gate, question.vectors.adapted)
        if not len(view):
            return Search(book, withheld=withheld)
        ranking = self._reader.read(view, question, recency(view, audience.at(book), marks))
        return Search(
            book,
            tuple(_ranked_passages(view, ranking)),
            tuple(
                RankedSentence(s, view.passages[p], n, float(c))
                for n, (s, p, c) in enumerate(zip(view.sentences, view.passage_of, ranking.chances, strict=True))
            ),
            ranking.confidence,
            withheld,
            audience.at(book) >= marks,
        )

    def passages(self, book: Slug, audience: Audience, kinds: Iterable[str] = ()) -> list[Passage]:
        """Return what an audience may see of a book, in reading order; of these kinds, if any are named.

        What members of its club wrote comes after what the library has.
        """
        wanted = frozenset(kinds)
        found = self._books.open(book, audience.club).seen_through(Gate(audience)).passages
        return [p for p in found if not wanted or p.kind in wanted]

    def placed_for_the_owner(self, book: Slug) -> list[Passage]:
        """Return all of a book's passages with their places, for who owns the library's files and for nobody else.

        No audience is asked for: what this returns lies beyond everybody's position. The terminal alone shows it, to
        whoever can read the files anyway. What members wrote is not in it.
        """
        return list(self._books.open(book).passages)

    def whereabouts(self, text: str, audience: Audience, book: Slug) -> int | None:
        """Return by which mark a question is dealt with, which only a hint may tell; None where it may not be at all.

        The place alone leaves this door, never what stands there. Only the library's text is looked at.
        """
        question = Question.of(text, self._embedder.question(text))
        finished = Audience({slug: known.marks for slug, known in self.library.books.items()}, audience.adults)
        view = self._books.open(book).seen_through(Gate(finished))
        if not len(view):
            return None
        ranking = self._reader.read(view, question, recency(view, 1, 1))
        scores = np.bincount(view.group_of, ranking.chances)
        if ranking.confidence < DEALT_WITH:
            return None
        return int(view.marks[view.passage_of][view.group_of == scores.argmax()].max())

    def place(self, text: str, books: Sequence[Slug] = ()) -> Reveals:
        """Return how far readers must be for a message to be no spoiler.

        It is placed in the library's text of the books given and those named in it, or else of the likeliest. What fits
        nothing in a book says nothing of its story.
        """
        candidates = list(dict.fromkeys([*books, *names_in(text, self.library.books)]))
        furthest = dict.fromkeys(candidates, 0)
        for statement in self._statements(text):
            for slug in candidates or self._likeliest(
                statement, (self._books.open(b).whole() for b in self.library.books)
            ):
                found = place(statement, self._books.open(slug).whole(), self._placer)
                if found.confidence >= TELLING:
                    furthest[slug] = max(furthest.get(slug, 0), found.mark)
        return Reveals.of(furthest)

    def verdicts(self, question: str, said: Sequence[str], audience: Audience, book: Slug) -> list[Verdict]:
        """Return for each sentence of a model's answer whether the audience may read it."""
        opened, about = self._books.open(book, audience.club), self.library.books[book]
        known = f"{about.title} {about.author}"
        guard = Guard(opened, Gate(audience), self._placer, known, self._read_passages, self._embedder)
        return guard.judge(question, said, self._rule)

    def _statements(self, text: str) -> list[Question]:
        """Return a message's windows of a few sentences, and where it has more than one window, each sentence too.

        A line ends a sentence, too: people end them so, and headings and lists would water down what they stand by.
        """
        said = [sentence for line in text[:MESSAGE].splitlines() for sentence in sentences(line)]
        told = [" ".join(said[n : n + WINDOW]) for n in range(max(1, len(said) - WINDOW + 1))]
        if len(told) > 1:
            told += said
        vectors = self._embedder.passages([[part] for part in told])
        return [Question.stated(part, vector.passage) for part, vector in zip(told, vectors, strict=True)]

    def _meant(self, question: Question, audience: Audience) -> Slug | None:
        named = names_in(question.text, self.library.books)
        if len(named) == 1:
            return named[0]
        views = list(self._seen(named or self.library.books, Gate(audience)))
        return next(iter(self._likeliest(question, views)), None)

    def _seen(self, books: Iterable[Slug], gate: Gate) -> Iterator[VisibleBook]:
        """Yield what may be shown of those books that are ready. Raises BookInWork where none is."""
        refused: BookInWork | None = None
        ready = False
        for slug in books:
            try:
                yield self._books.open(slug).seen_through(gate)
                ready = True
            except BookInWork as error:
                refused = error
        if refused and not ready:
            raise refused

    def _likeliest(self, question: Question, views: Iterable[VisibleBook]) -> list[Slug]:
        return likeliest(question, views)[:CANDIDATES]


def _ranked_passages(view: VisibleBook, ranking: Ranking) -> list[RankedPassage]:
    """Return the best passages: first the best of each of the likeliest stretches of text, then the best others.

    A passage is as good as its best sentence, a stretch as all of its sentences together. Ten passages from one
    stretch would say the same thing ten times.
    """
    scores = np.zeros(len(view.passages), np.float32)
    np.maximum.at(scores, view.passage_of, ranking.chances)
    stretches = np.bincount(view.group_of, ranking.chances)[view.group_of_passage]
    by_stretch = np.lexsort((-scores, -stretches))
    first_of_each = np.unique(view.group_of_passage[by_stretch], return_index=True)[1]
    leads = by_stretch[np.sort(first_of_each)][:LEADS]
    others = [n for n in np.argsort(-scores, kind="stable") if n not in leads]
    return [RankedPassage(view.passages[n], float(scores[n])) for n in (*leads, *others)][:TOP]


@contextmanager
def open_retriever(
    library: Library, data: Path, model: str | None = None, say: Callable[[str], None] = lambda _: None
) -> Iterator[Retriever]:
    """Open the vector store in `data` with the embedding model; the store is let go of at the end."""
    embedder = load_embedder(model)
    with Store(data, embedder.name, say) as store:
        yield Retriever(library, store, embedder)
