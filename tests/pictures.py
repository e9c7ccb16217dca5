"""Takes the README film and the pictures of the docs, from `make try` in a real browser: python -m tests.pictures."""

import asyncio
import contextlib
import datetime as dt
import io
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from simcord import preview as simcord_preview

from bot.demo.club import BEGINNER, FOLDER, MIDDLE, QUESTION, Person, opened_trial
from bot.opening import open_app, open_discussion
from bot.settings import DATA, Settings
from tests.chromium import CHROMIUM, MISSING, Page, opened_page
from tests.trial_page import LAST, TrialPage

Scene = tuple[Image.Image, Person, str]  # an answer as it is seen, who asked, and what they typed
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
GIVES_NOTHING_AWAY = "Who is Laura?"  # answered from 15% on, with what is no secret afterwards

WIDTH, HEIGHT, SCALE = 700, 3000, 2
BACKGROUND, BRIGHT, QUIET = "#313338", "#f2f3f5", "#b5bac1"
MARGIN = 24
COLOURS = 128
FONT = Path(simcord_preview.__file__).parent / "static" / "fonts" / "noto-sans-latin-v2.015.ttf"

BARE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(".message-time, .message-context-actions, #messages-sidebar { display: none !important }");
document.adoptedStyleSheets = [sheet];
"""
"""Only the conversation, and no times: a picture that is taken again is the same, whatever the clock says."""


async def taken() -> tuple[dict[str, Image.Image], list[Scene]]:
    """Return all pictures by their names, and the scenes of the film."""
    async with contextlib.AsyncExitStack() as stack:
        records = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(data=DATA / FOLDER)
        discussion = stack.enter_context(open_discussion(settings))
        app = await stack.enter_async_context(open_app(discussion, settings.model_copy(update={"data": records}), _now))
        trial = await stack.enter_async_context(opened_trial(app))
        page = await stack.enter_async_context(opened_page(trial.preview.url, WIDTH, HEIGHT, SCALE))
        seen = TrialPage(page)
        await seen.opened()
        await page.run(BARE)
        scenes = [*await _two_readers(seen), await _hint(seen)]
        pictures = {
            "two-readers.png": _beside([_titled(*scene) for scene in scenes[:2]]),
            "hint.png": _titled(*scenes[2]),
            "order.png": await _order(seen),
        }
        return pictures, scenes


async def _two_readers(page: TrialPage) -> list[Scene]:
    """The same question, asked by one who has begun and by one who is half-way."""
    scenes = []
    for person in (BEGINNER, MIDDLE):
        await page.be(person.name)
        await page.command("ask", question=GIVES_NOTHING_AWAY)
        scenes.append((await _seen(page.page, LAST), person, f"/ask question: {GIVES_NOTHING_AWAY}"))
    return scenes


def _beside(halves: Sequence[Image.Image]) -> Image.Image:
    """Put two pictures beside each other."""
    width = sum(half.width for half in halves) + MARGIN * SCALE
    beside = Image.new("RGB", (width, max(half.height for half in halves)), BACKGROUND)
    beside.paste(halves[0], (0, 0))
    beside.paste(halves[1], (halves[0].width + MARGIN * SCALE, 0))
    return beside


async def _hint(page: TrialPage) -> Scene:
    """A hint, turned to its second level."""
    await page.be(MIDDLE.name)
    await page.command("hint", question=QUESTION)
    await page.press("Where to look")
    return await _seen(page.page, LAST), MIDDLE, f"/hint question: {QUESTION}"


def keep_film(scenes: Sequence[Scene], path: Path) -> None:
    """Write a film in which each question is typed, and then answered."""
    shots = []
    for seen, person, typed in scenes:
        blank = Image.new("RGB", seen.size, BACKGROUND)
        shots += [(_titled(blank, person, typed[:end]), 120) for end in range(7, len(typed), 3)]
        shots.append((_titled(seen, person, typed), 4_500))
    size = max(shot.width for shot, _ in shots), max(shot.height for shot, _ in shots)
    frames = []
    for shot, _ in shots:
        frame = Image.new("RGB", size, BACKGROUND)
        frame.paste(shot, (0, 0))
        frame = frame.resize((size[0] // SCALE, size[1] // SCALE), Image.Resampling.LANCZOS)
        frames.append(frame.quantize(COLOURS, dither=Image.Dither.NONE))
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[ms for _, ms in shots], loop=0)
    print(f"{path}: {len(frames)} pictures, {path.stat().st_size // 1024} KB")


async def _order(page: TrialPage) -> Image.Image:
    """The picture that comes with a reading order."""
    await page.be(BEGINNER.name)
    await page.command("help")
    await page.press("Reading order")
    picture = f"{LAST}.querySelector('.component-container img')"
    await page.page.until(f"{picture}.complete && {picture}.naturalWidth")
    return await _seen(page.page, picture)


async def _seen(page: Page, element: str) -> Image.Image:
    """Return a part of the page as it is seen."""
    await page.run(f"{element}.scrollIntoView()")
    x, y, width, height = await page.run(
        f"(() => {{ const r = {element}.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }})()"
    )
    return Image.open(io.BytesIO(await page.picture(x=x, y=y, width=width, height=height))).convert("RGB")


def _titled(picture: Image.Image, person: Person, typed: str) -> Image.Image:
    """Put who asks above a picture, how far they are, and what they typed."""
    top = 76 * SCALE
    titled = Image.new("RGB", (picture.width, picture.height + top + MARGIN * SCALE), BACKGROUND)
    titled.paste(picture, (0, top))
    draw = ImageDraw.Draw(titled)
    draw.text(
        (16 * SCALE, 12 * SCALE), f"{person.name} has read {person.at}", BRIGHT, ImageFont.truetype(FONT, 20 * SCALE)
    )
    draw.text((16 * SCALE, 42 * SCALE), typed, QUIET, ImageFont.truetype(FONT, 15 * SCALE))
    return titled


def keep(pictures: Mapping[str, Image.Image], folder: Path) -> None:
    """Write pictures, with few colours, so that they stay small; one that looks as it did is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        path = folder / name
        drawn = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        if not (path.exists() and _looks_like(path, drawn)):
            drawn.save(path, optimize=True)
        print(f"{path}: {picture.width} × {picture.height}, {path.stat().st_size // 1024} KB")


def _looks_like(path: Path, picture: Image.Image) -> bool:
    """Return whether a file shows the same: its bytes may differ, as colours are listed in another order."""
    with Image.open(path) as there:
        return there.size == picture.size and there.convert("RGB").tobytes() == picture.convert("RGB").tobytes()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit(f"This {MISSING}.")
    drawn, played = asyncio.run(taken())
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    keep(drawn, folder)
    keep_film(played[:2], folder / "film.gif")
