"""Mentions of a case as the crawlers and the classifier would store them."""

from collections.abc import Sequence
from typing import Final

from bench.reality.alerting.clock import at_hour
from bench.reality.alerting.draws import DrawnMention
from core.analysis import AnalysisResult
from core.crawl import CrawledPost, Post
from core.identity import mention_id, text_sha256
from core.mention import AnalysisState, Sentiment, Verdict

HOST: Final = "blog.example"
MODEL: Final = "lexicon"
ENCODER: Final = "e" * 64
VECTOR: Final = b"\x00\x3c" * 4  # four ones, float16
# The case draws the class of a mention and nothing else, so all mentions have these.
PROBABILITIES: Final = {"negative": 0.7, "neutral": 0.2, "positive": 0.1}


def crawled_post(
    number: int, mention: DrawnMention, watches: Sequence[str], revision: str
) -> CrawledPost:
    """Return *mention* as a crawled post that matches each of *watches* (slugs)."""
    text = wording(number, mention)
    return CrawledPost(
        id=mention_id(_uri(number)),
        post=Post(
            uri=_uri(number),
            url=_uri(number),
            text=text,
            platform=HOST,
            author=None,
            published=at_hour(mention.at_h),
        ),
        text_sha256=text_sha256(text),
        voice=mention.author,
        family=f"own{number}",
        matches=dict.fromkeys(watches, revision),
    )


def classification(number: int, mention: DrawnMention) -> AnalysisResult:
    """Return the result of the classifier on *mention*: negative or neutral, and its topics."""
    digest = text_sha256(wording(number, mention))
    verdict = Verdict(
        watch=None,
        sentiment=Sentiment.NEGATIVE if mention.is_negative else Sentiment.NEUTRAL,
        probabilities=PROBABILITIES,
        polarity=PROBABILITIES["positive"] - PROBABILITIES["negative"],
        topics=mention.topics,
        model=MODEL,
        text_sha256=digest,
    )
    return AnalysisResult(
        id=mention_id(_uri(number)),
        text_sha256=digest,
        analysis=AnalysisState.SCORED,
        reason=None,
        language="en",
        verdicts=(verdict,),
        vector=VECTOR,
        encoder_sha256=ENCODER,
        model=MODEL,
    )


def wording(number: int, mention: DrawnMention) -> str:
    """Return the text of *mention*; if the case gives none, one that names its topics."""
    return mention.text or f"Veloria {number}: " + ", ".join(
        f"the {topic} again" for topic in mention.topics
    )


def _uri(number: int) -> str:
    return f"https://{HOST}/m{number}"
