"""Cutting text into sentences."""

from __future__ import annotations

from syntok import segmenter


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph in order, without surrounding white space."""
    found: list[str] = []
    for paragraph in segmenter.process(" ".join(text.split())):
        for tokens in paragraph:
            sentence = "".join(f"{token.spacing}{token.value}" for token in tokens).strip()
            if not sentence:
                continue
            if found and not any(map(str.isalnum, sentence)):
                found[-1] += sentence  # a closing quote that was left alone
            else:
                found.append(sentence)
    return found
