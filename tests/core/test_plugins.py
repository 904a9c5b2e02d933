"""Plug-ins by the name of their file, and errors that say what their reader should do."""

import ast
import pickle
import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import plugins
from core.errors import ConfigError, HarkenError, PermanentError, QueryError, TransientError
from core.renamed import RENAMED
from crawlers.source import Source

ROOT = Path(__file__).parents[2]
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
    ("package", "some_names"),
    [
        ("crawlers.sources", {"feed", "forum", "mastodon"}),
        ("nlp.models", {"e5", "huggingface", "minilm"}),
        ("indexer.engines", {"memory", "tantivy", "elasticsearch"}),
        ("alerts.channels", {"email"}),
    ],
)
def test_packaged_plugins_are_available(package, some_names):
    names = plugins.available(package)
    assert some_names <= set(names)
    assert names == sorted(names)


def test_imported_class_is_not_the_plugin_of_a_module(package):
    """Every source file imports the base class, and may import a neighbour."""
    name, folder = package
    (folder / "one.py").write_text("from collections import UserDict\nclass One(UserDict): pass\n")
    (folder / "two.py").write_text(
        f"from collections import UserDict\nfrom {name}.one import One\nclass Two(One): pass\n"
    )
    from collections import UserDict

    assert plugins.load(name, "two", UserDict).__name__ == "Two"


def test_package_is_a_plugin(package):
    name, folder = package
    (folder / "deep").mkdir()
    (folder / "deep" / "__init__.py").write_text("class Deep(dict): pass\n")
    assert plugins.available(name) == ["deep"]
    assert plugins.load(name, "deep", dict).__name__ == "Deep"


@pytest.mark.parametrize("name", ["", "Feed", "feed.py", "../feed", "feed.Feed", "os", "__init__"])
def test_only_a_module_name_is_loaded(name):
    """A name in harken.yaml cannot load another module."""
    with pytest.raises(ConfigError, match=r"crawlers\.sources: unknown .* Known: feed, "):
        plugins.load("crawlers.sources", name, Source)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), NAMES)
def test_suggestion_is_an_available_name(names, word):
    suggestion = plugins.did_you_mean(word, names)
    assert suggestion == "" or suggestion in {f" Did you mean {name!r}?" for name in names}
    if word in names:
        assert suggestion == f" Did you mean {word!r}?"


def test_no_suggestion_without_names():
    assert plugins.did_you_mean("feed", []) == ""


# ---- plug-ins written for former names

FORMER_SOURCE = '''"""A source of somebody else, as it was written before names changed."""

from core.instants import iso
from core.mention import Post
from crawlers.address import canonical
from crawlers.source import Facts, Fetch, Page, Source


class Mine(Source):
    facts = Facts(
        key_needed=False,
        terms_url=None,
        limits="none",
        deletions="none",
        default_on=True,
        proven="documented",
    )

    def requests(self, cursor, now):
        return [Fetch(url=canonical(f"{self.options.url}?at={iso(now)}"))]

    def parse(self, body, fetch, url):
        post = Post(uri=url, url=url, text=body, platform="x", author=None, published=None)
        return Page(posts=(post,))
'''


def correct_text(text, message):
    """Return *text* with the renaming that *message* states."""
    former, present = re.search(r": (\S+) is now (\S+)\.$", message).groups()
    homes, names = zip(*(name.rsplit(".", 1) for name in (former, present)), strict=True)
    text = text.replace(f"from {former} import", f"from {present} import")
    text = text.replace(
        f"from {homes[0]} import {names[0]}\n", f"from {homes[1]} import {names[1]}\n"
    )
    return re.sub(rf"\b{names[0]}\b", names[1], text)


def test_source_with_former_names_loads_after_each_error_is_followed(package):
    """Each error states one present name; with all of them the file works again."""
    name, folder = package
    text, messages = FORMER_SOURCE, []
    while True:
        plugin = f"mine{len(messages)}"
        (folder / f"{plugin}.py").write_text(text)
        try:
            kind = plugins.load(name, plugin, Source)
            break
        except ConfigError as error:
            messages.append(str(error))
        following = correct_text(text, messages[-1])
        assert following != text, messages[-1]
        text = following
    assert [message.partition(": ")[2] for message in messages] == [
        "core.instants is now core.timestamps.",
        "core.timestamps.iso is now core.timestamps.format_utc.",
        "core.mention.Post is now core.crawl.Post.",
        "crawlers.address is now crawlers.urls.",
        "crawlers.urls.canonical is now crawlers.urls.canonical_url.",
        "crawlers.source.Facts is now crawlers.source.SourceInfo.",
        "crawlers.source.Page is now crawlers.source.ParsedPage.",
        "crawlers.source.Source.facts is now crawlers.source.Source.info.",
        "crawlers.source.Source.requests is now crawlers.source.Source.start_requests.",
    ]
    source = kind(kind.Options(url="https://blog.example/"))
    [fetch] = source.start_requests(None, datetime(2026, 1, 1, tzinfo=UTC))
    assert fetch.url == "https://blog.example/?at=2026-01-01T00:00:00Z"
    assert [post.text for post in source.parse("hello", fetch, fetch.url).posts] == ["hello"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nlp.adapted\n", "nlp.adapted is now nlp.encoder.adapter_model."),
        ("from nlp import adapted\n", "nlp.adapted is now nlp.encoder.adapter_model."),
        ("import nlp.bases.minilm\n", "nlp.bases is now nlp.encoder.weights_sources."),
        ("from nlp.model import Reading\n", "nlp.model.Reading is now nlp.model.Prediction."),
        (
            "from crawlers import source\nsource.Facts\n",
            "crawlers.source.Facts is now crawlers.source.SourceInfo.",
        ),
    ],
)
def test_former_name_is_reported_with_the_present_one(package, text, message):
    name, folder = package
    (folder / "mine.py").write_text(text)
    with pytest.raises(ConfigError) as error:
        plugins.load(name, "mine", dict)
    assert str(error.value) == f"{name}.mine: {message}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import no_such_library\n", ModuleNotFoundError),
        ("from crawlers.source import NoSuchName\n", ImportError),
        ("from crawlers import source\nsource.NoSuchName\n", AttributeError),
        ("None.facts\n", AttributeError),
    ],
)
def test_other_errors_of_a_plugin_are_raised_unchanged(package, text, kind):
    name, folder = package
    (folder / "mine.py").write_text(text)
    with pytest.raises(kind):
        plugins.load(name, "mine", dict)


def short_forms(path):
    """Return *path* as the changelog may write it: whole, without its package, or its last name."""
    return path, path.partition(".")[2], path.rpartition(".")[2]


@pytest.mark.parametrize(("former", "present"), RENAMED.items(), ids=list(RENAMED))
def test_changelog_lists_each_former_name_with_the_present_one(former, present):
    text = " ".join((ROOT / "CHANGELOG.md").read_text().split())
    pairs = product(short_forms(former), short_forms(present))
    assert any(f"`{old}` → `{new}`" in text for old, new in pairs)


def exists(dotted_name):
    """Return True if *dotted_name* is a module, a name in one, or a member of a class there."""
    home, _, name = dotted_name.rpartition(".")
    path = ROOT.joinpath(*dotted_name.split("."))
    if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
        return True
    file = ROOT.joinpath(*home.split(".")).with_suffix(".py")
    if file.is_file():
        return name in defined_names(ast.parse(file.read_text()).body)
    home, _, owner = home.rpartition(".")
    file = ROOT.joinpath(*home.split(".")).with_suffix(".py")
    classes = ast.parse(file.read_text()).body if file.is_file() else []
    return any(
        name in defined_names(node.body)
        for node in classes
        if isinstance(node, ast.ClassDef) and node.name == owner
    )


def defined_names(body):
    """Yield the names that the statements of *body* define, without those that they import."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


@pytest.mark.parametrize(("former", "present"), RENAMED.items(), ids=list(RENAMED))
def test_present_names_exist_and_former_ones_do_not(former, present):
    """Read from the files, so that no test imports torch. A later move must correct the table."""
    assert exists(present)
    assert not exists(former)


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
def test_errors_can_be_pickled(error):
    """A child process sends its error to the parent."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))


@pytest.mark.parametrize("kind", [ConfigError, PermanentError, TransientError])
def test_every_error_is_a_harken_error(kind):
    with pytest.raises(HarkenError, match="why"):
        raise kind("why")


def test_query_error_has_a_column_and_an_empty_hint():
    error = QueryError("no such field", column=0)
    assert (error.column, error.hint) == (0, "")
