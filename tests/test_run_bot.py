"""The program itself: what goes to which stream, in which order, and with which exit status."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from run_bot import start
from tests.fakes.discussion import small_library
from tests.fakes.program import LIGHT_PROGRAM, PROGRAM, ROOT

STONE = "the-moonstone"
Run = Callable[..., subprocess.CompletedProcess[bytes]]


class Program:
    """Runs `run_bot.py` in a folder of the test, where no `.env` and no data of anybody's are."""

    def __init__(self, home: Path) -> None:
        self.home = home
        small_library(home / "library")
        unset = ("DISCORD_TOKEN", "CHAT_MODEL", "EMBEDDING_MODEL", "LOG_LEVEL")
        self.environment = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment |= {"DOGEAR_LIBRARY": "library", "DOGEAR_DATA": "data", "PYTHONWARNINGS": "default"}

    def __call__(
        self, *arguments: str, said: bytes = b"", program: Sequence[str] = PROGRAM, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, *program, *arguments],
            cwd=self.home,
            env=self.environment | {"PYTHONPATH": str(ROOT)} | environment,
            input=said,
            capture_output=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("home"))


@pytest.fixture
def here(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], logs_as_before: None
) -> Run:
    """Runs the program in this process: in one of its own, it loads the model for nine seconds each time."""

    def run(*arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        monkeypatch.chdir(program.home)
        monkeypatch.setattr("os.environ", dict(program.environment))
        monkeypatch.setattr("sys.argv", [*PROGRAM, *arguments])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said)))
        status = start()
        return subprocess.CompletedProcess(arguments, status, *capsysbinary.readouterr())

    return run


LINES = [
    {"id": 1, "do": "ask", "book": STONE, "at": 10, "text": "Who was the thief of the diamond?"},
    {"id": "two", "do": "ask", "book": STONE, "at": 2, "text": "Who was the thief of the diamond?"},
    {"id": 3, "do": "recap", "book": STONE, "at": 2},
    {"id": 4, "do": "hint", "book": STONE, "at": 2, "text": "Who was the thief of the diamond?"},
    {"id": 5, "do": "check", "book": STONE, "at": 2, "text": "Godfrey was the thief of the diamond."},
    {"id": 6, "do": "order", "book": "the-return-of-the-moonstone"},
]


def written(lines: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_a_batch_from_a_file_is_answered_line_by_line(program: Program, here: Run) -> None:
    (program.home / "questions.jsonl").write_text(written(LINES), encoding="utf-8")
    done = here("batch", "questions.jsonl", "--library", "library", "--data", "data")
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [1, "two", 3, 4, 5, 6]
    assert [row["do"] for row in rows] == ["ask", "ask", "recap", "hint", "check", "order"]
    assert "Godfrey" in rows[0]["answer"]
    early = json.dumps(rows[1:4])
    assert "Godfrey" not in early
    assert "Chapter 10" not in json.dumps(rows[1:3])
    assert all(passage["reveals"].get(STONE, 0) <= 2 for row in rows[1:4] for passage in row["passages"])
    assert rows[4]["reveals"] == {STONE: 10}
    assert rows[4]["answer"]
    assert rows[5]["books"] == [STONE, "the-return-of-the-moonstone"]
    assert done.returncode == 0


def test_a_batch_from_a_pipe_goes_on_after_lines_that_fail(program: Program) -> None:
    said = f'{written(LINES[:1])}nonsense\n\n[3]\n{{"id": 9, "do": "dance"}}\n{written(LINES[5:])}'.encode() + b"\xff\n"
    done = program("batch", "-", "--data", "light", said=said, program=LIGHT_PROGRAM)
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [(row["id"], "error" in row) for row in rows] == [
        (1, False),
        (None, True),
        (None, True),
        (9, True),
        (6, False),
        (None, True),
    ]
    assert done.returncode == 1


def test_a_conversation_through_a_pipe_and_where_it_left_off(program: Program, here: Run) -> None:
    question = "Who was the thief of the diamond?"
    said = f"/progress {STONE} ch 2\n{question}\n/progress finished\n{question}"
    done = program("chat", "--data", "data", said=said.encode())
    greeted, moved, early, finished, late = done.stdout.decode("utf-8").split("\n\n")[:5]
    assert "none chosen" in greeted
    assert "chapter 2 of 10" in moved
    assert "Godfrey" not in early
    assert "finished it" in finished
    assert "Godfrey" in late
    assert (done.returncode, done.stderr) == (0, b"")
    again = here("chat", said=b"/progress\n/quit\nWho was the thief of the diamond?\n")
    told = again.stdout.decode("utf-8")
    assert "Current book: The Moonstone. You have finished it." in told
    assert "The Moonstone: finished" in told
    assert told.strip().endswith("Until next time.")
    assert again.returncode == 0


def test_indexing_says_what_it_did(here: Run) -> None:
    done = here("index", "--data", "other")
    assert done.returncode == 0
    assert b"3 books, 5 passages in other: 3 brought up to date, 5 passages embedded" in done.stdout


def test_settings_are_read_from_a_file_next_to_which_it_runs(program: Program, here: Run) -> None:
    dotenv = program.home / ".env"
    dotenv.write_text("DISCORD_TOKEN=a-token-${HOME}\n", encoding="utf-8")
    try:
        done = here()
        assert b"Discord cannot be reached" in done.stderr
        dotenv.write_text("CHAT_TIMEOUT=soon\n", encoding="utf-8")
        assert b"CHAT_TIMEOUT: " in here("order").stderr
        dotenv.write_bytes(b"CHAT_TIMEOUT=\xff\n")
        assert here("order").stderr.splitlines() == [
            b"The file .env cannot be read. Save it as UTF-8 text, as .env.example is."
        ]
    finally:
        dotenv.unlink()


def test_an_output_that_lacks_letters_gets_others_instead(program: Program) -> None:
    done = program("order", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"No Name ? stands alone" in done.stdout


def test_help_loads_no_model_and_indexing_only_for_what_changed(program: Program, here: Run) -> None:
    here("index")
    heavy = "chromadb langchain_core matplotlib sentence_transformers torch"
    loaded = f"print('loaded', *sorted({heavy!r}.split() & sys.modules.keys()))"
    code = "import os, sys, run_bot\n"
    for command in ("--help", "index"):
        code += f"run_bot.main([{command!r}], os.environ); {loaded}\n"
    environment = program.environment | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=program.home, env=environment, capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert [line for line in done.stdout.splitlines() if line.startswith("loaded")] == ["loaded", "loaded chromadb"]
