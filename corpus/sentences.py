"""Cutting text into sentences."""

from __future__ import annotations

from itertools import pairwise

from syntok import segmenter


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph in order, with single spaces."""
    return sentences_as_written(" ".join(text.split()))


def sentences_as_written(text: str) -> list[str]:
    """Return the sentences of a text just as they are written, each with the quotation mark that closes it."""
    # The segmenter spells contractions out in its own words, so only its offsets are taken.
    starts = [tokens[0].offset for paragraph in segmenter.process(text) for tokens in paragraph if tokens]
    found: list[str] = []
    for start, end in pairwise([*starts, len(text)]):
        sentence = text[start:end].strip()
        if found and not any(map(str.isalnum, sentence)):
            found[-1] += sentence
        elif sentence:
            found.append(sentence)
    return found
