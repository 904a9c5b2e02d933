"""``harken index`` and ``harken rebuild``: the search index follows the database."""

from harken.commands.options import PROCESS, STEP, Follow, Invocation, shared_options
from harken.commands.progress import progress_bar
from harken.commands.step_counts import print_step


@shared_options(PROCESS)
def index(invocation: Invocation, follow: Follow = False) -> None:
    """Update the search index with stored changes.

    Example: harken index --follow
    """
    from harken.runtime import workers

    with progress_bar(invocation, "Indexing changes", is_shown=not follow) as progress:
        step_result = workers.run_index_writer(
            invocation.settings(), invocation.clock, follow=follow, progress=progress
        )
    print_step("index", step_result, invocation)


@shared_options(STEP)
def rebuild(invocation: Invocation) -> None:
    """Rebuild the search index.

    Example: harken rebuild
    """
    from harken import wiring
    from harken.runtime import workers
    from store import changes

    settings, database = invocation.open()
    with database.write() as tx:
        changes.commit_offset(tx, wiring.index_consumer(settings), 0, now=invocation.clock.now())
    with progress_bar(invocation, "Indexing mentions") as progress:
        step_result = workers.run_index_writer(
            settings, invocation.clock, follow=False, progress=progress
        )
    line = f"rebuild: {step_result.total} indexed"
    invocation.print_result("rebuild", {"taken": step_result.total}, [line])
