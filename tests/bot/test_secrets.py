"""No secret of the environment reaches what is written down, by whatever way an error takes it along."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.cli.start import write_down
from bot.logs import FORMATTERS, LogFormat
from bot.ops.backup import plain_settings
from bot.settings import Settings

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
HIDDEN = (*(value for name, value in SECRETS.items() if name != "HTTPS_PROXY"), "zq9@base9qz", "zq9proxy9qz")


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


@pytest.mark.parametrize("secret", HIDDEN)
def test_no_error_takes_a_secret_into_the_log(written: tuple[logging.Logger, io.StringIO], secret: str) -> None:
    log, out = written
    log.error("failed: %r of %s", [secret], {"key": secret}, exc_info=failing(secret), stack_info=True)
    assert "RuntimeError" in out.getvalue()
    assert secret not in out.getvalue()


@pytest.mark.parametrize("secret", HIDDEN)
def test_no_error_takes_a_secret_into_the_file_of_a_conversation(
    tmp_path_factory: pytest.TempPathFactory, secret: str
) -> None:
    folder = tmp_path_factory.mktemp("data")
    told = write_down(failing(secret), folder, SETTINGS.secrets)
    assert secret not in told + (folder / "dogear.log").read_text(encoding="utf-8")


def test_no_secret_is_in_the_settings_as_they_are_shown_or_backed_up() -> None:
    shown = f"{SETTINGS!r} {SETTINGS} {plain_settings(SETTINGS)}"
    assert [secret for secret in HIDDEN if secret in shown] == []
