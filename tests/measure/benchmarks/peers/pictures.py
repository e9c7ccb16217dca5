"""The figures as pictures: time by size, what is found and given away, and what a process costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.measure.benchmarks.peers.contender import CONTENDERS, DOGEAR, ENSEMBLE, LLAMA, PEERS, SEARCH, STOCK

Figures = Mapping[str, Any]

COLOURS = {DOGEAR: "#1b5e8a", SEARCH: "#6aa5c9", STOCK: "#c8553d", ENSEMBLE: "#e0985b", LLAMA: "#8a6bb0"}
SHOWN = {
    "at_1": "right section first",
    "at_3": "in the first three",
    "at_answer": "answer holds it",
    "leaks_unfiltered": "leaks, position not filtered",
}
"""Measures of the picture of quality."""

DPI = 120


def time_by_size(figures: Figures) -> Figure:
    """Draw the time of a question by the size of the library, both in powers of ten."""
    picture = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = picture.subplots()
    sizes = sorted(figures["sizes"], key=int)
    for name in (DOGEAR, SEARCH, *PEERS):
        told = [(int(s), figures["sizes"][s]["ms"][name]["p50"]) for s in sizes if name in figures["sizes"][s]["ms"]]
        axes.plot(*zip(*told, strict=True), marker="o", color=COLOURS[name], label=name)
    axes.set(xscale="log", yscale="log", xlabel="passages in the library", ylabel="milliseconds a question (p50)")
    axes.set_xticks([int(size) for size in sizes], [f"{int(size):,}" for size in sizes])
    axes.minorticks_off()
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    return picture


def found_and_given_away(of: Figures) -> Figure:
    """Draw what contenders find, and what they give away without their filter."""
    picture = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = picture.subplots()
    names = [name for name in CONTENDERS if name in of["contenders"]]
    for n, name in enumerate(names):
        values = [100 * of["contenders"][name].get(key, of["contenders"][name]["leaks"]) for key in SHOWN]
        places = [place + (n - (len(names) - 1) / 2) * 0.8 / len(names) for place in range(len(SHOWN))]
        axes.bar(places, values, 0.75 / len(names), color=COLOURS[name], label=name)
    axes.set_xticks(range(len(SHOWN)), list(SHOWN.values()))
    axes.set(ylabel="% of questions", ylim=(0, 100))
    axes.legend(frameon=False, ncols=len(names), loc="upper center", fontsize=8)
    return picture


def costs(figures: Figures) -> Figure:
    """Draw what a process costs in the smallest library: its start, its memory, and indexing."""
    smallest = figures["sizes"][min(figures["sizes"], key=int)]
    picture = Figure(figsize=(9, 3.4), layout="constrained")
    start, memory, indexing = picture.subplots(1, 3)
    _bars(start, smallest["start_s"], CONTENDERS, "seconds to the first answer")
    _bars(memory, smallest["resident_mb"], CONTENDERS, "MB resident")
    _bars(indexing, figures["indexing"]["rate"], (DOGEAR, STOCK, LLAMA), "passages indexed a second")
    return picture


def _bars(axes: Axes, values: Mapping[str, float], names: Sequence[str], title: str) -> None:
    axes.bar(
        [name.replace(", ", "\n") for name in names],
        [values[name] for name in names],
        color=[COLOURS[name] for name in names],
    )
    axes.set_title(title, fontsize=9)
    axes.tick_params(axis="x", labelsize=6)


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Write every picture of which there are figures; return their files."""
    made: dict[str, Figure] = {}
    if figures.get("sizes"):
        made["time"] = time_by_size(figures)
    for name, of in figures.get("quality", {}).items():
        made[f"quality-{name}"] = found_and_given_away(of)
    if figures.get("indexing") and all("start_s" in of for of in figures.get("sizes", {"": {}}).values()):
        made["cost"] = costs(figures)
    paths = []
    for name, picture in made.items():
        paths.append(folder / f"bench-{name}.png")
        picture.savefig(paths[-1], dpi=DPI)
    return paths
