"""Container and service files: what a linter and a schema say, and that they agree with the rest of the project."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RULES = [
    line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
UNIT = ROOT / "deploy" / "dogear.service"
EACH = ROOT / "deploy" / "dogear@.service"
OTHERS = (*UNIT.parent.glob("dogear-*.timer"), *UNIT.parent.glob("dogear-*.service"))


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions of a Dockerfile, each as its word and the rest, with its lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), " ".join(rest.split())


def is_sent(name: str) -> bool:
    """Return whether a file reaches the builder, by the rules of .dockerignore: the last one that fits decides."""
    sent = True
    for rule in RULES:
        pattern = rule.removeprefix("!")
        parts = [name, *(str(parent) for parent in Path(name).parents)]
        anywhere = pattern.startswith("**/")
        if any(fnmatchcase(Path(part).name if anywhere else part, pattern.removeprefix("**/")) for part in parts):
            sent = rule.startswith("!")
    return sent


def run(*command: str | Path) -> str:
    """Return what a command has to say; nothing where it finds all in order."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_dockerfile_is_in_order() -> None:
    assert run(BIN / "hadolint", ROOT / "Dockerfile") == ""


def test_compose_keeps_to_its_schema() -> None:
    checker = BIN / "check-jsonschema"
    assert run(checker, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml") == ""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize(("file", "name"), [(UNIT, UNIT.name), (EACH, "dogear@a.service")], ids=["one", "several"])
def test_the_unit_is_in_order_and_locked_down(tmp_path: Path, file: Path, name: str) -> None:
    unit = tmp_path / name
    text = file.read_text(encoding="utf-8")
    unit.write_text(
        text.replace("/opt/dogear/.venv/bin/python", sys.executable), encoding="utf-8"
    )  # it has to be there
    assert run("systemd-analyze", "verify", unit) == ""
    assert run("systemd-analyze", "security", "--offline=yes", "--threshold=20", unit) == "", "at most 2.0 of 10"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.name)
def test_the_units_around_it_are_in_order(tmp_path: Path, file: Path) -> None:
    for other in (UNIT, *OTHERS):
        text = other.read_text(encoding="utf-8").replace("/opt/dogear/.venv/bin/python", sys.executable)
        (tmp_path / other.name).write_text(text, encoding="utf-8")
    assert run("systemd-analyze", "verify", tmp_path / file.name) == ""


def test_each_host_keeps_the_data_folder_on_a_disk_and_gets_time_to_stop() -> None:
    fly = tomllib.loads((UNIT.parent / "fly.toml").read_text(encoding="utf-8"))
    (render,) = yaml.safe_load((UNIT.parent / "render.yaml").read_text(encoding="utf-8"))["services"]
    assert [mount["destination"] for mount in fly["mounts"]] == [render["disk"]["mountPath"]] == ["/data"]
    assert (UNIT.parent / fly["build"]["dockerfile"]).resolve() == (ROOT / render["dockerfilePath"]).resolve()
    assert (fly["kill_timeout"], render["maxShutdownDelaySeconds"]) == ("15s", 30)


def test_each_of_several_processes_is_the_one_with_a_folder_and_settings_of_its_own() -> None:
    one, each = ([line for line in f.read_text("utf-8").splitlines() if line[:1] != "#"] for f in (UNIT, EACH))
    own = "EnvironmentFile=/etc/dogear-%i.env"
    assert [line.replace("-%i", "").replace(" (%i)", "") for line in each if line != own] == one
    assert len([line for line in each if "%i" in line]) == 5


def test_all_that_is_copied_is_there_and_reaches_the_builder() -> None:
    copied = [rest.split()[:-1] for word, rest in instructions(DOCKERFILE) if word == "COPY" and "--from" not in rest]
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name
        assert is_sent(name), name


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        "bot/.env",
        "data/club.db",
        ".git/config",
        "tests/conftest.py",
        "bot/__pycache__/reply.pyc",
        "retrieval/.env.prod",
    ],
)
def test_neither_secrets_nor_data_reach_the_builder(name: str) -> None:
    assert not is_sent(name)


def test_the_bot_runs_as_nobody_in_particular_and_writes_to_its_data_alone() -> None:
    told = dict(instructions(DOCKERFILE))
    assert told["USER"] == "10001:10001"
    assert told["VOLUME"] == "/data"
    bot = COMPOSE["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["volumes"] == ["data:/data"]


def test_the_settings_of_the_image_are_understood_and_its_health_check_asks_their_port() -> None:
    told = dict(pair.split("=", 1) for word, rest in instructions(DOCKERFILE) if word == "ENV" for pair in rest.split())
    settings = Settings.from_environment(told)
    assert str(settings.data) == told["DOGEAR_DATA"]
    assert f"127.0.0.1:{settings.metrics_port}/health" in dict(instructions(DOCKERFILE))["HEALTHCHECK"]


def test_servers_are_started_only_when_they_are_asked_for() -> None:
    assert [name for name, of in COMPOSE["services"].items() if "profiles" not in of] == ["bot"]


def test_docker_and_systemd_wait_longer_than_the_bot_takes_to_leave() -> None:
    assert COMPOSE["services"]["bot"]["stop_grace_period"] == "15s"
    assert "TimeoutStopSec=15s" in UNIT.read_text(encoding="utf-8")
