"""docs/add-a-command.md, followed step by step in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "add-a-command.md").read_text(encoding="utf-8")

FILES = dict(re.findall(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
"""What the page has one write, by the file that it goes into."""

IMPORT, ENTRY = re.findall(r"^\+(.*)$", PAGE, re.MULTILINE)  # the two lines of registration

MIGRATION = re.search(r"python -m (bot\.db\.migrations) \"(.+)\"$", PAGE, re.MULTILINE)


LIGHT = """
import pytest

from tests.fakes.embedder import HashedEmbedder


@pytest.fixture(scope="session")
def embedder() -> HashedEmbedder:
    return HashedEmbedder()
"""
"""Keeps the test of the command from loading the embedding model, which takes nine seconds of a processor."""


def follow(project: Path) -> None:
    """Do what the page says in a copy of the project."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "bot", project / "bot", ignore=skipped)
    shutil.copytree(ROOT / "tests" / "fakes", project / "tests" / "fakes", ignore=skipped)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/bot/conftest.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    for name in ("corpus", "prompts", "retrieval"):
        (project / name).symlink_to(ROOT / name)
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    (project / "tests" / "bot" / "features" / "conftest.py").write_text(LIGHT, encoding="utf-8")
    registry = project / "bot" / "features" / "registry.py"
    before = registry.read_text(encoding="utf-8")
    registry.write_text(before.replace("\nFEATURES = (\n", f"\n{IMPORT}\n\nFEATURES = (\n{ENTRY}\n"), encoding="utf-8")


def run(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the page's command in it, and the migration as it was drafted."""
    folder = tmp_path_factory.mktemp("project")
    follow(folder)
    assert MIGRATION
    run(folder, "-m", MIGRATION[1], MIGRATION[2])
    run(folder, "-m", "ruff", "format", ".")
    run(folder, "-m", "ruff", "check", "--fix", ".")
    return folder


def test_the_command_touches_one_folder_one_registration_and_one_migration(project: Path) -> None:
    new = sorted(
        str(file.relative_to(project).parent)
        for file in (project / "bot").rglob("*.py")
        if not (ROOT / file.relative_to(project)).exists()
    )
    assert new == ["bot/db/migrations/versions", *["bot/features/toast"] * 4]


def test_the_draft_of_the_migration_makes_the_new_table_and_nothing_else(project: Path) -> None:
    (draft,) = (project / "bot" / "db" / "migrations" / "versions").glob("*_toasts.py")
    text = draft.read_text(encoding="utf-8")
    assert re.findall(r"op\.((?:create|drop|add|alter)_\w+)", text) == ["create_table", "create_index"]
    assert '"toasts"' in text


def test_the_test_of_the_command_passes(project: Path) -> None:
    (test,) = [name for name in FILES if name.startswith("tests/")]
    told = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test)
    assert f"{len(re.findall('async def test_', FILES[test]))} passed" in told


def test_the_code_on_the_page_is_in_the_style_of_the_project(project: Path) -> None:
    assert {name: (project / name).read_text(encoding="utf-8") for name in FILES} == FILES
