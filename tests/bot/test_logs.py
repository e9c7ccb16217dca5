"""Logs: one line a record, which request it belongs to, and no secret in any."""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.cli.start import write_down
from bot.logs import (
    FORMATTERS,
    HIDDEN,
    JsonFormatter,
    LogFormat,
    begin_request,
    request_now,
    requested,
    set_up_logs,
)
from bot.ops.backup import plain_settings
from bot.settings import Settings
from bot.workers import Workers

SECRET = "MTk4.Cl2FMQ.a-token"
Start = Callable[..., io.StringIO]


@pytest.fixture
def start(logs_as_before: None) -> Iterator[Start]:
    """Set up logs, return what standard error gets, and afterwards leave everything as it was."""
    with contextlib.ExitStack() as stack:

        def begin(
            level: int = logging.INFO, *secrets: str, form: LogFormat = LogFormat.TEXT, shards: str = ""
        ) -> io.StringIO:
            set_up_logs(level, [SecretStr(secret) for secret in secrets], form, shards)
            return stack.enter_context(contextlib.redirect_stderr(io.StringIO()))

        yield begin


def test_a_line_says_when_how_grave_who_and_what(start: Start) -> None:
    shown = start()
    logging.getLogger("retrieval.store").info("%d passages", 12)
    assert shown.getvalue().endswith(" INFO retrieval.store: 12 passages\n")


def test_a_process_that_has_some_of_the_shards_says_which(start: Start) -> None:
    shown = start(shards="0-3/16")
    logging.getLogger("bot").info("here")
    assert shown.getvalue().endswith(" 0-3/16 INFO bot: here\n")
    shown = start(form=LogFormat.JSON, shards="0-3/16")
    logging.getLogger("bot").info("here")
    assert json.loads(shown.getvalue())["shards"] == "0-3/16"


def test_a_secret_is_hidden_where_a_library_splits_it_over_template_and_argument(start: Start) -> None:
    shown = start(logging.INFO, SECRET)
    logging.getLogger("a.library").info("MTk4.%s", SECRET.removeprefix("MTk4."))
    assert SECRET not in shown.getvalue()


def test_a_secret_is_hidden_in_a_warning(start: Start) -> None:
    shown = start(logging.INFO, SECRET)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"deprecated: {SECRET}", UserWarning, stacklevel=1)
    assert "deprecated: [hidden]" in shown.getvalue()


def test_what_takes_the_place_of_standard_error_gets_the_lines(start: Start) -> None:
    before = start()
    with contextlib.redirect_stderr(io.StringIO()) as bar:
        logging.getLogger("bot").info("above the bar")
    assert "above the bar" in bar.getvalue()
    assert before.getvalue() == ""


def test_a_line_says_for_which_request_it_is(start: Start) -> None:
    shown = start()
    with requested("ask") as request:
        logging.getLogger("bot").info("found")
    logging.getLogger("bot").info("idle")
    assert [line.split(" ", 2)[2] for line in shown.getvalue().splitlines()] == [
        f"INFO bot: [{request.id}] found", "INFO bot: idle",
    ]  # fmt: skip


# As JSON


def rows(shown: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.getvalue().splitlines()]


def test_each_record_is_an_object_on_a_line_of_its_own(start: Start) -> None:
    shown = start(form=LogFormat.JSON)
    logging.getLogger("bot").info("%d passages\nof “The Lantern”", 12)
    with requested("ask") as request:
        logging.getLogger("bot").warning("slow")
    first, second = rows(shown)
    assert first["time"].endswith("+00:00")
    del first["time"], second["time"]
    assert first == {"level": "INFO", "logger": "bot", "message": "12 passages\nof “The Lantern”"}
    assert second == {"level": "WARNING", "logger": "bot", "message": "slow", "request": request.id, "what": "ask"}


@pytest.mark.parametrize("secret", [SECRET, 'pa"ss\\word', "pässwörd-€"])
def test_a_secret_is_hidden_also_where_json_writes_its_letters_in_another_way(start: Start, secret: str) -> None:
    shown = start(logging.INFO, secret, form=LogFormat.JSON)
    try:
        raise ConnectionError(f"401 for {secret}")
    except ConnectionError:
        logging.getLogger("bot").exception("sent %s", {"Authorization": f"Bot {secret}"}["Authorization"])
    (row,) = rows(shown)
    assert row["message"] == f"sent Bot {HIDDEN}"
    assert secret not in row["trace"]
    assert secret not in shown.getvalue()


def test_what_a_library_adds_to_a_record_stays_out(start: Start) -> None:
    shown = start(form=LogFormat.JSON)
    logging.getLogger("a.library").info("asked", extra={"body": "Who is Silas?"})
    assert "Silas" not in shown.getvalue()


def test_wrong_arguments_are_one_line_of_json_too() -> None:
    record = logging.makeLogRecord({"msg": f"%d for {SECRET}", "args": (SECRET,), "levelname": "INFO", "name": "a"})
    row = json.loads(JsonFormatter([SecretStr(SECRET)]).format(record))
    assert row["message"] == f"%d for {HIDDEN}"


async def test_work_in_a_thread_belongs_to_the_request_that_asked_for_it() -> None:
    workers = Workers(1)
    try:
        asked = begin_request("ask", 7)
        assert await workers.do(request_now) == asked
    finally:
        workers.close()


SECRETS = {
    "DISCORD_TOKEN": "MTIzNDU2Nzg5.zq9tok.en9qz",
    "OPENAI_API_KEY": "sk-zq9key9qz",
    "ANTHROPIC_API_KEY": "ant-zq9other9qz",
    "DATABASE_URL": "postgresql://dogear:zq9%40base9qz@localhost/dogear",
    "PGPASSWORD": "zq9pg9qz",
    "SMTP_PASS": "zq9mail9qz",
    "HTTPS_PROXY": "http://someone:zq9proxy9qz@localhost:3128",
}
SETTINGS = Settings.from_environment(SECRETS)
SECRET_WORDS = (*(value for name, value in SECRETS.items() if name != "HTTPS_PROXY"), "zq9@base9qz", "zq9proxy9qz")


def failing(secret: str) -> BaseException:
    """Return an error whose cause, context, note, fellow and variable hold a secret."""
    try:
        try:
            try:
                raise KeyError(secret)
            except KeyError:
                raise ConnectionError(f"cannot reach {secret}") from ValueError({"headers": [secret]})
        except ConnectionError as inner:
            group = ExceptionGroup("both", [inner, OSError(5, "broken", f"/{secret}")])
            group.add_note(f"with {secret}")
            raise RuntimeError("outer") from group
    except RuntimeError as error:
        return error


@pytest.fixture(params=list(LogFormat))
def written(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(FORMATTERS[request.param](SETTINGS.secrets))
    log = logging.getLogger("tests.secrets")
    log.addHandler(handler)
    log.propagate = False
    yield log, out
    log.removeHandler(handler)


@pytest.mark.parametrize("secret", SECRET_WORDS)
def test_no_error_takes_a_secret_into_the_log(written: tuple[logging.Logger, io.StringIO], secret: str) -> None:
    log, out = written
    log.error("failed: %r of %s", [secret], {"key": secret}, exc_info=failing(secret), stack_info=True)
    assert "RuntimeError" in out.getvalue()
    assert secret not in out.getvalue()


@pytest.mark.parametrize("secret", SECRET_WORDS)
def test_no_error_takes_a_secret_into_the_file_of_a_conversation(
    tmp_path_factory: pytest.TempPathFactory, secret: str
) -> None:
    folder = tmp_path_factory.mktemp("data")
    told = write_down(failing(secret), folder, SETTINGS.secrets)
    assert secret not in told + (folder / "dogear.log").read_text(encoding="utf-8")


def test_no_secret_is_in_the_settings_as_they_are_shown_or_backed_up() -> None:
    shown = f"{SETTINGS!r} {SETTINGS} {plain_settings(SETTINGS)}"
    assert [secret for secret in SECRET_WORDS if secret in shown] == []
