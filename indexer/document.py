"""A mention as an index stores it, equal for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from core.entity import EntityKind, hostname
from core.mention import Mention, MentionState, Sentiment, Verdict
from core.role import Role
from indexer.index_tokens import index_words
from indexer.query.fields import FIELDS, YesNo

# Incremented when a field is added, removed or changes its meaning. The first writer of a newer
# schema deletes an index of an older one and rebuilds it.
SCHEMA: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The fields of one mention for search, facets and display; names as in the query language.

    The sentiment is that of the whole text: the field cannot have a value for each watch.
    """

    id: str  # core.identity.mention_id
    words: str  # searched: indexer.index_tokens.index_words of the text, joined by blanks
    text: str  # displayed
    url: str
    published: int  # seconds since 1970, UTC; UNDATED: before all others
    first_seen: int  # likewise
    source: tuple[str, ...]
    watch: tuple[str, ...]
    topic: tuple[str, ...]
    language: str | None  # ISO 639-1
    sentiment: str | None  # core.mention.Sentiment; None: not scored (see analysis)
    polarity: float | None  # in [-1, 1]
    probability: float | None  # of the sentiment, 0 to 1
    emotion: str | None  # core.mention.Emotion; None: no model predicted it
    intent: tuple[str, ...]  # core.mention.Intent; likewise ()
    offensive: str | None  # yes | no; None: no model predicted it
    role: str = Role.CUSTOMER  # core.role.Role; brand for an own account of any watch
    voice: str | None
    family: str | None
    state: str  # core.mention.MentionState
    analysis: str  # core.mention.AnalysisState
    domain: str | None  # host of the url without "www."
    product: tuple[str, ...]  # names of the settings, in lower case
    place: tuple[str, ...]  # in lower case: countries and cities, such as de and de/munich
    tag: tuple[str, ...]  # core.entity.normalize_hashtag of each hashtag
    link: tuple[str, ...]  # hosts of its links
    undated: str = YesNo.NO  # yes: the date of publication is unknown
    schema: int = SCHEMA

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of the field *name* of the query language; none: ()."""
        value = getattr(self, name)
        if value is None:
            return ()
        return value if isinstance(value, tuple) else (value,)


def build_document(mention: Mention) -> Document:
    """Return the document of a mention that is not deleted.

    Raises:
        ValueError: the mention is deleted; its change is a Delete.
    """
    if mention.state is MentionState.DELETED:
        raise ValueError(f"mention {mention.id} is deleted and has no document")
    text = _encodable(mention.text)
    verdict = mention.verdict
    sentiment = verdict.sentiment if verdict else None
    return Document(
        id=mention.id,
        words=" ".join(index_words(text)),
        text=text,
        url=_encodable(mention.url),
        published=int(mention.sorted_at.timestamp() // 1),
        first_seen=int(mention.first_seen.timestamp() // 1),
        source=mention.sources,
        watch=mention.watches,
        topic=verdict.topics if verdict else (),
        language=mention.language,
        sentiment=sentiment,
        polarity=verdict.polarity if verdict else None,
        probability=_probability(verdict, sentiment),
        emotion=verdict.emotion if verdict else None,
        intent=verdict.intents if verdict else (),
        offensive=_yes_or_no(verdict.offensive) if verdict else None,
        role=mention.role,
        voice=mention.voice,
        family=mention.family,
        state=mention.state,
        analysis=mention.analysis,
        domain=hostname(mention.url),
        product=_entity_values(mention, EntityKind.PRODUCT),
        place=_place_values(mention),
        tag=_entity_values(mention, EntityKind.HASHTAG),
        link=_entity_values(mention, EntityKind.LINK),
        undated=str(_yes_or_no(mention.undated is not None)),
    )


def to_stored(document: Document) -> dict[str, Any]:
    """Return the JSON object that an engine stores, without words: they follow from the text."""
    return {name: getattr(document, name) for name in _STORED_FIELDS}


def from_stored(stored_fields: Mapping[str, Any]) -> Document:
    """Return the document from the *stored_fields* that :func:`to_stored` returned."""
    values: dict[str, Any] = {
        name: tuple(stored_fields[name]) if name in _TUPLE_FIELDS else stored_fields[name]
        for name in _STORED_FIELDS
    }
    return Document(words=" ".join(index_words(stored_fields["text"])), **values)


def field_values(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Return the values of every field of the query language, for the matcher."""
    return {name: document.values(name) for name in FIELDS}


_STORED_FIELDS: Final = tuple(field.name for field in fields(Document) if field.name != "words")
_TUPLE_FIELDS: Final = frozenset(
    {"source", "watch", "topic", "intent", "product", "place", "tag", "link"}
)


def _probability(verdict: Verdict | None, sentiment: Sentiment | None) -> float | None:
    return verdict.probabilities.get(sentiment) if verdict and sentiment else None


def _yes_or_no(flag: bool | None) -> YesNo | None:  # noqa: FBT001 -- the only parameter
    return None if flag is None else YesNo.YES if flag else YesNo.NO


def _entity_values(mention: Mention, kind: EntityKind) -> tuple[str, ...]:
    return tuple(_encodable(e.value.lower()) for e in mention.entities if e.kind is kind)


def _place_values(mention: Mention) -> tuple[str, ...]:
    """Return countries and places: a search for a country also matches its cities."""
    place_values = _entity_values(mention, EntityKind.PLACE)
    countries = (value.partition("/")[0] for value in place_values)
    return tuple(dict.fromkeys([*countries, *place_values]))


def _encodable(text: str) -> str:
    """Return *text* with ``?`` for each lone surrogate, which no engine accepts.

    All offsets stay the same.
    """
    return text.encode("utf-8", "replace").decode("utf-8")
