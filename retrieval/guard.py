"""The guard: a sentence of a chat model, which knows books by heart, is shown only where visible text supports it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from corpus.passages import Passage
from retrieval.book import Floats, OpenedBook, VisibleBook
from retrieval.embedding import mean
from retrieval.gate import Gate
from retrieval.ranking import WEIGHTS, Fit, Question, Ranker, Ranking
from retrieval.support import SUPPORT, Claim, Support, names_of, word_similarities
from retrieval.types import Embedder, Matrix, TokenVectors, Vector, Verdict
from retrieval.words import STOP_WORDS, stem, stems, unread

CACHED_PASSAGES = 1_000  # passages whose token vectors are kept, the last used; each takes about 50 kB
CODE_TOKENS = 4  # tokens of a word from which it may be a code: the model knows most words of English whole
CODE_PIECE = 2.5  # letters for each token below which it is one: those of English words have more
KIN = 4  # letters that names of one family have in common: Russia and the Russians
CODE_LETTERS = 3  # unknown single letters from which a sentence spells something
CODE_WORDS = 4  # unknown words of several tokens that make a sentence a code: a made-up word for each letter

_WORD = re.compile(r"[^\W_]+")
_CONTRACTED = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDING = re.compile(r"(?:n['’]t|['’](?:s|d|m|ll|re|ve))$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:…]\W*|[\"“‘(]\s*)$")
_DOTS, _DASHES = frozenset(".·•"), frozenset("-–—−_")
_SPELLED = re.compile(  # four letters in a row, each alone, or three signs that are letters, flags among them
    r"\b[^\W\d_]\b(?:[\W_]{1,3}[^\W\d_]\b){3,}|(?:[\u24b6-\u24e9\U0001f110-\U0001f1ff]\W*){3}"
)
_MORSE = re.compile(r"[.·•–—−_-]{1,7}(?:[\s/|]+[.·•–—−_-]{1,7}){2,}")


class PassageTokens:
    """The token vectors of passages, cached by id: an id is made of the passage's words, so none is ever stale."""

    def __init__(self, reader: Embedder) -> None:
        self._reader = reader
        self._cache: LRUCache[str, Matrix] = LRUCache(CACHED_PASSAGES)
        self._lock = Lock()

    def of(self, passages: Sequence[Passage]) -> list[Matrix]:
        """Return each passage's tokens, shape (tokens, dimensions), each of length 1."""
        with self._lock:
            known = {p.id: self._cache[p.id] for p in passages if p.id in self._cache}
        missing = [p for p in passages if p.id not in known]
        if missing:
            read = self._reader.words([p.text for p in missing])
            for passage, (vectors, spans) in zip(missing, read, strict=True):  # without the model's own tokens
                known[passage.id] = _normalized(vectors[spans[:, 1] > spans[:, 0]]).astype(np.float16)
        with self._lock:
            self._cache.update(known)
        return [known[p.id].astype(np.float32) for p in passages]


def _normalized(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def content_words(text: str, read: TokenVectors, start: int = 0) -> tuple[list[str], Matrix]:
    """Return the words that carry meaning from a character on, and their vectors, shape (words, dimensions)."""
    vectors, _ = read
    found, rows = [], []
    for word in _WORD.finditer(text, start):
        inside = _tokens_of(word, read)
        if word[0].lower() not in STOP_WORDS and inside.any():
            found.append(word[0])
            rows.append(vectors[inside].mean(axis=0))
    return found, _normalized(np.stack(rows)) if rows else np.zeros((0, vectors.shape[1]), np.float32)


def _tokens_of(word: re.Match[str], read: TokenVectors, less: int = 0) -> Floats:
    _, spans = read
    return np.asarray((spans[:, 0] >= word.start()) & (spans[:, 1] <= word.end() - less) & (spans[:, 1] > spans[:, 0]))


def has_revealing_word(
    sentence: str, read: TokenVectors, known: Collection[str], secret: Collection[str], names: Collection[str]
) -> bool:
    """Return whether a sentence holds a name or number that is enough to stop it, or a code.

    Words are given by their stems: those that the reader has met, those of hidden text alone, and names among them.
    """
    kin = {root[:KIN] for root in known}
    if _SPELLED.search(sentence) or any(_DOTS & {*run} and _DASHES & {*run} for run in _MORSE.findall(sentence)):
        return True
    letters = rare = 0
    for found in _CONTRACTED.finditer(sentence):
        word = _ENDING.sub("", found[0])
        tokens = int(_tokens_of(found, read, len(found[0]) - len(word)).sum())
        strange = unicodedata.normalize("NFKC", word) != unicodedata.normalize("NFC", word)  # “ｗｏｒｄ”
        strange |= any(root in names for root in stems(word[::-1]))  # “reteid”
        name = found[0][0].isupper() and len(word) > 1 and not _SENTENCE_START.search(sentence, 0, found.start())
        for root in stems(word):
            if root not in known:
                code = strange or (tokens >= CODE_TOKENS and len(word) < CODE_PIECE * tokens)
                new = name and (root in secret or root[:KIN] not in kin)
                if root.isdigit() or code or new or (root in names and tokens != 1):
                    return True
                letters += len(root) == 1
                rare += tokens != 1
    return letters >= CODE_LETTERS or rare >= CODE_WORDS


def names(sentence: str) -> set[str]:
    """Return the words of a sentence that seem to be names: with a capital letter, but for its first word."""
    found = _CONTRACTED.finditer(sentence)
    return {word[0] for word in found if word[0][0].isupper() and not _SENTENCE_START.search(sentence, 0, word.start())}


NEAREST = 8  # hidden passages, and as many visible ones, that a sentence is compared with word by word

_STYLE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (r"\b(?:may|might|perhaps|maybe|probably|possibly|seem(?:s|ed)?|appears?|suppose|guess|wonder|unclear|not sure"
         r"|hard to (?:say|tell)|can(?:no|['’])t (?:say|tell)|don['’]t know|doesn['’]t say|so far|yet|up to|until now"
         r"|for now|at this point|as far as)\b"),
        (r"\b(?:will|won['’]t|later|eventually|finally|ultimately|(?:in|at|by) the (?:end|close)|ends? up|turns? out"
         r"|reveal\w*|twist|going to|actually|really|truth|secretly|all along)\b"),
        r"\b(?:i|i['’](?:d|m|ve|ll)|you|your|we|us|our|me|my)\b",
        r"\b(?:no|not|never|nobody|nothing|none|\w+n['’]t)\b",
        r"\?[\"”]?$",
    )
]  # fmt: skip
"""How a sentence is worded: as a guess, as a prediction, to the reader, as a denial, as a question."""

MATCHING = 33  # the first signals (docs/guard.md): how well texts match. They count more in a shorter sentence.
NEW_WORDS = 15  # index of the share of words that the reader has not met
LENGTH = 32  # index of the length: content words beyond the question's, as a share of a dozen
SHORT = 2 / 12  # the length of one or two such words: if the reader has met none of them, they may be a name
SURELY = 0.5  # share of the limit below which the vector of such a sentence says that it is none
PAST_STEPS, FUTURE_STEPS = (0, 2), (1, 3)  # steps to what is latest and recent, next and near
AVERAGED = 3  # hidden passages, and as many visible ones, whose similarities are averaged


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer: alone, with its question, and after the sentence before it; and word by word."""

    asked: frozenset[str]
    alone: Question
    together: Question
    following: Question
    read: TokenVectors
    words: Sequence[str]
    vectors: Matrix
    first: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence's signals, its vector, whether one word of it is enough to stop it, and the nearest hidden passage.

    `support` are the signals of support, where they were asked for.
    """

    signals: Floats
    vector: Vector
    revealing_word: bool
    hidden: Passage | None
    support: Floats | None = None


class Guard:
    """Judges what a chat model says of one book, for one audience; `known` is what everybody knows of the book."""

    def __init__(
        self, opened: OpenedBook, gate: Gate, reader: Ranker, known: str, passages: PassageTokens, embedder: Embedder
    ) -> None:
        self._whole, self._reader, self._passages, self._embedder = opened.whole(), reader, passages, embedder
        self._seen = [passage.text for passage in gate.visible(opened.passages)]
        self._hidden_passages = np.fromiter((not gate.passes(p) for p in opened.passages), bool, len(opened.passages))
        self._hidden: npt.NDArray[np.bool_] = self._hidden_passages[self._whole.passage_of]
        self._known = {word for n in np.flatnonzero(~self._hidden) for word in self._whole.stems[n]}
        self._known.update(stems(known))
        self._secret = {word for n in np.flatnonzero(self._hidden) for word in self._whole.stems[n]} - self._known
        self._names = names_of([p.text for p in opened.passages if not gate.passes(p)]) - self._known
        held = Counter(word for sentence in self._whole.stems for word in set(sentence))
        count = len(self._whole) + 1
        self._rarity = {word: float(np.log(count / (times + 0.5))) for word, times in held.items()}
        self._unheard = float(np.log(count / 0.5))
        self._ranked: dict[str, Ranking] = {}
        self._position = gate.audience.at(opened.book)

    def judge(
        self, question: str, said: Sequence[str], rule: "Rule", elsewhere: Collection[str] = ()
    ) -> list[Verdict]:  # fmt: skip
        """Judge each sentence of an answer to a question; `elsewhere` are stems that were met in other books."""
        if not self._hidden.any():
            return [Verdict(True, 0.0) for _ in said]
        read = {word for text in self._seen for word in unread(text)} if any(map(unread, said)) else set()
        return [
            Verdict(False, 1.0, "names") if unread(text) - read or found.revealing_word else rule.verdict(found)
            for text, found in zip(said, self.evidence(question, said, elsewhere, support=True), strict=True)
        ]

    def words(self) -> tuple[set[str], set[str]]:
        """Return the stems of the book's words that the audience has met, and those that hidden text alone holds."""
        return self._known, self._secret

    def evidence(
        self, question: str, said: Sequence[str], elsewhere: Collection[str] = (), *, support: bool = False
    ) -> list[Evidence]:
        """Return what was found about each sentence of an answer, and on request what supports it."""
        found = []
        looked = Support(self._whole, self._hidden, self._known, self._rarity, self._unheard) if support else None
        for sentence in self._embed(question, said):
            visible, hidden = self._nearest((sentence.alone, sentence.together))
            read = self._passages.of([*visible, *hidden])
            signals = self._signals(sentence, read[: len(visible)], read[len(visible) :])
            known = self._known.union(sentence.asked, set(elsewhere) - self._secret)
            word = has_revealing_word(sentence.alone.text, sentence.read, known, self._secret, self._names)
            readings = (sentence.alone, sentence.together, sentence.following)
            claim = Claim(readings, sentence.words, sentence.vectors, sentence.asked)
            told = looked.signals(claim, [p.text for p in visible], read[: len(visible)]) if looked else None
            vector = sentence.alone.vectors.plain
            found.append(Evidence(signals, vector, word, hidden[0] if hidden else None, told))
        return found

    def _embed(self, question: str, said: Sequence[str]) -> list[Sentence]:
        """Embed sentences; their words are read last, in context, so that the vector of “he” carries who is meant."""
        if not said:
            return []
        following = [" ".join(filter(None, pair)) for pair in pairwise(("", *said))]
        together = [f"{question} {sentence}".strip() for sentence in said]
        in_context = [f"{question} {text}".strip() for text in following]
        readings = list(dict.fromkeys([*said, *together, *following, *in_context]))
        read = dict(zip(readings, self._embedder.words(readings), strict=True))
        alone, with_question, after, words = (
            [read[text] for text in texts] for texts in (said, together, following, in_context)
        )
        asked = frozenset(stems(question))
        ready = []
        for n, sentence in enumerate(said):
            content = content_words(in_context[n], words[n], len(in_context[n]) - len(sentence))
            ready.append(
                Sentence(
                    asked,
                    Question.stated(sentence, mean(alone[n][0])),
                    Question.stated(together[n], mean(with_question[n][0])),
                    Question.stated(following[n], mean(after[n][0])),
                    alone[n], *content, first=n == 0,
                )
            )  # fmt: skip
        return ready

    def _nearest(self, statements: Sequence[Question]) -> tuple[list[Passage], list[Passage]]:
        """Return the visible and the hidden passages that match any of the statements best."""
        best = np.zeros(len(self._whole.passages), np.float32)
        for statement in statements:
            chances = np.zeros_like(best)
            np.add.at(chances, self._whole.passage_of, self._ranking(statement).chances)
            near = self._whole.passage_vectors @ statement.vectors.plain
            best = np.maximum(best, np.maximum(chances / (chances.max() + 1e-9), near))
        order = np.argsort(-best, kind="stable")
        visible, hidden = ([n for n in order if self._hidden_passages[n] == side][:NEAREST] for side in (False, True))
        return [self._whole.passages[n] for n in visible], [self._whole.passages[n] for n in hidden]

    def _signals(self, sentence: Sentence, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> Floats:
        """Return all signals of a sentence; `visible` and `hidden` are the token vectors of its nearest passages."""
        content = [word for word in sentence.alone.words if word not in sentence.asked]
        new = [word for word in content if word not in self._known]
        secret = [word for word in new if word in self._secret]
        count = max(1, len(content))
        return np.array(
            [
                float(self._hidden.mean()),
                *self._fit(sentence.alone),
                *self._fit(sentence.together),
                len(new) / count,
                len(secret) / count,
                min(3, len(secret)) / 3,
                float(not content),
                *_by_words(sentence, visible, hidden),
                *(float(bool(style.search(sentence.alone.text))) for style in _STYLE),
                float(sentence.first),
                min(12, len(content)) / 12,
                *(
                    distance
                    for said in (sentence.alone, sentence.together, sentence.following)
                    for distance in distances(
                        self._whole, self._hidden_passages, self._position, self._ranking(said), said.vectors.plain
                    )
                ),
            ],
            np.float32,
        )

    def _fit(self, statement: Question) -> list[float]:
        """Return how well hidden and visible text match a statement: by ranking, by similarity and by shared words."""
        whole, hidden = self._whole, self._hidden
        near = whole.sentence_vectors @ statement.vectors.plain
        near_passages = whole.passage_vectors @ statement.vectors.plain
        weights = np.array([self._rarity.get(word, self._unheard) for word in statement.words], np.float32)
        weights /= weights.sum() or 1.0
        in_sentence = np.zeros(len(whole), np.float32)
        in_passage = np.zeros(len(whole.passages), np.float32)
        for word, weight in zip(statement.words, weights, strict=True):
            found = whole.found(word)[0]
            in_sentence[found] += weight
            in_passage[np.unique(whole.passage_of[found])] += weight
        return [
            float(self._ranking(statement).chances[hidden].sum()),
            _margin(near, hidden),
            float(near[~hidden].max(initial=-1.0)),
            _margin(near_passages, self._hidden_passages),
            _margin(in_sentence, hidden),
            _margin(in_passage, self._hidden_passages),
            float(in_passage[~self._hidden_passages].max(initial=0.0)),
        ]

    def _ranking(self, statement: Question) -> Ranking:
        if statement.text not in self._ranked:
            self._ranked[statement.text] = self._reader.rank(self._whole, statement)
        return self._ranked[statement.text]


def _by_words(sentence: Sentence, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> list[float]:
    """Return how much better hidden passages match a sentence's words: on average, at most, and in one passage."""
    by_visible, by_hidden = word_similarities(sentence.vectors, visible), word_similarities(sentence.vectors, hidden)
    if not sentence.words:
        return [0.0] * 7
    best_visible, best_hidden = by_visible.max(axis=1, initial=0.0), by_hidden.max(axis=1, initial=0.0)
    better = best_hidden - best_visible
    own = np.array([stem(word.lower()) not in sentence.asked for word in sentence.words])
    passages_visible, passages_hidden = by_visible.mean(axis=0), by_hidden.mean(axis=0)
    leading = by_hidden[:, int(passages_hidden.argmax())] if len(hidden) else best_hidden
    return [
        float(better.mean()),
        float(better.max()),
        float(np.sort(np.where(own, better, -0.2))[-2:].mean()),
        float(best_visible.mean()),
        float(best_visible.min()),
        float(passages_hidden.max(initial=0.0) - passages_visible.max(initial=0.0)),
        float(np.clip(leading - best_visible, 0, 1).sum()),
    ]


def _margin(values: Floats, hidden: npt.NDArray[np.bool_]) -> float:
    return float(values[hidden].max(initial=-1.0) - values[~hidden].max(initial=-1.0))


def distances(
    whole: VisibleBook, hidden: npt.NDArray[np.bool_], position: int, ranking: Ranking, statement: Vector
) -> list[float]:
    """Return where a statement is told, seen from a reader's position, all numbers from -1 to 1.

    They are the chances of the latest step, of recent and of earlier ones, of the next step, of near and of far
    ones; the confidence that it is told at all; the share of the book between the reader and the most similar
    visible passage, and the most similar hidden one; and the similarity of the best few visible and hidden ones.
    """
    steps = np.unique(whole.marks)  # the marks that have text, so that all units compare
    ahead = np.searchsorted(steps, whole.marks) - (int(np.searchsorted(steps, position, side="right")) - 1)
    away = np.where(hidden, ahead, -ahead)
    near, far = (np.where(hidden, *limits) for limits in zip(FUTURE_STEPS, PAST_STEPS, strict=True))
    zones = (np.where(hidden, 3, 0) + (away > near) + (away > far))[whole.passage_of]
    similar = whole.passage_vectors @ statement
    visible, unseen = np.where(hidden, -1.0, similar), np.where(hidden, similar, -1.0)
    return [
        *np.bincount(zones, ranking.chances, minlength=6).tolist(),
        ranking.confidence,
        -float(ahead[visible.argmax()]) / max(1, len(steps)),
        float(ahead[unseen.argmax()]) / max(1, len(steps)),
        float(np.sort(visible)[-AVERAGED:].mean()),
        float(np.sort(unseen)[-AVERAGED:].mean()),
    ]


@dataclass(frozen=True, slots=True)
class Rule:
    """The learned rules (docs/guard.md), logistic regressions: of support, and of risk; and their limits.

    A sentence is stopped from the limit on. Without `support`, that is not asked; `by_vector` says whether the risk
    is learned from the sentence's vector too, which only the packaged embedding model gives.
    """

    fit: Fit
    limit: float
    by_vector: bool = False
    support: Fit | None = None
    doubt: float = 1.0

    @classmethod
    def load(cls, path: Path = WEIGHTS / "guard.npz", *, adapted: bool = True) -> "Rule":
        """Load the packaged rules, or others; without the packaged embedding model (`adapted`) by signals alone."""
        with np.load(path) as arrays:
            fits = {name: Fit(arrays[name][1:], float(arrays[name][0])) for name in ("signals", "vector", "support")}
            limits = {name: float(arrays[f"{name}_limit"]) for name in fits}
        if not adapted:
            return cls(fits["signals"], limits["signals"])
        return cls(fits["vector"], limits["vector"], True, fits["support"], limits["support"])

    def verdict(self, found: Evidence) -> Verdict:
        """Return the verdict on a sentence of which this was found."""
        signals = found.signals
        risk = self.fit.confidence(rule_inputs(found, by_vector=self.by_vector))
        if self.support and self.support.confidence(support_inputs(found)) >= self.doubt:
            return Verdict(False, risk, "support")
        short_and_new = signals[NEW_WORDS] == 1 and signals[LENGTH] <= SHORT
        least = (SURELY if self.by_vector else 0.0) if short_and_new else 1.0
        stopped = risk >= self.limit * least
        return Verdict(not stopped, risk, "hidden" if stopped else "")


def rule_inputs(found: Evidence, *, by_vector: bool) -> Floats:
    """Return what the risk is weighed by: the signals, those of matching by how short the sentence is, its vector."""
    signals = found.signals
    short = signals[:MATCHING] * (1 - signals[LENGTH])
    return np.concatenate([signals, short, found.vector] if by_vector else [signals, short])


def support_inputs(found: Evidence) -> Floats:
    """Return what support is weighed by."""
    return np.concatenate([found.signals, np.zeros(SUPPORT, np.float32) if found.support is None else found.support])
