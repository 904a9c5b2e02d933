"""A mention as a card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alerts.messages.quotes import read_share_message
from console.layout import LINKS, DisplayNames
from console.search.params import SearchParams
from core.identity import voice_handle
from core.incident import Incident
from core.mention import AnalysisState, Intent, Mention
from indexer.highlight import Span, highlights
from indexer.query import Everything, Query
from templates.contexts.layout import MentionCard, TextPart

MAX_TEXT_LENGTH: Final = 600  # characters of a text in a list: four lines of a wide screen
LEAD_LENGTH: Final = 120  # of these before the first hit
URGENT_INTENTS: Final = (Intent.CHURN_RISK, Intent.COMPLAINT)  # intents that call for an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBuilder:
    """Makes cards of mentions that were found by *query*."""

    names: DisplayNames
    query: Query = field(default_factory=Everything)
    duplicate_counts: Mapping[str, int] = field(default_factory=dict)  # further mentions by family
    incidents: Sequence[Incident] = ()  # whose mentions bear its name
    watch: str | None = None  # whose sentiment they tell; None: that of the whole text

    def build(self, mention: Mention, *, is_whole: bool = False) -> MentionCard:
        """*mention*; where not *whole*, as among its verdicts, its text is cut to a few lines."""
        spans = highlights(self.query, mention.text)
        duplicate_count = self.duplicate_counts.get(mention.family or "", 0)
        incident = self._find_incident(mention)
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
            published=mention.published,
            duplicate_count=duplicate_count,
            duplicates_url=family_url(mention.family) if duplicate_count and mention.family else "",
            incident=incident.name if incident else "",
            incident_url=LINKS.incident(incident.id) if incident else "",
            state=mention.state,
            read_note=None
            if is_whole
            else read_share_message(mention.verdict_for(self.watch), mention.text),
        )

    def _find_incident(self, mention: Mention) -> Incident | None:
        return next((i for i in self.incidents if mention.id in i.mentions), None)

    def _topics(self, mention: Mention) -> tuple[str, ...]:
        verdict = mention.verdict
        return tuple(self.names.topic(t) for t in verdict.topics) if verdict else ()


def sentiment_state(mention: Mention, watch: str | None = None) -> str:
    """The sentiment of *mention* for *watch*, or of the whole text; or why it has none."""
    if sentiment := mention.sentiment_for(watch):
        return str(sentiment)
    is_outdated = mention.analysis is AnalysisState.SCORED  # the text was edited since
    return str(AnalysisState.PENDING if is_outdated else mention.analysis)


def certainty(mention: Mention, watch: str | None = None) -> float | None:
    """The probability of the sentiment for *watch*, or of the whole text, 0 to 1."""
    verdict = mention.verdict_for(watch)
    if verdict is None or verdict.sentiment is None:
        return None
    return verdict.probabilities.get(verdict.sentiment)


def urgent_intents(mention: Mention) -> tuple[str, ...]:
    """What *mention* wants, as far as somebody should answer, the most urgent first."""
    intents = mention.verdict.intents if mention.verdict else ()
    return tuple(intent for intent in URGENT_INTENTS if intent in intents)


def family_url(family: str) -> str:
    """Where all mentions of *family* are found."""
    return SearchParams(q=f"family:{family}", range="all").url()


def highlighted_parts(text: str, spans: Sequence[Span]) -> Iterator[TextPart]:
    """*text* cut at the borders of *spans*; joined again it is *text*."""
    position = 0
    for start, end in spans:
        if position < start:
            yield TextPart(text=text[position:start])
        yield TextPart(text=text[start:end], is_hit=True)
        position = end
    if position < len(text):
        yield TextPart(text=text[position:])


def highlighted_excerpt(text: str, spans: Sequence[Span]) -> Iterator[TextPart]:
    """The pieces of at most LONGEST characters of *text*, with the first hit among them."""
    first = max(0, spans[0][0] - LEAD_LENGTH) if spans and spans[0][1] > MAX_TEXT_LENGTH else 0
    last = min(len(text), first + MAX_TEXT_LENGTH)
    clipped_spans = [(a - first, min(b, last) - first) for a, b in spans if first <= a < last]
    if first:
        yield TextPart(text="… ")
    yield from highlighted_parts(text[first:last], clipped_spans)
    if last < len(text):
        yield TextPart(text=" …")
