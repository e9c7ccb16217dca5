"""The page of `make try` in a real browser: two readers ask, share, and press the buttons of a hint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.club import BEGINNER, FINISHED, MIDDLE, QUESTION
from retrieval.retriever import Retriever
from tests.chromium import CHROMIUM, MISSING, opened_page
from tests.fakes.trial import trial_over
from tests.trial_page import LAST, TrialPage

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)


@pytest.fixture
async def page(shipped: Retriever, tmp_path: Path) -> AsyncIterator[TrialPage]:
    async with trial_over(shipped, tmp_path) as trial, opened_page(trial.preview.url) as opened:
        shown = TrialPage(opened)
        await shown.opened()
        yield shown


async def test_two_readers_ask_the_same_and_each_sees_their_own_answer(page: TrialPage) -> None:
    await page.be(FINISHED.name)
    assert "Freiburg" in await page.command("ask", question=QUESTION)
    await page.be(BEGINNER.name)
    assert "Freiburg" not in await page.all()
    answer = await page.command("ask", question=QUESTION)
    assert "Only you can see this" in answer
    assert "nobody at the Service seems to know where he is" in answer
    assert "Freiburg" not in await page.all()


async def test_what_the_best_read_member_shares_goes_as_far_as_the_thread(page: TrialPage) -> None:
    await page.be(FINISHED.name)
    await page.command("ask", question=QUESTION)
    await page.press("Share with the thread")
    await page.be(BEGINNER.name)
    assert f"Asked by {FINISHED.name}" in await page.last()
    assert "10%" in await page.last()
    assert "Freiburg" not in await page.all()


async def test_the_buttons_of_a_hint_turn_its_levels(page: TrialPage) -> None:
    await page.be(MIDDLE.name)
    assert "hint 1 of 3" in await page.command("hint", question=QUESTION)
    assert "hint 2 of 3" in await page.press("Where it is dealt with")
    third = await page.press("The answer")
    assert "hint 3 of 3" in third
    assert "Freiburg" not in third
    assert "hint 1 of 3" in await page.press("What to think about")


async def test_the_name_of_the_bot_typed_first_asks_it_in_the_thread(page: TrialPage) -> None:
    await page.be(FINISHED.name)
    answer = await page.say(f"@Dogear {QUESTION}")
    assert "Goes no further than A Legacy of Spies, 10%" in answer
    assert "Freiburg" not in answer


async def test_a_form_is_filled_in_and_sent(page: TrialPage) -> None:
    await page.be(FINISHED.name)
    form = await page.form("review write")
    assert "Review" in form
    assert "is kept" in await page.send_form("Quiet, angry, and worth the eight books before it.")
    await page.be(BEGINNER.name)
    assert "Quiet, angry" not in await page.command("review read")


async def test_a_picture_is_shown(page: TrialPage) -> None:
    await page.command("order")
    await page.page.until(f"{LAST}.querySelector('.component-container img').naturalWidth > 300")
