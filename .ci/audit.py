"""Compares the pinned packages with what is known of their weaknesses; `-` reads pip-audit's report from a pipe."""

import json
import subprocess
import sys

NOT_REACHED = (
    "The audit service was not reached, so nothing is known of {what}. "
    "Where it can be: make audit, or pip-audit --requirement constraints.txt --no-deps --disable-pip"
)


COMMAND = (
    "-m", "pip_audit", "--requirement", "constraints.txt", "--no-deps", "--disable-pip", "--format", "json",
    "--progress-spinner", "off", "--timeout", "10",
)  # fmt: skip

PATIENCE = 300.0
"""Seconds for all packages together."""


def report() -> str:
    """Return pip-audit's report, or nothing where it cannot make one."""
    try:
        ran = subprocess.run(  # noqa: S603 (a command of our own)
            [sys.executable, *COMMAND], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return ""
    return ran.stdout


def main(arguments: list[str]) -> int:
    """Judge a report; return the exit status."""
    try:
        packages = json.loads(sys.stdin.read() if arguments == ["-"] else report())["dependencies"]
    except (ValueError, KeyError, TypeError):
        print(NOT_REACHED.format(what="any package"))
        return 0
    unknown = [package["name"] for package in packages if "vulns" not in package]
    known = [package for package in packages if "vulns" in package]
    for package in known:
        for vulnerability in package["vulns"]:
            cure = " or ".join(vulnerability.get("fix_versions", ())) or "a version that is not out yet"
            print(f"{package['name']} {package['version']}: {vulnerability['id']}. Upgrade it to {cure}.")
    if not known:
        print(NOT_REACHED.format(what=f"{len(unknown)} packages"))
        return 0
    if unknown:
        print(f"Not known to the service: {', '.join(unknown)}.")
    vulnerable = sum(bool(package["vulns"]) for package in known)
    print(f"{len(known)} packages audited, {vulnerable} with known vulnerabilities.")
    return int(vulnerable > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
