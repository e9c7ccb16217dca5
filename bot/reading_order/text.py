"""An advice on the reading order as plain text, for the terminal and for a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bot.reading_order import Advice, Choice, Need, OrderKind, ReadingOrder, Scope, State, Step
from bot.reading_order.sentences import listed
from corpus.text import capitalised

LIMIT = 1_800
"""Characters; a Discord message holds 2,000, and something is said around the order."""

SHOWN_CHOICES = 2
LONGEST_TITLE = 80
LONGEST_REASON = 160
SHORTEST_LINE = 6

SIGNS = {State.READ: "✓ ", State.READING: "▶ ", State.NEXT: "", State.LATER: ""}
KIND_NAMES = {
    OrderKind.RECOMMENDED: "Recommended",
    OrderKind.PUBLICATION: "Publication order",
    OrderKind.STORY: "Story time",
}


class _For(IntEnum):
    """Of which books something is told: those that matter now, all that are ahead, or every one."""

    NONE = 0
    NOW = 1
    AHEAD = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is told: whose needs, which reasons in full, whether titles are repeated, and how many books."""

    needs: _For = _For.NONE
    reasons: _For = _For.NONE
    helpful_reasons: _For = _For.NONE
    titles: bool = False
    books: int = 10_000


_NEEDS = (
    (_For.ALL, _For.ALL, _For.ALL),
    (_For.AHEAD, _For.AHEAD, _For.AHEAD),
    (_For.AHEAD, _For.AHEAD, _For.NOW),
    (_For.AHEAD, _For.NOW, _For.NOW),
    (_For.AHEAD, _For.NONE, _For.NONE),
    (_For.NOW, _For.NONE, _For.NONE),
    (_For.NONE, _For.NONE, _For.NONE),
)
_DETAILS = (
    *(_Detail(*needs, titles=titles) for needs in _NEEDS for titles in (True, False)),
    *(_Detail(books=count) for count in (40, 30, 20, 15, 10, 5)),
)


def order_text(advice: Advice, limit: int = LIMIT) -> str:
    """Return the advice as text of at most `limit` characters: in full, or with as much as there is room for."""
    books = len(advice.recommended.steps)
    details = [detail for detail in _DETAILS if min(books, detail.books) * SHORTEST_LINE <= limit] or _DETAILS[-1:]
    texts = (_text(advice, detail) for detail in details)
    found = next((text for text in texts if len(text) <= limit), None)
    return found if found is not None else clipped(_text(advice, _DETAILS[-1]), limit)


def kind_text(kind: OrderKind, advice: Advice, limit: int = LIMIT) -> str:
    """Return one order by itself as text of at most `limit` characters: its books, and what is to be said of it."""
    order = next((o for o in advice.orders if kind in (o.kind, *o.also)), advice.recommended)
    same = "the recommended order" if order is advice.recommended else KIND_NAMES[order.kind].lower()
    note = order.note if order.kind is kind else f"It is the same as {same}."
    alone = replace(advice, orders=(order,))
    heading = f"{clipped(advice.name, LONGEST_TITLE) or 'All books'}, {KIND_NAMES[kind].lower()}:"
    text = ""
    for count in (len(order.steps), *(detail.books for detail in _DETAILS if detail.books < len(order.steps))):
        text = "\n\n".join(filter(None, (heading, "\n".join(_listing(alone, _Detail(books=count))), note)))
        if len(text) <= limit:
            return text
    return clipped(text, limit)


def clipped(text: str, length: int) -> str:
    """Return the text, cut after a word where it is longer than `length`, with … for the rest."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[length // 2 :] else head}…"


def _text(advice: Advice, detail: _Detail) -> str:
    steps = advice.recommended.steps
    if not steps:
        return "\n".join(advice.notes)
    parts = [
        _heading(advice),
        "\n".join(_listing(advice, detail)),
        "\n".join(filter(None, (_other(order, advice, detail) for order in advice.orders))),
        _open(advice),
        "\n".join(advice.notes),
    ]
    return "\n\n".join(filter(None, parts))


def _heading(advice: Advice) -> str:
    name = clipped(advice.name, LONGEST_TITLE)
    if advice.scope is Scope.BOOK:
        return f"On the way to {name}, recommended for you:" if len(advice.recommended.steps) > 1 else ""
    return f"{name or 'All books'}, recommended for you:"


def _listing(advice: Advice, detail: _Detail) -> list[str]:
    steps, lines, series = advice.recommended.steps, [], ""
    first, last = shown(steps, detail.books)
    begun = advice.begun
    if first:
        lines.append(f"… {first} before these")
    for number, step in enumerate(steps[first:last], first + 1):
        if advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
            lines += [""] * bool(lines) + [clipped(name, LONGEST_TITLE)]
            series = name
        lines.append(f"{number}. {_titled(step, begun)}")
        lines += (f"   {line}" for line in _needs(step, _matters(step, advice), detail))
    if last < len(steps):
        lines.append(f"… and {len(steps) - last} more")
    return lines


def shown(steps: Sequence[Step], most: int) -> tuple[int, int]:
    """Return which steps to show (from, up to) where there is room for `most`: those around what comes next."""
    if len(steps) <= most:
        return 0, len(steps)
    now = next((n for n, step in enumerate(steps) if step.state in (State.READING, State.NEXT)), 0)
    first = max(0, min(now - 1, len(steps) - most))
    return first, first + most


def state_words(step: Step, begun: bool) -> str:
    """Return how the reader stands with a book, in words; `begun` where another book is to be finished first."""
    return {
        State.READ: "read",
        State.READING: "you are reading it",
        State.NEXT: "after that" if begun else "next",
        State.LATER: "" if step.in_library else "not in the library",
    }[step.state]


def _titled(step: Step, begun: bool) -> str:
    year = f" ({step.year})" if step.year is not None else ""
    told = (
        state_words(step, begun) if step.state is not State.READ else "",
        "optional" if step.optional and step.state is not State.READ else "",
        "stands alone" if step.stands_alone else "",
    )
    words = ", ".join(filter(None, told))
    return f"{SIGNS[step.state]}{clipped(step.title, LONGEST_TITLE)}{year}" + (f" – {words}" if words else "")


def _matters(step: Step, advice: Advice) -> _For:
    asked = advice.scope is Scope.BOOK and step is advice.recommended.steps[-1]
    if asked or step.state in (State.READING, State.NEXT):
        return _For.NOW
    return _For.ALL if step.state is State.READ else _For.AHEAD


def _needs(step: Step, matters: _For, detail: _Detail) -> Iterator[str]:
    if matters > detail.needs:
        return
    neutral: dict[bool, list[str]] = {True: [], False: []}
    for need in step.needs:
        if need.reason and matters <= (detail.reasons if need.firm else detail.helpful_reasons):
            yield clipped(str(need), LONGEST_REASON + LONGEST_TITLE)
        else:
            neutral[need.firm].append(clipped(need.title, LONGEST_TITLE))
    yield from (str(Need(listed(titles), firm)) for firm, titles in neutral.items() if titles)


def _other(order: ReadingOrder, advice: Advice, detail: _Detail) -> str:
    """Say how another order goes: by titles, or by their numbers in the list above."""
    if order is advice.recommended:
        return order.note
    names = listed(KIND_NAMES[kind].lower() for kind in (order.kind, *order.also))
    steps = [step for step in order.steps if step.book not in order.unplaced]
    if detail.titles:
        told = " → ".join(clipped(step.title, LONGEST_TITLE) for step in steps)
    elif len(order.steps) <= detail.books:
        number = {book: n for n, book in enumerate(advice.recommended.books, 1)}
        told = ", ".join(_runs([number[step.book] for step in steps]))
    else:
        told = "another order"
    return f"{capitalised(names)}: {told}. {order.note}".strip()


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    """Yield numbers as people write them: 3, 1–2, 4–9."""
    start = 0
    for n, number in enumerate(numbers):
        if n + 1 == len(numbers) or numbers[n + 1] != number + 1:
            yield str(number) if n == start else f"{numbers[start]}–{number}"
            start = n + 1


def _open(advice: Advice) -> str:
    """Say which of the books still to begin may be moved, and how many orders that leaves."""
    waiting = [s for s in advice.recommended.steps if s.in_library and s.state in (State.NEXT, State.LATER)]
    if advice.scope is Scope.LIBRARY or len(waiting) < 2 or not advice.choices:
        return ""
    if len(advice.choices) == len(waiting) and not any(c.after or c.before for c in advice.choices):
        return "None of these needs another: read them in any order."
    free = listed(clipped(c.title, LONGEST_TITLE) for c in advice.choices if not (c.after or c.before))
    moves = [_move(choice) for choice in advice.choices if choice.after or choice.before][:SHOWN_CHOICES]
    if free:
        moves[:0] = [f"{free} can come anywhere"]
    number = "Very many" if advice.open_orders is None else f"{advice.open_orders:,}"
    return f"Other orders work too: {'; '.join(moves)}. {number} orders keep what is best read first."


def _move(choice: Choice) -> str:
    title, after, before = (clipped(t, LONGEST_TITLE) for t in (choice.title, choice.after, choice.before))
    if after and before:
        return f"{title} can come anywhere between {after} and {before}"
    return f"{title} any time {'after' if after else 'before'} {after or before}"
