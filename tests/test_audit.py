"""The audit of dependencies: it fails for what can be upgraded, and never for a service that is away."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent / ".ci" / "audit.py"

FINE = {"name": "yarl", "version": "1.9", "vulns": []}
BAD = {"name": "pillow", "version": "9", "vulns": [{"id": "PYSEC-1", "fix_versions": ["9.1", "10.2"]}]}
UNFIXED = {"name": "lxml", "version": "6", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch (2.6)"}


def judged(report: str) -> tuple[int, str]:
    ran = subprocess.run([sys.executable, PROGRAM, "-"], input=report, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def of(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_what_is_vulnerable_fails_and_says_what_to_upgrade_to() -> None:
    status, told = judged(of(FINE, BAD, UNFIXED))
    assert status == 1
    assert "pillow 9: PYSEC-1. Upgrade it to 9.1 or 10.2." in told
    assert "lxml 6: PYSEC-2. Upgrade it to a version that is not out yet." in told
    assert "3 packages audited, 2 with known vulnerabilities." in told


@pytest.mark.parametrize("report", ["", "Traceback (most recent call last):", "[]", "{}", of(), of(UNKNOWN, UNKNOWN)])
def test_a_service_that_was_not_reached_is_said_and_fails_nothing(report: str) -> None:
    status, told = judged(report)
    assert status == 0
    assert "was not reached" in told


def test_packages_that_the_service_does_not_know_are_named() -> None:
    assert judged(of(FINE, UNKNOWN)) == (
        0, "Not known to the service: torch.\n1 packages audited, 0 with known vulnerabilities.\n"
    )  # fmt: skip
