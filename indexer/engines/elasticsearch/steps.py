"""Parts of a search that run in step: one request carries what each of them needs next."""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

Body = Mapping[str, Any]  # of a search request: aggregations as "aggs", all else about hits
Answer = Mapping[str, Any]  # of the server
Part = Generator[Body, Answer, Any]  # yields bodies, gets the answer to each, returns its result


def run_together(parts: Mapping[str, Part], send: Callable[[Body], Answer]) -> dict[str, Any]:
    """Return the result of each of *parts* by name.

    Args:
        parts: at most one of them may ask for hits at a time.
        send: sends the whole body of one request.
    """
    bodies = {name: next(part) for name, part in parts.items()}
    results: dict[str, Any] = {}
    while bodies:
        answer = send(_merge(bodies.values()))
        for name in list(bodies):
            try:
                bodies[name] = parts[name].send(answer)
            except StopIteration as end:
                results[name] = end.value
                del bodies[name]
    return results


def aggregations(answer: Answer) -> Mapping[str, Any]:
    """Return the aggregations of *answer* by name; {} while there is no index."""
    results: Mapping[str, Any] = answer.get("aggregations", {})
    return results


def _merge(bodies: Iterable[Body]) -> Body:
    whole: dict[str, Any] = {"size": 0, "track_total_hits": False}
    aggs: dict[str, Any] = {}
    for body in bodies:
        whole |= body
        aggs |= body.get("aggs", {})
    return whole | {"aggs": aggs} if aggs else whole
