"""The trial's page as somebody uses it: choosing who to be, typing commands, pressing buttons, reading."""

import json
from collections.abc import Awaitable, Mapping

from tests.chromium import Page

SETTLED = "window.simcordPreview && window.simcordPreview.ready && !window.simcordPreview.pendingAction"
IDS = "window.simcordPreview.projectedMessageIds.join()"
FIELD = "document.getElementById('channel-composer-input')"
SEND = "document.getElementById('send-message').click()"
LAST = "[...document.querySelectorAll('#channel-message-list .channel-message')].at(-1)"
REPLIED = f"{LAST}.querySelector('.message-app-badge')"


class TrialPage:
    """What a person does in the page, and sees."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def opened(self) -> None:
        """Wait until the page shows the thread."""
        await self.page.until(SETTLED)

    async def be(self, name: str) -> None:
        """Look at the thread as another member."""
        picker = "document.getElementById('viewer-picker')"
        await self.page.run(
            f"(() => {{ const one = [...{picker}.options].find((o) => o.text === {json.dumps(name)});"
            f"{picker}.value = one.value; {picker}.dispatchEvent(new Event('change')); }})()"
        )
        await self.page.until(f"{SETTLED} && {picker}.selectedOptions[0]?.text === {json.dumps(name)}")

    async def command(self, name: str, **options: str) -> str:
        """Type a command with its options, run it, and return what is answered."""
        return await self._answered(self._typed(name, options))

    async def say(self, text: str) -> str:
        """Send a message, and return what the bot replies."""
        await self.page.run(f"{FIELD}.focus()")
        await self.page.type(text)
        return await self._answered(self.page.run(SEND), "&& " + REPLIED)

    async def _typed(self, name: str, options: Mapping[str, str]) -> None:
        """Type a command and send it."""
        await self.page.run(f"{FIELD}.focus()")
        await self.page.type(f"/{name}")
        await self.page.until("document.querySelector('#command-picker-listbox .command-entry.is-active')")
        await self.page.press("Enter", 13)
        await self.page.until("document.querySelector('.command-chip')")
        for option, value in options.items():
            field = f"document.querySelector('.command-row input[data-option={option}]')"
            await self.page.until(field)
            await self.page.run(f"{field}.focus()")
            await self.page.type(value)
        await self.page.run(SEND)

    async def _answered(self, doing: Awaitable[object], also: str = "") -> str:
        """Do something, wait until there is another message, and return what it says."""
        before = await self.page.run(IDS)
        await doing
        await self.page.until(f"{SETTLED} && {IDS} !== {json.dumps(before)} {also}")
        return await self.last()

    async def press(self, label: str) -> str:
        """Press the last button of that name, and return what the last message says then."""
        before = await self.page.run("document.getElementById('channel-message-list').innerText")
        await self.page.run(
            "[...document.querySelectorAll('#channel-message-list button')]"
            f".filter((b) => b.innerText.trim() === {json.dumps(label)}).at(-1).click()"
        )
        changed = f"document.getElementById('channel-message-list').innerText !== {json.dumps(before)}"
        await self.page.until(f"{SETTLED} && {changed}")
        return await self.last()

    async def last(self) -> str:
        """Return the text of the last message."""
        return str(await self.page.run(f"{LAST}.innerText"))

    async def all(self) -> str:
        """Return everything that the page holds, seen or not."""
        return str(await self.page.run("document.documentElement.textContent"))
