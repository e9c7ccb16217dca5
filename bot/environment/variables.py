"""The variables of an environment: each is asked for by its name, and what is wrong with any is collected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from pydantic import SecretStr

_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD)$|PASSWORD$")
_IN_ADDRESS = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
"""The password of an address, such as a proxy's: HTTPS_PROXY holds it under no name that says so."""

_OURS = "DOGEAR_"


class Variables:
    """Gives one variable after another; an empty one counts as not set. `problems` says what to write instead."""

    def __init__(self, environment: Mapping[str, str | None]) -> None:
        self._values = {name: value.strip() for name, value in environment.items() if value and value.strip()}
        self._asked: set[str] = set()
        self._passwords: set[str] = set()
        self.problems: dict[str, str] = {}

    def value(self, name: str) -> str | None:
        """Return what a variable is set to."""
        self._asked.add(name)
        return self._values.get(name)

    def secret(self, name: str) -> SecretStr | None:
        """Return a token or a key: one word of plain letters, as it was given out."""
        value = self.value(name)
        if value is None:
            return None
        if not value.isascii() or not value.isprintable() or " " in value:
            self.problems[name] = (
                "It holds a space or a letter that no token has. Copy it once more, without quotes and without “Bot”."
            )
        return SecretStr(value)

    def hide(self, *texts: str) -> None:
        """Count texts among the secrets, which the names of their variables do not say."""
        self._passwords.update(texts)

    def secrets(self) -> tuple[SecretStr, ...]:
        """Return every value whose name says that it is a secret, ours and those of any other library."""
        named = {value for name, value in self._values.items() if _SECRET_NAME.search(name.upper())}
        within = {found for value in self._values.values() for found in _IN_ADDRESS.findall(value)}
        return tuple(map(SecretStr, sorted(named | within | self._passwords)))

    def misspelt(self) -> dict[str, str]:
        """Return what is wrong with variables of ours that nothing has asked for."""
        ours = sorted(name for name in self._asked if name.startswith(_OURS))
        strangers = [name for name in self._values if name.startswith(_OURS) and name not in self._asked]
        nearest = {name: difflib.get_close_matches(name, ours, n=1, cutoff=0.8) for name in strangers}
        return {name: f"There is no such setting. Did you mean {near[0]}?" for name, near in nearest.items() if near}
