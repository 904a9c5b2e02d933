"""Print the figures of the gates and what breaks them: ``python -m bench.gates [GATE …]``.

Exit status: 0 all pass, 1 one fails. With ``--list`` it prints all that the figures count, also
within the limits, and exits with 0.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import bench.gates
from bench.gates.support.measure import Measure, none_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gates that *arguments* name, all without; return the exit status."""
    options = _options(arguments)
    root = options.root.resolve()
    status = 0
    for gate in options.gates or available():
        results = measures(gate, root)
        if options.list:
            lines = _places(results)
        else:
            lines = _report(gate, results)
            status |= any(measure.fails for measure in results)
        if lines:
            print(*lines, sep="\n")
    return status


def available() -> list[str]:
    """Return the names of the gates: the modules of this package, sorted."""
    entries = iter_modules(bench.gates.__path__)
    return sorted(e.name for e in entries if not e.ispkg and e.name != "__main__")


def measures(gate: str, root: Path) -> list[Measure]:
    """Measure the tree *root* with *gate*; a gate without figures counts its problems."""
    module = import_module(f"bench.gates.{gate}")
    if hasattr(module, "measures"):
        return list(module.measures(root))
    return [none_of("problems", module.problems(root))]


def _places(results: Sequence[Measure]) -> list[str]:
    return list(dict.fromkeys(place for measure in results for place in measure.places))


def _report(gate: str, results: Sequence[Measure]) -> list[str]:
    lines = [gate]
    for measure in results:
        lines.append(f"  {'FAIL' if measure.fails else 'ok  '} {measure.figure}")
        if measure.fails:
            lines += [f"       {place}" for place in measure.places]
    return lines


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gates", description=__doc__)
    names = available()
    parser.add_argument("gates", nargs="*", metavar="GATE", help=f"of: {', '.join(names)}")
    parser.add_argument("--root", type=Path, default=Path(), help="the tree; default: this folder")
    parser.add_argument("--list", action="store_true", help="print all that the figures count")
    options = parser.parse_args(arguments)
    for gate in options.gates:
        if gate not in names:
            parser.error(f"unknown gate {gate!r}; there are {', '.join(names)}")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
