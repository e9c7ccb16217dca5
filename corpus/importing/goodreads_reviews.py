"""The reviews of a Goodreads page, and the answers to readers' questions."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from corpus.importing import phrases
from corpus.importing.draft import DraftSection, ImportContext, Ledger, Paragraph
from corpus.importing.page import NAME, PageLine, cut_to
from corpus.importing.subject import words

STARS = {"it was amazing": 5, "really liked it": 4, "it was ok": 2, "did not like it": 1, "liked it": 3}
"""The site's words for stars."""

SHOWN = range(486, 503)  # characters of a review that the page shows before cutting it, give or take line breaks

MAX_REVIEWS, MAX_LINES, MAX_LINE, MAX_REVIEW = 2_000, 400, 20_000, 20_000
"""Reviews, lines of one, and characters of a line and of a review that are kept."""

MAX_ANSWERS, MAX_ANSWER = 500, 20_000  # answers of a page that are kept, and characters of each

LONG, CAPTION = 300, 160
"""Characters from which a review may have been cut by the page, and of a photo's caption at most."""

_HEADER = re.compile(
    rf"^(?:(?P<date>{phrases.DATE})\s+)?(?P<name>.{{0,80}}?)\s*\b(?P<did>rated it|added it|marked it|"
    rf"is currently reading it|gave up on it|abandoned it)\b\s*(?P<stars>{'|'.join(STARS)})?\b(?P<rest>.*)$"
)
_HEADER_REST = re.compile(r"\s*(?:$|·|—|-|as\b|review of|Shelves)")
_ASIDE = re.compile(
    r"^(?:Shelves|Recommend(?:s|ed)|Read in|flag\b|\d+ likes?\b|Like\b.{0,30}$|view \d+ comment|View all \d+ comment"
    r"|\d+ comments?$|see review$|review of another edition|date newest|read count)",
    re.IGNORECASE,
)
_PHOTO = re.compile(r"^\s*(?:photo\b.{0,120}|\S{1,120})\.(?:jpe?g|png|gif|webp)(?:_\S{0,60})?\s*$", re.IGNORECASE)
_PARTICLES, _NO_NAME = (frozenset(phrases.KNOWN["names"][name].split()) for name in ("particles", "none"))
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(slots=True)
class RawReview:
    """A review as it is on the page."""

    stars: int | None = None
    date: dt.date | None = None
    lines: list[str] = field(default_factory=list)
    cut: bool = False
    headed: bool = False


def split_reviews(lines: Sequence[PageLine]) -> list[RawReview]:
    """Return the reviews in the lines of a review section, in order.

    A review begins with its reader's name, a line “Oct 31, 2017 rated it liked it”, both, or neither. The page shows
    the first 500 characters of a review, so one without a heading is found by its length.
    """
    lines = list(_without_asides(dropwhile(lambda line: _PREAMBLE.match(line.text), lines)))
    reviews = (review for run in _by_headings(lines) for review in _by_length(run))
    return [review for review in reviews if review.headed or any(review.lines)]


def _without_asides(lines: Iterable[PageLine]) -> Iterator[PageLine]:
    """Yield the lines of a review section without photos, captions, shelves, likes and recommendations."""
    after_photo = False
    for line in lines:
        is_photo = bool(_PHOTO.match(line.text[:200]))
        is_caption = after_photo and 0 < len(line.text) <= CAPTION and not _header(line.text)
        after_photo = is_photo
        if not is_photo and not is_caption and not _ASIDE.match(line.text):
            yield line


def _by_headings(lines: Sequence[PageLine]) -> Iterator[RawReview]:
    review = RawReview()
    for n, line in enumerate(lines):
        if header := _header(line.text):
            _drop_name(review)
            yield review
            review = RawReview(*header, headed=True)
        elif _is_name(lines, n, review):
            yield review
            review = RawReview(headed=True)
        else:
            _take(review, line.text)
            if review.cut:
                yield review
                review = RawReview()
    yield review


def _header(text: str) -> tuple[int | None, dt.date | None] | None:
    """Return the stars and date in a review's heading, or None if the line is not one."""
    found = _HEADER.match(text[:300])
    if not found or not (found["date"] or found["stars"]) or not _HEADER_REST.match(found["rest"]):
        return None
    return STARS.get(found["stars"] or ""), phrases.date_in(found["date"] or "")


def _take(review: RawReview, text: str) -> None:
    """Add a line to a review; “...more” ends it."""
    if phrases.is_cut_short(text):
        review.cut = True
        text = phrases.without_more_link(text)
    if len(review.lines) < MAX_LINES and (text or review.lines):
        review.lines.append(cut_to(text, MAX_LINE))


def _drop_name(review: RawReview) -> None:
    """Remove the last line of a review if the next heading makes it the next reader's name."""
    last = review.lines[-1] if review.lines else ""
    alone = not any(review.lines[:-1])
    if last == NAME or _looks_like_name(last, strictly=alone and review.headed):
        review.lines.pop()


def _is_name(lines: Sequence[PageLine], n: int, review: RawReview) -> bool:
    """Return whether a line is a reader's name without a heading line, which begins a review."""
    text = lines[n].text
    if text == NAME:
        return True
    after = lines[n + 1].text if n + 1 < len(lines) else ""
    if not after or _header(after):
        return False
    if not any(review.lines):
        return not review.headed and _looks_like_name(text, strictly=n == 0)
    if _ends_cut(review.lines):
        return _looks_like_name(text, strictly=False)
    ended = phrases.ends_sentence(review.lines[-1]) if review.lines[-1] else len(text.split()) > 1
    return ended and _looks_like_name(text, strictly=True)


def _looks_like_name(text: str, *, strictly: bool) -> bool:
    """Return whether a line may be a reader's name; `strictly`: all of its words are capitalised."""
    bare = _BRACKETED.sub("", text).strip(" -–—|·")
    tokens = bare.split()
    if not 0 < len(text) <= 60 or not 0 < len(tokens) <= 5 or re.search(r"[,:;!?“”\"]|[^.]\.$|\d{3}", bare):
        return False
    if _NO_NAME & {token.casefold() for token in tokens}:
        return False
    return not strictly or all(t[0].isupper() or t.casefold() in _PARTICLES for t in tokens)


def _ends_cut(lines: Sequence[str]) -> bool:
    """Return whether the page cut the last lines, judging by their length and ending."""
    return bool(lines and lines[-1]) and not phrases.ends_sentence(lines[-1]) and _cut_start(lines) is not None


def _cut_start(lines: Sequence[str]) -> int | None:
    """Return the first line from which the text is as long as the page shows, or None."""
    size, start = 0, None
    for n in range(len(lines) - 1, -1, -1):
        size += len(lines[n])
        if lines[n] and size in SHOWN:
            start = n
    return start


def _by_length(review: RawReview) -> Iterator[RawReview]:
    """Yield a review, and separately those without a heading that follow it."""
    pieces: list[tuple[list[str], bool]] = []
    piece: list[str] = []
    for n, line in enumerate(review.lines, 1):
        piece.append(line)
        cut = _ends_cut(piece) or (n == len(review.lines) and review.cut)
        if cut or n == len(review.lines):
            start = (_cut_start(piece) if cut else 0) or 0
            pieces += [(piece[:start], False)] if any(piece[:start]) else []
            pieces.append((piece[start:], cut))
            piece = []
    first, *others = pieces or [([], False)]
    yield replace(review, lines=first[0], cut=first[1])
    yield from (RawReview(lines=lines, cut=cut) for lines, cut in others)


_PREAMBLE = re.compile(
    r"^(?:$|Showing \d|More filters|Sort order|Rating details|Filter\b|Default\b|All Languages|Write a review|"
    r"[\d.,\s·]*$|[\d.,\s·]*(?:ratings?|reviews?|Rating details)\b[\d.,\s·\w]{0,60}$|\d stars?\b|Displaying \d|"
    r"Create free account|Search review text|Friends & Following|My Review|What do you think|Rate this book)",
    re.IGNORECASE,
)


_ELSEWHERE = re.compile(r"\b(?:click(?:ing)? here|my blog|full review|follow me)\b|^https?://\S+$", re.IGNORECASE)


def reviews(raw: Sequence[RawReview], setting: ImportContext) -> list[DraftSection]:
    """Return one section for each review, with its stars and date as the heading."""
    ledger = setting.ledger
    sections: list[DraftSection] = []
    seen: Counter[str] = Counter()
    said: set[str] = set()
    for review in raw[:MAX_REVIEWS]:
        paragraphs = _paragraphs(review, setting)
        text = " ".join(paragraph.text for paragraph in paragraphs)
        stars = "★" * review.stars + "☆" * (5 - review.stars) if review.stars else "no stars"
        explicit = "explicit" * phrases.is_explicit(text)
        heading = " · ".join(filter(None, (stars, str(review.date or ""), explicit)))
        if not text:
            ledger.dropped(f"a review, {heading}", why="no whole sentence is left of it")
        elif text in said:
            ledger.dropped("reviews", 1, "the page has them twice")
        else:
            said.add(text)
            seen[heading] += 1
            number = f" · no. {seen[heading]}" if seen[heading] > 1 else ""
            sections.append(DraftSection(paragraphs, heading + number))
    return sections


def _paragraphs(review: RawReview, setting: ImportContext) -> tuple[Paragraph, ...]:
    """Return a review in whole sentences; what its writer hid or warned of as a spoiler comes last."""
    _, whole = phrases.without_duplicate("\n".join(review.lines)[:MAX_REVIEW])
    told, hidden = phrases.without_hidden(whole.replace(NAME, " "))
    warned = next((n for n, text in enumerate(told) if phrases.warns_of_spoilers(text)), len(told))
    told, hidden = told[:warned], [*told[warned:], *hidden]
    told, hidden = (
        [text for text in texts if len(text) > 160 or not _ELSEWHERE.search(text)] for texts in (told, hidden)
    )
    if review.cut or sum(map(len, told)) >= LONG:
        told = without_cut_end(told, setting.ledger)
    texts = filter(None, map(phrases.whole_sentences, hidden))
    return (*map(Paragraph, told), *(Paragraph(text, reveals=setting.end) for text in texts))


def without_cut_end(texts: Sequence[str], ledger: Ledger) -> list[str]:
    """Return paragraphs without an unfinished sentence at the end."""
    if not texts:
        return []
    last = phrases.whole_sentences(phrases.without_more_link(texts[-1]))
    ledger.dropped("sentences", int(last != texts[-1]), "cut off by the page")
    return [*texts[:-1], last] if last else list(texts[:-1])


_UNTOLD = re.compile(
    r"^(?:See all \d+|\d+ likes?\b|Like\b|flag\b|To ask other|View \d+|Add your answer|Ask the Goodreads|Unanswered|"
    r"(?:\d+|a|an|one|about .{1,9}) (?:days?|weeks?|months?|years?|hours?) ago|Popular Answered|Ask a question)",
    re.IGNORECASE,
)
_ASKING = frozenset(phrases.KNOWN["goodreads_asking"].split())


def answers(lines: Sequence[PageLine], ledger: Ledger) -> list[DraftSection]:
    """Return one section for each question; answers without a question get a heading of their own."""
    sections: list[DraftSection] = []
    question, orphans = "", 0
    for line in lines[: 4 * MAX_ANSWERS]:
        text = line.text[: 2 * MAX_ANSWER]
        if not text.replace(NAME, "").strip() or _UNTOLD.match(text):
            continue
        before, whole = phrases.without_duplicate(text)
        bare = bool(before) or NAME in text  # else a name stands before the answer
        if not bare and whole.endswith("?") and len(whole) <= 500 and words(whole)[:1] and words(whole)[0] in _ASKING:
            question = whole
            continue
        answer = whole.replace(NAME, " ").strip() if bare else phrases.without_name(whole)
        if phrases.is_cut_short(text):
            answer = " ".join(without_cut_end([answer], ledger))
        if not answer:
            continue
        orphans += not question
        heading = question or "A reader’s answer" + (f" · no. {orphans}" if orphans > 1 else "")
        paragraph = Paragraph(cut_to(answer, MAX_ANSWER))
        if sections and sections[-1].heading == heading:
            sections[-1] = replace(sections[-1], paragraphs=(*sections[-1].paragraphs, paragraph))
        else:
            sections.append(DraftSection((paragraph,), heading))
    return sections[:MAX_ANSWERS]
