"""Compares the pinned packages with what is known of their weaknesses; `-` reads pip-audit's report from a pipe."""

import json
import subprocess
import sys

NOT_REACHED = (
    "The audit service was not reached, so nothing is known. "
    "Where it can be: make audit, or pip-audit --requirement constraints.txt --no-deps --disable-pip"
)

COMMAND = (
    sys.executable, "-m", "pip_audit", "--requirement", "constraints.txt", "--no-deps", "--disable-pip",
    "--format", "json", "--progress-spinner", "off", "--timeout", "10",
)  # fmt: skip

PATIENCE = 300.0
"""Seconds for all packages together."""


def main(arguments: list[str]) -> int:
    """Judge a report; return the exit status."""
    try:
        if arguments == ["-"]:
            report = sys.stdin.read()
        else:
            report = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=PATIENCE).stdout  # noqa: S603
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired):
        packages = []
    known = [package for package in packages if "vulns" in package]
    if not known:
        print(NOT_REACHED)
        return 0
    for package in known:
        for vulnerability in package["vulns"]:
            cure = " or ".join(vulnerability.get("fix_versions", ())) or "a version that is not out yet"
            print(f"{package['name']} {package['version']}: {vulnerability['id']}. Upgrade it to {cure}.")
    if unknown := [package["name"] for package in packages if "vulns" not in package]:
        print(f"Not known to the service: {', '.join(unknown)}.")
    vulnerable = sum(bool(package["vulns"]) for package in known)
    print(f"{len(known)} packages audited, {vulnerable} with known vulnerabilities.")
    return int(vulnerable > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
