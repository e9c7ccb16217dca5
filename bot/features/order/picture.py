"""The reading order as a picture, and as a text that says the same to those who do not see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.pictures import canvas
from bot.reading_order import advice
from bot.reading_order.graph import OrderRule, drawn
from corpus.books import Book, Slug

COLOURS = {
    advice.ReadingState.READ: "#7cc4f0",
    advice.ReadingState.READING: "#f2e45c",
    advice.ReadingState.NEXT: "#f5b13d",
    advice.ReadingState.LATER: canvas.QUIET,
}
"""Blue, yellow and orange of Okabe and Ito's palette, lightened: told apart by colour-blind eyes."""

DONE_CARD = "#222a3b"
ARROWS: dict[bool, tuple[str, str, object]] = {
    True: ("best read first", canvas.TEXT, "solid"),
    False: ("richer with it", "#9fb3d9", (0, (2.6, 1.8))),
}
"""What the arrow of a rule that is firm or not means, its colour and its dashes."""

PADDING, BADGE, LANE, WIDEST_LANES = 26, 36, 40, 240

MOST_BOOKS = 24  # more would make a picture that nobody can scroll through; what is left out is counted


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


def series_page(order: advice.Advice, books: Mapping[Slug, Book]) -> canvas.Page:
    """Return the page of the recommended order: books from top to bottom, arrows in lanes at left."""
    steps = order.recommended.steps
    first, last = advice.shown(steps, MOST_BOOKS)
    rows = {step.book: n for n, step in enumerate(steps[first:last])}
    lines = trunks([rule for rule in drawn(order.rules) if {rule.before, rule.after} <= rows.keys()], rows)
    lanes = 1 + max(lines.values(), default=-1)
    gap = min(LANE, WIDEST_LANES / max(lanes, 1))
    left = canvas.EDGE + (lanes * gap + LANE if lanes else 0)

    page = canvas.Page()
    _head(page, order)
    if first:
        page.write(f"… {first} before these", left, colour=canvas.QUIET)
    tops: dict[Slug, float] = {}
    series = ""
    for number, step in enumerate(steps[first:last], first + 1):
        if order.scope is advice.Scope.LIBRARY and (name := step.series or "Other books") != series:
            page.write(name, left, colour=canvas.QUIET, bold=True)
            page.y += canvas.GAP / 2
            series = name
        tops[step.book] = page.y
        book = books.get(step.book)
        story = [f"set in {book.story_time}"] if book and book.story_time is not None else []
        year = [] if step.year is None else [str(step.year)]
        _card(page, left, number, step, " · ".join([*year, *story, *advice.said_of(step, order.begun)]))
    if last < len(steps):
        page.write(f"… and {len(steps) - last} more", left, colour=canvas.QUIET)
    for line, lane in lines.items():
        x, start = left - LANE - lane * gap, tops[line.before] + (76 if line.firm else 104)
        ends = [tops[after] + (52 if line.firm else 24) for after in line.after]
        page.arrows([((left, start), (x, start), (x, end), (left, end)) for end in ends], *ARROWS[line.firm][1:])
    _foot(page, {line.firm for line in lines})
    return page


def _head(page: canvas.Page, order: advice.Advice) -> None:
    """Write what the picture is about."""
    several = len(order.recommended.steps) > 1
    name = order.name or "All books"
    on_the_way = "On the way to " if order.scope is advice.Scope.BOOK and several else ""
    page.write(f"{on_the_way}{name}", size=canvas.HUGE, bold=True, most=3)
    alone = "" if several else next(iter(order.notes), "")
    page.write(alone or "Recommended for you", colour=canvas.QUIET, most=4)
    page.y += canvas.GAP


def _card(page: canvas.Page, left: float, number: int, step: advice.OrderStep, facts: str) -> None:
    """Draw a book: its badge, its title, and its facts in the colour of what its reader has read of it."""
    x, colour = left + 2 * PADDING + 2 * BADGE, COLOURS[step.state]
    room = canvas.WIDTH - canvas.EDGE - PADDING - x
    title = step.title if canvas.writable(step.title) else advice.title_of(step.book, {})
    lines = [(line, canvas.LARGE, canvas.TEXT, True) for line in canvas.wrapped(title, room, canvas.LARGE, True, 3)]
    lines += [(line, canvas.SMALL, colour, False) for line in canvas.wrapped(facts, room)]
    block = sum(size * canvas.LINE for _, size, *_ in lines)
    height = max(block, 2 * BADGE) + 2 * PADDING
    card = DONE_CARD if step.state is advice.ReadingState.READ else canvas.CARD
    marked = step.state in (advice.ReadingState.READING, advice.ReadingState.NEXT)
    edge, width = (colour, 3.5) if marked else ("none", 0)
    page.box(left, page.y, canvas.WIDTH - canvas.EDGE - left, height, card, edge=edge, line=width)
    filled, top, middle = step.state is not advice.ReadingState.LATER, page.y + height / 2 - BADGE, page.y + height / 2
    page.box(left + PADDING, top, 2 * BADGE, 2 * BADGE, colour if filled else "none", BADGE, colour, 2.5)
    badge = {advice.ReadingState.READ: "✓", advice.ReadingState.READING: "▶"}.get(step.state, str(number))
    ink = canvas.BACKGROUND if filled else canvas.TEXT
    page.label(
        badge, left + PADDING + BADGE, middle, canvas.SMALL, ink, bold=True, across="center", down="center_baseline"
    )
    y = middle - block / 2
    for line, size, tone, bold in lines:
        page.label(line, x, y + size, size, tone, bold=bold)
        y += size * canvas.LINE
    page.y += height + canvas.GAP


def _foot(page: canvas.Page, kinds: set[bool]) -> None:
    """Write what the kinds of arrows that are drawn mean."""
    x, y = float(canvas.EDGE), page.y + canvas.SMALL
    for firm in sorted(kinds, reverse=True):
        meaning, colour, style = ARROWS[firm]
        page.arrows([[(x, y - 13), (x + 2.4 * LANE, y - 13)]], colour, style)
        page.label(meaning, x + 3 * LANE, y, colour=canvas.QUIET)
        x += 4.5 * LANE + canvas.measured(meaning)
    page.y += canvas.SMALL if kinds else -canvas.GAP


def alt_text(order: advice.Advice) -> str:
    """Return what the picture shows, in words: each book with its place, and which is read before which."""
    steps = order.recommended.steps
    if not steps:
        return " ".join(order.notes)
    number = {step.book: n for n, step in enumerate(steps, 1)}
    told = (
        (step.title, *([str(step.year)] if step.year else []), *advice.said_of(step, order.begun)) for step in steps
    )
    books = "; ".join(f"{n}. {', '.join(words)}" for n, words in enumerate(told, 1))
    towards = "up to" if order.scope is advice.Scope.BOOK else "of"
    parts = [f"Recommended reading order {towards} {order.name or 'all books'}, from top to bottom: {books}."]
    for firm, arrows in ((True, "Arrows"), (False, "Dashed arrows")):
        pairs = sorted((number[r.before], number[r.after]) for r in drawn(order.rules) if r.firm is firm)
        if pairs:
            told_pairs = ", ".join(f"{before} before {after}" for before, after in pairs)
            parts.append(f"{arrows}, {ARROWS[firm][0]}: {told_pairs}.")
    return " ".join(parts)
