"""The only way to passages: everything that reaches a reply is asked for here, by an audience, in any thread."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from filelock import FileLock

from corpus.books import Book, Reveals, Slug
from corpus.documents import Block, Document
from corpus.importing.notes import foreign_marks
from corpus.labels import UnclearHeading, marks_named
from corpus.library import Library
from corpus.names import names_in
from corpus.passages import TOLD_IN_ORDER, ClubText, Passage
from retrieval.book import OpenedBook, VisibleBook
from retrieval.books import Books, ClubPassages
from retrieval.check import SpoilerCheck
from retrieval.embedding import load_embedder
from retrieval.gate import Audience, Gate
from retrieval.guard import Guard, PassageTokens, Rule, names
from retrieval.index import Indexer
from retrieval.location import ChromaServer, hold
from retrieval.place import Messages, placed_at_once, read_through
from retrieval.ranking import Question, Ranker, Ranking, recency
from retrieval.store import Store
from retrieval.story import retold
from retrieval.types import BookInWork, Embedder, Matrix, QuestionVectors, Vector, Verdict
from retrieval.words import stems

TOP = 10  # passages returned for a question
LEADS = 5  # stretches of text of which the best passage comes before all others


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with the probability that it holds the answer, given that some visible passage does."""

    passage: Passage
    score: float


def text_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that carry meaning."""
    return frozenset(stems(text))


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a visible passage, with its number in the visible text and the same probability."""

    text: str
    passage: Passage
    number: int
    score: float

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its words that carry meaning."""
        return text_stems(self.text)


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
    """How many books the library has and can be asked about, and whether an index run is under way."""

    books: int
    ready: int
    indexing: bool


@dataclass(frozen=True, slots=True)
class Quarter:
    """What readers at a share (percent) of a book see of it: how many passages, and the latest as an example."""

    share: int
    mark: int
    count: int
    example: str


class Doubt(StrEnum):
    """Why the place of a text should be looked at."""

    UNPLACED = "with nothing to say how far it goes"
    UNCLEAR = "below a heading that I can’t place"
    FOREIGN = "with leftovers of another program"
    OTHER = "naming another book"


@dataclass(frozen=True, slots=True)
class Part:
    """A text in a line of a document, empty where the audience has not read as far; without a mark, it waits for one.

    `doubt` says why somebody should look at it.
    """

    document: str
    line: int
    mark: int | None
    text: str
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What readers will see of a book; `waiting` passages are still to be placed, `doubts` are to be looked at."""

    book: Book
    passages: int
    waiting: int
    quarters: tuple[Quarter, ...]
    doubts: tuple[Part, ...] = ()


QUARTERS = (0, 25, 50, 75)  # shares of a book, in percent


def outlook(book: Book, documents: Sequence[Document], books: Mapping[Slug, Book], audience: Audience) -> Outlook:
    """Return what readers at each quarter of a book see of it, beside other `books`."""
    passages, waiting = placed_at_once(book, documents)
    gate, found = Gate(audience), []
    for share in QUARTERS:
        mark = book.marks * share // 100
        seen = [p for p in passages if p.reveals.within({book.slug: mark})]
        last = max(gate.visible(seen), key=lambda p: (p.mark, p.order), default=None)
        found.append(Quarter(share, mark, len(seen), last.text if last else ""))
    others = {slug: other for slug, other in books.items() if slug != book.slug}
    doubts = (part for document in documents for part in parts_of(document, book, others, audience) if part.doubt)
    return Outlook(book, len(passages), waiting, tuple(found), tuple(doubts))


def parts_of(document: Document, book: Book, others: Mapping[Slug, Book], audience: Audience) -> Iterator[Part]:
    """Yield the texts of a document, with what is doubtful about each; a novel's own words are sure of their place."""
    for block in document.blocks if document.kind != "text" else ():
        seen = Gate(audience).allows(block.reveals or book.whole(), block.explicit)
        mark = block.reveals.marks.get(book.slug, 0) if block.reveals else None
        doubt = _doubt(block, document.kind, book, others)
        yield Part(document.name, block.line, mark, block.text if seen else "", doubt)


def _doubt(block: Block, kind: str, book: Book, others: Mapping[Slug, Book]) -> Doubt | None:
    if block.reveals is None and kind not in TOLD_IN_ORDER:
        return Doubt.UNPLACED
    try:
        if block.placed_by == "heading":
            marks_named(block.heading, book)
    except UnclearHeading:
        return Doubt.UNCLEAR
    if foreign_marks(block.text):
        return Doubt.FOREIGN
    named = {slug for slug in names_in(block.text, others) if slug not in (block.reveals or Reveals()).marks}
    return Doubt.OTHER if named and not names_in(block.text, {book.slug: book}) and kind != "author" else None


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


SURE, SURE_OF_STRETCH = 0.55, 0.5  # confidence, and share of one stretch of text, from which a hint says where it is
NEAR, SAME = 0.5, 0.9  # similarity from which a passage is about what a text is about, and from which it says the same
AHEAD = 64  # questions that are kept read until they are searched for: as many as may be asked at once
Alone = Callable[[], AbstractContextManager[object]]  # makes what keeps other processes from indexing


class Retriever:
    """Finds, for an audience, what it may read; what only indexes or keeps texts comes from the part that does."""

    data: Path | None = None
    """The folder in which is kept what was learned from examples, if there is one."""

    def __init__(self, library: Library, store: Store, embedder: Embedder, alone: Alone = nullcontext) -> None:
        self.library = library
        self._store, self._embedder = store, embedder
        self._ranker = Ranker.load("question", adapted=embedder.adapted)
        self._placer = Ranker.load("statement", adapted=embedder.adapted)
        self._read_passages = PassageTokens(embedder)
        self._clubs = ClubPassages(store, embedder)
        self._books = Books(library, store, self._clubs)
        self._indexer = Indexer(library, store, embedder, self._placer, self._books, alone)
        self._messages = Messages(library, self._books, self._placer, embedder)
        self._read_ahead: dict[str, QuestionVectors] = {}
        self.model = embedder.name
        self.check_store, self.on_store_failure = store.check, store.on_failure
        self.refresh, self.stale = self._indexer.run, self._indexer.stale
        self.keep_books_of_clubs = self._indexer.keep_of_clubs
        self.keep, self.drop = self._clubs.keep, self._clubs.drop
        self.moment, self.reconcile = self._clubs.moment, self._clubs.reconcile
        self.place = self._messages.place
        self.check_message = SpoilerCheck(
            library, self._books, self._messages, self._placer, self._read_passages, embedder
        ).reveals

    @cached_property
    def _rule(self) -> Rule:
        return Rule.load(adapted=self._embedder.adapted)

    def state(self) -> PassagesState:
        """Return how many books are ready."""
        return PassagesState(len(self.library.books), self._books.ready(), self._indexer.running)

    def repair(self) -> bool:
        """Open the store again and bring it up to date; return whether it was damaged. Raises StoreUnavailable."""
        damaged = self._indexer.reopen()
        self._clubs.load()
        self.refresh()
        return damaged

    def verify_store(self, texts: Iterable[ClubText]) -> list[str]:
        """Return in what the store differs from the library and from all clubs' texts. Slow: it reads every passage."""
        missing, left_over = self._clubs.differing(texts, self.library.books.keys())
        wrong = self._store.incomplete()
        wrong += [f"{missing} club texts are not in it as they are now"] if missing else []
        return wrong + ([f"{left_over} texts are in it that no club has"] if left_over else [])

    def search(self, text: str, audience: Audience, book: Slug | None = None) -> Search:
        """Rank what an audience may see of one book for a question; without a book, find the one that is meant."""
        vectors = self._read_ahead.pop(text, None) or self._embedder.question(text)
        question, gate = Question.of(text, vectors), Gate(audience)
        if book is None:
            named = names_in(text, self.library.books.of(audience.club))
            fitting = named if len(named) == 1 else self._books.fitting(question, audience.club, gate, named)
            book = next(iter(fitting), None)
        if book is None:
            return Search(None)
        opened = self._books.open(book, audience.club)
        marks = self.library.books[book].marks
        view = opened.seen_through(gate)
        withheld = opened.fits_better_beyond(view, question.vectors.adapted)
        if not len(view):
            return Search(book, withheld=withheld)
        ranking = self._ranker.rank(view, question, recency(view, audience.at(book), marks))
        rows = enumerate(zip(view.sentences, view.passage_of, ranking.chances, strict=True))
        return Search(
            book,
            tuple(_ranked_passages(view, ranking)),
            tuple(RankedSentence(text, view.passages[p], n, float(chance)) for n, (text, p, chance) in rows),
            ranking.confidence,
            withheld,
            finished=audience.at(book) >= marks,
        )

    def read_ahead(self, question: str, short: str) -> Vector:
        """Embed a short text as passages are; the question for which a search may follow is read in the same go."""
        read = self._embedder.question(question, (short,))
        if len(self._read_ahead) >= AHEAD:
            self._read_ahead.clear()
        self._read_ahead[question] = read
        return read.beside[0]

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """Embed short texts as passages are."""
        return np.stack([read.passage for read in self._embedder.passages([(text,) for text in texts])])

    def passages(self, book: Slug, audience: Audience, kinds: Iterable[str] = ()) -> list[Passage]:
        """Return what an audience may see of a book, in reading order, its club's texts last; of some kinds."""
        wanted = frozenset(kinds)
        found = self._books.open(book, audience.club).seen_through(Gate(audience)).passages
        return [p for p in found if not wanted or p.kind in wanted]

    def retold(
        self, book: Slug, audience: Audience, marks: Collection[int], room: int, most: int
    ) -> list[RankedSentence]:  # fmt: skip
        """Return the sentences of these marks that matter most, about `most` in at most `room` characters, in order."""
        view = self._books.open(book, audience.club).seen_through(Gate(audience))
        chosen = retold(view, marks, room, most)
        return [RankedSentence(view.sentences[n], view.passages[view.passage_of[n]], n, score) for n, score in chosen]

    def nearest(self, text: str, audience: Audience, book: Slug, kind: str) -> Passage | None:
        """Return the passage of a kind that is most like a text, if an audience may see one that is near to it."""
        view = self._books.open(book, audience.club).seen_through(Gate(audience))
        rows = [n for n, passage in enumerate(view.passages) if passage.kind == kind]
        if not rows:
            return None
        similar = view.passage_vectors[rows] @ self._embedder.question(text).plain
        similar[similar > SAME] = 0.0
        return view.passages[rows[int(similar.argmax())]] if similar.max() >= NEAR else None

    def placed_for_the_owner(self, book: Slug) -> list[Passage]:
        """Return all of a book's passages for the terminal of who owns the library's files, and for nobody else."""
        return list(self._books.open(book, self.library.books[book].club, texts=False).passages)

    def outlook(self, home: Path, audience: Audience) -> Outlook:
        """Return what readers at each quarter of the book in a folder would see. Raises LibraryProblem."""
        book, documents = read_through(home, audience.club, self.library)
        return outlook(book, documents, self.library.books.of(audience.club), audience)

    def parts(self, home: Path, audience: Audience, name: str) -> list[Part]:
        """Return the texts of a document of the book in a folder, for who may move them. Raises LibraryProblem."""
        book, documents = read_through(home, audience.club, self.library)
        others = {slug: other for slug, other in self.library.books.of(audience.club).items() if slug != book.slug}
        return [part for each in documents if each.name == name for part in parts_of(each, book, others, audience)]

    def whereabouts(self, text: str, audience: Audience, book: Slug) -> int | None:
        """Return the mark, no text, by which a question is dealt with, if all signs agree on it: for hints alone."""
        question = Question.of(text, self._embedder.question(text))
        ends = {slug: known.marks for slug, known in self.library.books.of(audience.club).items()}
        finished = Audience(ends, audience.adults, audience.club)
        view = self._books.open(book, audience.club, texts=False).seen_through(Gate(finished))
        if not len(view):
            return None
        ranking = self._ranker.rank(view, question, recency(view, 1, 1))
        asking = np.array([p.kind == "discussion" for p in view.passages], bool)[view.passage_of]
        scores = np.bincount(view.group_of, np.where(asking, 0.0, ranking.chances))
        best = int(scores.argmax())
        near = view.sentence_vectors @ question.vectors.adapted, view.passage_vectors @ question.vectors.adapted
        if ranking.confidence < SURE or scores[best] < SURE_OF_STRETCH:
            return None
        marks = view.marks[view.passage_of]
        mark = int(marks[view.group_of == best].max())
        return mark if mark == marks[near[0].argmax()] == view.marks[near[1].argmax()] else None

    def verdicts(
        self, question: str, said: Sequence[str], audience: Audience, book: Slug, also: Iterable[Slug] = ()
    ) -> list[Verdict]:
        """Return for each sentence of a model's answer whether the audience may read it.

        A name that the book does not hold may be another book's: of those that were talked about before (`also`) or are
        named, which judge the sentence too, or of the same series or required, of which it may not be a hidden name.
        """
        opened, books = self._books.open(book, audience.club), self.library.books.of(audience.club)
        mine = self._guard(opened, audience)
        own = opened.postings.keys() | set(stems(question))
        foreign = [{root for name in names(text) for root in stems(name)} - own for text in said]
        if not any(foreign):
            return mine.judge(question, said, self._rule)
        talked, about = {*also, *names_in(" ".join((question, *said)), books)}, books[book]
        related = {slug for slug, other in books.items() if about.series and other.series == about.series}
        related |= {one.book for one in about.requires}
        guards, unread = dict[Slug, Guard](), False
        for slug in sorted((talked | related) & books.keys() - {book}):
            try:
                guards[slug] = self._guard(self._books.open(slug, audience.club), audience)
            except BookInWork:  # any name may be a hidden one of that book
                unread = True
        met = mine.words()[0].union(*(guard.words()[0] for guard in guards.values()))
        found = mine.judge(question, said, self._rule, met)
        for slug, guard in guards.items():
            known, secret = guard.words()
            held = [bool(words & (known | secret)) for words in foreign]
            there = guard.judge(question, said, self._rule, met) if slug in talked and any(held) else found
            for n, words in enumerate(foreign):
                if words & secret - met:
                    found[n] = Verdict(False, 1.0)
                elif held[n] and found[n].shown:
                    found[n] = there[n]
        return [Verdict(False, 1.0) if unread and foreign[n] - met else verdict for n, verdict in enumerate(found)]

    def _guard(self, opened: OpenedBook, audience: Audience) -> Guard:
        about = self.library.books[opened.book]
        known = f"{about.title} {about.author}"
        return Guard(opened, Gate(audience), self._placer, known, self._read_passages, self._embedder)


@contextmanager
def open_retriever(
    library: Library, data: Path, model: str | None = None, say: Callable[[str], object] = lambda _: None,
    server: ChromaServer | None = None, *, replacing: bool = True, alone: Alone | None = None,
    at_once: bool = True,
) -> Iterator[Retriever]:  # fmt: skip
    """Open the vector store in `data`, or on a server, with the embedding model; it is closed at the end.

    The model begins to load `at_once`, or else when something is embedded: it takes seconds.
    What is on a server is shared: unless it is `replacing`, a process adds to it and replaces nothing. `alone` keeps
    processes on other machines from indexing it meanwhile; without it, only those with the same data folder wait.
    """
    embedder = load_embedder(model, at_once=at_once)
    with ExitStack() as stack:
        if server is not None:
            stack.enter_context(hold(data, together=True))
            alone = alone or (lambda: FileLock(data / "index.lock"))
        store = stack.enter_context(Store(server or data, embedder.name, say, replacing=replacing))
        retriever = Retriever(library, store, embedder, alone or nullcontext)
        retriever.data = data
        yield retriever
