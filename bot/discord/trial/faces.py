"""Faces for the club's members and for the bot, drawn here: the page asks nobody for a picture."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

SIDE = 96
"""Pixels of a face; the page shows it in 40."""

WHITE = "#ffffff"
BOT = "#4c8c7a"


def initial(name: str, colour: str) -> bytes:
    """Return the face of a member: the first letter of their name, as a PNG."""
    image = Image.new("RGB", (SIDE, SIDE), colour)
    ImageDraw.Draw(image).text(
        (SIDE / 2, SIDE / 2), name[0], fill=WHITE, font=ImageFont.load_default(SIDE / 2), anchor="mm"
    )
    return _png(image)


def dogear() -> bytes:
    """Return the face of the bot: a page with a folded corner, as a PNG."""
    image = Image.new("RGB", (SIDE, SIDE), BOT)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom, fold = 28, 20, 68, 76, 16
    draw.polygon([(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)], fill=WHITE)
    draw.polygon([(right - fold, top), (right - fold, top + fold), (right, top + fold)], fill="#c9d8d3")
    for line in range(top + fold + 10, bottom - 4, 8):
        draw.line([(left + 7, line), (right - 7, line)], fill=BOT, width=2)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
