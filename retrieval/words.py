"""What ranking sees in a text: its words, folded and stemmed, and the traits of its sentences."""

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import numpy as np
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


_RUN = re.compile(r"\w+")
_SIGNS = re.compile(r"[\"“]")
_PLACES = re.compile(
    r"\b(?:in|at|near|on|into|under|inside|outside|beneath|behind|from|to) (?:the|an?|his|her|their|[A-Z])"
)
_PHRASES = re.compile(r"\b(?:so that|in order|for fear)\b", re.IGNORECASE)
_NAMES = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_ASKED = re.compile(r"\?[\"”]?$")
_REASONS, _NUMBERS, _TIMES, _FEELINGS, _AIMS = range(5)
_WORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"because|therefore|lest|since",
        r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|once|twice|many|half",
        (r"days?|nights?|morning|evening|years?|weeks?|months?|hours?|summer|winter|spring|autumn|time|when|after"
         r"|before|soon|later|\d{4}|next|midnight|noon"),
        (r"sad|happy|glad|angry|afraid|joy\w*|delight\w*|sorrow\w*|fear\w*|wonder\w*|surpris\w*|asham\w*|proud"
         r"|lonely|pleas\w+|grie\w+|wept|weep\w*|cry|cried|laugh\w*|unhapp\w*|miserable|troubled|terrified|frighten\w*"
         r"|lov\w+|hat[er]\w*|anxious|worri\w+|jealous|rage|fur\w+|melancholy|content\w*|curious|astonish\w*|despair\w*"
         r"|relie\w+|excited|hurt|upset|eager"),
        r"so|for|to|that",
    )
)  # fmt: skip
SENTENCE_TRAITS = 10  # numbers that describe a sentence whatever is asked
_COUNTED = 3.0  # a trait counts up to three times


def sentence_traits(sentence: str) -> list[float]:
    """Return what a sentence looks like: its length, and how often each trait shows (0 to 1)."""
    shown = [trait for word in _RUN.findall(sentence) for trait in _of_word(word)]
    counts = [
        len(_SIGNS.findall(sentence)),
        shown.count(_REASONS) + len(_PHRASES.findall(sentence)),
        shown.count(_NUMBERS),
        shown.count(_TIMES),
        len(_PLACES.findall(sentence)),
        shown.count(_FEELINGS),
        len(_NAMES.findall(sentence)),
        shown.count(_AIMS),
        len(_ASKED.findall(sentence)),
    ]
    return [float(np.log1p(len(sentence) / 6)), *(min(_COUNTED, count) / _COUNTED for count in counts)]


@lru_cache(maxsize=200_000)
def _of_word(word: str) -> tuple[int, ...]:
    """Return the traits that a word shows; a book has few words, so to remember them takes half of opening it away."""
    return tuple(n for n, trait in enumerate(_WORDS) if trait.fullmatch(word))
