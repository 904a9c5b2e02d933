"""The first two steps of a demo, which run side by side: the crawl and the scoring."""

from collections.abc import Mapping

from demo.display.display import Display
from demo.display.forecast import Rate, forecast, in_words
from store import counts
from store.analysis import queue
from store.crawl import sources
from store.database import Database


class ScoringSteps:
    """The progress of crawl and scoring.

    *expected* is the number of mentions of a complete crawl; *event* follows the last of them.
    """

    def __init__(self, display: Display, *, expected: int, event: str) -> None:
        self.rate = Rate()
        self.counts_by_state: Mapping[str, int] = {}  # at the last update
        self._display = display
        self._expected = expected
        self._event = event
        self._total = self._scored = 0
        self._is_crawling = True

    def update(self, database: Database, at: float) -> bool:
        """Show the counts at the time *at*, seconds; return True after the last mention."""
        with database.read() as tx:
            self.counts_by_state = counts.by_analysis_state(tx)
            backfilled_at = sources.backfill_completed_at(tx)
            backlog_size, _ = queue.backlog(tx)
        self._total = sum(self.counts_by_state.values())
        self._scored = self.counts_by_state["scored"] + self.counts_by_state["unscored"]
        self.rate.update(self._scored, at)
        self._show_crawl(is_done=backfilled_at is not None)
        self._show_scoring(at)
        return backfilled_at is not None and not backlog_size

    def finish(self) -> None:
        """Replace the second step by a line."""
        rate = f", {self.rate.per_second:.1f} per second" if self.rate.per_second else ""
        self._display.finish_step("Scoring", f"Scored: {self._scored:,} of {self._total:,}{rate}")

    def _show_crawl(self, *, is_done: bool) -> None:
        if self._is_crawling and is_done:
            self._display.finish_step("Crawling", f"Crawled: {self._total:,} mentions")
            self._is_crawling = False
        if self._is_crawling:
            expected = max(self._expected, self._total)  # new posts appear meanwhile
            counts = f"{self._total:,} of ~{expected:,}"
            self._display.update_step(
                "Crawling", counts, self._total / expected if expected else None
            )

    def _show_scoring(self, at: float) -> None:
        act = "Crawling and scoring" if self._is_crawling else "Scoring"
        remaining = max(self._expected, self._total) - self._scored
        remaining_s = forecast(self.rate, remaining, at)
        outlook = f"{self._event} in {in_words(remaining_s)}" if remaining_s else ""
        self._display.show_status(act, outlook)
        self._display.update_step(
            "Scoring",
            f"{self._scored:,} of {self._total:,}",
            self._scored / self._total if self._total else None,
        )
