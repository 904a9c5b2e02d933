"""``harken analyse``: scores of pending mentions, and what is derived from stored ones."""

from typing import Annotated

import typer

from core.errors import ConfigError
from harken.commands.options import PROCESS, Follow, Invocation, shared_options
from harken.commands.progress import progress_bar
from harken.commands.step_counts import print_step, step_counts

TopicsOnly = Annotated[
    bool,
    typer.Option("--topics-only", help="Classify topics again with the current settings."),
]
NamesOnly = Annotated[
    bool,
    typer.Option("--names-only", help="Re-extract names with the current settings."),
]
Again = Annotated[
    bool, typer.Option("--again", help="Re-score mentions scored by a different model.")
]
WorkerName = Annotated[str, typer.Option("--name", hidden=True, help="Name of this worker.")]


@shared_options(PROCESS)
def analyse(
    invocation: Invocation,
    topics_only: TopicsOnly = False,
    names_only: NamesOnly = False,
    again: Again = False,
    follow: Follow = False,
    name: WorkerName = "analyse",
) -> None:
    """Score pending mentions: language, sentiment, topics.

    --topics-only classifies the topics of all stored mentions again and scores nothing; done counts
    the mentions whose topics changed. --names-only does the same for products, people, places,
    hashtags, links and phrases. It needs no model.

    --again re-scores mentions that a different model scored, newest first, and mentions without a
    score for one of their watches. New mentions go first, and Harken can keep running. If stopped,
    the next call continues. Old scores stay in the database.

    Example: harken analyse --again
    """
    if topics_only + names_only + again + follow > 1:
        message = "--topics-only, --names-only, --again and --follow cannot be combined"
        raise ConfigError(f"{message}: use one of them.")
    if again:
        _rescore(invocation)
        return
    from harken.runtime import workers

    settings, clock = invocation.settings(), invocation.clock
    with progress_bar(invocation, "Analysing mentions", is_shown=not follow) as progress:
        if topics_only:
            step_result = workers.reclassify_topics(settings, clock, progress)
        elif names_only:
            step_result = workers.reextract_entities(settings, clock, progress)
        else:
            step_result = workers.run_analyse_worker(
                settings, clock, follow=follow, name=name, progress=progress
            )
    print_step("analyse", step_result, invocation)


def _rescore(invocation: Invocation) -> None:
    from harken.runtime import workers

    with progress_bar(invocation, "Re-scoring mentions") as progress:
        queue_size, step_result, remaining = workers.rescore_mentions(
            invocation.settings(), invocation.clock, progress
        )
    result = step_counts(step_result) | {
        "queued": queue_size,
        "scored": step_result.successes,
        "left": remaining,
    }
    line = f"analyse: {queue_size} queued, {step_result.successes} scored, {remaining} left"
    invocation.print_result("analyse", result, [line])
