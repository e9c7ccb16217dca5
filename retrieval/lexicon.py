"""Words as the lexical part of ranking sees them: folded, without stop words, stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import Stemmer

_stemmer = Stemmer.Stemmer("english")
_stemming = Lock()
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"'s\b")

STOP_WORDS = frozenset(
    """
    a an the and or but if then than that this these those is are was were be been being am do does did done have has
    had having i you he she it we they me him her us them my your his its our their of in on at to for from by with
    about into onto upon over under after before again up down out off as so such no not nor only own same too very
    can could will would shall should may might must who whom whose which what when where why how there here all any
    both each few more most other some one s t d ll m o re ve because while during between through until also just
    said say says
    """.split()  # noqa: SIM905 (a list of 120 strings is harder to read)
)


def words(text: str) -> list[str]:
    """Return the words of a text: lower case, without accents and possessives."""
    return _WORD.findall(_POSSESSIVE.sub("", _folded(text)))


def unread(text: str) -> set[str]:
    """Return the words of a text with letters that `words` passes over: those of another script, mostly."""
    return {run for run in _LETTERS.findall(_folded(text)) if not run.isascii()}


def _folded(text: str) -> str:
    plain = text.replace("’", "'")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return plain.lower()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a word's stem (Snowball, English)."""
    with _stemming:  # PyStemmer: one stemmer must not be used by several threads at once
        return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    """Return the stems of a text's words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]
