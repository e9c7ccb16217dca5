"""Labels and headings that say what a text reveals, and how far in the document each one applies."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from corpus.books import Book, NotCounted, NotInBook, Reveals, Slug, Unit, is_plain, mark_finished, mark_reached
from corpus.positions import DIGITS, PERCENT_WORDS, ROMAN, UNIT_WORDS, WORDS, value

_LABEL = re.compile(r"reveals?\s*[:=](.*)", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(r"[0-9]{1,6}")
STRAY = re.compile(r"<!--|<!\W{0,5}reveal|\breveals?\s*[:=]\s*\S{0,100}[0-9]", re.IGNORECASE)  # meant as a comment
MAX_NAMED = 50  # books that one label may name

_PAIRS = "Write a whole number, or book=number pairs with commas between."


class WrongLabel(ValueError):
    """A label that cannot be read; the message says what to write, and `hides` applies instead."""

    def __init__(self, cure: str, hides: Reveals) -> None:
        super().__init__(cure)
        self.hides = hides


def parse_reveals(value: object, book: Book, others: Mapping[Slug, Book]) -> Reveals:
    """Return the reveals that a label states; it may name books beside the known ones, `others`. Raises WrongLabel."""
    known = {**others, book.slug: book}
    try:
        marks: dict[Slug, int] = {}
        pairs = _pairs(value, book)
        if len(pairs) > MAX_NAMED:
            raise ValueError(f"It names more than {MAX_NAMED} books: name those that it gives away.")
        for slug, mark in pairs:
            if slug in marks:
                raise ValueError(f"{slug} is there twice: write it once.")
            marks[slug] = _mark(slug, mark, book, known)
        if not marks:
            raise ValueError(_PAIRS)
    except ValueError as error:
        raise WrongLabel(str(error), _hiding(value, book, known)) from error
    return Reveals.of({book.slug: 0} | marks)


def label_in(comment: str) -> str | None:
    """Return the text after “reveals:” in a comment, "" for a misspelt label, and None for other comments."""
    if found := _LABEL.fullmatch(comment.strip()):
        return found[1].strip()
    return "" if meant_as_label(comment) else None


def meant_as_label(words: str) -> bool:
    """Return whether a comment or a field of the front matter was probably meant as a label."""
    first = re.match(r"\W*(\w{1,30})", words)
    near = get_close_matches(first[1].lower(), ["reveals"], cutoff=0.75) if first else []
    return bool(near) or "reveal" in words.lower()


def _pairs(value: object, book: Book) -> list[tuple[Slug, str]]:
    if isinstance(value, Mapping):
        return [(str(slug).strip(), _written(mark)) for slug, mark in value.items()]
    pairs = []
    for part in filter(None, (part.strip() for part in _written(value).split(","))):
        slug, equals, mark = part.partition("=")
        pairs.append((slug.strip(), mark.strip()) if equals else (book.slug, part))
    return pairs


def _written(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    small = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9
    return str(value) if small else ""


def _mark(slug: Slug, written: str, book: Book, known: Mapping[Slug, Book]) -> int:
    if not slug or not (slug in known or is_plain(slug)):
        raise ValueError(_PAIRS)
    limit = known[slug].marks if slug in known else None
    if limit is None and (near := get_close_matches(slug.lower(), known, 1, cutoff=0.8)):
        raise ValueError(f"There is no book “{slug[:40]}”: did you mean {near[0]}?")
    if not _MARK.fullmatch(written):
        raise ValueError(f"Write a whole number from 0 to {limit or book.marks} instead of “{written[:40]}”.")
    if limit is not None and int(written) > limit:
        raise ValueError(f"{slug} has {limit} marks: write a number from 0 to {limit} instead of {written}.")
    return int(written)


def _hiding(value: object, book: Book, known: Mapping[Slug, Book]) -> Reveals:
    """Return the ends of all books that an unreadable label may have meant."""
    named = [slug for slug in value if isinstance(slug, str)] if isinstance(value, (Mapping, list)) else []
    written = _written(value)[:2_000]
    names = named[:MAX_NAMED] + re.findall(r"([^\s,=]{1,100})\s*=", written)[:MAX_NAMED]
    names = [name for name in names if name in known or is_plain(name)]
    marks = {book.slug: book.marks} | {name: known[name].marks if name in known else 1 for name in names}
    for word in (names + re.findall(r"[^\s,=:;]{1,100}", written))[: 2 * MAX_NAMED]:
        for near in get_close_matches(word.lower(), known, 1, cutoff=0.8):
            marks[near] = known[near].marks
    return Reveals.of(marks)


MAX_LENGTH = 1_000  # characters of a heading that are searched for marks
MOST_NUMBERS = 20  # numbers in a heading; a heading with more of them is a list and places nothing

_NUMBER = rf"(?:(?P<digits>{DIGITS})(?:st|nd|rd|th)?|(?<=[\W_])(?:(?P<words>{WORDS})|(?P<roman>{ROMAN})))"
_JOIN = r"\s*(?:,\s*(?:and\b|&)?|and\b|&|\+|/|to\b|thr(?:ough|u)\b|until\b|till\b|[‐‑–—−-]|\.{2,3})\s*"
_NAMED = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + r")"
    rf"(?P<gap>\W{{0,3}}(?:(?:no\b\.?|number\b|the\b)\s*)?){_NUMBER}",
    re.IGNORECASE,
)
# After one “chapter”, words that go on are a title (“Chapter One – Two Friends”); after “chapters”, they are numbers.
_NEXT_OF_ONE = re.compile(rf"{_JOIN}{_NUMBER}(?(digits)|(?=\s*(?:$|[^\w\s’'])))", re.IGNORECASE)
_NEXT_OF_MANY = re.compile(rf"(?:{_JOIN}{_NUMBER}|\s+(?P<more>{DIGITS}))", re.IGNORECASE)
_PERCENT = re.compile(
    rf"(?<![\w.])(?:(?P<first>{DIGITS})\s*%?{_JOIN})?(?P<last>{DIGITS})\s*{PERCENT_WORDS}", re.IGNORECASE
)
_OPEN = re.compile(
    r"\s*(?:\+|ff?\b|onwards?\b|[‐‑–—−-]\s*$"
    r"|(?:and|&)\s+(?:after|beyond|onwards?|later|on)\b|(?:to|until|till|through|[‐‑–—−-])\s*(?:the\s+)?(?:end|last)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:[^\w]|[0-9]+[.)]\s|\b(?:the|in|at|up|to|until|through|end|of|by|summary|spoilers?|for|first)\s)*",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(rf"\s+of\s+(?!{DIGITS}|{WORDS}|(?:the|this)\s+(?:book|novel|story|way)\b)", re.IGNORECASE)
_PRONOUN = re.compile(r"[Ii](?:[’']|\s+(?!and\b|to\b)[a-z])")


@dataclass(frozen=True, slots=True)
class MarkRange:
    """The marks that a heading names, in the book's own marks."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mention:
    """Marks that a text mentions between two of its characters; `goes_on`: “chapter 7 onwards”."""

    unit: Unit
    first: Fraction
    last: Fraction
    start: int
    end: int
    goes_on: bool = False


class UnclearHeading(ValueError):
    """A heading that mentions marks but cannot place its text; the message says why."""


def marks_named(heading: str, book: Book) -> MarkRange | None:
    """Return the marks that a heading names, converted and rounded up, or None. Raises UnclearHeading.

    A heading is believed only if it is plain. “What chapter 20 meant”, “Chapter 3 of another book” and “Part 4” of a
    book with three parts are unclear, and their text is hidden until the end.
    """
    text = plain_characters(heading)
    found = mentions(text)
    if not found:
        return None
    if not begins_with(text, found[0]):
        raise UnclearHeading("The heading mentions marks but does not begin with them.")
    if any(_OF_ANOTHER.match(text, mention.end) for mention in found):
        raise UnclearHeading("The heading names marks of something other than the book.")
    try:
        last = max(book.marks if m.goes_on else mark_reached(m.unit, m.last, book) for m in found)
        return MarkRange(min(last, *(_beginning(m, book) for m in found)), last)
    except NotInBook as error:
        raise UnclearHeading(str(error)) from error


def plain_characters(heading: str) -> str:
    """Return a heading in the characters in which marks are searched for."""
    plain = unicodedata.normalize("NFKC", heading[:MAX_LENGTH])
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def mentions(text: str) -> list[Mention]:
    """Return all marks that a text mentions, in order. Raises UnclearHeading for too many."""
    found = sorted(_mentions(text), key=lambda mention: mention.start)
    if found and len(re.findall(DIGITS, text)) > MOST_NUMBERS:
        raise UnclearHeading(f"The heading holds more than {MOST_NUMBERS} numbers.")
    return found


def begins_with(text: str, mention: Mention) -> bool:
    """Return whether a heading begins with what it mentions, apart from words such as “Summary of”."""
    return bool(_BEFORE.fullmatch(text, 0, mention.start))


def heading_mark(heading: str, book: Book) -> int | None:
    """Return the last mark that a heading names, or None; an unclear heading counts as naming the end."""
    try:
        named = marks_named(heading, book)
    except UnclearHeading:
        return book.marks
    return named.last if named else None


def _mentions(text: str) -> Iterator[Mention]:
    for found in _NAMED.finditer(text):
        unit = next(unit for unit in UNIT_WORDS if found[unit])
        if found["roman"] and (unit is Unit.PAGE or _PRONOUN.match(text, found.start("roman"))):
            continue
        if re.search(r"\s[−-]$", found["gap"]):
            raise UnclearHeading(f"There is no {unit.value} below 1.")
        numbers, end = [_number(found)], found.end()
        following = _NEXT_OF_MANY if found[unit].lower().endswith("s") else _NEXT_OF_ONE
        while more := following.match(text, end):
            numbers.append(_number(more))
            end = more.end()
        yield Mention(unit, min(numbers), max(numbers), found.start(), end, bool(_OPEN.match(text, end)))
    for found in _PERCENT.finditer(text):
        numbers = [value(number) for number in (found["first"], found["last"]) if number]
        goes_on = bool(_OPEN.match(text, found.end()))
        yield Mention(Unit.PERCENT, min(numbers), max(numbers), found.start(), found.end(), goes_on)


def _number(found: re.Match[str]) -> Fraction:
    return value(next(filter(None, (found.groupdict().get(name) for name in ("digits", "words", "roman", "more")))))


def _beginning(mention: Mention, book: Book) -> int:
    """Return the first mark that a mention covers; a percentage may mean everything before it."""
    if mention.unit is Unit.PERCENT:
        return 0
    if mention.unit is Unit.PART:
        return mark_finished(Unit.PART, mention.first - 1, book) + 1
    return mark_reached(mention.unit, mention.first, book)


Report = Callable[[int, str, str], None]  # reports a mistake in a document: the line, what is wrong, and the cure

HIDDEN = "so this is hidden until the end."
AT_THE_END = "It hides its text until the end."  # what is said of a heading whose marks cannot be read


@dataclass(slots=True)
class RevealsLabel:
    """What a comment, heading or front matter says, and a doubt about it (line, what, cure).

    `unknown`: the book is not counted in what a heading names, so that one report is enough for all of them.
    """

    reveals: Reveals
    by: str
    line: int = 0
    doubt: tuple[int, str, str] | None = None
    used: bool = False
    unknown: bool = False


@dataclass(slots=True)
class _Section:
    """An open heading: the marks that it names, and the labels of the heading and of a comment beneath it."""

    level: int
    text: str = ""
    line: int = 0
    marks: MarkRange | None = None
    named: RevealsLabel | None = None
    comment: RevealsLabel | None = None
    shown_to: Reveals | None = None


class Scopes:
    """Applies the first three rules of the library format to a document, line by line.

    A comment or a heading applies up to the next heading of the same or a higher level. In case of doubt, more is
    hidden rather than less, and the doubt is reported once a text depends on it.
    """

    def __init__(self, book: Book, others: Mapping[Slug, Book], report: Report, front: RevealsLabel | None) -> None:
        self._book, self._others, self._report, self._front = book, others, report, front
        self._open = [_Section(0)]
        self._together = False  # no text since the last comment: the next one adds to it
        self._fresh = False  # no text since the last heading
        self._unknown: set[str] = set()  # what the book does not count in, reported once

    def names_marks(self, heading: str) -> bool:
        """Return whether a heading mentions marks."""
        return any(self._name(heading, 0))

    def is_named_by(self, line: str) -> bool:
        """Return whether a line would plainly name marks if it were a heading."""
        return bool(self._name(line, 0)[0])

    @property
    def headings(self) -> list[str]:
        """The open headings, outermost first."""
        return [section.text for section in self._open[1:]]

    @property
    def heading_reveals(self) -> Reveals | None:
        """What the innermost heading reveals, or None if nothing places it."""
        return self._open[-1].shown_to

    def heading(self, level: int, text: str, line: int, *, inside: bool = False) -> None:
        """Enter a heading, which closes those of its level; one `inside` a quote or list never reveals less."""
        around = self._joined(self._holding()) if inside else None
        stranded: RevealsLabel | None = None
        while self._open[-1].level >= level:
            left = self._open.pop()
            stranded = left.comment if left.comment and not left.comment.used else stranded
        section = _Section(level, text, line)
        section.marks, section.named = self._name(text, line)
        if around:
            doubt = section.named.doubt if section.named else None
            named = [section.named.reveals] if section.named else []
            section.named = RevealsLabel(around.joined(named), "heading", line, doubt)
        if stranded:
            what = f"The comment in line {stranded.line} ends at this heading, {HIDDEN}"
            doubt = (line, what, "Write the comment under the heading, not above it.")
            section.comment = RevealsLabel(self._book.whole().joined([stranded.reveals]), "comment", line, doubt)
        self._open.append(section)
        self._together, self._fresh = False, True

    def comment(self, label: str, line: int) -> None:
        """Take a label for what follows in the section; labels without text between them add up."""
        read = self._read(label, line)
        section = self._open[-1]
        if self._together and section.comment:
            read.reveals = read.reveals.joined([section.comment.reveals])
        section.comment, self._together = read, True

    def doubtful(self, line: int, what: str, cure: str, label: str | None = None) -> None:
        """Report a doubt and hide what follows in the section: until the end, or by `label` and what applied before."""
        held = self._joined(self._holding())
        reveals = self._book.whole() if held is None or label is None else held
        others = [held] if held else []
        if label is not None:
            others.append(self._read(label, line).reveals)
        self._report(line, what, cure)
        self._open[-1].comment = RevealsLabel(reveals.joined(others), "comment", line, used=True)

    def place(self) -> tuple[Reveals | None, str]:
        """Return what a text here reveals (None if unplaced), and which kind of label says so."""
        labels = self._holding()
        for label in labels:
            if label.doubt and not label.used and label.doubt[1] not in self._unknown:
                self._report(*label.doubt)
                self._unknown |= {label.doubt[1]} if label.unknown else set()
            label.used = True
        self._together = False
        reveals = self._joined(labels)
        if self._fresh:
            self._fresh = False
            section = self._open[-1]
            own = [section.named.reveals] if section.named else []
            section.shown_to = reveals.joined(own) if reveals else None
        return reveals, labels[0].by if labels else ""

    def _holding(self) -> list[RevealsLabel]:
        named = next((section.named for section in reversed(self._open) if section.named), None)
        rest = [label for label in (named or self._front,) if label]
        for depth, section in reversed(list(enumerate(self._open))):
            if section.comment and depth == 0 and len(self._open) > 1:
                # A comment above all headings may have been meant for the whole document or for its opening only.
                return [section.comment, *rest]
            if section.comment:
                self._compare(section.comment, self._open[depth + 1 :])
                return [section.comment]
        return rest

    def _joined(self, labels: list[RevealsLabel]) -> Reveals | None:
        return labels[0].reveals.joined(label.reveals for label in labels[1:]) if labels else None

    def _compare(self, comment: RevealsLabel, below: list[_Section]) -> None:
        """Report headings below a comment that name later marks, because the comment counts."""
        for section in below:
            if section.named and not section.named.used and not comment.reveals.covers(section.named.reveals):
                section.named.used = True
                what = f"The comment in line {comment.line} applies here too, and reveals less than this heading names."
                self._report(section.line, what, "Write a comment under this heading too.")

    def _name(self, text: str, line: int) -> tuple[MarkRange | None, RevealsLabel | None]:
        """Return the marks that a heading names, and the label that it makes."""
        try:
            marks = marks_named(text, self._book)
        except UnclearHeading as error:
            cure = "Begin it with marks of this book, or write a comment such as <!-- reveals: 0 --> under it."
            unknown = isinstance(error.__cause__, NotCounted)
            cure += " Or write unit and marks in book.toml as the headings count them." if unknown else ""
            doubt = (line, f"{error} {AT_THE_END}", cure)
            return None, RevealsLabel(self._book.whole(), "heading", line, doubt, unknown=unknown)
        if marks is None:
            return None, None
        last, contradiction = marks.last, None
        above = next((section.marks for section in reversed(self._open) if section.marks), None)
        if above and last < above.first:
            what = f"The heading names mark {last}, and the one above it begins with mark {above.first}."
            contradiction = (line, what, f"Name marks from {above.first} to {above.last} here.")
            last = above.last
        return marks, RevealsLabel(Reveals.of({self._book.slug: last}), "heading", line, contradiction)

    def _read(self, label: str, line: int) -> RevealsLabel:
        try:
            return RevealsLabel(parse_reveals(label, self._book, self._others), "comment", line)
        except WrongLabel as error:
            self._report(line, f"“reveals” is wrong, {HIDDEN}", str(error))
            return RevealsLabel(error.hides, "comment", line)
