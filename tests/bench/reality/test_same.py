"""Damaged indexes of a small installation, rebuilt by the real command."""

import shutil

import pytest

from bench.reality.search import same
from bench.reality.search.demo_state import StoppedInstallation, open_console
from bench.reality.search.same import Difference
from core.errors import HarkenError
from harken import wiring
from indexer.change import build_change
from store import changes, mentions
from tests.store import factories

SETTINGS = """
watches:
  - {slug: acme, name: Acme, query: brake, purpose: test}
"""
MENTIONS = 8


@pytest.fixture
def installation(sqlite_template, tmp_path):
    config, state = tmp_path / "harken.yaml", tmp_path / "state"
    state.mkdir()
    config.write_text(SETTINGS)
    shutil.copy(sqlite_template, state / "record.db")
    stopped_installation = StoppedInstallation(config, state)
    record = wiring.open_database(stopped_installation.settings)
    with record.write() as tx:
        factories.add_sources(tx, "blog")
    factories.store_page(
        record, *(factories.crawled_post(f"post{n}", f"brake {n}") for n in range(MENTIONS))
    )
    _fill_index(stopped_installation, record)
    record.close()
    return stopped_installation


def _fill_index(installation, record):
    with wiring.open_index(installation.settings, writer=True) as index, record.read() as tx:
        index.setup()
        numbers = {i: number for number, i in changes.read_after(tx, 0, 100)}
        index.apply([build_change(numbers[m.id], m) for m in mentions.all_mentions(tx)])


def test_up_to_date_index_has_no_difference(installation):
    assert same.compare(installation) == Difference(0, 0)


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("ghost", Difference(wrong=0, surplus=1)),
        ("other-words", Difference(wrong=1, surplus=0)),
        ("higher-number", Difference(wrong=1, surplus=0)),
    ],
)
def test_each_damage_is_a_difference(installation, tmp_path, name, difference):
    copy = installation.copy(tmp_path / "copy")
    same._DAMAGES[name](copy)
    assert same.compare(copy) == difference
    assert same.compare(installation) == Difference(0, 0)


def test_complete_rebuild_is_right(installation):
    def lose_all(copy):
        shutil.rmtree(copy.state / "index")
        with wiring.open_index(copy.settings, writer=True) as index:
            index.setup()

    is_right, seen = same._rebuild(installation, lose_all)
    assert is_right
    assert seen.startswith(f"{MENTIONS} wrong, 0 surplus before; 'exit 0: ")
    assert seen.endswith("; 0 wrong, 0 surplus after")


def test_index_that_cannot_be_opened_is_a_wrong_result(installation, tmp_path, monkeypatch):
    def lose_folder(copy):
        shutil.rmtree(copy.state / "index")

    monkeypatch.setattr(same, "_DAMAGES", {"no-folder": lose_folder})
    (tmp_path / "work").mkdir()
    (result,) = same.play(installation, tmp_path / "work")
    assert (result.kind, result.id, result.right) == ("same", "same-no-folder", False)
    assert result.seen.startswith("TransientError: There is no index")


def test_console_opens_at_the_time_of_the_newest_mention(installation):
    context = open_console(installation)
    assert context.now() == factories.NOON
    assert context.index.count() == MENTIONS
    context.index.close()
    context.database.close()


def test_state_without_mentions_is_refused(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "harken.yaml").write_text(SETTINGS)
    with pytest.raises(HarkenError, match="holds no mention"):
        open_console(StoppedInstallation(tmp_path / "harken.yaml", tmp_path / "state"))
