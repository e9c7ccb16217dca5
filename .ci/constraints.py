"""Write what pip would install (its report) as constraints: python .ci/constraints.py REPORT CONSTRAINTS."""

import json
import re
import sys
from pathlib import Path

HEADER = "# Every version that the set-up installs. Renew with `make constraints`, then run `make test`.\n"

GPU = re.compile(r"nvidia-|cuda-|triton$")
"""What torch brings along for a GPU; its own build decides the versions."""


def constraints(report: str) -> str:
    """Return the lines of a constraints file for a report of `pip install --report`."""
    packages = [install["metadata"] for install in json.loads(report)["install"]]
    pinned = {re.sub(r"[-_.]+", "-", package["name"]).lower(): package["version"] for package in packages}
    pinned.pop("dogear", None)
    # "2.13.0+cpu" is one build of 2.13.0; another machine takes another one.
    return HEADER + "".join(
        f"{name}=={version.partition('+')[0]}\n" for name, version in sorted(pinned.items()) if not GPU.match(name)
    )


if __name__ == "__main__":
    report, target = map(Path, sys.argv[1:])
    target.write_text(constraints(report.read_text(encoding="utf-8")), encoding="utf-8")
