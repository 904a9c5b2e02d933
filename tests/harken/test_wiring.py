"""Builders return the right object for each name and leak no secret."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from core.errors import ConfigError
from core.identity import voice_id
from harken import wiring
from harken.clock import Clock
from harken.voice_key import voice_key
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.engines.tantivy.index import TantivyIndex
from store import watches
from tests.store.factories import watch

SECRET = "sesame-7"
MAIL = {"host": "127.0.0.1", "port": 9, "sender": "h@acme.example", "password": SECRET}


def test_the_name_of_an_index_is_that_of_its_engine(tmp_path):
    embedded = wiring.open_index(Settings(state=tmp_path), writer=True)
    assert isinstance(embedded, TantivyIndex)
    with wiring.open_index(Settings(index="http://127.0.0.1:9"), writer=True) as remote:
        assert isinstance(remote, ElasticsearchIndex)


@pytest.mark.parametrize("index", ["", "tantivi", "127.0.0.1:9200", "ftp://x", "HTTP//x", "://"])
def test_any_other_index_is_a_mistake_in_the_settings(index):
    with pytest.raises(
        ConfigError, match="should be tantivy, the name of another engine, or"
    ) as caught:
        wiring.open_index(Settings(index=index), writer=False)
    assert repr(index) in str(caught.value)


@pytest.mark.parametrize("scheme", ["http://", "https://", "", "htp://", "http:/"])
def test_the_password_of_an_index_is_never_shown(scheme):
    settings = Settings(index=f"{scheme}me:{SECRET}@es.example:9")
    if scheme.startswith(("http://", "https://")):
        assert wiring.index_name(settings) == f"{scheme}es.example:9"
        assert SECRET not in wiring.index_consumer(settings)
        return
    for build in (partial(wiring.open_index, writer=False), wiring.index_name):
        with pytest.raises(ConfigError, match=r"es\.example:9") as caught:
            build(settings)
        assert SECRET not in str(caught.value)


def test_each_index_follows_under_a_name_of_its_own():
    """Another prefix is another index; another address is not."""
    names = [
        wiring.index_consumer(Settings(index=index, index_prefix=prefix))
        for index, prefix in [("tantivy", "a"), ("http://x", "a"), ("http://x", "b")]
    ]
    assert len(set(names)) == 3
    assert wiring.index_consumer(Settings(index="http://y", index_prefix="a")) == names[1]
    assert wiring.index_consumer(Settings(index_prefix="b")) == names[0]


def test_an_unknown_model_is_told_with_one_that_exists():
    with pytest.raises(ConfigError, match="Did you mean 'minilm'"):
        wiring.open_model(Settings(model={"name": "minilmm"}))


def test_without_a_mail_server_there_is_no_channel():
    assert wiring.channels(Settings()) == {}
    made = wiring.channels(Settings(mail=MAIL))
    assert list(made) == ["email"]
    assert SECRET not in repr(made)


def test_a_desk_shows_no_password(sqlite_record, tmp_path):
    settings = Settings(state=tmp_path, index=f"http://me:{SECRET}@127.0.0.1:9")
    desk = wiring.open_app_context(settings, sqlite_record, Clock())
    assert desk.engine == "http://127.0.0.1:9"
    desk.index.close()


def test_a_text_concerns_the_watches_of_the_record(sqlite_record):
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch("acme", "acme -boots"), watch("rival", "globex")], [])
    match = wiring.matcher(sqlite_record)
    assert list(match("Acme or Globex?")) == ["acme", "rival"]
    assert match("acme boots") == {}


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_pseudonym_is_made_with_the_key_of_the_state_folder(tmp_path_factory, platform, account):
    state = tmp_path_factory.getbasetemp() / "pseudonyms"
    assert wiring.pseudonym(state)(platform, account) == voice_id(
        voice_key(state), platform, account
    )
