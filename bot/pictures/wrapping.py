"""Breaking text into lines that fit."""

from __future__ import annotations

from collections.abc import Callable

Measure = Callable[[str, float, bool], float]
"""The width of a text at a size, bold or not."""


def wrapped(text: str, width: float, size: float, bold: bool, measure: Measure, most: int) -> list[str]:
    """Return the text in at most `most` lines that fit `width`; what does not fit ends in …."""
    lines: list[str] = []
    left = text.split()
    while left and len(lines) < most:
        word = left.pop(0)
        fits = _fitting(word, width, size, bold, measure)
        line, rest = word[:fits], word[fits:]
        if rest:
            left.insert(0, rest)
        while not rest and left and measure(f"{line} {left[0]}", size, bold) <= width:
            line = f"{line} {left.pop(0)}"
        lines.append(line)
    if left:
        lines[-1] = lines[-1][: _fitting(f"{lines[-1]}", width - measure("…", size, bold), size, bold, measure)] + "…"
    return lines


def _fitting(word: str, width: float, size: float, bold: bool, measure: Measure) -> int:
    """Return how many letters of a word fit, one at least."""
    length = len(word)
    while length > 1 and measure(word[:length], size, bold) > width:
        length -= 1
    return length
