"""The command line, for what needs no model: help, orders, settings, and errors that say what to do."""

import logging
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.answering.reply import NEUTRAL
from bot.cli.main import main
from bot.cli.reader import PositionsFile, Reader
from bot.cli.start import LOG, Starting, app, write_down
from corpus.library import SHIPPED, Library
from tests.fakes.discussion import small_discussion, small_library

PNG = b"\x89PNG\r\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return small_library(tmp_path / "library")


class Run:
    """Runs commands with a library and a data folder of the test."""

    def __init__(self, library: Library, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environment = {"DOGEAR_LIBRARY": str(library.folder), "DOGEAR_DATA": str(data)}
        self.data = data
        self._capsys = capsys

    def __call__(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        status = main(arguments, self.environment | environment)
        seen = self._capsys.readouterr()
        return status, seen.out, seen.err


@pytest.fixture
def run(library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(library, tmp_path / "data", capsys)


COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def test_help_names_every_command_in_whole_sentences(run: Run) -> None:
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    assert all(f"  {name} " in out for name in COMMANDS)
    assert "..." not in out.partition("Commands:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    status, out, _ = run(command, "--help")
    assert status == 0
    assert "Usage: python run_bot.py" in out


def test_the_version_is_the_newest_of_the_changelog(run: Run) -> None:
    newest = re.search(r"^## (\S+)$", (SHIPPED.parents[1] / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert run("--version") == (0, f"Dogear {newest[1]}\n", "")


def test_without_command_and_token_three_lines_say_what_to_do(run: Run) -> None:
    status, out, err = run()
    assert (status, err) == (1, "")
    assert len(out.splitlines()) == 3
    assert "make try" in out
    assert "make chat" in out
    assert "DISCORD_TOKEN" in out


def test_an_invitation_needs_a_token_and_says_where_to_get_one(run: Run) -> None:
    status, out, err = run("invite")
    assert (status, out) == (1, "")
    assert "DISCORD_TOKEN is not set" in err


def test_a_wrong_setting_is_named_with_what_to_write_instead(run: Run) -> None:
    status, out, err = run("order", CHAT_TIMEOUT="soon")
    assert (status, out) == (1, "")
    assert err.startswith("CHAT_TIMEOUT: ")
    assert "soon" not in err


@pytest.mark.parametrize(
    "arguments",
    [["dance"], ["ask"], ["order", "--wibble"], ["hint", "Who?", "--level", "4"], ["batch", "no-such-file"]],
)
def test_a_wrong_call_has_status_2_and_says_where_help_is(run: Run, arguments: list[str]) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "Usage" in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["ask", "Who?", "--at", "3"], "--at 3, but in which book?"),
        (["ask", "Who?", "--book", "the monstone"], "Did you mean The Moonstone?"),
        (["who", "Godfrey", "--book", "the-moonstone", "--at", "ch 40"], "10 chapters"),
        (["recap"], "Which book?"),
        (["order", "--series", "nothing"], "No series"),
        (["order", "--book", "the monstone"], "Did you mean The Moonstone?"),
        (["chat", "--library", "no-such-folder"], "no-such-folder"),
        (["ask", "Who?", "--library", "no-such-folder"], "no-such-folder"),
        (["import", "no-such-file", "--book", "no-name"], "no-such-file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_before_anything_is_opened(
    run: Run, arguments: list[str], why: str
) -> None:
    status, _, err = run(*arguments)
    assert status == 1
    assert why in err
    assert len(err.splitlines()) == 1
    assert not (run.data / "chroma").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ask", "/recap", "--book", "the-moonstone"], "Chapter 2: Franklin brings the diamond to Rachel."),
        (["recap"], "Chapter 2: Franklin brings the diamond to Rachel."),
        (["recap", "--book", "the-moonstone", "--at", "ch 1"], NEUTRAL),
        (
            ["who", "Franklin", "--book", "the-moonstone"],
            "“Franklin brings the diamond to Rachel.”\n— summary, chapter 2",
        ),
        (
            ["hint", "Who", "was", "the", "thief?", "--book", "the-moonstone"],
            "Hint 1 of 3\nWhat have you read just before it?",
        ),
        (["check", "Godfrey was the thief!", "--book", "the-moonstone"], "This might be a spoiler for you."),
    ],
)
def test_a_line_of_chat_is_a_command_of_its_own(
    run: Run, library: Library, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.setattr("bot.cli.chat.opened", lambda _: small_discussion(library.folder.parent))
    PositionsFile(run.data).write(Reader().moved(library.books["the-moonstone"], 2))
    assert run(*arguments) == (0, f"{told}\n", "")


def test_the_order_is_told_for_who_has_read_so_far(run: Run, library: Library) -> None:
    assert "1. The Moonstone (1868) – next" in run("order", "--series", "The Yellow Diamond")[1]
    PositionsFile(run.data).write(Reader().moved(library.books["the-moonstone"], 10))
    status, out, _ = run("order", "--book", "The Return of the Moonstone")
    assert status == 0
    assert "✓ The Moonstone" in out
    assert "No Name" in run("order")[1]


def test_the_order_is_drawn(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "order.png"
    status, out, _ = run("order", "--series", "Yellow Diamond", "--picture", str(picture))
    assert status == 0
    assert str(picture) in out.replace("\n", "")
    assert picture.read_bytes().startswith(PNG)


def test_a_picture_that_cannot_be_written_is_an_error(run: Run, tmp_path: Path) -> None:
    status, _, err = run("order", "--picture", str(tmp_path / "none" / "order.png"))
    assert status == 1
    assert "cannot be written" in err
    assert "order.png" in run("order", "--picture", str(tmp_path / "order.jpg"))[2]


def test_a_fault_of_ours_is_one_line_and_the_rest_is_in_the_log(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, library: Library
) -> None:
    class Broken(dict[str, str]):
        """An environment that cannot be read any more once the settings are."""

        def get(self, *_: object) -> str:
            raise RuntimeError("broken")

    data = tmp_path / "data"
    status = main(["order"], Broken(DOGEAR_LIBRARY=str(library.folder), DOGEAR_DATA=str(data)))
    err = capsys.readouterr().err
    assert status == 1
    assert len(err.splitlines()) == 1
    assert "RuntimeError" in err
    assert "broken" in (data / "dogear.log").read_text(encoding="utf-8")


def test_a_conversation_is_not_disturbed_by_ordinary_log_lines_unless_they_are_asked_for() -> None:
    Starting({}).settings(quiet=True)
    assert logging.getLogger().level == logging.WARNING
    Starting({"LOG_LEVEL": "INFO"}).settings(quiet=True)
    assert logging.getLogger().level == logging.INFO
    Starting({}).settings()
    assert logging.getLogger().level == logging.INFO


def test_the_command_line_wins_over_the_settings(library: Library, tmp_path: Path) -> None:
    settings = Starting({"DOGEAR_DATA": "elsewhere"}).settings(library.folder, tmp_path)
    assert (settings.library, settings.data) == (library.folder, tmp_path)


SECRET = "sk-a-long-secret"


def failed() -> Exception:
    try:
        raise RuntimeError(f"refused {SECRET}")
    except RuntimeError as error:
        return error


def test_the_reader_gets_one_line_and_the_log_the_traceback(tmp_path: Path) -> None:
    told = write_down(failed(), tmp_path / "new", [SecretStr(SECRET)])
    log = (tmp_path / "new" / LOG).read_text(encoding="utf-8")
    number = log.split("unexpected (")[1].split(")")[0]
    assert "\n" not in told
    assert number in told
    assert str(tmp_path / "new" / LOG) in told
    assert "Traceback" in log
    assert "RuntimeError: refused [hidden]" in log
    assert SECRET not in told + log


def test_where_no_file_can_be_written_the_ordinary_log_gets_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    told = write_down(failed(), tmp_path / "data", [])
    assert "the lines above" in told
    assert caplog.records[0].exc_info
