"""``harken index`` and ``harken rebuild``: the search index follows the database."""

from typing import Annotated

import typer

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


NewVoiceKey = Annotated[
    bool,
    typer.Option(
        "--new-voice-key",
        help="Only accept the present or a new voice.key: known authors will count as new ones.",
    ),
]


@shared_options(STEP)
def rebuild(invocation: Invocation, new_voice_key: NewVoiceKey = False) -> None:
    """Rebuild the search index.

    Example: harken rebuild
    """
    if new_voice_key:
        _accept_voice_key(invocation)
        return
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


def _accept_voice_key(invocation: Invocation) -> None:
    from harken.voice_key import FILE_NAME, accept_key

    settings, database = invocation.open()
    with database.write() as tx:
        accept_key(tx, settings.state)
    line = f"{settings.state / FILE_NAME} is the key of all authors from now on"
    invocation.print_result("rebuild", {"taken": 0}, [line])
