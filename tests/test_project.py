"""The project's own files: versions pinned, everything declared that is imported, and nothing of one machine in it."""

import contextlib
import json
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from pathlib import Path

import pytest

from tests.import_graph import Tree

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = ("bot", "retrieval", "prompts", "corpus", "run_bot")

# Written in two halves, so that this file is not found itself.
MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:" + r"work|farm|root|home/[a-z]+|Users/[A-Za-z]+)/", re.MULTILINE)
REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs|debian)" + r"\.org|index-url\s*=", re.IGNORECASE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    """Return the names of what is required, without versions."""
    return {canonical(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def files_of_the_project() -> list[Path]:
    """Return all files that are tracked, or would be once added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_every_version_is_pinned_and_named_once() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", pin)] == []
    names = [pin.partition("==")[0] for pin in pins]
    assert names == sorted(set(names))
    wanted = declared(PROJECT["dependencies"]) | declared(PROJECT["optional-dependencies"]["test"])
    assert wanted - set(names) == set()


def test_no_pinned_version_needs_a_newer_python_than_is_promised() -> None:
    told = re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["requires-python"])
    assert told
    oldest, newer = (*map(int, told.groups()), 0), []
    for name, pinned in (
        pin.split("==") for pin in (ROOT / "constraints.txt").read_text("utf-8").split() if "==" in pin
    ):
        with contextlib.suppress(PackageNotFoundError):
            found = metadata(name)
            needs = re.search(r">=\s*([\d.]+\d)", found["Requires-Python"] or "")
            if found["Version"] == pinned and needs and tuple(map(int, needs[1].split("."))) > oldest:
                newer.append(f"{name}=={pinned} {needs[0]}")
    assert newer == [], "`make constraints` asks for the oldest; Debian 12 has Python 3.11.2"


@pytest.mark.parametrize(("parts", "extra"), [(OURS, ("try", "train")), (("tests",), ("test", "try", "fuzz"))])
def test_everything_imported_is_declared(parts: tuple[str, ...], extra: tuple[str, ...]) -> None:
    imported = {found.module.partition(".")[0] for found in Tree.read(ROOT, parts).imports()}
    foreign = imported - {*OURS, "tests"} - sys.stdlib_module_names
    providers = packages_distributions()
    wanted = declared(PROJECT["dependencies"])
    for name in extra:
        wanted |= declared(PROJECT["optional-dependencies"][name])
    assert {name for name in foreign if not wanted & set(map(canonical, providers.get(name, [name])))} == set()


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["path of one machine", "host of a registry"])
def test_no_file_holds_a(pattern: re.Pattern[str]) -> None:
    found = []
    for path in files_of_the_project():
        data = path.read_bytes()
        if b"\0" in data:
            continue
        found += [f"{path.relative_to(ROOT)}: {m[0]}" for m in pattern.finditer(data.decode("utf-8"))]
    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    machine, host = "/ro" + "ot/a", "https://py" + "pi.org/simple"
    assert MACHINE.search(f"cd {machine}")
    assert MACHINE.search("/ho" + "me/karla/b")
    assert not MACHINE.search("the /workshop/ and a/wo" + "rk/b")
    assert REGISTRY.search(host)


def test_constraints_are_what_pip_would_install_without_the_builds_of_one_machine() -> None:
    packages = [
        ("torch", "2.13.0+cpu"),
        ("nvidia-cublas", "1.0"),
        ("triton", "3.0"),
        ("PyYAML", "6.0"),
        ("dogear", "1"),
    ]
    report = {"install": [{"metadata": {"name": name, "version": version}} for name, version in packages]}
    script = runpy.run_path(str(ROOT / ".ci" / "constraints.py"))
    lines = script["constraints"](json.dumps(report)).splitlines()
    assert lines[1:] == ["pyyaml==6.0", "torch==2.13.0"]
