"""A conversation as it runs: greet, open the library, and answer line by line until the input ends."""

from __future__ import annotations

import sys

from bot.settings import Settings
from bot.terminal import cards
from bot.terminal.chat import Conversation
from bot.terminal.failures import write_down
from bot.terminal.keyboard import lines_from
from bot.terminal.positions_file import PositionsFile
from bot.terminal.screen import Screen
from bot.terminal.starting import opened
from bot.terminal.telling import Told, problem
from corpus.library import Library


def talk(settings: Settings, *, adults: bool) -> None:
    """Talk with a reader at the keyboard or through a pipe. Ctrl-C leaves, as the end of input does."""
    screen = Screen(sys.stdout)
    file = PositionsFile(settings.data)
    reader, trouble = file.read()
    try:
        screen.show(Told(cards.greeting(Library.load(settings.library).books, reader)))
        if trouble:
            screen.show(problem(trouble))
        with opened(settings) as discussion:
            conversation = Conversation(discussion, reader, file.write, adults=adults)
            for line in lines_from(sys.stdin, sys.stdout):
                told = _told(conversation, line, settings)
                if told is not None:
                    screen.show(told)
                    if told.over:
                        return
    except KeyboardInterrupt:
        screen.line("")


def _told(conversation: Conversation, line: str, settings: Settings) -> Told | None:
    """Return what is told to a line; a fault of ours costs that line, not the conversation."""
    try:
        return conversation.say(line)
    except Exception as error:  # noqa: BLE001 (it is written down)
        return problem(write_down(error, settings.data, settings.secrets))
