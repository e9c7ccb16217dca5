"""Discord's limits, as its API description states them: what is longer is refused as a whole."""

from __future__ import annotations

MESSAGE = 2_000
"""Characters of a message's content."""

TEXT = 4_000
"""Characters of all text displays of a message together."""

COMPONENTS = 40
"""Components of a message, nested ones counted."""

ROW = 5
"""Buttons side by side; a menu takes a row for itself."""

CUSTOM_ID = 100
"""Characters of the state that a button, a menu or a modal carries."""

BUTTON_LABEL = 80
"""Characters on a button."""

OPTIONS = 25
"""Options of a menu."""

OPTION = 100
"""Characters of a menu option's label, of its value and of its description."""

MODAL_TITLE = 45
"""Characters above a modal."""

INPUT_LABEL = 45
"""Characters above a field of a modal."""

INPUT = 4_000
"""Characters that can be typed into a field of a modal."""

CHOICES = 25
"""Choices of an autocomplete."""

CHOICE = 100
"""Characters of an autocomplete choice, of its name and of its value."""

PLACE_NAME = 100
"""Characters of the name of a channel or a thread."""

ALT_TEXT = 1_024
"""Characters that describe a picture to who does not see it."""

POLL_ANSWER = 55
"""Characters of an answer of a poll."""

POLL_HOURS = 768
"""Hours that a poll lasts at most: 32 days."""

FILE = 10 * 1024 * 1024
"""Bytes of a file: 10 MiB."""
