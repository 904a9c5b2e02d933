"""Pairs of classes of two rooms that share more than four field names.

Such a pair is a twin: one value that is defined twice and copied field by field between the rooms.
A value that passes between rooms belongs to core. ``ALLOWED`` lists the pairs that are no twins.

A field is an annotated name in the body of a class: dataclass, pydantic model, TypedDict,
NamedTuple. Inherited fields count, except those that both classes inherit from one.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from bench.gates.support.tree import Definition, modules

LIMIT: Final = 4  # field names that two classes of two rooms may share
OUTSIDE: Final = frozenset({"bench"})  # rooms outside the product

Pair = tuple[str, str]  # two classes as "room.Class", in the order of the alphabet

_CONTEXT: Final = "a typed template context, which selects and words fields of the value"
_MENTION: Final = "fields that the store selects of a mention, not the whole mention"
_PARSED: Final = "harken.yaml as its author writes it, and the value that it is parsed to"
_INDEXED: Final = "a document has the names and types of the query language"
_COINCIDENCE: Final = "both describe a mention, but neither is made of the other"
_INVENTED: Final = "the demo's truth about an invented post, which a crawl must find by itself"

ALLOWED: Final[Mapping[Pair, str]] = MappingProxyType(
    {
        (
            "alerts.IncidentEvent",
            "core.Incident",
        ): "an event changes an incident; it has no life cycle",
        (
            "alerts.Notification",
            "store.OutboxEntry",
        ): "the row holds the email as its bytes of MIME",
        (
            "alerts.Notification",
            "store.OutboxMessage",
        ): "the row holds the email as its bytes of MIME",
        ("alerts.Options", "config.MailSettings"): _PARSED,
        ("config.SubscriptionSettings", "store.Subscription"): _PARSED,
        ("config.WatchSettings", "core.Watch"): _PARSED,
        ("console.SearchParams", "indexer.Document"): "parameters of a URL, named as query fields",
        (
            "core.AnalysisResult",
            "store.TopicAssignment",
        ): "a stored verdict's topics and vector, no more",
        ("core.Incident", "templates.IncidentRow"): _CONTEXT,
        ("core.Mention", "demo.Entry"): _INVENTED,
        ("core.Mention", "indexer.Document"): _INDEXED,
        ("core.Mention", "store.ExtractedText"): _MENTION,
        ("core.Mention", "store.NegativeText"): _MENTION,
        ("core.Mention", "templates.MentionCard"): _CONTEXT,
        ("core.Mention", "templates.VoiceQuote"): _CONTEXT,
        ("core.Observation", "indexer.Document"): _INDEXED,
        ("core.Post", "demo.Entry"): _INVENTED,
        ("core.Spike", "templates.IncidentRow"): _CONTEXT,
        ("indexer.Document", "store.NegativeText"): _COINCIDENCE,
        ("indexer.Document", "templates.MentionCard"): _COINCIDENCE,
        ("indexer.Document", "templates.VoiceQuote"): _COINCIDENCE,
        ("store.OutboxEntry", "templates.NotificationRow"): _CONTEXT,
        ("store.PageCounts", "templates.SourceStatusRow"): _CONTEXT,
        ("store.RunTotals", "templates.SourceStatusRow"): _CONTEXT,
    }
)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of a room and its own fields."""

    path: PurePosixPath  # relative to the root
    line: int
    name: str  # "store.entities.Row"
    bases: tuple[str, ...]  # likewise, as far as the imports of the module allow
    fields: frozenset[str]

    @property
    def room(self) -> str:
        """The package directly below the root."""
        return self.path.parts[0]

    @property
    def label(self) -> str:
        """The room and the name, without the module between them."""
        return f"{self.room}.{self.name.rpartition('.')[2]}"


def problems(root: Path) -> list[str]:
    """Return a line for each twin in the tree *root* that is not allowed."""
    return [line for pair, line in pairs(root).items() if pair not in ALLOWED]


def pairs(root: Path) -> dict[Pair, str]:
    """Return the line of each pair in *root* above the limit, allowed or not, sorted."""
    classes = {item.name: item for item in _classes(root)}
    lines = {}
    for a, b in combinations(sorted(classes.values(), key=lambda item: item.label), 2):
        names = _shared(a, b, classes) if a.room != b.room else frozenset()
        if len(names) > LIMIT:
            text = f"{a.label} and {b.label} share {len(names)} fields: {' '.join(sorted(names))}"
            lines[a.label, b.label] = f"{a.path}:{a.line} {text}"
    return lines


def _shared(a: _Class, b: _Class, classes: Mapping[str, _Class]) -> frozenset[str]:
    """Return the fields that *a* and *b* both have without a common class that defines them."""
    lineage, other = _lineage(a, classes), _lineage(b, classes)
    common = _fields_of(lineage & other, classes)
    return (_fields_of(lineage, classes) & _fields_of(other, classes)) - common


def _fields_of(names: frozenset[str], classes: Mapping[str, _Class]) -> frozenset[str]:
    return frozenset(field for name in names for field in classes[name].fields)


def _lineage(item: _Class, classes: Mapping[str, _Class]) -> frozenset[str]:
    """Return the names of *item* and of all classes of the rooms that it inherits from."""
    names: set[str] = set()
    pending = [item.name]
    while pending:
        name = pending.pop()
        if name in classes and name not in names:
            names.add(name)
            pending += classes[name].bases
    return frozenset(names)


def _classes(root: Path) -> Iterator[_Class]:
    for module in modules(root):
        if not OUTSIDE & set(module.path.parts):
            yield from _classes_of(module.path, module.definitions)


def _classes_of(path: PurePosixPath, nodes: Sequence[Definition]) -> Iterator[_Class]:
    module = ".".join(path.with_suffix("").parts)
    aliases = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(nodes[0])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            bases = (ast.unparse(base) for base in node.bases)
            yield _Class(
                path=path,
                line=node.lineno,
                name=f"{module}.{node.name}",
                bases=tuple(aliases.get(base, f"{module}.{base}") for base in bases),
                fields=frozenset(_fields(node)),
            )


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            kind = ast.unparse(statement.annotation)
            if not kind.startswith(("ClassVar", "Final")):
                yield statement.target.id
