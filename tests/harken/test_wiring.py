"""Builders return the right object for each name and leak no secret."""

from functools import partial

import pytest

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


def test_index_setting_selects_the_engine(tmp_path):
    local = wiring.open_index(Settings(state=tmp_path), writer=True)
    assert isinstance(local, TantivyIndex)
    with wiring.open_index(Settings(index="http://127.0.0.1:9"), writer=True) as remote:
        assert isinstance(remote, ElasticsearchIndex)


@pytest.mark.parametrize("index", ["", "tantivi", "127.0.0.1:9200", "ftp://x", "HTTP//x", "://"])
def test_unknown_index_is_a_mistake_in_the_settings(index):
    with pytest.raises(
        ConfigError, match="should be tantivy, the name of another engine, or"
    ) as error:
        wiring.open_index(Settings(index=index), writer=False)
    assert repr(index) in str(error.value)


@pytest.mark.parametrize("scheme", ["http://", "https://", "", "htp://", "http:/"])
def test_password_of_an_index_is_not_shown(scheme):
    settings = Settings(index=f"{scheme}me:{SECRET}@es.example:9")
    if scheme.startswith(("http://", "https://")):
        assert wiring.index_name(settings) == f"{scheme}es.example:9"
        assert SECRET not in wiring.index_consumer(settings)
        return
    for build in (partial(wiring.open_index, writer=False), wiring.index_name):
        with pytest.raises(ConfigError, match=r"es\.example:9") as error:
            build(settings)
        assert SECRET not in str(error.value)


def test_each_index_has_its_own_consumer_name():
    """Another prefix is another index; another address is not."""
    names = [
        wiring.index_consumer(Settings(index=index, index_prefix=prefix))
        for index, prefix in [("tantivy", "a"), ("http://x", "a"), ("http://x", "b")]
    ]
    assert len(set(names)) == 3
    assert wiring.index_consumer(Settings(index="http://y", index_prefix="a")) == names[1]
    assert wiring.index_consumer(Settings(index_prefix="b")) == names[0]


def test_unknown_model_is_an_error_with_a_suggestion():
    with pytest.raises(ConfigError, match="Did you mean 'minilm'"):
        wiring.open_model(Settings(model={"name": "minilmm"}))


def test_email_channel_needs_a_mail_server():
    assert wiring.channels(Settings()) == {}
    channels = wiring.channels(Settings(mail=MAIL))
    assert list(channels) == ["email"]
    assert SECRET not in repr(channels)


def test_context_of_the_console_has_no_password(sqlite_record, tmp_path):
    settings = Settings(state=tmp_path, index=f"http://me:{SECRET}@127.0.0.1:9")
    context = wiring.open_app_context(settings, sqlite_record, Clock())
    assert context.engine == "http://127.0.0.1:9"
    context.index.close()


def test_matcher_uses_the_watches_of_the_database(sqlite_record):
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch("acme", "acme -boots"), watch("rival", "globex")], [])
    match = wiring.matcher(sqlite_record)
    assert list(match("Acme or Globex?")) == ["acme", "rival"]
    assert match("acme boots") == {}


@pytest.mark.parametrize(("platform", "account"), [("site", "bob"), ("", ""), ("é", "Ünal")])
def test_pseudonym_uses_the_key_of_the_state_folder(sqlite_record, tmp_path, platform, account):
    with sqlite_record.write() as tx:
        pseudonym = wiring.pseudonym(tx, tmp_path)
    assert pseudonym(platform, account) == voice_id(voice_key(tmp_path), platform, account)
