"""Starts Dogear: reads the environment and `.env`, and runs one command. `python run_bot.py --help` lists them."""

import contextlib
import ctypes
import io
import os
import sys

from dotenv import load_dotenv

from bot.cli.main import main


def give_memory_back() -> None:
    """Have glibc return what is freed, which it otherwise keeps for each thread: 110 MB once books have been read."""
    with contextlib.suppress(AttributeError, OSError):  # another system's C library
        c = ctypes.CDLL(None)
        c.mallopt(-8, 2)  # M_ARENA_MAX: all threads share two heaps
        c.mallopt(-3, 1 << 20)  # M_MMAP_THRESHOLD: a megabyte or more goes back as soon as it is freed


def start() -> int:
    """Run what the command line says, and return the exit status."""
    give_memory_back()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ★ shows ? and goes on
    try:
        # Into the environment and not only into our settings: the packages of chat models read their keys from there.
        load_dotenv(".env", interpolate=False)
    except (OSError, UnicodeDecodeError):
        print("The file .env cannot be read. Save it as UTF-8 text, as .env.example is.", file=sys.stderr)
        return 1
    return main(sys.argv[1:], os.environ)


if __name__ == "__main__":
    sys.exit(start())
