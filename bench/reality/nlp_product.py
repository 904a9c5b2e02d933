"""The product that the labelled texts are played on: one model, one record with its steps."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from config import taxonomy
from config.settings import Settings
from core.crawl import CrawledPage, CrawledPost, Post
from core.identity import mention_id, text_sha256
from core.mention import Mention
from core.watch import Watch
from harken import wiring
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.pace import Pace
from nlp.evaluation.evaluate import evaluate
from nlp.text.language import detect, likeliest_supported
from nlp.topic_classifier import TopicClassifier
from store import mentions, watches
from store.crawl import runs, sources
from store.crawl.pages import record_page

TOPICS: Final = Path(__file__).parents[2] / "nlp" / "taxonomies" / "journey.yaml"
"""The taxonomy whose ids the rows name."""
START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SOURCE: Final = "reality"


class Product:
    """An installation in the folder *work*, with the default model loaded once."""

    def __init__(self, work: Path) -> None:
        settings = Settings(state=work)
        self.model = wiring.open_model(settings)
        self._topics = taxonomy.load(TOPICS).topics
        self._taxonomy = TopicClassifier(
            self._topics, self.model.encode, self.model.topic_threshold
        )
        self._record = wiring.open_database(settings)
        self._time = START
        with self._record.write() as tx:
            sources.replace_from_file(tx, [(_SOURCE, "feed", {}, 900)], now=START)
            runs.start(tx, _SOURCE, _SOURCE, now=START)

    def close(self) -> None:
        """Close the record."""
        self._record.close()

    def classify(self, text: str, label: str, target: str | None = None) -> dict[str, Any]:
        """Predict the sentiment of *text* as `harken evaluate` does, towards *target* if named.

        Return its prediction: `language` and `sentiment`, both None where there is none. The
        language is the one that the product finds. *label* only serves the figures.
        """
        row = {"text": text, "label": label} | ({"target": target} if target else {})
        return evaluate([row], self.model, "towards" if target else "sentiment").predictions[0]

    def find_language(self, text: str, brands: Sequence[str]) -> str | None:
        """Return the language (ISO 639-1) as which the model reads *text*; None: unknown."""
        return detect(text, None, brands) or likeliest_supported(text, self.model.languages, brands)

    def analyse(self, name: str, text: str, brands: Sequence[str]) -> Mention:
        """Store a post that matches the watches of *brands*, and run the analyse step on it.

        *name* is unique among the posts. The slug of a watch is `brand-0`, `brand-1`, … in the
        order of *brands*; no other watch is active.
        """
        self._time += timedelta(seconds=1)  # The step takes the newest post first.
        post = _post(name, text, self._time)
        with self._record.write() as tx:
            active = [_watch(number, brand) for number, brand in enumerate(brands)]
            watches.replace_from_file(tx, active, self._topics)
            page = CrawledPage(source=_SOURCE, run=_SOURCE, posts=(_with_matches(post, active),))
            record_page(tx, page, now=self._time)
        analyse_batch(
            self._record, self.model, self._taxonomy, owner=_SOURCE, now=self._time, pace=Pace(1)
        )
        with self._record.read() as tx:
            return mentions.get(tx, [mention_id(post.uri)])[0]


def slug(number: int) -> str:
    """Return the slug of the watch on the brand *number*, counted from 0."""
    return f"brand-{number}"


def _watch(number: int, brand: str) -> Watch:
    query = f'"{brand}"'
    return Watch(
        slug=slug(number),
        name=brand,
        kind="brand",
        query=query,
        revision=watches.query_revision(query),
    )


def _post(name: str, text: str, at: datetime) -> Post:
    uri = f"https://reality.example/{name}"
    return Post(
        uri=uri,
        url=uri,
        text=text,
        platform="reality.example",
        author=None,
        published=at,
    )


def _with_matches(post: Post, active: Sequence[Watch]) -> CrawledPost:
    """Return *post* with matches for all of *active*: the crawl is not under test here."""
    return CrawledPost(
        id=mention_id(post.uri),
        post=post,
        text_sha256=text_sha256(post.text),
        voice=None,
        family=None,
        matches={watch.slug: watch.revision for watch in active},
    )
