"""The reading order as a picture, and as a text that says the same to those who do not see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.pictures.canvas import (
    BACKGROUND,
    CARD,
    EDGE,
    GAP,
    HUGE,
    LARGE,
    LINE,
    QUIET,
    SMALL,
    TEXT,
    WIDTH,
    Page,
    measured,
    wrapped,
    writable,
)
from bot.reading_order.advice import (
    KIND_NAMES,
    Advice,
    OrderStep,
    ReadingState,
    Scope,
    listed,
    said_of,
    shown,
    title_of,
)
from bot.reading_order.graph import OrderRule, drawn
from corpus.books import Book, Slug

COLOURS = {
    ReadingState.READ: "#7cc4f0",
    ReadingState.READING: "#f2e45c",
    ReadingState.NEXT: "#f5b13d",
    ReadingState.LATER: QUIET,
}
"""Blue, yellow and orange of Okabe and Ito's palette, lightened: told apart by colour-blind eyes."""

DONE_CARD = "#222a3b"
ARROWS: dict[bool, tuple[str, str, object]] = {
    True: ("best read first", TEXT, "solid"),
    False: ("richer with it", "#9fb3d9", (0, (2.6, 1.8))),
}
"""What the arrow of a rule that is firm or not means, its colour and its dashes."""

PADDING, BADGE, LANE, WIDEST_LANES = 26, 36, 40, 240

MOST_BOOKS = 24
"""More would make a picture that nobody can scroll through; what is left out is counted."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line that leaves one book for all that ask for it in the same way."""

    before: Slug
    firm: bool
    after: tuple[Slug, ...]


def trunks(rules: Iterable[OrderRule], rows: Mapping[Slug, int]) -> dict[Trunk, int]:
    """Return the lines to draw, each with its lane; 0 is the lane next to the books, where the short lines are."""
    ends: dict[tuple[Slug, bool], list[Slug]] = {}
    for rule in sorted(rules, key=lambda rule: rows[rule.after]):
        ends.setdefault((rule.before, rule.firm), []).append(rule.after)
    lines = [Trunk(before, firm, tuple(after)) for (before, firm), after in ends.items()]
    lines.sort(key=lambda line: (rows[line.after[-1]] - rows[line.before], rows[line.before], not line.firm))
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[Trunk, int] = {}
    for line in lines:
        start, end = rows[line.before], rows[line.after[-1]]
        free = (n for n, spans in enumerate(taken) if all(end <= other[0] or other[1] <= start for other in spans))
        lanes[line] = next(free, len(taken))
        taken += [[]] * (lanes[line] == len(taken))
        taken[lanes[line]] = [*taken[lanes[line]], (start, end)]
    return lanes


def series_page(advice: Advice, books: Mapping[Slug, Book]) -> Page:
    """Return the page of the recommended order: books from top to bottom, arrows in lanes at left."""
    steps = advice.recommended.steps
    first, last = shown(steps, MOST_BOOKS)
    rows = {step.book: n for n, step in enumerate(steps[first:last])}
    lines = trunks([rule for rule in drawn(advice.rules) if {rule.before, rule.after} <= rows.keys()], rows)
    lanes = 1 + max(lines.values(), default=-1)
    gap = min(LANE, WIDEST_LANES / max(lanes, 1))
    left = EDGE + (lanes * gap + LANE if lanes else 0)

    page = Page()
    _head(page, advice)
    if first:
        page.write(f"… {first} before these", left, colour=QUIET)
    tops: dict[Slug, float] = {}
    series = ""
    for number, step in enumerate(steps[first:last], first + 1):
        if advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
            page.write(name, left, colour=QUIET, bold=True)
            page.y += GAP / 2
            series = name
        tops[step.book] = page.y
        book = books.get(step.book)
        story = [f"set in {book.story_time}"] if book and book.story_time is not None else []
        year = [] if step.year is None else [str(step.year)]
        _card(page, left, number, step, " · ".join([*year, *story, *said_of(step, advice.begun)]))
    if last < len(steps):
        page.write(f"… and {len(steps) - last} more", left, colour=QUIET)
    for line, lane in lines.items():
        x, start = left - LANE - lane * gap, tops[line.before] + (76 if line.firm else 104)
        ends = [tops[after] + (52 if line.firm else 24) for after in line.after]
        page.arrows([((left, start), (x, start), (x, end), (left, end)) for end in ends], *ARROWS[line.firm][1:])
    _foot(page, {line.firm for line in lines})
    return page


def _head(page: Page, advice: Advice) -> None:
    """Write what the picture is about."""
    several = len(advice.recommended.steps) > 1
    name = advice.name or "All books"
    on_the_way = "On the way to " if advice.scope is Scope.BOOK and several else ""
    page.write(f"{on_the_way}{name}", size=HUGE, bold=True, most=3)
    same = [KIND_NAMES[kind].lower() for kind in advice.recommended.also]
    also = f"; {listed(same)} {'is' if len(same) == 1 else 'are'} the same" if same and several else ""
    alone = "" if several else next(iter(advice.notes), "")
    page.write(alone or f"Recommended for you{also}", colour=QUIET, most=4)
    page.y += GAP


def _card(page: Page, left: float, number: int, step: OrderStep, facts: str) -> None:
    """Draw a book: its badge, its title, and its facts in the colour of what its reader has read of it."""
    x, colour = left + 2 * PADDING + 2 * BADGE, COLOURS[step.state]
    room = WIDTH - EDGE - PADDING - x
    title = step.title if writable(step.title) else title_of(step.book, {})
    lines = [(line, LARGE, TEXT, True) for line in wrapped(title, room, LARGE, True, 3)]
    lines += [(line, SMALL, colour, False) for line in wrapped(facts, room)]
    block = sum(size * LINE for _, size, *_ in lines)
    height = max(block, 2 * BADGE) + 2 * PADDING
    read, marked = step.state is ReadingState.READ, step.state in (ReadingState.READING, ReadingState.NEXT)
    edge, width = (colour, 3.5) if marked else ("none", 0)
    page.box(left, page.y, WIDTH - EDGE - left, height, DONE_CARD if read else CARD, edge=edge, line=width)
    filled, top, middle = step.state is not ReadingState.LATER, page.y + height / 2 - BADGE, page.y + height / 2
    page.box(left + PADDING, top, 2 * BADGE, 2 * BADGE, colour if filled else "none", BADGE, colour, 2.5)
    badge = {ReadingState.READ: "✓", ReadingState.READING: "▶"}.get(step.state, str(number))
    ink = BACKGROUND if filled else TEXT
    page.label(badge, left + PADDING + BADGE, middle, SMALL, ink, bold=True, across="center", down="center_baseline")
    y = middle - block / 2
    for line, size, tone, bold in lines:
        page.label(line, x, y + size, size, tone, bold=bold)
        y += size * LINE
    page.y += height + GAP


def _foot(page: Page, kinds: set[bool]) -> None:
    """Write what the kinds of arrows that are drawn mean."""
    x, y = float(EDGE), page.y + SMALL
    for firm in sorted(kinds, reverse=True):
        meaning, colour, style = ARROWS[firm]
        page.arrows([[(x, y - 13), (x + 2.4 * LANE, y - 13)]], colour, style)
        page.label(meaning, x + 3 * LANE, y, colour=QUIET)
        x += 4.5 * LANE + measured(meaning)
    page.y += SMALL if kinds else -GAP


def alt_text(advice: Advice) -> str:
    """Return what the picture shows, in words: each book with its place, and which is read before which."""
    steps = advice.recommended.steps
    if not steps:
        return " ".join(advice.notes)
    number = {step.book: n for n, step in enumerate(steps, 1)}
    told = ((step.title, *([str(step.year)] if step.year else []), *said_of(step, advice.begun)) for step in steps)
    books = "; ".join(f"{n}. {', '.join(words)}" for n, words in enumerate(told, 1))
    towards = "up to" if advice.scope is Scope.BOOK else "of"
    parts = [f"Recommended reading order {towards} {advice.name or 'all books'}, from top to bottom: {books}."]
    for firm, arrows in ((True, "Arrows"), (False, "Dashed arrows")):
        pairs = sorted((number[r.before], number[r.after]) for r in drawn(advice.rules) if r.firm is firm)
        if pairs:
            told_pairs = ", ".join(f"{before} before {after}" for before, after in pairs)
            parts.append(f"{arrows}, {ARROWS[firm][0]}: {told_pairs}.")
    return " ".join(parts)
