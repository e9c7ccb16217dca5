"""Numbers as people write them: 7, seven, twenty-one, seventh, VII."""

from __future__ import annotations

import re
from fractions import Fraction

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: n for n, word in enumerate(_ONES, 1)}
    | {word: n for n, word in enumerate(_ORDINALS, 1)}
    | {word: 10 * n for n, word in enumerate(_TENS, 2)}
    | {f"{word[:-1]}ieth": 10 * n for n, word in enumerate(_TENS, 2)}
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

_SMALL = "|".join(sorted((*_ONES, *_ORDINALS), key=len, reverse=True))
_TEN = "|".join(f"{word}|{word[:-1]}ieth" for word in _TENS)
_BELOW_HUNDRED = rf"(?:(?:{_TEN})(?:[ -](?:{_SMALL}))?|{_SMALL})"

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
"""A pattern for a number in digits; 1,200 is one number."""

WORDS = rf"(?:(?:(?:{_SMALL}|a)[ -])?hundred(?:(?:[ -]and)?[ -]{_BELOW_HUNDRED})?|{_BELOW_HUNDRED})\b"
"""A pattern for a number in English words, up to nineteen hundred and ninety-nine."""

ROMAN = r"(?=[ivxlc])c{0,3}(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})(?!\w)(?<=[ivxlc])"
"""A pattern for a Roman numeral below 400."""

MOST_DIGITS = 9
"""No book counts so far; a longer run of digits is read as this many nines, and is too large for every book."""


def value(text: str) -> Fraction:
    """Return the number that `text`, matched by one of the patterns above, stands for."""
    text = text.lower()
    if text[0].isdigit():
        whole, _, decimals = text.replace(",", "").partition(".")
        if len(whole) > MOST_DIGITS:
            return Fraction(10**MOST_DIGITS - 1)
        return Fraction(f"{whole}.{decimals[:MOST_DIGITS] or 0}")
    if set(text) <= _ROMAN.keys():
        return Fraction(_roman(text))
    total = 0
    for word in re.split(r"[ -]", text):
        total = max(1, total) * 100 if word == "hundred" else total + _VALUES.get(word, 0)
    return Fraction(total)


def _roman(text: str) -> int:
    digits = [_ROMAN[letter] for letter in text]
    return sum(-n if n < max(digits[i:]) else n for i, n in enumerate(digits))
