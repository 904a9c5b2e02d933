"""Mentions as cards in lists and on pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alerts.messages.quotes import read_share_message
from alerts.messages.role_sentences import author_notes
from console.layout import LINKS, DisplayNames
from console.search.params import SearchParams
from core.identity import voice_handle
from core.incident import Incident
from core.mention import AnalysisState, Intent, Mention
from indexer.highlight import Span, highlights
from indexer.query import Everything, Query
from templates.contexts.layout import MentionCard, TextPart
from templates.i18n import Message

MAX_TEXT_LENGTH: Final = 600  # characters of a text in a list: four lines of a wide screen
LEAD_LENGTH: Final = 120  # characters kept before the first hit
URGENT_INTENTS: Final = (
    Intent.CHURN_RISK,
    Intent.COMPLAINT,
)  # most urgent first


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBuilder:
    """Builder of cards for the results of ``query``."""

    names: DisplayNames
    query: Query = field(default_factory=Everything)
    duplicate_counts: Mapping[str, int] = field(default_factory=dict)  # further mentions by family
    incidents: Sequence[Incident] = ()  # a card of their mentions bears the incident's name
    watch: str | None = None  # the cards show its sentiment; None: of the whole text

    def build(self, mention: Mention, *, is_whole: bool = False) -> MentionCard:
        """Return the card of *mention*. Unless *is_whole*, its text is cut to an excerpt."""
        spans = highlights(self.query, mention.text)
        duplicate_count = self.duplicate_counts.get(mention.family or "", 0)
        incident_name, incident_url = self._incident_link(mention)
        return MentionCard(
            url=LINKS.mention(mention.id),
            original=mention.url,
            text_parts=tuple(
                (highlighted_parts if is_whole else highlighted_excerpt)(mention.text, spans)
            ),
            language=mention.language,
            tone=sentiment_state(mention, self.watch),
            certainty=certainty(mention, self.watch),
            intents=urgent_intents(mention),
            topics=self._topics(mention),
            source=", ".join(mention.sources),
            voice=voice_handle(mention.voice) if mention.voice else "",
            published=mention.counted_at,
            undated=mention.undated,
            duplicate_count=duplicate_count,
            duplicates_url=family_url(mention.family or "") if duplicate_count else "",
            incident=incident_name,
            incident_url=incident_url,
            state=mention.state,
            read_note=None if is_whole else self._read_note(mention),
            author_notes=author_notes(mention, self.watch),
        )

    def _read_note(self, mention: Mention) -> Message | None:
        return read_share_message(mention.verdict_for(self.watch), mention.text)

    def _incident_link(self, mention: Mention) -> tuple[str, str]:
        """Return name and address of the incident of *mention*, or two empty strings."""
        for incident in self.incidents:
            if mention.id in incident.mentions:
                return incident.name, LINKS.incident(incident.id)
        return "", ""

    def _topics(self, mention: Mention) -> tuple[str, ...]:
        verdict = mention.verdict
        return tuple(self.names.topic(t) for t in verdict.topics) if verdict else ()


def sentiment_state(mention: Mention, watch: str | None = None) -> str:
    """Return the sentiment of *mention* for *watch* or of its whole text, or its analysis state."""
    if sentiment := mention.sentiment_for(watch):
        return str(sentiment)
    is_outdated = mention.analysis is AnalysisState.SCORED  # the text was edited later
    return str(AnalysisState.PENDING if is_outdated else mention.analysis)


def certainty(mention: Mention, watch: str | None = None) -> float | None:
    """Return the probability of the sentiment for *watch* or of the whole text, 0 to 1."""
    verdict = mention.verdict_for(watch)
    if verdict is None or verdict.sentiment is None:
        return None
    return verdict.probabilities.get(verdict.sentiment)


def urgent_intents(mention: Mention) -> tuple[str, ...]:
    """Return the intents of *mention* that need a reply, most urgent first."""
    intents = mention.verdict.intents if mention.verdict else ()
    return tuple(intent for intent in URGENT_INTENTS if intent in intents)


def family_url(family: str) -> str:
    """Return the address of a search for all mentions of *family*."""
    return SearchParams(q=f"family:{family}", range="all").url()


def highlighted_parts(text: str, spans: Sequence[Span]) -> Iterator[TextPart]:
    """Yield *text* cut at the borders of *spans*; the parts joined are *text* again."""
    position = 0
    for start, end in spans:
        if position < start:
            yield TextPart(text=text[position:start])
        yield TextPart(text=text[start:end], is_hit=True)
        position = end
    if position < len(text):
        yield TextPart(text=text[position:])


def highlighted_excerpt(text: str, spans: Sequence[Span]) -> Iterator[TextPart]:
    """Yield the parts of an excerpt of MAX_TEXT_LENGTH characters that contains the first hit."""
    first = max(0, spans[0][0] - LEAD_LENGTH) if spans and spans[0][1] > MAX_TEXT_LENGTH else 0
    last = min(len(text), first + MAX_TEXT_LENGTH)
    clipped_spans = [(a - first, min(b, last) - first) for a, b in spans if first <= a < last]
    if first:
        yield TextPart(text="… ")
    yield from highlighted_parts(text[first:last], clipped_spans)
    if last < len(text):
        yield TextPart(text=" …")
