"""Count the project's modules that one question runs through: `/ask` in Discord, and a line of the batch command.

python -m tests.measure.benchmarks.modules_of_an_answer

A module counts if one of its functions runs, in any thread, between the question and its answer; constructors that
`dataclass` makes are none of its own.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import FrameType
from unittest.mock import patch

PACKAGES = ("bot", "retrieval", "corpus", "prompts", "run_bot")
QUESTION = "Which two men does Silas row out for?"


class Watch:
    """Notes in which modules functions run: in this thread, and in all that start after `begin`."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self._on = False

    def begin(self) -> None:
        """Let Python tell of every call from now on."""
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note modules until the block ends."""
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        if self._on and event == "call" and frame.f_code.co_flags & CO_OPTIMIZED:  # a function, and no module or class
            module = frame.f_globals.get("__name__", "")
            if frame.f_code.co_filename != "<string>" and module.partition(".")[0] in PACKAGES:
                self.modules.add(module)


async def ask_in_discord(watch: Watch, folder: Path) -> None:
    """Ask one question with `/ask`, in a simulated Discord; a first one has opened the book."""
    from tests.fakes.bookshelf import opened, write_lantern
    from tests.fakes.club import opened_club, shown

    write_lantern(folder / "library")
    with opened(folder / "library", folder / "store") as retriever:
        async with opened_club(retriever, folder) as club:
            liz = await club.reader("Liz", the_lantern="ch 5")
            await liz.slash(club.general, "ask", question="Who is Dorothea?")
            with watch.watching():
                told = await liz.slash(club.general, "ask", question=QUESTION)
            assert "two fishermen" in shown(told)


def ask_in_batch(watch: Watch, folder: Path) -> None:
    """Ask one question of the batch command, from its start to its end, with the store built before."""
    import run_bot
    from tests.fakes.bookshelf import LANTERN, write_lantern

    write_lantern(folder / "library")
    question = {"id": 1, "do": "ask", "book": LANTERN, "at": 5, "text": QUESTION}
    (folder / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    where = ["--library", str(folder / "library"), "--data", str(folder / "data")]
    with (
        patch.object(sys, "argv", ["run_bot.py", "index", *where]),
        contextlib.redirect_stdout(TextIOWrapper(BytesIO())),
    ):
        run_bot.start()
    command = ["run_bot.py", "batch", str(folder / "questions.jsonl"), *where]
    told = TextIOWrapper(BytesIO(), encoding="utf-8")
    with patch.object(sys, "argv", command), contextlib.redirect_stdout(told), watch.watching():
        run_bot.start()
    told.seek(0)
    assert "two fishermen" in told.read()


def main() -> None:
    """Print the modules of both, with how many there are."""
    for title, ask in (
        ("/ask in Discord", lambda watch, folder: asyncio.run(ask_in_discord(watch, folder))),
        ("a line of batch, with its start", ask_in_batch),
    ):
        watch = Watch()
        watch.begin()
        with tempfile.TemporaryDirectory() as folder:
            ask(watch, Path(folder))
        print(f"{title}: {len(watch.modules)} modules")
        print("\n".join(f"  {module}" for module in sorted(watch.modules)))


if __name__ == "__main__":
    main()
