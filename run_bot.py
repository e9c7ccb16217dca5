"""Starts Dogear: reads the environment and `.env`, and runs one command. `python run_bot.py --help` lists them."""

from __future__ import annotations

import os
import sys

from dotenv import load_dotenv

from bot.terminal.cli import main

if __name__ == "__main__":
    # Into the environment and not only into our settings: the packages of chat models read their own keys from it.
    load_dotenv(".env", interpolate=False)
    sys.exit(main(sys.argv[1:], os.environ))
