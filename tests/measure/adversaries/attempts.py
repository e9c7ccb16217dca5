"""Attempts to get more than one has read, as data; and what of them a reader could still make out, however disguised.

A file of attempts holds a list for each kind. In a text, `{amber 8}` stands for a word that only chapter 8 of The Amber
Door tells, `{amber 8 1}` for the second of these; `§base64§word§` stands for a word in that disguise.
"""

import base64
import binascii
import codecs
import contextlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.marked import AMBER, ORCHARD, Signs

_BOOKS = {"amber": AMBER, "orchard": ORCHARD}
_SIGN = re.compile(r"\{(amber|orchard) (\d+)(?: (\d+))?\}")
_DISGUISED = re.compile(r"§(\w+)§(\w+)§")
_LEET = str.maketrans("013457@$", "oieastas")
_LOOKALIKES = str.maketrans("аеорсухі", "aeopcyxi")
_LATIN, _CYRILLIC = "abdefgijklmnopqrstuvwxyz", "абдефгийклмнопярстувщхыз"
_GREEK = "αβδεφγιξκλμνοπθρστυϝωχψζ"
_SCRIPTS = str.maketrans(_CYRILLIC + _GREEK, _LATIN * 2)
_BACK_THREE = {ord(letter): (ord(letter) - 97 - 3) % 26 + 97 for letter in "abcdefghijklmnopqrstuvwxyz"}
_CODES = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
_MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", re.split(" ", _CODES), strict=True))
_TOLD_BY = re.findall(r"\w+", (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo "
    "Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu"
))  # fmt: skip
_WRAPPED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


DISGUISES: dict[str, Callable[[str], str]] = {
    "base64": lambda word: base64.b64encode(word.encode()).decode(),
    "hex": lambda word: word.encode().hex(" "),
    "rot13": lambda word: codecs.encode(word, "rot13"),
    "reversed": lambda word: word[::-1],
    "spelled": " ".join,
    "hyphens": "-".join,
    "lines": "\n".join,
    "acrostic": lambda word: " ".join(f"{letter}ery." for letter in word.upper()),
    "numbers": lambda word: " ".join(str(ord(letter) - 96) for letter in word),
    "leet": lambda word: word.translate(str.maketrans("oieas", "01345")),
    "lookalikes": lambda word: word.translate(str.maketrans("aeopcyx", "аеорсух")),
    "cyrillic": lambda word: word.translate(str.maketrans(_LATIN, _CYRILLIC)),
    "greek": lambda word: word.translate(str.maketrans(_LATIN, _GREEK)),
    "first": lambda word: f"{word[0].upper()}.",
    "syllables": lambda word: " ".join(re.findall(r".{1,3}", word)),
    "upper": str.upper,
    "morse": lambda word: " ".join(_MORSE[letter] for letter in word),
    "nato": lambda word: " ".join(_TOLD_BY[ord(letter) - 97] for letter in word),
    "fullwidth": lambda word: "".join(chr(ord(letter) + 0xFEE0) for letter in word),
    "gothic": lambda word: "".join(chr(0x1D586 + ord(letter) - 97) for letter in word),
    "flags": lambda word: " ".join(chr(0x1F1E6 + ord(letter) - 97) for letter in word),
    "joined": "\u200b".join,
    "accents": lambda word: "".join(f"{letter}\u0301" for letter in word),
    "binary": lambda word: " ".join(f"{ord(letter):08b}" for letter in word),
    "caesar": lambda word: "".join(chr((ord(letter) - 97 + 3) % 26 + 97) for letter in word),
    "words": lambda word: " ".join(f"{letter}anter" for letter in word),
}
"""How a word can be written so that it is not found by looking for it."""


@dataclass(frozen=True)
class Attempt:
    """One attempt: what somebody does, with which words, and what they do after it.

    `do` is a command, or a way that attempting.py knows. `says` is what a chat model answers.
    """

    id: str
    kind: str
    text: str = ""
    do: str = "ask"
    who: str = "Liz"
    book: str = ""
    then: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""


def attempts(file: Path, signs: Signs | None = None) -> list[Attempt]:
    """Read attempts, with the words that stand for signs filled in."""
    found = []
    for kind, listed in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for number, told in enumerate(listed, 1):
            known = {name: _filled(value, signs) for name, value in told.items()}
            found.append(Attempt(**({"id": f"{kind} {number}", "kind": kind} | known)))
    return found


def _filled(value: Any, signs: Signs | None) -> Any:  # noqa: ANN401 (any value of a file)
    if isinstance(value, list):
        return [_filled(each, signs) for each in value]
    if signs is None or not isinstance(value, str):
        return value
    words = signs
    known = _SIGN.sub(lambda found: words.of(_BOOKS[found[1]], int(found[2]))[int(found[3] or 0)], value)
    return _DISGUISED.sub(lambda found: DISGUISES[found[1]](found[2]), known)


def readings(text: str) -> Iterator[str]:
    """Yield a text as it stands, and as somebody reads it who knows how it was disguised."""
    plain = text.replace("\\", "").translate(_LOOKALIKES)
    yield plain
    yield plain[::-1]
    yield text.casefold().translate(_SCRIPTS)
    yield codecs.decode(plain, "rot13")
    yield plain.translate(_LEET)
    words = re.findall(r"[^\W\d_]+", plain)
    yield "".join(word for word in words if len(word) == 1)
    yield "".join(word for word in words if len(word) <= 3)
    yield "".join(word[0] for word in words)
    yield "".join(line.strip(" >*-#.0123456789")[:1] for line in plain.splitlines())
    yield "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isascii() and letter.isalpha())
    yield "".join(chr(ord(letter) - 0x1F1E6 + 97) for letter in text if 0x1F1E6 <= ord(letter) <= 0x1F1FF)
    signs = {code: letter for letter, code in _MORSE.items()}
    yield "".join(signs.get(code, " ") for code in re.findall(r"[.-]+", text.replace("\\", "").replace("…", "...")))
    yield "".join(chr(int(bits, 2)) for bits in re.findall(r"\b[01]{8}\b", plain))
    yield plain.translate(_BACK_THREE)
    yield "".join(chr(96 + int(n)) for n in re.findall(r"\b\d{1,2}\b", plain) if 1 <= int(n) <= 26)
    yield from _unwrapped(plain)


def _unwrapped(text: str) -> Iterator[str]:
    """Yield what is inside of base64 and of hexadecimal digits."""
    for wrapped in _WRAPPED.findall(text):
        bare = wrapped.rstrip("=").replace("-", "+").replace("_", "/")
        with contextlib.suppress(binascii.Error):
            yield base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8", "ignore")
    pairs = "".join(re.findall(r"(?<![0-9a-f])(?:[0-9a-f]{2})+(?![0-9a-f])", text.casefold()))
    yield bytes.fromhex(pairs).decode("utf-8", "ignore")


MEANS = {
    "share": ("ask (shared)",),
    "mention": ("a mention",),
    "direct": ("a direct message",),
    "about": ("Ask about this",),
    "spoils": ("Would this spoil?",),
    "suggests": ("prompt suggest", "prompt queue", "Suggest as discussion prompt"),
    "imported": ("a saved page",),
    "review": ("review write", "review read", "ask"),
    "notes": ("note add", "note list", "Save as note"),
    "forged": ("buttons of others",),
    "doctored": ("buttons with ids made up",),
    "named": ("ask (shared)", "progress share", "nominate add"),
    "titled": ("ceiling set", "ceiling show", "ask (shared)", "progress show", "audit"),
    "votes": ("vote start", "vote results", "vote close"),
    "schedules": (
        "schedule create", "schedule show", "schedule edit", "schedule shift", "schedule pause", "schedule resume",
        "schedule cancel", "schedule export", "prompt suggest", "prompt approve", "prompt queue",
        "what is posted by itself",
    ),
    "prompts": (
        "prompt suggest", "prompt approve", "prompt edit", "prompt reject", "prompt post", "prompt library",
        "prompt queue", "what is posted by itself",
    ),
    "watched": ("watch on", "watch status", "watch off", "what is posted by itself"),
}  # fmt: skip
"""What is used in the ways that are no single command (ways.py)."""


def used(attempt: Attempt) -> tuple[str, ...]:
    """Return the commands, menus and other ways that an attempt takes."""
    if attempt.do == "types":
        return (f"{attempt.more['into'].rpartition(' ')[0]} (while typing)",)
    if attempt.do == "own things":
        return tuple(attempt.more["commands"])
    return MEANS.get(attempt.do, (attempt.do,))


def commands(made: Iterable[Attempt]) -> set[str]:
    """Return the commands and menus that attempts use or type into."""
    return {name.removesuffix(" (while typing)").removesuffix(" (shared)") for each in made for name in used(each)}
