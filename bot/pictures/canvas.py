"""Drawing a layout with Matplotlib. This module alone imports it, so that it loads when a picture is asked for."""

import threading
from functools import lru_cache
from io import BytesIO

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path as Outline

from bot.pictures.layout import BADGE, CORNER, PADDING, WIDTH, Arrow, BookCard, Box, Label, Layout
from bot.reading_order.advice import ReadingState

DRAWING = threading.RLock()
"""Matplotlib's fonts are shared and not made for several threads: whoever draws or measures holds this."""

DPI = 100
FAMILY = "DejaVu Sans"

BACKGROUND, CARD, DONE_CARD = "#1b2130", "#2b3449", "#222a3b"
TONES = {
    "text": "#f4f6fa",
    "quiet": "#c3cbda",
    ReadingState.READ: "#7cc4f0",
    ReadingState.READING: "#f2e45c",
    ReadingState.NEXT: "#f5b13d",
    ReadingState.LATER: "#c3cbda",
}
"""Blue, yellow and orange of Okabe and Ito's palette, lightened: told apart by colour-blind eyes. The panel brings
its own dark ground, so that it looks the same on a light and on a dark page."""

FIRM, HELPS = "#f4f6fa", "#9fb3d9"


def measured(text: str, size: float, bold: bool) -> float:
    """Return the width of a text in pixels."""
    with DRAWING:
        font = _font(bold)
        font.set_size(size * 72 / DPI, DPI)
        font.set_text(text)
        return font.get_width_height()[0] / 64


def missing_letters(text: str) -> bool:
    """Return whether the font lacks a letter of the text."""
    return any(ord(letter) not in _letters() for letter in text)


def printable(text: str) -> str:
    """Return the text with ? for what the font cannot write."""
    return "".join(letter if ord(letter) in _letters() else "?" for letter in text)


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    return FT2Font(font_manager.findfont(FontProperties(family=FAMILY, weight="bold" if bold else "normal")))


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The letters that both weights have."""
    with DRAWING:
        return frozenset(_font(False).get_charmap()) & frozenset(_font(True).get_charmap())


def figure(layout: Layout) -> Figure:
    """Return the layout as a figure, with the state of no other figure touched."""
    drawn = Figure(figsize=(WIDTH / DPI, layout.height / DPI), dpi=DPI, facecolor=BACKGROUND)
    FigureCanvasAgg(drawn)
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(layout.height, 0)
    for box in layout.boxes:
        _draw_box(axes, box)
    for bundle in layout.bundles:
        _draw_bundle(axes, bundle)
    for card in layout.cards:
        _draw_card(axes, card)
    for label in layout.labels:
        _write(axes, label)
    return drawn


def png(layout: Layout) -> bytes:
    """Return the layout as a PNG; the same layout gives the same bytes."""
    buffer = BytesIO()
    with DRAWING:
        figure(layout).savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _write(axes: Axes, label: Label) -> None:
    _text(axes, label, TONES[label.tone], "center" if label.centred else "left", "baseline")


def _text(axes: Axes, label: Label, colour: str, across: str, down: str) -> None:
    axes.text(
        label.x, label.y, label.text, fontsize=label.size * 72 / DPI, color=colour, ha=across, va=down,
        fontweight="bold" if label.bold else "normal", fontfamily=FAMILY, parse_math=False,
    )  # fmt: skip


def _draw_box(axes: Axes, box: Box) -> None:
    shape = f"round,pad=0,rounding_size={box.corner}" if box.corner else "square,pad=0"
    plain = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=shape, facecolor=box.colour, linewidth=0)
    axes.add_patch(plain)


def _draw_card(axes: Axes, card: BookCard) -> None:
    stands_out = card.state in (ReadingState.READING, ReadingState.NEXT)
    colour = TONES[card.state]
    box = FancyBboxPatch(
        (card.x, card.y), card.width, card.height, boxstyle=f"round,pad=0,rounding_size={CORNER}",
        facecolor=DONE_CARD if card.state is ReadingState.READ else CARD,
        edgecolor=colour if stands_out else "none", linewidth=3.5 if stands_out else 0,
    )  # fmt: skip
    axes.add_patch(box)
    filled = card.state is not ReadingState.LATER
    x = card.x + PADDING + BADGE
    face = colour if filled else "none"
    axes.add_patch(Circle((x, card.middle), BADGE, facecolor=face, edgecolor=colour, linewidth=2.5))
    size = BADGE * {"✓": 1.4, "▶": 1.2}.get(card.badge, 1.05 if len(card.badge) < 3 else 0.8)
    ink = BACKGROUND if filled else TONES["text"]
    _text(axes, Label(card.badge, x, card.middle, size, bold=True), ink, "center", "center_baseline")


def _draw_bundle(axes: Axes, bundle: tuple[Arrow, ...]) -> None:
    """Draw lines with a gap around them, so that it is seen which one passes over which."""
    for arrow in bundle:
        axes.add_patch(PathPatch(_outline(arrow), fill=False, edgecolor=BACKGROUND, linewidth=9, capstyle="butt"))
    for arrow in bundle:
        colour = FIRM if arrow.firm else HELPS
        style = "solid" if arrow.firm else (0, (2.6, 1.8))
        line = PathPatch(_outline(arrow), fill=False, edgecolor=colour, linewidth=3.2, linestyle=style, capstyle="butt")
        axes.add_patch(line)
        x, y = arrow.points[-1]
        axes.add_patch(Polygon([(x - 3, y), (x - 25, y - 12), (x - 25, y + 12)], facecolor=colour, edgecolor="none"))


def _outline(arrow: Arrow) -> Outline:
    """Return the line through the arrow's points with round corners; it ends inside the head."""
    points = [*arrow.points[:-1], (arrow.points[-1][0] - 20, arrow.points[-1][1])]
    vertices, codes = [points[0]], [Outline.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(corner, before), corner, _towards(corner, after)]
        codes += [Outline.LINETO, Outline.CURVE3, Outline.CURVE3]
    return Outline([*vertices, points[-1]], [*codes, Outline.LINETO])


def _towards(corner: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the point where the round corner begins, on the way to `end`."""
    across, down = end[0] - corner[0], end[1] - corner[1]
    length = abs(across) + abs(down)
    reach = min(CORNER, length / 2)
    return (corner[0] + across / length * reach, corner[1] + down / length * reach) if length else corner
