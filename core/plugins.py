"""Plug-ins, one a file: the name in harken.yaml is the name of the module."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from types import ModuleType
from typing import Final, TypeVar

from core.errors import ConfigError
from core.renamed import RENAMED

T = TypeVar("T")
# Python 3.11 states the missing name in the message only.
_MISSING_NAME: Final = re.compile(r"cannot import name '(\w+)'")


def available(package: str) -> list[str]:
    """Return the names of the plug-ins in *package*, sorted; none of them is imported."""
    return sorted(module.name for module in iter_modules(import_module(package).__path__))


def load(package: str, name: str, base: type[T]) -> type[T]:
    """Return the one subclass of *base* that module ``package.name`` defines.

    Raises:
        ConfigError: the name is unknown, the module does not define exactly one, or it uses a
            former name of Harken's code.
    """
    names = available(package)
    if name not in names:
        raise ConfigError(f"{package}: {unknown_name(name, names)}")
    module = _import_plugin(f"{package}.{name}")
    classes = [
        c
        for _, c in getmembers(module, isclass)
        if issubclass(c, base) and f"{c.__module__}.".startswith(f"{module.__name__}.")
    ]
    if len(classes) != 1:
        raise ConfigError(f"{module.__name__}: expected one {base.__name__}, found {len(classes)}.")
    _reject_former_members(classes[0])
    return classes[0]


def summary(package: str, name: str) -> str:
    """Return the first line of the docstring of plug-in *name* in *package*."""
    return (_import_plugin(f"{package}.{name}").__doc__ or "").partition("\n")[0]


def unknown_name(name: str, names: list[str]) -> str:
    """Return the message that *name* is none of *names*, with the nearest of them."""
    return f"unknown {name!r}.{did_you_mean(name, names)} Known: {', '.join(names)}."


def did_you_mean(word: str, names: list[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest of *names*, or the empty string."""
    matches = get_close_matches(word, names, n=1)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def _import_plugin(module: str) -> ModuleType:
    """Import *module*; a ConfigError gives the present name if it imports a former one."""
    try:
        return import_module(module)
    except (ImportError, AttributeError) as error:
        for former in _missing_names(error):
            if former in RENAMED:
                raise _former_name_error(module, former) from error
        raise


def _missing_names(error: ImportError | AttributeError) -> Iterator[str]:
    """Yield the dotted name that is missing, then those of the packages around it."""
    if isinstance(error, AttributeError):
        module = error.obj.__name__ if isinstance(error.obj, ModuleType) else ""
        name = f"{module}.{error.name}"
    else:
        match = _MISSING_NAME.match(error.msg)
        name = f"{error.name}.{match[1]}" if match else error.name or ""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _reject_former_members(plugin: type) -> None:
    """Raise ConfigError if *plugin* defines a member by its former name: nothing would call it."""
    for base in plugin.__mro__[1:]:
        for member in vars(plugin):
            former = f"{base.__module__}.{base.__qualname__}.{member}"
            if former in RENAMED:
                raise _former_name_error(plugin.__module__, former)


def _former_name_error(module: str, former: str) -> ConfigError:
    return ConfigError(f"{module}: {former} is now {RENAMED[former]}.")
