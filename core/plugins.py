"""One file, one plug-in: the name in harken.yaml is the name of the module."""

from difflib import get_close_matches
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from typing import TypeVar

from core.errors import ConfigError

T = TypeVar("T")


def available(package: str) -> list[str]:
    """Names of the plug-ins in *package*, sorted; none of them is imported."""
    return sorted(module.name for module in iter_modules(import_module(package).__path__))


def load(package: str, name: str, base: type[T]) -> type[T]:
    """The one subclass of *base* that module ``package.name`` defines.

    Raises:
        ConfigError: the name is unknown, or the module does not define exactly one.
    """
    names = available(package)
    if name not in names:
        raise ConfigError(
            f"{package}: unknown {name!r}.{did_you_mean(name, names)} Known: {', '.join(names)}."
        )
    module = import_module(f"{package}.{name}")
    classes = [
        c
        for _, c in getmembers(module, isclass)
        if issubclass(c, base) and f"{c.__module__}.".startswith(f"{module.__name__}.")
    ]
    if len(classes) != 1:
        raise ConfigError(f"{module.__name__}: expected one {base.__name__}, found {len(classes)}.")
    return classes[0]


def did_you_mean(word: str, names: list[str]) -> str:
    """`` Did you mean 'x'?`` for the nearest of *known*, or the empty string."""
    matches = get_close_matches(word, names, n=1)
    return f" Did you mean {matches[0]!r}?" if matches else ""
