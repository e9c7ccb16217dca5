"""The settings: what is read, what is refused, and that no secret is ever shown."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people import Shards
from bot.settings import DATA, Settings, SettingsError
from corpus.library import SHIPPED
from retrieval.location import ChromaServer

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def problems(**environment: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)
    return caught.value.problems


def test_nothing_set_is_quote_mode_with_the_shipped_library() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings(library=SHIPPED, data=DATA, chat_timeout=20.0, log_level=logging.INFO)
    assert settings.chat_model is None


def test_everything_that_can_be_set_is_read(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "DISCORD_TOKEN": "one.two.three",
            "CHAT_MODEL": "ollama:llama3.1:8b",
            "CHAT_TIMEOUT": "7.5",
            "CHAT_CALLS": "1",
            "OPENAI_BASE_URL": "http://[::1]:8080/v1",
            "OPENAI_API_KEY": "a-key",
            "EMBEDDING_MODEL": "intfloat/e5-small",
            "DOGEAR_LIBRARY": str(tmp_path),
            "DOGEAR_DATA": str(tmp_path / "new"),
            "LOG_LEVEL": "debug",
            "PATH": "elsewhere",
        }
    )
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "one.two.three"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "a-key"
    assert (settings.chat_model, settings.chat_timeout, settings.chat_calls) == ("ollama:llama3.1:8b", 7.5, 1)
    assert settings.openai_base_url == "http://[::1]:8080/v1"
    assert settings.embedding_model == "intfloat/e5-small"
    assert (settings.library, settings.data) == (tmp_path, tmp_path / "new")
    assert settings.log_level == logging.DEBUG


@pytest.mark.parametrize(
    ("written", "url", "database", "tenant"),
    [
        ("http://localhost:8000", "http://localhost:8000", "dogear", "default_tenant"),
        ("https://chroma.example/under/", "https://chroma.example/under", "dogear", "default_tenant"),
        ("http://[::1]:8000?database=one-club&tenant=ours", "http://[::1]:8000", "one-club", "ours"),
    ],
)
def test_a_chroma_server_has_an_address_a_database_and_a_tenant(
    written: str, url: str, database: str, tenant: str
) -> None:
    settings = Settings.from_environment({"CHROMA_URL": written, "CHROMA_TOKEN": "a-token"})
    assert settings.chroma == ChromaServer(url, database, tenant, "a-token")
    assert "a-token" not in f"{settings!r} {settings.chroma!r} {settings.chroma.name}"
    assert Settings().chroma is None


@pytest.mark.parametrize(
    "written",
    ["localhost:8000", "ftp://a", "http://", "http://a:x", "http://a b", "http://a?data=x", "http://a?database=x/y",
     "http://a?database", "http://a#b", "http://[::1", "http://smiley:hunter-2@a:8000"],
)  # fmt: skip
def test_another_address_is_none_of_a_chroma_server(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"CHROMA_URL": written})
    assert "Write http://127.0.0.1:8000" in caught.value.problems["CHROMA_URL"]
    assert "hunter" not in repr(caught.value)


@pytest.mark.parametrize("written", ["gpt-4o-mini", ":llama3.1", "ollama:", "OpenAI: gpt", "llama3.1:latest"])
def test_a_chat_model_needs_its_provider(written: str) -> None:
    assert "provider:model" in problems(CHAT_MODEL=written)["CHAT_MODEL"]


@pytest.mark.parametrize("written", ["soon", "0", "-3", "nan", "inf", "601", "20 s"])
def test_a_timeout_is_a_number_of_seconds(written: str) -> None:
    assert "Write a number such as 20." in problems(CHAT_TIMEOUT=written)["CHAT_TIMEOUT"]


@pytest.mark.parametrize("written", ["many", "0", "-1", "1.5", "nan"])
def test_calls_at_once_are_a_whole_number(written: str) -> None:
    assert "Write one such as 4." in problems(CHAT_CALLS=written)["CHAT_CALLS"]


@pytest.mark.parametrize(("written", "on"), [("1", True), ("Yes", True), ("true", True), ("0", False), ("off", False)])
def test_reading_messages_is_turned_on_and_off_in_plain_words(written: str, on: bool) -> None:
    assert Settings.from_environment({"MESSAGE_CONTENT": written}).message_content is on


def test_folders_may_begin_with_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings.from_environment(
        {"EMBEDDING_MODEL": "~/models/e5", "DOGEAR_LIBRARY": "~/books", "DOGEAR_DATA": "~nobody-of-that-name/data"}
    )
    assert settings.embedding_model == str(tmp_path / "models" / "e5")
    assert (settings.library, settings.data) == (tmp_path / "books", Path("~nobody-of-that-name/data"))


def test_shards_are_shared_over_one_database() -> None:
    server = "postgresql://dogear:word@localhost/dogear"
    assert Settings.from_environment({"SHARDS": "0-1/4", "DATABASE_URL": server}).shards == Shards((0, 1), 4)
    assert "needs DATABASE_URL" in problems(SHARDS="0-1/4")["SHARDS"]
    for wrong in (
        "0-3", "all/16", "/16", "0-3/16/2", "0-3/0", "0-3/99999", "0--3/16", "0,,3/16", "3-0/16", "4/4", "0-3,2/16",
    ):  # fmt: skip
        assert "counted from 0" in problems(SHARDS=wrong, DATABASE_URL=server)["SHARDS"]


@pytest.mark.parametrize(
    "written", ["127.0.0.1:8080", "ftp://a/b", "http://", "http://a b/v1", "http://[::1", "http://a:x"]
)
def test_an_address_is_one_of_a_web_server(written: str) -> None:
    assert "Write one such as http://" in problems(OPENAI_BASE_URL=written)["OPENAI_BASE_URL"]


def test_an_address_holds_no_password() -> None:
    problem = problems(OPENAI_BASE_URL="http://smiley:hunter-2@localhost/v1")["OPENAI_BASE_URL"]
    assert "OPENAI_API_KEY" in problem
    assert "hunter-2" not in problem


@pytest.mark.parametrize("written", ["Bot one.two.three", "one.two.thrëe", "one.two\nthree"])
def test_a_token_is_copied_as_it_was_given_out(written: str) -> None:
    assert "Copy it once more" in problems(DISCORD_TOKEN=written)["DISCORD_TOKEN"]


def test_the_clubs_data_is_in_the_data_folder_unless_a_server_is_named() -> None:
    assert Settings.from_environment({"DOGEAR_DATA": "here"}).club_data == Path("here")
    settings = Settings.from_environment({"DATABASE_URL": "postgres://smiley:hunter%402@localhost/dogear"})
    assert settings.club_data == "postgres://smiley:hunter%402@localhost/dogear"
    assert "hunter" not in repr(settings)
    assert {"hunter%402", "hunter@2", settings.club_data} <= {each.get_secret_value() for each in settings.secrets}


@pytest.mark.parametrize(
    "written", ["dogear", "mysql://u:hunter-2@h/d", "postgresql://u:hunter-2@h", "postgresql://u:hunter-2@h:x/d"]
)
def test_an_address_of_a_database_is_one_of_postgresql(written: str) -> None:
    problem = problems(DATABASE_URL=written)["DATABASE_URL"]
    assert "Write postgresql://user:password@host:5432/database" in problem
    assert "hunter-2" not in problem


def test_a_level_is_one_of_the_known_ones() -> None:
    assert "DEBUG, INFO" in problems(LOG_LEVEL="loud")["LOG_LEVEL"]


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"CHAT_MODEL": "gpt", "CHAT_TIMEOUT": "soon", "LOG_LEVEL": "loud", "SECRETS": "x"})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == list(caught.value.problems)
    assert set(caught.value.problems) == {"CHAT_MODEL", "CHAT_TIMEOUT", "LOG_LEVEL"}


def test_every_secret_of_the_environment_is_known_for_the_logs() -> None:
    environment = {
        "ANTHROPIC_API_KEY": "k1",
        "OPENAI_API_KEY": "k2",
        "DB_PASSWORD": "k3",
        "MONKEY": "no",
        "TOKENS": "no",
    }
    settings = Settings.from_environment(environment)
    assert {secret.get_secret_value() for secret in settings.secrets} == {"k1", "k2", "k3"}


@given(inside=st.text(st.characters(codec="utf-8", exclude_characters="\0")), wrong=st.booleans())
def test_no_secret_is_ever_shown(inside: str, wrong: bool) -> None:
    secret = f"zq9{inside}9qz"
    environment = {"DISCORD_TOKEN": secret, "OPENAI_API_KEY": secret, "LOG_LEVEL": "loud" if wrong else "info"}
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        shown = f"{error} {error!r} {error.args} {error.problems}"
    else:
        shown = f"{settings} {settings!r} {settings.secrets}"
    assert secret not in shown


@pytest.mark.parametrize("name", ["CHAT_MODEL", "CHAT_TIMEOUT", "OPENAI_BASE_URL", "LOG_LEVEL", "DISCORD_TOKEN"])
def test_a_key_in_the_wrong_place_is_not_shown_either(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: "sk-this is a secret"})
    assert "sk-this" not in repr(caught.value)


def test_the_example_file_has_every_setting_with_a_comment_and_sets_none() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    entries = {m[1]: n for n, line in enumerate(lines) if (m := re.match(r"#? ?([A-Z][A-Z_]+)=", line))}
    assert set(entries) == {str(field.validation_alias) for field in Settings.model_fields.values()} - {"SECRETS"}
    for name, number in entries.items():
        above = lines[number - 1]
        assert above.startswith("# ") or above.split("=")[0].strip("# ") in entries, f"{name} has no comment"
    assert not [line for line in lines if re.match(r"[A-Z_]+=.+", line)]


@pytest.mark.parametrize("port", ["65536", "-1", "http", "127.0.0.1:9464", "9" * 30, "٣"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    assert "no port" in problems(METRICS_PORT=port)["METRICS_PORT"]
