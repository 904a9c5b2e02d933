"""What ``analyse --again`` asks for: all that another model judged, and readings that lack."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from harken import wiring
from store.analysis import rescoring
from store.analysis.unaimed import Unaimed, unaimed
from store.database import Record

if TYPE_CHECKING:
    from nlp.model import Model

BATCH: Final = 1000  # mentions looked at in one go; no text is read by the model
Spoken: TypeAlias = Callable[[str, Collection[str]], Mapping[str, Sequence[str]]]


def ask(record: Record, model: "Model") -> int:
    """Begin a replay by *model*; how many mentions wait for it. Without any none begins."""
    if model.reads_targets:
        _ask_for_readings(record, model.name)
    with record.read() as tx:
        wanted, running = rescoring.waiting(tx, model.name), rescoring.running(tx)
    if wanted or running:
        with record.write() as tx:
            rescoring.begin(tx, model.name)
    return wanted


def _ask_for_readings(record: Record, model: str) -> None:
    """Ask for the mentions of several watches that were not read towards each that they name.

    A watch that is new, or listens for more than it did, matches mentions that were read before.
    """
    spoken, after = wiring.spoken(wiring.watches(record)), ""
    while True:
        with record.read() as tx:
            batch = unaimed(tx, model, after=after, limit=BATCH)
        if not batch:
            return
        after = batch[-1].id
        with record.write() as tx:
            rescoring.ask(tx, [one.id for one in batch if _lacks(one, spoken)])


def _lacks(one: Unaimed, spoken: Spoken) -> bool:
    """Whether it names a watch that it was not read towards, as reading it now would find."""
    from nlp.text.target_marking import aimed

    return bool(aimed(one.text, spoken(one.text, one.watches)).keys() - one.towards)
