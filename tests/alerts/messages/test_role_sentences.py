"""Sentences on authors: role with its evidence, and perhaps irony."""

from dataclasses import replace

import pytest

from alerts.messages.role_sentences import author_message, author_notes, others_message
from core.role import Role
from templates.i18n import Translator
from tests.core.factories import mention, verdict

say = Translator()
NEWS = verdict(heads={"role": {"news": 0.87, "customer": 0.13}})
IRONIC = verdict(heads={"irony": {"irony": 0.8, "literal": 0.2}})


def test_others_are_counted_by_role_most_frequent_first():
    counts = {Role.CUSTOMER: 50, Role.BRAND: 1, Role.ADVERT: 0, Role.NEWS: 3, Role.AUTOMATED: 3}
    assert say(others_message(counts)) == (
        "Also, not counted as people: 3 automated posts, 3 news posts, 1 post by the brand itself."
    )


def test_customers_alone_need_no_sentence():
    assert others_message({Role.CUSTOMER: 50}) is None
    assert others_message({}) is None


@pytest.mark.parametrize(
    ("subject", "notes"),
    [
        (mention(), []),
        (mention(NEWS), ["News"]),
        (mention(IRONIC), ["Perhaps ironic"]),
        (replace(mention(IRONIC), brand_of=("acme",)), ["The brand itself", "Perhaps ironic"]),
    ],
)
def test_notes_name_what_is_unusual(subject, notes):
    assert [say(note) for note in author_notes(subject)] == notes


def test_note_is_for_the_watch():
    subject = replace(mention(), brand_of=("acme",))
    assert author_notes(subject, "globex") == ()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (mention(), "Customer (assumed)"),
        (mention(NEWS), "News (model, 87%)"),
        (replace(mention(), author_role=Role.AUTOMATED), "Automated (marked by the platform)"),
        (replace(mention(), brand_of=("acme",)), "The brand itself (own account in harken.yaml)"),
    ],
)
def test_author_is_shown_with_the_evidence(subject, text):
    assert say(author_message(subject)) == text
