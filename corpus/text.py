"""Text files, sentences, and how words and numbers are written in English."""

import os
import re
import tempfile
from itertools import pairwise
from pathlib import Path

from syntok import segmenter

from corpus.errors import LibraryProblem


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most `limit` bytes. Raises LibraryProblem.

    A link out of the file's own folder is not followed: a library may come from somebody else.
    """
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(path.parent.resolve()):
            raise LibraryProblem(path, 0, "is a link out of its folder.", "Put the file itself there.")
        if not path.is_file():
            raise LibraryProblem(path, 0, "is not a file.", "Put a text file with this name here, or remove this.")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself
        reason = getattr(error, "strerror", None) or "a broken link"
        raise LibraryProblem(path, 0, f"cannot be read ({reason}).", "Put a file that can be read there.") from error
    if len(data) > limit:
        raise LibraryProblem(path, 0, f"is larger than {limit // 1_000} kB.", "Split it, or remove what is not text.")
    return data


def read_text(path: Path, limit: int) -> str:
    """Return the text of a file, without a byte order mark and with plain line ends. Raises LibraryProblem."""
    data = read_bytes(path, limit)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LibraryProblem(path, line, "is not UTF-8 text.", "Save the file as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write a file that only its owner can read, atomically. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


_NOT_KEPT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def on_one_line(text: str) -> str:
    """Return a text on one line, without control characters and surrogates, which no store can keep."""
    return " ".join(_NOT_KEPT.sub(" ", text).split())


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph in order, with single spaces."""
    return sentences_as_written(" ".join(text.split()))


def sentences_as_written(text: str) -> list[str]:
    """Return the sentences of a text as written, each with its closing quotation mark."""
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


def capitalised(words: str) -> str:
    """Return words with a capital first letter; the other letters stay as they are."""
    return words[:1].upper() + words[1:]


def plural(number: int, thing: str) -> str:
    """Return a number with its noun: “1 section”, “6 sections”, “1,200 books”."""
    return f"{number:,} {thing}{'s' * (number != 1)}"
