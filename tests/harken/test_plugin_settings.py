"""Mistakes about index engines and channels are reported with their place in harken.yaml."""

import pytest

from alerts.channels.email import Security
from config.load import load
from config.settings import Settings
from core.errors import ConfigError
from harken import wiring
from harken.plugin_settings import plugin_problems
from indexer.engines.elasticsearch.index import ElasticsearchIndex

SECRET = "sesame-7"
MAIL = "mail: {host: mail.example, sender: h@acme.example}\n"


def load_settings(folder, text, environ=()):
    path = folder / "harken.yaml"
    path.write_text(text)
    return load(path, dict(environ), check=plugin_problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("index: tantivi", "1:1: index: 'tantivi' should be tantivy, the name of another engine"),
        ("index: tantivi", "Did you mean 'tantivy'?"),
        ("index: memory", "1:1: index: 'memory' keeps mentions in one process only"),
        ("index: elasticsearch", "index_options.url: is required."),
        ("index_options: {heap: 5}", "1:17: index_options.heap: unknown option. There are no opt"),
        (
            "index: http://x\nindex_options: {prefixx: a}",
            "2:17: index_options.prefixx: unknown option. Did you mean 'prefix'?",
        ),
        (
            "index: http://x\nindex_options: {timeout_s: 0}",
            "2:17: index_options.timeout_s: Input should be greater than 0.",
        ),
        (
            "index: http://x\nindex_options: {url: http://y}",
            "2:17: index_options.url: is set by `index`, too; remove one of the two.",
        ),
        ("channels: {emial: {}}", "1:12: channels.emial: unknown channel 'emial'. Did you mean"),
        ("channels: {email: {hello: x}}", "1:12: channels.email: needs `mail` with the server"),
        (
            f"{MAIL}channels: {{email: {{port: 25}}}}",
            "2:20: channels.email.port: belongs in `mail`: set mail.port instead.",
        ),
        (
            f"{MAIL}channels:\n  email:\n    helo: x\n",
            "4:5: channels.email.helo: unknown option. Did you mean 'hello'?",
        ),
        (
            "people: [{slug: a, name: A}]\n"
            "subscriptions:\n"
            "  - {slug: s, person: a, kind: brief, channel: pigeon}\n",
            "3:39: subscriptions.0.channel: unknown channel 'pigeon'. Known: email.",
        ),
    ],
)
def test_mistake_has_its_place(tmp_path, text, message):
    with pytest.raises(ConfigError) as error:
        load_settings(tmp_path, text)
    assert message in str(error.value)


def test_variable_of_a_wrong_option_is_named(tmp_path):
    with pytest.raises(ConfigError, match="HARKEN_INDEX: index: 'tantivi'"):
        load_settings(tmp_path, "zone: UTC\n", {"HARKEN_INDEX": "tantivi"})


@pytest.mark.parametrize(
    "text",
    [
        f"index: http://x\nindex_options: {{timeout_s: {SECRET}}}",
        f"index: http://x\nindex_options: {{{SECRET}: 1}}",
        f"{MAIL}channels: {{email: {{timeout_s: {SECRET}}}}}",
        f"index: htp://me:{SECRET}@h",
    ],
)
def test_no_value_of_an_option_is_in_a_message(tmp_path, text):
    """The second case shows that only keys are repeated."""
    with pytest.raises(ConfigError) as error:
        load_settings(tmp_path, text)
    assert (SECRET in str(error.value)) == (f"{SECRET}: 1" in text)


def test_options_are_not_in_the_representation_of_settings():
    settings = Settings(index_options={"a": SECRET}, channels={"b": {"c": SECRET}})
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("text", "prefix", "timeout_s"),
    [
        ("index: http://127.0.0.1:9\n", "harken", 60),
        ("index: http://127.0.0.1:9\nindex_prefix: mine\n", "mine", 60),
        (
            "index: elasticsearch\nindex_prefix: mine\n"
            "index_options: {url: 'http://127.0.0.1:9', prefix: own, timeout_s: 5}\n",
            "own",
            5,
        ),
    ],
)
def test_url_and_prefix_are_options_of_elasticsearch(tmp_path, text, prefix, timeout_s):
    settings = load_settings(tmp_path, text)
    with wiring.open_index(settings, writer=True) as index:
        assert isinstance(index, ElasticsearchIndex)
        assert (index._prefix, index._server) == (prefix, "http://127.0.0.1:9")
        assert index._client._request_timeout == timeout_s
    assert wiring.index_name(settings) == "http://127.0.0.1:9"
    assert wiring.index_consumer(settings) == f"elastic:{prefix}"


def test_mail_and_its_channel_together_are_the_options_of_email(tmp_path):
    text = f"{MAIL}channels: {{email: {{hello: harken.example, timeout_s: 3}}}}\n"
    settings = load_settings(tmp_path, text, {"HARKEN_MAIL__PASSWORD": SECRET})
    options = wiring.channels(settings)["email"].options
    assert (options.host, options.port, options.security) == (
        "mail.example",
        587,
        Security.STARTTLS,
    )
    assert (options.hello, options.timeout_s) == ("harken.example", 3)
    assert options.password.get_secret_value() == SECRET


def test_default_engine_is_not_imported_to_check_settings():
    """Many commands open no index."""
    import subprocess
    import sys

    code = (
        "import sys; from config.settings import Settings\n"
        "from harken.plugin_settings import plugin_problems\n"
        "print(list(plugin_problems(Settings())), 'tantivy' in sys.modules)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert process.stdout == "[] False\n"
