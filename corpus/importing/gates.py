"""Are chapters that come from outside right? Names and events are compared with where the book first tells of them.

`python -m tests.measure.gates` measures it; docs/sources.md has the figures.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"[’']s\b")
_STEM = 6  # letters by which words are compared: “marriage” and “married” tell of the same thing
SHORTEST = 4  # letters of a word that is compared, but for names: shorter ones stand anywhere
REACHES = 0.8  # share of the book that a summary has to reach, to be what all else is compared with
FEWEST = 2  # words of a text, at least, that the book has in less than half of its marks


Support = tuple[float, float]
"""How much of what a text says, by weight, is told by its mark; and how much better it may fit what comes later."""

IN_SUMMARY: tuple[Support, Support] = (0.75, 1.3), (0.97, 0.9)
IN_NOVEL: tuple[Support, Support] = (0.45, 1.2), (0.7, 1.0)
"""How strict the check of a mark is, and how strict it is for a source that has had a wrong mark already.

A summary says little, so what a text has in common with it are events. In a novel, plain words stand everywhere.
"""


class _Index:
    """A text with its marks: where each word is first told, and how much it says of a place (tf-idf)."""

    def __init__(self, told: Iterable[tuple[int, str]]) -> None:
        counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        plain, raised = set[str](), set[str]()
        self._blocks: list[tuple[int, frozenset[str]]] = []
        for mark, text in told:
            said = _words(text)
            self._blocks.append((mark, frozenset(map(_stem, said))))
            for word in said:
                counts[_stem(word)][mark] += 1
                (raised if word[0].isupper() else plain).add(_stem(word))
        self.names = raised - plain
        self.first = {word: min(marks) for word, marks in counts.items()}
        number = len({mark for mark, _ in self._blocks}) + 0.5
        self._weight = {word: math.log(number / len(marks)) for word, marks in counts.items()}
        self._at = {
            word: {mark: (1 + math.log(n)) * self._weight[word] for mark, n in marks.items()}
            for word, marks in counts.items()
        }
        self._length: defaultdict[int, float] = defaultdict(float)
        for marks in self._at.values():
            for mark, value in marks.items():
                self._length[mark] += value * value

    def mention(self, name: str) -> int | None:
        """Return where a name is first mentioned: all of it in one paragraph, or else its last word."""
        parts = [_stem(word) for word in _words(name)]
        marks = [mark for mark, block in self._blocks if parts and block.issuperset(parts)]
        return min(marks) if marks else self.first.get(parts[-1]) if parts else None

    def supports(self, said: set[str], mark: int, needed: Support) -> bool:
        """Return whether words that a text says are told by a mark, and nothing after it fits them better."""
        weights = {word: self._weight[word] for word in said if word in self.first}
        told = sum(weight for word, weight in weights.items() if self.first[word] <= mark)
        fits: defaultdict[int, float] = defaultdict(float)
        for word, weight in weights.items():
            for at, value in self._at[word].items():
                fits[at] += weight * value / math.sqrt(self._length[at] or 1.0)
        before = max((fit for at, fit in fits.items() if at <= mark), default=0.0)
        after = max((fit for at, fit in fits.items() if at > mark), default=0.0)
        telling = sum(weight > math.log(2) for weight in weights.values())
        return telling >= FEWEST and told >= needed[0] * sum(weights.values()) and after <= needed[1] * before


class Ground:
    """What a club has of a book with its marks, to compare with: a summary (`told`), and the words of the novel."""

    def __init__(
        self, marks: int = 1, told: Sequence[tuple[int, str]] = (), novel: Sequence[tuple[int, str]] = ()
    ) -> None:
        self._end = marks
        whole = bool(told) and max(mark for mark, _ in told) >= REACHES * marks
        self._texts = [_Index(text) for text in (told if whole else (), novel) if text]
        self._needed = IN_SUMMARY if whole else IN_NOVEL

    def __bool__(self) -> bool:
        """Whether there is anything to compare with."""
        return bool(self._texts)

    def checked(self, text: str, stated: int, names: Sequence[str] = (), *, doubted: bool = False) -> int:
        """Return the mark from which a text may be shown whose source says `stated`: never an earlier one.

        `names` are those of the person whom it is about. A name moves it to where that is first mentioned. What does
        not fit there, or cannot be checked, waits for the end. `doubted`: the stated mark is known to be wrong.
        """
        if not self._texts or stated >= self._end:
            return self._end
        mark = stated
        if names:
            mentions = [at for name in names for index in self._texts if (at := index.mention(name)) is not None]
            mark = max(stated, min(mentions, default=self._end))
        said = set(map(_stem, _words(" ".join((*names[:1], text)))))
        for word in said:
            if found := [index.first[word] for index in self._texts if word in index.names]:
                mark = max(mark, min(found))
        fits = self._texts[0].supports(said, mark, self._needed[doubted or mark > stated])
        return mark if fits else self._end


def _words(text: str) -> list[str]:
    found = _WORD.findall(_POSSESSIVE.sub("", text))
    return [word for word in found if len(word) >= SHORTEST or word[0].isupper()]


def _stem(word: str) -> str:
    return word.casefold()[:_STEM]
