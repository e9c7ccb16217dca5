"""What was measured, as tables and in docs/benchmarks.md, beside what was asked."""

import json
import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.measure.benchmarks.peers.contender import CONTENDERS, DOGEAR, PEERS, SEARCH, STOCK

NAMED = (
    "chromadb", "torch", "sentence-transformers", "langchain", "langchain-chroma", "langchain-classic",
    "llama-index-core", "llama-index-vector-stores-chroma",
)  # fmt: skip
"""Packages whose versions stand beside the figures."""


def this_machine() -> dict[str, Any]:
    """Return the processor, the memory and the versions that count."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in NAMED},
    }


def _processor(info: Path = Path("/proc/cpuinfo")) -> str:
    if not info.exists():
        return platform.processor() or platform.machine()
    lines = (line.partition(":") for line in info.read_text(encoding="utf-8").splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), platform.machine())


ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "figures" / "bench.json"
PICTURES = ROOT / "docs" / "pictures"

_TABLE = re.compile(r"(<!-- bench-([a-z-]+):begin -->\n).*?(<!-- bench-\2:end -->)", re.DOTALL)


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with these tables between their marks; what there is no table for stays as it is."""

    def put(found: re.Match[str]) -> str:
        return f"{found[1]}{tables[found[2]]}\n{found[3]}" if found[2] in tables else found[0]

    return _TABLE.sub(put, page)


def marked(page: str) -> list[str]:
    """Return the names of the tables for which a page has marks."""
    return [found[2] for found in _TABLE.finditer(page)]


def read_figures(path: Path = FIGURES) -> dict[str, Any]:
    """Return the figures of the last whole run; none before the first."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write_figures(figures: Mapping[str, Any], path: Path = FIGURES) -> None:
    """Keep figures, in an order that a person can compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


Figures = Mapping[str, Any]

ANSWER = {4_000: 1.0, 300_000: 0.1}
"""Parts of LangChain's time that a whole answer may take, by passages of the library."""

START, RESIDENT = 1.0, 1.0
"""Parts of LangChain's time to a first answer, and of its memory."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing asked: its limit, and the figure seen."""

    what: str
    limit: float
    seen: float

    @property
    def reached(self) -> bool:
        """Whether the figure is within the limit."""
        return self.seen <= self.limit


def goals(figures: Figures) -> Iterator[Goal]:
    """Yield the goals of which there is a figure."""
    sizes = {int(size): of for size, of in figures.get("sizes", {}).items()}
    for size, limit in ANSWER.items():
        if size in sizes:
            ms = sizes[size]["ms"]
            part = ms[DOGEAR]["p50"] / ms[STOCK]["p50"]
            yield Goal(f"whole answer, {size:,} passages: part of LangChain's time", limit, part)
    for size, of in sorted(sizes.items())[:1]:
        for name, what, limit in (
            ("start_s", "process start to first answer", START), ("resident_mb", "resident memory", RESIDENT),
        ):  # fmt: skip
            if name in of:
                part = of[name][DOGEAR] / of[name][STOCK]
                yield Goal(f"{what}, {size:,} passages: part of LangChain's", limit, part)


MEASURES = {
    "at_1": "right section first, at the position",
    "at_3": "… in the first three",
    "at_5": "… in the first five",
    "after_1": "right section first, after the end",
    "after_3": "… in the first three",
    "after_5": "… in the first five",
    "at_answer": "400 characters hold the answer, at the position",
    "after_answer": "… after the end",
    "leaks": "gives something away before, gated or filtered",
    "leaks_unfiltered": "… without the position in the filter",
}
"""Measures of quality in their order, as the tables call them."""

NONE = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns but the first are numbers."""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None) -> str:
    """Return a figure in as many digits as mean something."""
    if value is None:
        return NONE
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def quality(of: Figures) -> str:
    """Return what contenders answer and give away."""
    found = of["contenders"]
    names = [name for name in CONTENDERS if name in found]
    rows = [
        [told, *(f"{found[name][key]:.1%}" if key in found[name] else NONE for name in names)]
        for key, told in MEASURES.items()
        if any(key in found[name] for name in names)
    ]
    return table([f"{of['questions']:,} questions, {of['books']} books", *names], rows)


def by_size(figures: Figures, names: Sequence[str], cell: Callable[[Figures, str], str]) -> str:
    """Return a table with a line a contender and a column a size."""
    sizes = sorted(figures["sizes"], key=int)
    rows = [[name, *(cell(figures["sizes"][size], name) for size in sizes)] for name in names]
    return table(["passages", *(f"{figures['sizes'][size]['passages']:,}" for size in sizes)], rows)


def time_per_question(figures: Figures) -> str:
    """Return how long a question takes."""

    def cell(of: Figures, name: str) -> str:
        return f"{number(of['ms'][name]['p50'])} ({number(of['ms'][name]['p95'])})" if name in of["ms"] else NONE

    return by_size(figures, (DOGEAR, SEARCH, *PEERS), cell)


def first_touch(figures: Figures) -> str:
    """Return how long the first question to a book takes."""
    ways = {"p50": "p50", "p95": "p95", "most": "longest"}
    return by_size(
        figures, list(ways.values()),
        lambda of, told: number({t: of["first_touch_ms"][key] for key, t in ways.items()}[told]),
    )  # fmt: skip


def processes(figures: Figures) -> str:
    """Return how long a process takes to its first answer, and the memory that it holds."""

    def cell(of: Figures, name: str) -> str:
        if name not in of.get("start_s", {}):
            return NONE
        return f"{number(of['start_s'][name])} s, {of['resident_mb'][name]:,} MB"

    return by_size(figures, CONTENDERS, cell)


def indexing(figures: Figures) -> str:
    """Return how many passages a second are embedded and written."""
    return table(
        ["", "passages a second"], [[name, number(rate)] for name, rate in figures["indexing"]["rate"].items()]
    )


def goals_table(figures: Figures) -> str:
    """Return what was asked, beside what was seen."""
    rows = [[g.what, f"≤ {g.limit:g}", f"{g.seen:.3g}", "yes" if g.reached else "no"] for g in goals(figures)]
    return table(["", "asked", "seen", "reached"], rows)


def machine(figures: Figures) -> str:
    """Return what the figures were made on."""
    of = figures["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in of["versions"].items())
    return f"{of['processor']}, {of['cores']} cores, {of['memory_gb']} GB; Python {of['python']}; {versions}."


def tables(figures: Figures) -> dict[str, str]:
    """Return every table of which there are figures, by its name in docs/benchmarks.md."""
    found = {"machine": machine(figures)}
    for name, of in figures.get("quality", {}).items():
        found[f"quality-{name}"] = quality(of)
    if figures.get("sizes"):
        found |= {
            "time": time_per_question(figures), "touch": first_touch(figures), "processes": processes(figures),
        }  # fmt: skip
    if figures.get("indexing"):
        found["indexing"] = indexing(figures)
    return found | {"goals": goals_table(figures)}
