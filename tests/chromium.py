"""A real browser: Debian's Chromium, without a window, spoken to in its own protocol (DevTools)."""

import asyncio
import base64
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium")
MISSING = "needs Debian's chromium, which is not installed here"

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
PATIENCE = 60.0  # seconds until what is waited for must have happened: far more than it takes, on any machine


class Page:
    """One page of the browser: what it is asked to do, and what can be seen in it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str | None = None) -> None:
        self._socket = socket
        self._to = {"sessionId": session} if session else {}
        self._numbers = itertools.count(1)

    async def tell(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (whatever JSON holds)
        """Send one command and return its result; events in between are passed over."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters} | self._to)
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number and answer.get("sessionId") == self._to.get("sessionId"):
                    break
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    async def run(self, script: str) -> Any:  # noqa: ANN401
        """Evaluate JavaScript, wait for it where it is a promise, and return its value."""
        result = await self.tell("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds; fail with what the page shows where it never does."""
        wait = (
            "new Promise((done) => { const look = () => { let seen = false; try { seen = Boolean(%s); } catch (_) {} "
            "seen ? done(true) : setTimeout(look, 20); }; look(); })"
        )
        try:
            await self.run(wait % condition)
        except TimeoutError:
            shown = await self.run("document.body.innerText")
            raise AssertionError(f"it never came true: {condition}\n{shown}") from None

    async def type(self, text: str) -> None:
        """Type text where the cursor is."""
        await self.tell("Input.insertText", text=text)

    async def press(self, key: str, code: int) -> None:
        """Press and release one key: Enter is 13, Tab 9, Escape 27."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            await self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    async def picture(self, **clip: float) -> bytes:
        """Return what is to be seen, as a PNG: all of it, or the part that x, y, width, height and scale say."""
        area = {"clip": {"scale": 1.0} | clip} if clip else {}
        return base64.b64decode((await self.tell("Page.captureScreenshot", format="png", **area))["data"])


@contextlib.asynccontextmanager
async def opened_page(address: str, width: int = 1280, height: int = 900, scale: float = 1) -> AsyncIterator[Page]:
    """Open an address in a browser of its own, which knows nothing and keeps nothing."""
    assert CHROMIUM is not None, MISSING
    with tempfile.TemporaryDirectory(prefix="dogear-chromium-", ignore_cleanup_errors=True) as profile:
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM, *FLAGS, f"--user-data-dir={profile}", stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession() as client,
                client.ws_connect(await _door(browser), max_msg_size=0, timeout=aiohttp.ClientWSTimeout()) as socket,
            ):
                page = await _new_page(socket)
                await page.tell(
                    "Emulation.setDeviceMetricsOverride",
                    width=width, height=height, deviceScaleFactor=scale, mobile=False,
                )  # fmt: skip
                await page.tell("Page.navigate", url=address)
                yield page
        finally:
            browser.terminate()
            await browser.wait()


async def _door(browser: asyncio.subprocess.Process) -> str:
    """Return the address at which the browser takes commands: it says so as soon as it does."""
    assert browser.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in browser.stderr:
            _, said, address = line.decode(errors="replace").partition("DevTools listening on ")
            if said:
                return address.strip()
    raise AssertionError("Chromium ended before it could be spoken to")


async def _new_page(socket: aiohttp.ClientWebSocketResponse) -> Page:
    """Open an empty page."""
    browser = Page(socket)
    page = await browser.tell("Target.createTarget", url="about:blank")
    attached = await browser.tell("Target.attachToTarget", targetId=page["targetId"], flatten=True)
    return Page(socket, attached["sessionId"])
