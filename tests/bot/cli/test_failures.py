"""Failures that nobody expected: one line for the reader, the rest in the log, no secret in either."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.start import LOG, write_down

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
