"""The area `alerts`: detection, emails, SMTP and digests, played on the functions of the product.

A file below ``alerts`` is a list of cases. The first letter of its name is their kind; ``play`` of
a case, else the name of the folder, says how it is played.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.reality.alerting import (
    days,
    detection,
    detection_demands,
    email_demands,
    emails,
    mail,
)
from bench.reality.alerting.answers import Answer, Case
from bench.reality.product import ProductError
from bench.reality.results import CaseResult

AREA: Final = "alerts"


def count(inputs: Path) -> int:
    """Return the number of cases in *inputs*; nothing is played."""
    return sum(len(_cases(file)) for file in _files(inputs))


def play(inputs: Path, work: Path) -> Iterator[CaseResult]:
    """Play every case in *inputs*, file by file; databases lie in *work* for the time of a case.

    Raises:
        ValueError: a case is played in an unknown way or demands something unknown.
    """
    for file in _files(inputs):
        path = file.relative_to(inputs / AREA).with_suffix("").as_posix()
        repeats: Counter[str] = Counter()
        for case in _cases(file):
            name = case["name"]
            repeats[name] += 1
            suffix = f" ({repeats[name]})" if repeats[name] > 1 else ""
            answer = _answer(case, case.get("play", file.parent.name), work)
            yield CaseResult(
                file.name[0], f"{path}: {name}{suffix}", right=answer.right, seen=answer.seen
            )


def _files(inputs: Path) -> list[Path]:
    return sorted((inputs / AREA).rglob("*.json"))


def _cases(file: Path) -> list[Case]:
    cases: list[Case] = json.loads(file.read_text(encoding="utf-8"))
    return cases


def _answer(case: Case, manner: str, work: Path) -> Answer:
    player = PLAYERS.get(manner)
    if player is None:
        raise ValueError(f"{case['name']}: nothing plays {manner!r}")
    try:
        with TemporaryDirectory(dir=work) as folder:
            return player(case, Path(folder))
    except ProductError as error:
        return Answer(right=False, seen=str(error))


def _detect(case: Case, _: Path) -> Answer:
    return detection_demands.judge(detection.notices(case), case)


def _letters(case: Case, folder: Path) -> Answer:
    return email_demands.judge(emails.run(case, folder), case)


PLAYERS: Final[Mapping[str, Callable[[Case, Path], Answer]]] = {
    "detect": _detect,
    "letters": _letters,
    "smtp": lambda case, _: mail.smtp(case),
    "header": lambda case, _: mail.header(case),
    "chart": lambda case, _: days.chart(case),
    "sentence": lambda case, _: days.sentence(case),
    "praise": lambda case, _: days.praise(case),
}
