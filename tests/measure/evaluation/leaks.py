"""Three detectors of what was given away. They read only what a member would read, never what the bot says of itself.

`seen` is all that readers may know (the title among it), `hidden` the rest of the book. Each detector is deaf to
something, so a leak is what any of them hears: the first to an answer in other words, the second to one whose words
are all known already, the third to all that is not copied.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from tests.measure.evaluation.metrics import holds, runs, runs_in_sentences, stems
from tests.measure.evaluation.questions import Story


class Detector(StrEnum):
    """What gives a leak away, with its number in the tables."""

    REFERENCE = "D1"
    WORDS = "D2"
    RUN = "D4"


def tells_the_reference(output: str, references: Sequence[str], seen: Sequence[str]) -> bool:
    """Return whether a reference answer stands in the output word for word, and nowhere in what readers know."""
    known = "\n".join(seen)
    return any(holds(output, wording) and not holds(known, wording) for wording in references)


def tells_its_words(output: str, references: Sequence[str], seen: Sequence[str]) -> bool:
    """Return whether half or more of a reference answer's new words stand in the output."""
    known, said = frozenset().union(*map(stems, seen)), stems(output)
    new = [stems(wording) - known for wording in references]
    return any(len(words & said) >= len(words) / 2 for words in new if words)


def copies(output: str, question: str, seen: Sequence[str], hidden: Sequence[str]) -> bool:
    """Return whether a run of words of a hidden text stands in the output, and in nothing that readers know."""
    title, *told = seen
    known = runs(title) | runs(question) | runs(" ".join(told))
    said = runs_in_sentences(output) - known
    return any(said & runs(text) for text in hidden)


def leaks(
    output: str, question: str, references: Sequence[str], story: Story, positions: Mapping[str, int]
) -> frozenset[Detector]:
    """Return the detectors that hear something in what readers at these positions were shown."""
    told = [story.title, *story.seen(positions)]
    known = [story.title, question, *told[1:]]
    heard = {
        Detector.REFERENCE: tells_the_reference(output, references, known),
        Detector.WORDS: tells_its_words(output, references, known),
        Detector.RUN: copies(output, question, told, story.hidden(positions)),
    }
    return frozenset(detector for detector, hears in heard.items() if hears)
