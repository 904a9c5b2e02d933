"""Loading of settings: every error has its position, and unknown keys are rejected."""

from pathlib import Path

import pytest

from config.load import load
from config.settings import Settings
from core.errors import ConfigError


def _load(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "harken.yaml"
    path.write_text(text)
    return load(path, environ or {})


def _error_messages(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        _load(tmp_path, text)
    return [line.replace(f"{tmp_path}/", "") for line in str(error.value).splitlines()]


def test_empty_file_gives_the_defaults(tmp_path):
    settings = _load(tmp_path, "")
    assert settings.index == "tantivy"
    assert settings.state == tmp_path / "state"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/record.db"
    assert settings.base_url == "http://127.0.0.1:8642"


def test_error_about_a_missing_file_names_harken_init(tmp_path):
    with pytest.raises(ConfigError, match="harken init"):
        load(tmp_path / "no.yaml", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "zone: Europe/Berln\n",
            "harken.yaml:1:1: zone: should be an IANA time zone such as Europe/Berlin "
            "(got 'Europe/Berln').",
        ),
        (
            "zone: UTC\nwatchs: []\n",
            "harken.yaml:2:1: watchs: unknown setting. Did you mean 'watches'?",
        ),
        (
            "crawl: {delay: 5 min}\n",
            "harken.yaml:1:9: crawl.delay: should be a duration such as 90s, 15m, 2h or 28d "
            "(got '5 min').",
        ),
        (
            "a: [\n",
            "harken.yaml:2:1: invalid YAML: expected the node content, but found '<stream end>'.",
        ),
        ("- 1\n", "harken.yaml:1:1: should be a mapping of settings such as `zone: UTC`."),
        (
            "people: [{slug: bob, name: B}]\n"
            "subscriptions: [{slug: a, person: bop, kind: digest}]\n",
            "harken.yaml:2:27: subscriptions.0.person: unknown person 'bop'. Did you mean 'bob'?",
        ),
        (
            "people: [{slug: bob, name: B}, {slug: bob, name: C}]\n",
            "harken.yaml:1:33: people.1.slug: 'bob' is used twice; it must be unique.",
        ),
        (
            "topics: [{id: late, name: Late, sentences: late}]\n",
            "harken.yaml:1:33: topics.0.sentences: should be a list of sentences (got 'late').",
        ),
        ("sources:\n", "harken.yaml:1:1: sources: should be a list of sources."),
        (
            f"topics: [{{id: {'a' * 70}, name: A, sentences: [a]}}]\n",
            "harken.yaml:1:11: topics.0.id: should be lower-case letters, digits, hyphens and "
            f"underscores, at most 63, such as acme-bikes (got '{'a' * 60}'… of 70 characters).",
        ),
    ],
)
def test_error_has_position_and_correct_value(tmp_path, text, message):
    assert _error_messages(tmp_path, text) == [message]


def test_all_errors_are_reported_together(tmp_path):
    assert len(_error_messages(tmp_path, "zone: X\nindex_prefix: 9\ncrawl: {batch: 0}\n")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "mail: {host: h, sender: a@b, password: [hunter2]}\n",
        "mail: {host: h, sender: a@b, pasword: hunter2}\n",
        "mail:\n  password:hunter2\n",
        "mail:\n  host: h\n  password:hunter2\n",
        "mail: {host: h, sender: a@b, password:hunter2}\n",
        "mail: {host: h, sender: a@b}\npassword: hunter2\n",
        "recrod: postgresql://harken:hunter2@db/harken\n",
        "record: {postgresql://harken:hunter2@db/harken: 1}\n",
        "sources: [{slug: s, kind: feed, options: token=hunter2}]\n",
    ],
)
def test_error_does_not_quote_a_secret(tmp_path, text):
    """It is shown on every page of the console; a space after a colon is easily forgotten."""
    assert "hunter2" not in "".join(_error_messages(tmp_path, text))


def test_environment_overrides_settings_and_reads_secret_files(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    environ = {
        "HARKEN_ZONE": "Europe/Paris",
        "HARKEN_MAIL__PASSWORD_FILE": str(secret),
        "HARKEN_UNRELATED": "x",
        "PATH": "/bin",
    }
    settings = _load(tmp_path, "mail: {host: h, sender: a@b}\n", environ)
    assert settings.zone == "Europe/Paris"
    assert settings.mail is not None
    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_state_folder_of_the_command_line_wins(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text("state: elsewhere\n")
    assert load(path, {}, state=tmp_path / "mine").state == tmp_path / "mine"


def test_every_setting_has_a_description():
    def parts(model):
        for name, field in model.model_fields.items():
            yield model, name, field
            for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(inner, type) and hasattr(inner, "model_fields"):
                    yield from parts(inner)

    undescribed_names = [
        f"{model.__name__}.{name}"
        for model, name, field in parts(Settings)
        if not field.description and "Settings" not in repr(field.annotation)
    ]
    assert undescribed_names == []
