"""Ask a bot that speaks the batch format, and print what it gave away: `python -m leak_benchmark --bot COMMAND`."""

import sys

from tests.measure.evaluation.leak_benchmark import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
