"""Try faults on the real bot and print what it survived.

python -m tests.measure.faults [--only kills] [--rounds 200] [--small]

The bot is `run_bot.py` in a process of its own, in quote mode; its Discord is ours (tests/fakes/discord_server), over a
real socket. It runs with the shipped library, or with `--small` with six small books. docs/reliability.md has the
figures.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from tests.measure.faults.bots import Shelf
from tests.measure.faults.damages import club_data, damaged, damaged_in_use
from tests.measure.faults.gateways import gateways
from tests.measure.faults.kills import kills
from tests.measure.faults.loads import NOVELS, building, busy, soak
from tests.measure.faults.outcomes import Outcome

Try = Callable[[Path, Shelf, int], Awaitable[Outcome]]

FAULTS: Mapping[str, Try] = {
    "kills": kills,
    "damaged": damaged,
    "damaged-in-use": damaged_in_use,
    "club-data": club_data,
    "gateway": gateways,
    "soak": soak,
    "soak-novels": partial(soak, novels=NOVELS),
    "busy": busy,
    "building": building,
}


async def run(name: str, rounds: int, *, small: bool) -> Outcome:
    """Try one fault in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="dogear-faults-") as made:
        folder = Path(made)
        return await FAULTS[name](folder, Shelf.small(folder) if small else Shelf.shipped(), rounds)


def main() -> None:
    """Read the command line, and try."""
    parser = argparse.ArgumentParser(description="Faults, tried on the real bot.")
    parser.add_argument("--only", choices=list(FAULTS), action="append", help="otherwise all of them")
    parser.add_argument("--rounds", type=int, default=0, help="how often; otherwise as often as is usual for a fault")
    parser.add_argument("--small", action="store_true", help="six small books in place of the shipped library")
    given = parser.parse_args()
    for name in given.only or FAULTS:
        outcome = asyncio.run(run(name, given.rounds, small=given.small))
        print("\n".join(outcome.lines()), flush=True)


if __name__ == "__main__":
    main()
