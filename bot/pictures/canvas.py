"""Pages of a picture, drawn with Matplotlib: the only module that imports it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes 34 MB, so it comes with the first picture
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

DRAWING = threading.Lock()
"""Matplotlib's fonts are shared and not made for several threads: whoever draws or measures holds this."""

DPI = 100
FAMILY = "DejaVu Sans"

WIDTH = 1_200  # a phone shows it at a third of that, so that text of `SMALL` has the size of text in a message

EDGE, GAP, CORNER, BAR = 44, 26, 16, 36
ROOM = WIDTH - 2 * EDGE
HUGE, LARGE, SMALL = 60, 46, 39
LINE = 1.28  # line height, in text sizes

BACKGROUND, CARD, TEXT, QUIET = "#1b2130", "#2b3449", "#f4f6fa", "#c3cbda"
"""A picture brings its own dark ground, so that it looks the same on a light and on a dark page."""


def measured(text: str, size: float = SMALL, bold: bool = False) -> float:
    """Return the width of a text in pixels."""
    with DRAWING:
        face = _face(bold)
        face.set_size(size * 72 / DPI, DPI)
        face.set_text(text)
        return face.get_width_height()[0] / 64


@lru_cache(maxsize=2)
def _face(bold: bool) -> FT2Font:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    return FT2Font(findfont(_font(SMALL, bold)))


def _font(size: float, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=FAMILY, size=size * 72 / DPI, weight="bold" if bold else "normal")


def writable(text: str) -> bool:
    """Return whether the font has all letters of the text."""
    return _letters().issuperset(map(ord, text))


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The letters that both weights have."""
    with DRAWING:
        return frozenset(_face(False).get_charmap()) & frozenset(_face(True).get_charmap())


def wrapped(text: str, width: float, size: float = SMALL, bold: bool = False, most: int = 2) -> list[str]:
    """Return the text in at most `most` lines that fit `width`, with ? for what the font lacks; a cut ends in …."""
    lines = [""]
    for word in text.split():
        left = "".join(letter if writable(letter) else "?" for letter in word)
        while left and len(lines) <= most:
            if measured(joined := f"{lines[-1]} {left}".strip(), size, bold) <= width:
                lines[-1], left = joined, ""
            elif lines[-1]:
                lines.append("")
            else:
                fits = _fitting(left, width, size, bold)
                lines[-1], left = left[:fits], left[fits:]
    if len(lines) > most:
        last = lines[most - 1]
        lines[most - 1 :] = [last[: _fitting(last, width - measured("…", size, bold), size, bold)] + "…"]
    return list(filter(None, lines))


def _fitting(word: str, width: float, size: float, bold: bool) -> int:
    """Return how many letters of a word fit, one at least."""
    return next((n for n in range(len(word), 1, -1) if measured(word[:n], size, bold) <= width), 1)


class Page:
    """A picture that grows downwards. Everything is placed in pixels from its top left; `y` is where it goes on."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.y: float = EDGE
        self.figure = Figure(dpi=DPI, facecolor=BACKGROUND)
        FigureCanvasAgg(self.figure)
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)

    def write(
        self, text: str, x: float = EDGE, size: float = SMALL, colour: str = TEXT, *, bold: bool = False, most: int = 2
    ) -> None:
        """Write text as wide as the page in at most `most` lines, and go on below it."""
        for line in wrapped(text, WIDTH - EDGE - x, size, bold, most):
            self.label(line, x, self.y + size, size, colour, bold=bold)
            self.y += size * LINE

    def label(
        self, text: str, x: float, y: float, size: float = SMALL, colour: str = TEXT, *, bold: bool = False,
        across: str = "left", down: str = "baseline",
    ) -> None:  # fmt: skip
        """Write one line at a place."""
        font = _font(size, bold)
        self._axes.text(x, y, text, font=font, color=colour, ha=across, va=down, parse_math=False)

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, corner: float = CORNER,
        edge: str = "none", line: float = 0,
    ) -> None:  # fmt: skip
        """Draw a box with round corners, over what was drawn before."""
        from matplotlib.patches import FancyBboxPatch

        shape = f"round,pad=0,rounding_size={corner}"
        box = FancyBboxPatch(
            (x, y), width, height, boxstyle=shape, facecolor=colour, edgecolor=edge, linewidth=line
        )  # fmt: skip
        self._axes.add_patch(box)

    def arrows(self, lines: Sequence[Sequence[tuple[float, float]]], colour: str, style: object = "solid") -> None:
        """Draw lines through points, each to a head at its right end, with a gap where they cross others."""
        from matplotlib.patches import PathPatch, Polygon
        from matplotlib.path import Path

        path = Path.make_compound_path(*(Path([*points[:-1], (points[-1][0] - 20, points[-1][1])]) for points in lines))
        for ink, width, dashes in ((BACKGROUND, 9, "solid"), (colour, 3.2, style)):
            line = PathPatch(path, fill=False, edgecolor=ink, linewidth=width, linestyle=dashes, capstyle="butt")
            self._axes.add_patch(line)
        for x, y in (points[-1] for points in lines):
            head = Polygon([(x - 3, y), (x - 25, y - 12), (x - 25, y + 12)], facecolor=colour, edgecolor="none")
            self._axes.add_patch(head)

    def bar(self, title: str, told: str, parts: Iterable[tuple[float, str]]) -> None:
        """Draw a bar below its title and its caption; `parts` are shares of the whole, each with its colour."""
        self.label(told, WIDTH - EDGE, self.y + SMALL, colour=QUIET, across="right")
        for line in wrapped(title, ROOM - measured(told) - GAP, SMALL, bold=True):
            self.label(line, EDGE, self.y + SMALL, bold=True)
            self.y += SMALL * LINE
        self.box(EDGE, self.y + 6, ROOM, BAR, CARD, 8)
        x: float = EDGE
        for share, colour in parts:
            if share:
                self.box(x, self.y + 6, share * ROOM - 4, BAR, colour, 6)
                x += share * ROOM
        self.y += 6 + BAR + GAP

    def close(self) -> Figure:
        """End the picture a little below what was drawn last, and return it."""
        height = self.y + EDGE
        self.figure.set_size_inches(WIDTH / DPI, height / DPI)
        self._axes.set_ylim(height, 0)
        return self.figure

    def png(self) -> bytes:
        """Return the picture as a PNG; the same page gives the same bytes."""
        buffer = BytesIO()
        with DRAWING:
            self.close().savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()
