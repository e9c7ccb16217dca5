"""Every way in, fed with what nobody types: the same inputs on every run, so that a failure is one of the code."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure.fuzz.targets import TARGETS

FIXED = settings(
    max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *("<!--", "-->", "<!-- reveals: 0 -->", "---\n", "...\n", "&a ", "*a ", "? ", "!!python/name:os ", "{", "}"),
        *("[", "]", "[[", "\n[[similar]]\n", "0x" + "f" * 5_000, "9" * 5_000, "1e999", "nan", "-inf", "\x00"),
        *("\x1b[2J", "null", "PK\x03\x04", ","),
        *("\u202e", "\ufeff", "\ud800", "İ", "ﷺ", "<p>", "<table>", "</", "<script>", "<![CDATA[", "&#x110000;", "# "),
        *("> ", "- ", "```\n", "==Plot==", "Community Reviews\n", "rated it", "[a]: b\n", "||", "`", "@everyone"),
        *("Chapter 1\n", "ch ", " of ", "1,000", "%", "second", "0000", "9999", "year 1", "year 9999", "31 february"),
        *("in 999999 days", "24:00", "-1", "Etc/GMT+12", "../../x", "con", "\r", "\t", " ", '"', "'", "\\", "\\ud800"),
        *('{"id": 1, "do": "check", "text": "a"}\n', '"at": ', "[" * 2_000, '{"id":' * 900),
    )
)


@st.composite
def fed(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Return one of the seeds, broken in a few places, or pieces alone."""
    data = draw(st.sampled_from((*seeds, b"")))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((0, 0, 1, 4, 40))))
        data = data[:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + data[end:]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_in_is_a_value_or_an_error_of_ours(name: str) -> None:
    target, seeds = TARGETS[name]
    for seed in seeds:
        target(seed)

    @FIXED
    @given(fed(seeds))
    def feed(data: bytes) -> None:
        target(data)

    feed()
