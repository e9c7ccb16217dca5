"""Fuzzing by coverage, for as long as one likes: `python -m tests.measure.fuzz document --seconds 120`."""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

OURS = ("corpus", "bot", "markdown_it", "yaml")
MISSING = "atheris is not installed, so nothing was fuzzed. Install it with: pip install 'dogear[fuzz]'"
LONGEST = 20_000


def main(arguments: list[str]) -> int:
    """Feed one target; it ends with the first input that breaks the rule, which is then in the folder of crashes."""
    if importlib.util.find_spec("atheris") is None:
        print(MISSING, file=sys.stderr)
        return 0
    import atheris  # the only thing that needs it

    with atheris.instrument_imports(include=list(OURS)):
        from tests.measure.fuzz.targets import TARGETS
    parser = argparse.ArgumentParser(prog="python -m tests.measure.fuzz")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--crashes", type=Path, default=Path("data/crashes"))
    asked = parser.parse_args(arguments)
    target, seeds = TARGETS[asked.target]
    asked.crashes.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        options = [
            f"-max_total_time={asked.seconds}", f"-max_len={LONGEST}", "-timeout=25", "-rss_limit_mb=4096",
            "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={asked.crashes}/{asked.target}-",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, folder], target)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
