"""Positions as readers report them: “ch 9”, “45%”, “page 120 of 400”."""

import contextlib
import math
import re
from fractions import Fraction

from corpus.books import Book, NotInBook, Unit, how_many, mark_finished
from corpus.errors import PositionError

UNIT_WORDS = {
    Unit.CHAPTER: r"chapters?|chaps?\b\.?|chs?\b\.?|chs?(?=[0-9])"
    r"|kapitel|chapitres?|cap[ií]tulos?|capitol[oi]|hoofdstuk(?:ken)?|глав[аы]",
    Unit.PART: r"parts?|pts?\b\.?|pts?(?=[0-9])",
    Unit.SECTION: r"sections?|secs?\b\.?|§{1,2}",
    Unit.PAGE: r"pages?|pgs?\b\.?|pp?\b\.?|pp?(?=[0-9])",
}  # patterns for the words that people write for a unit, before its number

PERCENT_WORDS = r"(?:%|per ?cent\b)"  # a pattern for the words that people write after a number of percent

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

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"  # a pattern for a number in digits, such as 1,200

WORDS = rf"(?:(?:(?:{_SMALL}|a)[ -])?hundred(?:(?:[ -]and)?[ -]{_BELOW_HUNDRED})?|{_BELOW_HUNDRED})\b"
ROMAN = r"(?=[ivxlc])c{0,3}(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})(?!\w)(?<=[ivxlc])"  # below 400
MOST_DIGITS = 9  # digits of a number; a longer one is read as this many nines, which is too large for every book


def value(text: str) -> Fraction:
    """Return the number that `text` means, if it matches one of the patterns above."""
    text = text.lower()
    if text[0].isdigit():
        whole, _, decimals = text.replace(",", "").partition(".")
        if len(whole) > MOST_DIGITS:
            return Fraction(10**MOST_DIGITS - 1)
        return Fraction(f"{whole}.{decimals[:MOST_DIGITS] or 0}")
    if set(text) <= _ROMAN.keys():
        digits = [_ROMAN[letter] for letter in text]
        return Fraction(sum(-n if n < max(digits[at:]) else n for at, n in enumerate(digits)))
    total = 0
    for word in re.split(r"[ -]", text):
        total = max(1, total) * 100 if word == "hundred" else total + _VALUES.get(word, 0)
    return Fraction(total)


MAX_LENGTH = 100  # characters of a reported position

_UNIT = "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + "|(?P<own>marks?)"
_TOTAL = rf"(?:\s*(?:of|/|out of)\s*(?P<total>{DIGITS}))?"
_SUBJECT = re.compile(r"(?:(?:i|we)(?:'m|'re|'ve|\s+am|\s+are|\s+have)?\s+)?(?:(?:just|now|currently|only)\s+)?")
_PLAINLY = re.compile(r"(?:at|on|up to|to|until|till)\s+")
_BEYOND = re.compile(
    r"(?:finished(?: with| reading)?|done with|completed|(?:have )?read|after|past|through|up to and including"
    r"|(?:(?:at|to)\s+)?(?:the\s+)?end of)\s+(?:the\s+)?"
)
_WITHIN = re.compile(
    r"(?:(?:(?:at|in|to|up to)\s+)?(?:the\s+)?(?:start|beginning|middle) of"
    r"|(?:(?:half|part|some of the|most of the)[ -]?way|midway) (?:through|into)|(?:half|most|some|part) of"
    r"|at|on|in|into|(?:read )?(?:up )?to|until|till|before|reading|starting|started|beginning|begun)\s+(?:the\s+)?"
)
_DONE = re.compile(r",?\s+\(?(?:finished|done|completed?|read)\)?$")
_AFTER_UNIT = re.compile(
    rf"(?:{_UNIT})[\s:#]*(?:(?:no\.?|number|the)\s*)?"
    rf"(?:(?P<number>{DIGITS})|(?P<words>{WORDS})|(?P<roman>{ROMAN})){_TOTAL}"
)
_BEFORE_UNIT = re.compile(
    rf"(?:the\s+)?(?:first\s+)?(?:(?P<number>{DIGITS})(?:st|nd|rd|th)?|(?P<words>{WORDS})){_TOTAL}\s*(?:{_UNIT})"
)
_PERCENT = re.compile(
    rf"(?:(?P<number>{DIGITS}|[0-9]+,[0-9]{{1,2}})|(?P<words>{WORDS}))\s*{PERCENT_WORDS}"
    r"(?:\s+(?:in|through|(?:of|through) (?:it|the book)))?"
)
_RATIO = re.compile(rf"(?P<number>{DIGITS})\s*(?:of|/|out of)\s*(?P<total>{DIGITS})")
_BARE = re.compile(rf"(?P<number>{DIGITS})|(?P<words>{WORDS})|(?=\w\w)(?P<roman>{ROMAN})")
_TIME = (
    r"(?:[0-9]{1,3}(?::[0-5][0-9]){1,2}|[0-9]{1,3} ?h(?:(?:ou)?rs?)?\.?"
    r"(?:(?:,| and)? ?[0-9]{1,2}(?: ?m(?:in(?:ute)?s?)?)?\.?)?(?:,? ?[0-9]{1,2} ?s(?:ec(?:ond)?s?)?)?"
    r"|[0-9]{1,4} ?m(?:in(?:ute)?s?)?\.?)"
)
_OF, _LEFT = r"\s*(?:of|/|out of|in)\s*", r"(?: (?:left|to go|remaining))"
_LISTENED = re.compile(
    rf"(?P<number>{_TIME})(?P<left>{_LEFT})?(?:(?: in)?{_OF}(?P<total>{_TIME})(?P<to_go>{_LEFT})?"
    r"| (?:in|into|through))?"
)
_LOCATION = re.compile(
    rf"(?:kindle )?(?:location|loc|position|pos)\.? ?#?(?P<number>{DIGITS})(?:{_OF}(?P<total>{DIGITS}))?"
)
_PAGES_LEFT = re.compile(rf"(?P<number>{DIGITS}) (?:pages?|pp?\.?){_LEFT}(?:{_OF}(?P<total>{DIGITS}))?")
_ABOUT = re.compile(
    r"(?:about|over|a bit over|just over|around|roughly|approximately|approx\.?|circa|maybe|probably|~)\s*"
)
_ALMOST = re.compile(r"(?:almost|nearly|not quite)\s+")
_MORE = re.compile(
    rf"(?:\+\s*(?P<number>{DIGITS})|(?:(?P<also>{DIGITS})|(?P<words>{WORDS})) more)"
    r"(?: (?:more )?(?:chapters?|chs?|marks?))?"
)
_LAST = re.compile(r"(?:the |my )?(?:very )?(?:(?:last|final) chapter|epilogue|afterword)")
_PROLOGUE = re.compile(r"(?:the )?(?:prologue|prolog|preface|foreword|introduction)")
_SET_ASIDE = re.compile(
    r"dnf(?:'?d)?(?: .{0,20})?|(?:did not|didn't|won't|will not|not) finish(?:ing)?(?: it)?"
    r"|(?:gave|given|giving) up.{0,20}|abandoned(?: it)?"
)
_SHARE = re.compile(
    r"(?P<share>half(?:[ -]?way)?|midway|(?:a |one )?(?:third|quarter)|two[ -]thirds|three[ -]quarters)"
    r"(?:\s+(?:in|there|through|(?:of|through) (?:it|the book)|of the way(?: through)?))?"
)
_SHARES = {
    "half": Fraction(1, 2), "midway": Fraction(1, 2), "two": Fraction(2, 3), "three": Fraction(3, 4),
    "third": Fraction(1, 3), "quarter": Fraction(1, 4),
}  # fmt: skip
_ALMOST_DONE = Fraction(9, 10)
_IN_PART = re.compile(
    rf"\b(?:part|pt|book|volume|vol)\.? ?(?:(?P<digits>{DIGITS})|(?P<words>{WORDS})|(?P<roman>{ROMAN})),? "
    rf"ch(?:apter|ap)?\.? ?(?P<chapter>{DIGITS})(?![\w.])"
    rf"|(?<![\w.])(?:ch(?:apter|ap)?\.? ?)?(?P<short>[0-9]{{1,2}})\.(?P<of_it>[0-9]{{1,2}})(?![\w.]| ?{PERCENT_WORDS})"
)
LEAST_PAGES = 20  # of a book: “1/2” is half of it
_SINCE = re.compile(r"(?:(?:since|after)|(?P<inclusive>from))\s+(?P<where>.+)")
_UP_TO = re.compile(r"(?:(?:up )?(?:to|until|till)\s+|(?=(?:the )?first\s))(?P<where>.+)")
_RANGE = re.compile(
    r"(?:from\s+)?(?P<before>[a-z]+\.?)?\s*(?P<first>[0-9]+)\s*%?\s*(?:-|to|until|till|and)\s*(?:[a-z]+\.?\s*)?"
    r"(?P<last>[0-9]+)\s*(?P<after>%|[a-z]+)?"
)
_WHOLE = re.compile(r"everything|all(?: of it)?|the whole (?:book|story)|the story so far")
_NOT_STARTED = re.compile(
    r"(?:not (?:yet )?(?:started|begun)(?: yet)?|(?:haven't|have not) (?:yet )?(?:started|begun)(?: yet)?|unstarted"
    r"|(?:only )?a (?:few|couple of) pages(?: in)?"
    r"|not yet|nothing(?: yet)?|none|zero|started|began|begun|starting(?: out)?|beginning"
    r"|(?:(?:at|from) )?(?:the )?(?:very )?(?:start|beginning))(?: it| the book| of the book)?"
)
_FINISHED = re.compile(
    r"(?:(?:all )?(?:finished|done|completed?)(?: with)?(?: it| the book| reading)?|(?:read|all of) (?:it|the book)"
    r"|read it all|read all of it|everything|(?:at )?(?:the )?end(?: of the book)?|the whole book|all)"
)

_VERBS = {"reached": "at", "got to": "at", "still in": "in", "still at": "in"}
"""What people write before a place that `parse_position` does not read."""
_PLACE = rf"(?:{'|'.join(UNIT_WORDS.values())})[ #]*(?:{DIGITS}|{WORDS}|{ROMAN})|{DIGITS} ?{PERCENT_WORDS}"
_REPORT = re.compile(
    r"(?:(?:ok|okay|so|hi|hey|hello|btw|well|update)[,:!]? ){0,3}(?:(?:i|we)(?:'m|'ve|'re| am| have| are)? ?|im |ive )?"
    r"(?:just |now |only |already |finally |currently )*"
    r"(?P<verb>(?:read )?up to|still in|still at|at|on|in|reached|got to|finished|done with|read|reading|starting"
    r"|started|past) "
    rf"(?P<where>(?:(?:the )?end of )?(?:{'|'.join(UNIT_WORDS.values())})[ #]*(?:{DIGITS}|{WORDS}|{ROMAN})"
    rf"|(?:the )?{_BELOW_HUNDRED} (?:{'|'.join(UNIT_WORDS.values())})|{DIGITS} ?{PERCENT_WORDS}"
    r"|(?<=finished )(?:it|the (?:whole )?book|reading)|(?<=read )(?:it all|the whole book))"
    r"(?: (?:of|in)(?: it| the book)?)?(?: (?:now|already|so far|today|tonight|at last))?"
    r"(?:[.,;!]| (?:and|but|so) .*|$)"
)


class StoppedReading(PositionError):
    """Somebody says that they will not finish a book, which is no place in it."""

    def __init__(self, book: Book) -> None:
        self.book = book.slug
        super().__init__(f"That is no place in “{book.title}”. If you’ve stopped reading it, /shelf can set it aside.")


Totals = dict[str, int]  # what a reader's own edition has, by measure: pages, Kindle locations, seconds to listen to


def parse_position(text: str, book: Book, now: int | None = None, totals: Totals | None = None) -> int:
    """Return the marks that a reader has finished, rounded down; `now` is where “+2” starts. Raises PositionError.

    “Chapter 7” means that chapter 7 is finished; “in chapter 7” and “up to chapter 7” mean that chapter 6 is. What a
    text says of the reader's edition (“120/400”) is added to `totals`, and a text that does not say it takes it from
    there (“p. 150”).
    """
    said = _tidied(text, book)
    try:
        if now is not None and (more := _MORE.fullmatch(said)):
            return mark_finished(None, now + _number(more), book)
        known = dict(totals or {})
        mark = _position(said, book, known)
        if totals is not None:
            totals |= known
        return mark
    except NotInBook as error:
        raise PositionError(f"{error} {_understood(book)}") from error


def parse_part(text: str, book: Book) -> tuple[int, int]:
    """Return the first and the last mark of a part of the book: “ch 5”, “chapters 5–7”, “since 40%”.

    In a book with percent marks, a single percentage means the ten percent before it. Raises PositionError.
    """
    said = _tidied(text, book)
    if _WHOLE.fullmatch(said):
        return 1, book.marks
    if both := _RANGE.fullmatch(said):
        unit = both["after"] or both["before"] or ""
        percent = "%" in said or unit.startswith("per")
        ends = (f"{both[end]}%" if percent else f"{unit} {both[end]}" for end in ("first", "last"))
        first, last = sorted(parse_position(end, book) for end in ends)
        return max(1, first), last
    if since := _SINCE.fullmatch(said):  # “since chapter 9” starts after chapter 9, “from chapter 9” with it
        if since["inclusive"]:
            with contextlib.suppress(PositionError):
                return parse_position(f"before {since['where']}", book) + 1, book.marks
        return parse_position(since["where"], book) + 1, book.marks
    if up_to := _UP_TO.fullmatch(said):
        return 1, parse_position(up_to["where"], book)
    mark = parse_position(re.sub(r"^(?:in|during)\s+", "", said), book)
    return max(1, mark - 9) if book.unit is Unit.PERCENT else mark, mark


def either(text: str, book: Book) -> list[tuple[int, str]]:
    """Return both things that a place can mean, in marks finished and in words; none where the text says which.

    “ch 7” and “at chapter 7” are either of [“Finished chapter 7”, “Still in chapter 7”], “in chapter 7” is one.
    """
    said = _without(_PLAINLY, _without(_ABOUT, _without(_SUBJECT, _tidied(text, book))))
    place = _place(said, book, {})
    if not place or place[2] is not None or place[0] in (Unit.PAGE, Unit.PERCENT):
        return []
    (unit, number, _), own = place, book.unit.value if book.unit is not Unit.PERCENT else ""
    if (not unit and not own) or unit not in (None, own) or not 0 < number <= book.marks or number % 1:
        return []
    return [(int(number), f"Finished {own} {number}"), (int(number) - 1, f"Still in {own} {number}")]


def reported(message: str) -> str:
    """Return what a message says of where its author is, as `parse_position` reads it; empty where it says nothing.

    “I’m at chapter 5 now, and it’s slow” says it; a question, and “chapter 5 is slow”, do not.
    """
    plain = " ".join(message.replace("’", "'").lower().split())
    found = _REPORT.match(plain)
    return "" if "?" in plain or not found else f"{_VERBS.get(found['verb'], found['verb'])} {found['where']}"


def place_alone(message: str) -> bool:
    """Return whether a message is a place and nothing else, which may be where its author is: “ch 5”, “45%”."""
    return bool(re.fullmatch(_PLACE, message.strip().lower()))


def describe_position(mark: int, book: Book) -> str:
    """Return how people name a position: "chapter 9 of 27", "45%", "finished", "not started"."""
    if mark <= 0:
        return "not started"
    if mark >= book.marks:
        return "finished"
    if book.unit is Unit.PERCENT and book.marks == 100:
        return f"{mark}%"
    name = "mark" if book.unit is Unit.PERCENT else book.unit.value
    return f"{name} {mark} of {book.marks}"


def examples(book: Book) -> tuple[str, ...]:
    """Return examples of positions in a book that can be understood."""
    some = max(1, book.marks // 3)
    short = {Unit.CHAPTER: "ch", Unit.PAGE: "p."}.get(book.unit, book.unit.value)
    own = () if book.unit is Unit.PERCENT else (f"{short} {some}", f"{book.unit.value} {some} of {book.marks}")
    part = ("part 1",) if book.parts and book.unit is not Unit.PART else ()
    pages = how_many(Unit.PAGE, book)
    page = () if book.unit is Unit.PAGE else (f"p. {max(1, pages // 3)}",) if pages else ("page 120 of 400",)
    return (*own, *part, *page, "45%", "halfway", "6:15 of 14:48", "finished", "not started")


def _understood(book: Book) -> str:
    *most, last = (f"“{example}”" for example in examples(book))
    return f"Where are you in “{book.title}”? Write for example {', '.join(most)} or {last}."


def _tidied(text: str, book: Book) -> str:
    if len(text) > MAX_LENGTH:
        raise PositionError(f"That is too long. {_understood(book)}")
    plain = re.sub(r"[‐‑–—−]", "-", text.replace("’", "'").replace("“", "").replace("”", "").replace('"', ""))
    tidied = " ".join(plain.split()).lower().rstrip(".!?, ")
    if not tidied:
        raise PositionError(f"You haven’t told me where you are. {_understood(book)}")
    return tidied


def _counted_through(found: re.Match[str], book: Book) -> str:
    """Return “part 2 chapter 3”, or “2.3” where each part begins with 1, as a chapter of the whole book."""
    if not book.parts or (found["short"] and not book.numbered_anew):
        return found[0]
    part = value(found["digits"] or found["words"] or found["roman"] or found["short"])
    return f"chapter {book.chapter_in_part(int(part), int(value(found['chapter'] or found['of_it'])))}"


def _position(text: str, book: Book, totals: Totals) -> int:
    text = _IN_PART.sub(lambda found: _counted_through(found, book), text)
    said = _without(_ABOUT, _without(_SUBJECT, text))
    if _SET_ASIDE.fullmatch(said):
        raise StoppedReading(book)
    if almost := _ALMOST.match(said):
        rest = said[almost.end() :]
        all_of_it = rest == "there" or _FINISHED.fullmatch(rest)
        return book.finished_at(_ALMOST_DONE) if all_of_it else max(0, _position(rest, book, totals) - 1)
    if _NOT_STARTED.fullmatch(said):
        return 0
    if _FINISHED.fullmatch(said):
        return book.marks
    if (share := _share(said, book, totals)) is not None:
        return book.finished_at(share)
    said = _DONE.sub("", said)
    beyond, within = _without(_BEYOND, said), _without(_WITHIN, said)
    if _PROLOGUE.fullmatch(beyond) or _PROLOGUE.fullmatch(within):
        return 0
    if _LAST.fullmatch(beyond) or _LAST.fullmatch(within):  # without a word for its end, they are still in it
        return book.marks if _BEYOND.match(said) else max(0, book.marks - 1)
    if percent := _PERCENT.fullmatch(_without(_PLAINLY, said)):
        return mark_finished(Unit.PERCENT, _number(percent), book)
    if place := _place(said, book, totals) or _place(beyond, book, totals):
        return mark_finished(place[0], place[1], book, place[2])
    if place := _place(within, book, totals):
        unit, number, total = place
        mark_finished(unit, number, book, total)  # is there such a place at all?
        return mark_finished(unit, max(Fraction(0), math.ceil(number) - Fraction(1)), book, total)
    raise NotInBook(f"I don’t understand {shown(text)}.")


def _share(said: str, book: Book, totals: Totals) -> Fraction | None:
    """Return the share (0 to 1) that a text says: “halfway”, “6:15 of 14:48”, “loc 340 of 742”, “80 pages left”."""
    if share := _SHARE.fullmatch(said):
        return _SHARES[next(name for name in _SHARES if name in share["share"])]
    at = _without(_PLAINLY, said)
    measures = (("seconds", _LISTENED, _seconds), ("locations", _LOCATION, value), ("pages", _PAGES_LEFT, value))
    matched = ((measure, pattern.fullmatch(at), read) for measure, pattern, read in measures)
    measure, found, read = next((one for one in matched if one[1]), ("", None, value))
    if found is None:
        return None
    part, left = read(found["number"]), bool(found.groupdict().get("left") or found.groupdict().get("to_go"))
    total = read(found["total"]) if found["total"] else Fraction(totals.get(measure, 0))
    if measure == "pages":
        total, left = total or Fraction(how_many(Unit.PAGE, book) or 0), True
    if not total:
        raise NotInBook(f"Of how much? Write for example “{at} of …”, with what the whole book has.")
    if part > total:
        raise NotInBook(f"I don’t understand {shown(said)}: it is more than the whole book.")
    if found["total"]:
        totals[measure] = int(total)
    return 1 - part / total if left else part / total


def _seconds(time: str) -> Fraction:
    if ":" in time:
        hours, minutes, seconds = (*map(int, time.split(":")), 0)[:3]
    else:
        said = dict.fromkeys("hms", 0) | {unit or "m": int(n) for n, unit in re.findall(r"([0-9]+) ?([hms]?)", time)}
        hours, minutes, seconds = said["h"], said["m"], said["s"]
    return Fraction(hours * 3_600 + minutes * 60 + seconds)


def _place(said: str, book: Book, totals: Totals) -> tuple[Unit | None, Fraction, Fraction | None] | None:
    total: Fraction | None = None
    if found := _AFTER_UNIT.fullmatch(said) or _BEFORE_UNIT.fullmatch(said):
        unit = next((unit for unit in UNIT_WORDS if found[unit]), None)
        if unit is Unit.PAGE and found.groupdict().get("roman"):
            return None  # page xii lies before page 1
    elif found := _RATIO.fullmatch(said):
        unit = None if value(found["total"]) == book.marks else Unit.PAGE
    elif found := _BARE.fullmatch(said):
        return None, _number(found), None
    else:
        return None
    if found["total"] and (unit or found.re is not _RATIO):
        total = value(found["total"])
    if unit is Unit.PAGE and total and total >= LEAST_PAGES:
        totals["pages"] = int(total)
    elif unit is Unit.PAGE and not total and "pages" in totals:
        total = Fraction(totals["pages"])
    return unit, _number(found), total


def shown(text: str) -> str:
    """Return typed text for an error message: quoted, on one line, and shortened."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"“{line if len(line) <= 40 else line[:39] + '…'}”"


def _number(found: re.Match[str]) -> Fraction:
    groups = found.groupdict()
    written = groups.get("number") or groups.get("also") or groups.get("words") or groups.get("roman") or ""
    return value(re.sub(r",(?=[0-9]{1,2}$)", ".", written))


def _without(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found else text
