"""The catalogue contains every visible sentence and nothing else."""

import re
import string
from itertools import chain
from pathlib import Path

import pytest

from alerts.messages.day_summary import HighlightKind, Safety
from alerts.messages.trend import Trend
from core.incident import IncidentKind, IncidentState
from core.mention import AnalysisState, Emotion, Intent, Sentiment
from core.role import Role, RoleOrigin
from templates.i18n import _SPECS, catalogue

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
MODULES = sorted(
    chain.from_iterable((ROOT / room).rglob("*.py") for room in ("alerts", "console", "templates"))
)
SAY_CALLS = re.compile(r"""say\(\s*"([\w.]+)"(\s*~)?""")
MSG_CALLS = re.compile(r"""msg\(\s*"([\w.]+)\"""")
KEY_LITERALS = re.compile(r"""\"(\w+\.\w+)\"""")
KEY_PREFIXES = re.compile(r"""f"(\w+\.)\{""")
# Sentences that only the pages' own code chooses.
CHOSEN_BY_PAGES = {"search", "incident", "mention", "letter", "offence", "irony"}


def used_keys() -> tuple[set[str], set[str]]:
    """Return the complete keys in code and templates, and the prefixes of composed keys."""
    complete_keys, prefixes = set(), set()
    for path in TEMPLATES:
        for key, is_prefix in SAY_CALLS.findall(path.read_text(encoding="utf-8")):
            (prefixes if is_prefix else complete_keys).add(key)
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        complete_keys |= set(MSG_CALLS.findall(source)) | set(KEY_LITERALS.findall(source)) & set(
            catalogue("en")
        )
        prefixes |= set(KEY_PREFIXES.findall(source))
    return complete_keys, prefixes


def test_every_used_sentence_exists():
    complete_keys, prefixes = used_keys()
    assert complete_keys - set(catalogue("en")) == set()
    for prefix in prefixes:
        assert any(key.startswith(prefix) for key in catalogue("en")), prefix


def test_every_sentence_is_used():
    complete_keys, prefixes = used_keys()
    unused_keys = {
        key
        for key in catalogue("en")
        if key not in complete_keys
        and not key.startswith((*prefixes, "format.", "unit.", "about."))
        and key.partition(".")[0] not in CHOSEN_BY_PAGES
    }
    assert unused_keys == set()


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("sentiment", [*Sentiment, "unscored", AnalysisState.PENDING, AnalysisState.QUARANTINED]),
        ("kind", IncidentKind),
        ("phase", IncidentState),
        ("trend", [*Trend, "over"]),
        ("safety", Safety),
        ("headline", [s for s in HighlightKind if s is not HighlightKind.INCIDENT]),
        ("headline", ["sour_new", "praise_new", "busy_new"]),
        (
            "silence",
            ["record", "source", "quiet", "scorer", "index", "smtp", "channel", "scheduler"],
        ),
        ("coverage", ["heard", "new", "late", "silent", "quiet", "forbidden", "broken", "gap"]),
        ("letter", ["brief", "digest", "notice", "due", "sent", "failed"]),
        ("gap", ["silence", "outage", "overrun"]),
        ("state", ["edited", "deleted"]),
        ("emotion", Emotion),
        ("intent", Intent),
        ("offence", ["clean", "offensive"]),
        ("irony", ["literal", "irony", "perhaps"]),
        ("role", Role),
        ("role_posts", [role for role in Role if role is not Role.CUSTOMER]),
        ("role_origin", RoleOrigin),
        ("head", ["emotion", "intent", "irony", "offence", "role"]),
        (
            "facet",
            ["sentiment", "role", "emotion", "intent", "source", "topic", "language", "watch"],
        ),
        ("status", ["pending", "scored", "unscored", "quarantined", "deleted"]),
        *(
            (section, ["403", "404", "405", "410", "411", "413", "422", "500", "503"])
            for section in ("error", "remedy")
        ),
    ],
)
def test_every_member_of_an_enumeration_has_a_sentence(section, names):
    missing = [name for name in names if f"{section}.{name}" not in catalogue("en")]
    assert missing == []


@pytest.mark.parametrize("key", catalogue("en"))
def test_every_sentence_can_be_formatted(key):
    """Its format specs exist; plural forms are one and other, and perhaps one for zero."""
    sentence = catalogue("en")[key]
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    if key.startswith("format."):
        return
    for form in forms:
        for _, name, spec, _ in string.Formatter().parse(form):
            assert name is None or name.isidentifier()
            assert not spec or spec in _SPECS
    assert isinstance(sentence, str) or set(sentence) - {"=0"} == {"one", "other"}
