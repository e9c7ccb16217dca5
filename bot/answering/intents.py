"""Kind and language of a question, learned from examples; `python -m bot.answering.intents` learns them anew."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from retrieval.retriever import text_stems
from retrieval.types import Matrix, Vector

EXAMPLES = Path(__file__).with_name("intents.toml")
WEIGHTS = EXAMPLES.with_suffix(".npz")
"""What was learned from the examples with the packaged model."""

LONGEST_QUESTION = 160
"""Characters of a question of such a kind; a longer one asks for something in the story, or tells it."""

SHORTEST = 3
"""Characters of a text whose kind is guessed; “hi” and “ok” are examples themselves."""

IN_DOUBT = 0.1
"""What a question that could be about the story has for it: a wrong kind is worse than an answer from the passages."""

PIECES, PIECE_LENGTHS = 4096, (3, 5)
"""How pieces of words are counted beside the meaning of a text, so that slips of the keys do little harm."""

KEPT = 256
"""Questions whose kinds are remembered."""

STORY = "story"
"""The kind of the counter-examples: questions and remarks that are answered from the passages."""

Embed = Callable[[Sequence[str]], Matrix]
"""Turns short texts into vectors of length 1."""

_SIGNS = re.compile(r"[^\w\s'%]|_")
_OF_THE_BOOK = re.compile(r"\b(?:of|in|from|for|on) (?:the|this|that|our) (?:book|novel|story)\b")
_NUMBERS = re.compile(r"\d+")

_TABLES: Mapping[str, Mapping[str, str]] = tomllib.loads(EXAMPLES.read_text("utf-8"))
KINDS = {kind: tuple(filter(None, table["examples"].splitlines())) for kind, table in _TABLES.items()}
"""The examples of each kind."""

SAYINGS = {kind: table["says"] for kind, table in _TABLES.items() if "says" in table}
"""The answers of those kinds that always get the same."""

_OBJECT = re.compile(
    r"\b(?:about|of|on|by|behind|with)\s+(?P<of>.+)"
    r"|\b(?:does|do|did|is|are)\s+(?P<does>.+?)\s+(?:stand|symbol|represent|mean|signif|a symbol|in (?:this|it|the)\b)",
    re.IGNORECASE,
)
_NO_OBJECT = (
    "book story novel title chapter section part last tonight club group meeting read far one first deeper level"
)


def subject(question: str) -> frozenset[str]:
    """Return the stems of what a question of a kind is about: “a good question about the lighthouse”."""
    found = _OBJECT.search(question)
    return text_stems(found["of"] or found["does"]) - text_stems(_NO_OBJECT) if found else frozenset()


class Intents:
    """Tells the kind of a question, as `model` reads it; what is learned of other examples is kept in `data`."""

    def __init__(
        self, embed: Embed, examples: Mapping[str, Sequence[str]], model: str = "", data: Path | None = None
    ) -> None:
        self._embed = embed
        self._exactly = {_plain(line): kind for kind, its in examples.items() for line in its}
        self._kinds = sorted(examples)
        self._weights = _learned(embed, self._exactly, model, data)
        self._known: dict[str, str] = {}  # a question is looked at more than once on its way

    def of(self, question: str, embed: Callable[[str], Vector] | None = None) -> str:
        """Return the kind of a question in which “the book” stands for a title; empty for one on the story.

        `embed` turns the words of this question into a vector, where that is known to be quicker.
        """
        words = _plain(question)
        if not words or len(words) > LONGEST_QUESTION:
            return ""
        if len(words) < SHORTEST:
            return self.exactly(words)
        if (known := self._exactly.get(words, self._known.get(words))) is None:
            vector = embed(words) if embed else self._embed([words])[0]
            scores = _features([words], vector[None])[0] @ self._weights
            scores[self._kinds.index(STORY)] += IN_DOUBT
            known = self._kinds[int(scores.argmax())]
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[words] = known
        return known if known != STORY else ""

    def exactly(self, question: str) -> str:
        """Return the kind of a question that is one of the examples; empty for others and for the story’s."""
        kind = self._exactly.get(_plain(question), STORY)
        return kind if kind != STORY else ""


def _plain(text: str) -> str:
    """Return text in lower case without punctuation, emoji and “of the book”, which would bring all of them near.

    All numbers are alike, since which one it is does not matter.
    """
    words = " ".join(_SIGNS.sub(" ", _NUMBERS.sub("3", text.casefold().replace("’", "'"))).split())
    return " ".join(_OF_THE_BOOK.sub("", words).split()) or words


def _features(texts: Sequence[str], vectors: Matrix) -> Matrix:
    """Return for each text its vector, how often it has pieces of words, and a one."""
    from sklearn.feature_extraction.text import HashingVectorizer

    pieces = HashingVectorizer(analyzer="char_wb", ngram_range=PIECE_LENGTHS, n_features=PIECES).transform(texts)
    return np.hstack([vectors, pieces.toarray(), np.ones((len(texts), 1))]).astype(np.float32)


_IN_THIS_PROCESS: dict[str, Matrix] = {}


def _learned(embed: Embed, examples: Mapping[str, str], model: str, data: Path | None) -> Matrix:
    """Return the weights of each feature for each kind: those that ship, if they are of these examples."""
    said = "\n".join((model, *(f"{kind} {line}" for line, kind in examples.items())))
    of = hashlib.sha256(said.encode()).hexdigest()
    files = [WEIGHTS, *([data / WEIGHTS.name] if data else [])]
    for file in files if of not in _IN_THIS_PROCESS else ():
        with suppress(OSError, ValueError, KeyError), np.load(file) as kept:
            if str(kept["of"]) == of:
                _IN_THIS_PROCESS[of] = kept["weights"].astype(np.float32)
    if of not in _IN_THIS_PROCESS:
        from sklearn.svm import LinearSVC

        features = _features(list(examples), embed(list(examples)))
        fit = LinearSVC(fit_intercept=False, random_state=0).fit(features, list(examples.values()))
        _IN_THIS_PROCESS[of] = np.asarray(fit.coef_.T, np.float32)
        with suppress(OSError):  # without it, the next start takes seconds longer
            if data:
                np.savez_compressed(files[-1], of=of, weights=_IN_THIS_PROCESS[of].astype(np.float16))
    return _IN_THIS_PROCESS[of]


_LANGUAGES = tomllib.loads(EXAMPLES.with_name("languages.toml").read_text("utf-8"))
_EVERYDAY = {name: set(table["words"].split()) for name, table in _LANGUAGES.items()}
READS_ENGLISH: dict[str, str] = {name: table["says"] for name, table in _LANGUAGES.items() if name != "en"}


def language(question: str) -> str:
    """Return the language of a question, “en” if that is not certain.

    Another language has two everyday words in it that are not English as well, or a longer one, and more of them than
    English has.
    """
    said = re.findall(r"[^\W\d_]+", question.casefold())
    count = {name: sum(word in words for word in said) for name, words in _EVERYDAY.items()}
    best = max(READS_ENGLISH, key=lambda name: count[name])
    own = [word for word in said if word in _EVERYDAY[best] - _EVERYDAY["en"]]
    certain = len(own) > 1 or any(len(word) > 3 for word in own)
    return best if certain and count[best] > count["en"] else "en"


def main() -> None:
    """Learn from the examples with the packaged model."""
    from retrieval.embedding import load_embedder

    model = load_embedder()

    def embed(texts: Sequence[str]) -> Matrix:
        return np.stack([read.passage for read in model.passages([(text,) for text in texts])])

    WEIGHTS.unlink(missing_ok=True)
    Intents(embed, KINDS, model.name, WEIGHTS.parent)


if __name__ == "__main__":
    main()
