"""Mistakes that would fail a process of a run are reported before an edit applies."""

import pytest

from config.load import load
from core.errors import ConfigError
from harken.settings_mistakes import reject_mistakes

GOOD = "watches: [{slug: acme, name: Acme, query: 'acme AND NOT \"acme street\"'}]\n"


def check(tmp_path, text):
    path = tmp_path / "harken.yaml"
    path.write_text(text)
    reject_mistakes(load(path, {}), path)


def test_settings_without_a_mistake_pass(tmp_path):
    options = "{url: http://a.example/feed}"
    check(tmp_path, GOOD + f"sources: [{{slug: s, kind: feed, options: {options}}}]\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "watches: [{slug: a, name: A, query: 'a AND ('}]\n",
            r"1:30: watches\.0\.query: .*at char",
        ),
        ("sources:\n  - {slug: s, kind: fed}\n", r"2:5: sources\.0: .*'fed'.* Did you mean 'feed'"),
        ("sources:\n  - {slug: s, kind: feed, options: {ulr: x}}\n", r"2:5: sources\.0: .*url"),
        ("model: {name: e55}\n", r"1:1: model: unknown 'e55'. Did you mean 'e5'\?"),
        ("model: {engine: torhc}\n", r"1:1: model: unknown 'torhc'. Did you mean 'torch'\?"),
        ("model: {weights: none.bin}\n", r"1:1: model: weights: 'none.bin' does not exist"),
        (
            f"model: {{weights: {__file__}}}\n",
            r"1:1: model: weights: .* needs its sha256 in weights_sha256",
        ),
        (
            f"model: {{weights: {__file__}, weights_sha256: abc}}\n",
            r"1:\d+: model\.weights_sha256: .*64 digits",
        ),
        ("console: {host: 0.0.0.0}\n", r"1:11: console\.host: .*open to other machines"),
    ],
)
def test_mistake_has_its_place(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        check(tmp_path, text)


def test_all_mistakes_are_listed(tmp_path):
    with pytest.raises(ConfigError) as error:
        check(tmp_path, "sources: [{slug: s, kind: fed}]\nmodel: {name: e55}\n")
    assert len(str(error.value).splitlines()) == 2
