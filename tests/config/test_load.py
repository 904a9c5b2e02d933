"""Settings: every mistake is reported with its place, and unknown keys are rejected."""

from pathlib import Path

import pytest

from config.load import load
from config.settings import Settings
from core.errors import ConfigError


def _load(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "harken.yaml"
    path.write_text(text)
    return load(path, environ or {})


def _complaint(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    return [line.replace(f"{tmp_path}/", "") for line in str(caught.value).splitlines()]


def test_an_empty_file_is_all_defaults(tmp_path):
    settings = _load(tmp_path, "")
    assert settings.index == "tantivy"
    assert settings.state == tmp_path / "state"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/record.db"
    assert settings.base_url == "http://127.0.0.1:8642"


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="harken init"):
        load(tmp_path / "no.yaml", {})


@pytest.mark.parametrize(
    ("text", "told"),
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
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(tmp_path, text, told):
    assert _complaint(tmp_path, text) == [told]


def test_all_mistakes_are_told_at_once(tmp_path):
    assert len(_complaint(tmp_path, "zone: X\nindex_prefix: 9\ncrawl: {batch: 0}\n")) == 3


def test_no_message_repeats_a_secret(tmp_path):
    text = "mail: {host: h, sender: a@b, password: [hunter2]}\n"
    assert "hunter2" not in "".join(_complaint(tmp_path, text))


def test_the_environment_overrides_and_reads_secret_files(tmp_path):
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


def test_the_state_folder_of_the_command_line_wins(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text("state: elsewhere\n")
    assert load(path, {}, state=tmp_path / "mine").state == tmp_path / "mine"


def test_every_setting_has_a_sentence_of_help():
    def parts(model):
        for name, found in model.model_fields.items():
            yield model, name, found
            for inner in (found.annotation, *getattr(found.annotation, "__args__", ())):
                if isinstance(inner, type) and hasattr(inner, "model_fields"):
                    yield from parts(inner)

    helpless = [
        f"{model.__name__}.{name}"
        for model, name, found in parts(Settings)
        if not found.description and "Settings" not in repr(found.annotation)
    ]
    assert helpless == []
