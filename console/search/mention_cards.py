"""A mention as a card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alerts.messages.quotes import read
from console.layout import LINKS, Names
from console.search.params import SearchState
from core.identity import handle
from core.incident import Incident
from core.mention import Analysis, Intent, Mention
from indexer.highlight import Span, highlights
from indexer.query import Everything, Query
from templates.contexts.layout import Piece, Result

LONGEST: Final = 600  # characters of a text in a list: four lines of a wide screen
LEAD: Final = 120  # of these before the first hit
URGENT: Final = (Intent.CHURN_RISK, Intent.COMPLAINT)  # intents that call for an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Makes cards of mentions that were found by *query*."""

    names: Names
    query: Query = field(default_factory=Everything)
    alike: Mapping[str, int] = field(default_factory=dict)  # further mentions by family
    incidents: Sequence[Incident] = ()  # whose mentions bear its name
    watch: str | None = None  # whose sentiment they tell; None: that of the whole text

    def card(self, mention: Mention, *, whole: bool = False) -> Result:
        """*mention*; where not *whole*, as among its verdicts, its text is cut to a few lines."""
        spans = highlights(self.query, mention.text)
        alike = self.alike.get(mention.family or "", 0)
        incident = self._incident(mention)
        return Result(
            url=LINKS.mention(mention.id),
            original=mention.url,
            pieces=tuple((pieces if whole else excerpt)(mention.text, spans)),
            language=mention.language,
            tone=tone(mention, self.watch),
            certainty=certainty(mention, self.watch),
            intents=urgent(mention),
            topics=self._topics(mention),
            source=", ".join(mention.sources),
            voice=handle(mention.voice) if mention.voice else "",
            published=mention.published,
            alike=alike,
            alike_url=family_url(mention.family) if alike and mention.family else "",
            incident=incident.name if incident else "",
            incident_url=LINKS.incident(incident.id) if incident else "",
            state=mention.state,
            read=None if whole else read(mention.verdict_for(self.watch), mention.text),
        )

    def _incident(self, mention: Mention) -> Incident | None:
        return next((i for i in self.incidents if mention.id in i.mentions), None)

    def _topics(self, mention: Mention) -> tuple[str, ...]:
        verdict = mention.verdict
        return tuple(self.names.topic(t) for t in verdict.topics) if verdict else ()


def tone(mention: Mention, watch: str | None = None) -> str:
    """The sentiment of *mention* for *watch*, or of the whole text; or why it has none."""
    if sentiment := mention.sentiment_for(watch):
        return str(sentiment)
    unread = mention.analysis is Analysis.SCORED  # the text was edited since
    return str(Analysis.PENDING if unread else mention.analysis)


def certainty(mention: Mention, watch: str | None = None) -> float | None:
    """The probability of the sentiment for *watch*, or of the whole text, 0 to 1."""
    verdict = mention.verdict_for(watch)
    if verdict is None or verdict.sentiment is None:
        return None
    return verdict.probabilities.get(verdict.sentiment)


def urgent(mention: Mention) -> tuple[str, ...]:
    """What *mention* wants, as far as somebody should answer, the most urgent first."""
    said = mention.verdict.intents if mention.verdict else ()
    return tuple(intent for intent in URGENT if intent in said)


def family_url(family: str) -> str:
    """Where all mentions of *family* are found."""
    return SearchState(q=f"family:{family}", range="all").url()


def pieces(text: str, spans: Sequence[Span]) -> Iterator[Piece]:
    """*text* cut at the borders of *spans*; joined again it is *text*."""
    at = 0
    for start, end in spans:
        if at < start:
            yield Piece(text=text[at:start])
        yield Piece(text=text[start:end], hit=True)
        at = end
    if at < len(text):
        yield Piece(text=text[at:])


def excerpt(text: str, spans: Sequence[Span]) -> Iterator[Piece]:
    """The pieces of at most LONGEST characters of *text*, with the first hit among them."""
    first = max(0, spans[0][0] - LEAD) if spans and spans[0][1] > LONGEST else 0
    last = min(len(text), first + LONGEST)
    inside = [(a - first, min(b, last) - first) for a, b in spans if first <= a < last]
    if first:
        yield Piece(text="… ")
    yield from pieces(text[first:last], inside)
    if last < len(text):
        yield Piece(text=" …")
