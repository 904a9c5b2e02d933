"""Plug-ins by the name of their file, and errors that say what their reader should do."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import plugins
from core.errors import ConfigError, HarkenError, PermanentError, QueryError, TransientError
from crawlers.source import Source

NAMES = st.text(st.sampled_from("abcdef_"), min_size=1, max_size=8)


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    """A new package of plug-ins, its name and its folder."""
    name = f"plugins_{abs(hash(request.node.name)):x}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name, folder


@pytest.mark.parametrize(
    ("package", "some"),
    [
        ("crawlers.sources", {"feed", "forum", "mastodon"}),
        ("nlp.models", {"e5", "minilm"}),
        ("indexer.engines", {"memory", "tantivy", "elasticsearch"}),
        ("alerts.channels", {"email"}),
    ],
)
def test_what_ships_is_found(package, some):
    found = plugins.available(package)
    assert some <= set(found)
    assert found == sorted(found)


def test_a_class_that_is_only_imported_is_no_plugin_of_the_module(package):
    """Every source file imports the base class, and may import a neighbour."""
    name, folder = package
    (folder / "one.py").write_text("from collections import UserDict\nclass One(UserDict): pass\n")
    (folder / "two.py").write_text(
        f"from collections import UserDict\nfrom {name}.one import One\nclass Two(One): pass\n"
    )
    from collections import UserDict

    assert plugins.load(name, "two", UserDict).__name__ == "Two"


def test_a_folder_is_a_plugin_too(package):
    name, folder = package
    (folder / "deep").mkdir()
    (folder / "deep" / "__init__.py").write_text("class Deep(dict): pass\n")
    assert plugins.available(name) == ["deep"]
    assert plugins.load(name, "deep", dict).__name__ == "Deep"


@pytest.mark.parametrize("name", ["", "Feed", "feed.py", "../feed", "feed.Feed", "os", "__init__"])
def test_only_the_name_of_a_file_loads_anything(name):
    """What stands in harken.yaml cannot reach another module."""
    with pytest.raises(ConfigError, match=r"crawlers\.sources: unknown .* Known: feed, "):
        plugins.load("crawlers.sources", name, Source)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), NAMES)
def test_a_guess_is_one_of_the_known_or_none(known, word):
    told = plugins.did_you_mean(word, known)
    assert told == "" or told in {f" Did you mean {name!r}?" for name in known}
    if word in known:
        assert told == f" Did you mean {word!r}?"


def test_nothing_known_gives_no_guess():
    assert plugins.did_you_mean("feed", []) == ""


# ---- errors


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("wrong"),
        PermanentError("never"),
        TransientError("busy", retry_after=2.5),
        TransientError("busy"),
    ],
)
def test_an_error_crosses_processes_with_its_words(error):
    """A crawl child or a bench process hands its error to the parent."""
    told = pickle.loads(pickle.dumps(error))
    assert (type(told), str(told)) == (type(error), str(error))


@pytest.mark.parametrize("kind", [ConfigError, PermanentError, TransientError])
def test_whoever_catches_harken_errors_catches_all_of_them(kind):
    with pytest.raises(HarkenError, match="why"):
        raise kind("why")


def test_a_query_error_knows_its_column_and_perhaps_what_would_be_right():
    error = QueryError("no such field", column=0)
    assert (error.column, error.hint) == (0, "")
