"""An edit of the settings is reported once it is complete, and never half of it."""

from datetime import timedelta

import pytest

from config.settings_file import SettingsFile
from harken.runtime.settings_watch import ABSENT_TIME, SETTLE_TIME, SettingsWatch
from tests.store.factories import NOON

TEXT = "zone: UTC\n"
EDITED = "zone: Europe/Berlin\n"


class Polls:
    """Polls of a watch, a tenth of its time to settle apart."""

    def __init__(self, folder, text=TEXT):
        self.path = folder / "harken.yaml"
        self.path.write_text(text)
        self.watch = SettingsWatch(SettingsFile(self.path, {}))
        self.now = NOON

    def during(self, time):
        """Return the first result during *time*; None if there is none."""
        end = self.now + time
        while self.now < end:
            self.now += SETTLE_TIME / 10
            if result := self.watch.poll(self.now):
                return result
        return None

    def rename(self, text):
        """Save as an editor that writes a draft first."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(self.path)


@pytest.fixture
def polls(tmp_path):
    return Polls(tmp_path)


LONG = timedelta(minutes=1)


def test_without_an_edit_there_is_nothing_to_report(polls):
    assert polls.during(LONG) is None


@pytest.mark.parametrize("save", ["write", "rename"])
def test_an_edit_is_reported_once_it_is_stable(polls, save):
    polls.path.write_text(EDITED) if save == "write" else polls.rename(EDITED)
    assert polls.during(SETTLE_TIME) is None
    assert polls.during(SETTLE_TIME).settings.zone == "Europe/Berlin"
    polls.watch.confirm()
    assert polls.during(LONG) is None


def test_a_file_that_is_being_written_is_not_read(polls):
    for text in ("zo", "zone: Eur", "zone: Europe/Berlin\nsour", EDITED):
        polls.path.write_text(text)
        assert polls.during(SETTLE_TIME * 0.8) is None
    result = polls.during(LONG)
    assert (result.settings.zone, result.problem) == ("Europe/Berlin", "")


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_file_that_is_gone_or_empty_for_a_moment_is_no_edit(polls, is_empty):
    polls.path.write_text("") if is_empty else polls.path.unlink()
    assert polls.during(ABSENT_TIME * 0.9) is None
    polls.rename(EDITED)
    assert polls.during(LONG).settings.zone == "Europe/Berlin"


def test_a_file_that_stays_away_is_a_mistake(polls):
    polls.path.unlink()
    result = polls.during(LONG)
    assert result.settings is None
    assert result.problem == f"{polls.path}: file not found. Run `harken init` to create one."


def test_a_file_that_stays_empty_is_a_mistake_and_removes_no_source(polls):
    polls.path.write_text("\n  \n")
    assert polls.during(LONG).settings is not None, "somebody wrote it so"
    polls.watch.confirm()
    polls.path.write_text("")
    assert polls.during(LONG).problem == f"{polls.path}:1:1: the file is empty."


def test_a_mistake_is_reported_with_its_place_and_again_only_after_an_edit(polls):
    polls.path.write_text("zone: UTC\nwatchs: []\n")
    problem = polls.during(LONG).problem
    place = f"{polls.path}:2:1: watchs: "
    assert problem == f"{place}unknown setting. Did you mean 'watches'?"
    polls.watch.confirm()
    assert polls.during(LONG) is None
    polls.path.write_text(TEXT)
    assert polls.during(LONG).settings.zone == "UTC"


def test_an_edit_that_could_not_be_applied_is_reported_again(polls):
    polls.path.write_text(EDITED)
    assert polls.during(LONG).settings == polls.during(LONG).settings
    polls.watch.confirm()
    assert polls.during(LONG) is None


def test_a_file_that_the_settings_name_belongs_to_them(polls):
    text = "topics: [{id: price, name: Price, sentences: [Dear.], examples: rows.jsonl}]\n"
    polls.path.write_text(text)
    assert "rows.jsonl" in polls.during(LONG).problem
    polls.watch.confirm()
    rows = polls.path.with_name("rows.jsonl")
    rows.write_text('{"text": "Too much.", "label": "price"}\n')
    (topic,) = polls.during(LONG).settings.topics
    assert topic.examples == ("Too much.",)
    polls.watch.confirm()
    rows.write_text('{"text": "Far too much.", "label": "price"}\n')
    (topic,) = polls.during(LONG).settings.topics
    assert topic.examples == ("Far too much.",)
