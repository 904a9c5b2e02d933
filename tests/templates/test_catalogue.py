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
from templates.i18n import _SPECS, catalogue

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
MODULES = sorted(chain((ROOT / "alerts").rglob("*.py"), (ROOT / "console").rglob("*.py")))
SAID = re.compile(r"""say\(\s*"([\w.]+)"(\s*~)?""")
PHRASED = re.compile(r"""msg\(\s*"([\w.]+)\"""")
NAMED = re.compile(r"""\"(\w+\.\w+)\"""")
BEGUN = re.compile(r"""f"(\w+\.)\{""")
# Sentences that only the pages' own code chooses.
CHOSEN = {"search", "incident", "mention", "letter", "offence"}


def used() -> tuple[set[str], set[str]]:
    """Return the complete keys in code and templates, and the prefixes of composed keys."""
    whole, begun = set(), set()
    for path in TEMPLATES:
        for key, goes_on in SAID.findall(path.read_text(encoding="utf-8")):
            (begun if goes_on else whole).add(key)
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        whole |= set(PHRASED.findall(source)) | set(NAMED.findall(source)) & set(catalogue("en"))
        begun |= set(BEGUN.findall(source))
    return whole, begun


def test_every_sentence_that_is_said_exists():
    whole, begun = used()
    assert whole - set(catalogue("en")) == set()
    for beginning in begun:
        assert any(key.startswith(beginning) for key in catalogue("en")), beginning


def test_every_sentence_that_exists_is_said():
    whole, begun = used()
    spare = {
        key
        for key in catalogue("en")
        if key not in whole
        and not key.startswith((*begun, "format.", "unit.", "about."))
        and key.partition(".")[0] not in CHOSEN
    }
    assert spare == set()


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
        ("silence", ["record", "source", "scorer", "index", "smtp", "scheduler"]),
        ("coverage", ["heard", "new", "late", "silent", "forbidden", "broken", "gap"]),
        ("letter", ["brief", "digest", "due", "sent", "failed"]),
        ("state", ["edited", "deleted"]),
        ("emotion", Emotion),
        ("intent", Intent),
        ("offence", ["clean", "offensive"]),
        ("head", ["emotion", "intent", "offence"]),
        ("facet", ["sentiment", "emotion", "intent", "source", "topic", "language", "watch"]),
        ("status", ["pending", "scored", "unscored", "quarantined", "deleted"]),
        ("error", ["403", "404", "410", "422", "500", "503"]),
    ],
)
def test_every_member_of_an_enumeration_has_its_word(section, names):
    missing = [name for name in names if f"{section}.{name}" not in catalogue("en")]
    assert missing == []


@pytest.mark.parametrize("key", catalogue("en"))
def test_every_sentence_can_be_said(key):
    """Its specs exist, and plural forms are one and other, some with a form for none."""
    sentence = catalogue("en")[key]
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    if key.startswith("format."):
        return
    for form in forms:
        for _, name, spec, _ in string.Formatter().parse(form):
            assert name is None or name.isidentifier()
            assert not spec or spec in _SPECS
    assert isinstance(sentence, str) or set(sentence) - {"=0"} == {"one", "other"}
