"""Flags, defaults and an example of every command: scripts depend on them."""

import platform
import re
from pathlib import Path

import pytest
from typer.main import get_command

from harken.__main__ import app

CONFIG, STATE, JSON = (
    ("--config", Path("harken.yaml")),
    ("--state", None),
    ("--json", False),
)
NOW, OFFSET, CHILD = ("--now", None), ("--offset", 0.0), ("--child", False)
READ = (CONFIG, STATE, JSON)
STEP = (*READ, NOW)
PROCESS = (*STEP, OFFSET, CHILD)
FLAGS = {
    "init": (("--brand", "Acme"), ("--feed", None), *READ),
    "check": (("--offline", False), *READ),
    "run": PROCESS,
    "crawl": (("sources", None), *PROCESS),
    "analyse": (
        *(("--topics-only", False), ("--names-only", False), ("--again", False)),
        *(("--follow", False), ("--name", "analyse"), *PROCESS),
    ),
    "index": (("--follow", False), *PROCESS),
    "detect": STEP,
    "deliver": STEP,
    "digest": (("--date", None), *STEP),
    "rebuild": (("--new-voice-key", False), *STEP),
    "status": (*STEP, OFFSET),
    "sources": (("--kinds", False), *STEP, OFFSET),
    "mentions": (("query", ""), ("--jsonl", False), *READ),
    "search": (("query", ""), ("--size", 20), *READ),
    "incidents": (("--notices", False), *READ),
    "evaluate": (
        *(("file", None), ("--task", "sentiment"), ("--taxonomy", None), ("--shots", None)),
        *(("--zero-shot", False), ("--classes", ""), ("--by", None), ("--compare", None)),
        *(("--fit", None), ("--predictions", None), ("--plot", None), ("--own", False)),
        *READ,
    ),
    "label": (
        *(("mention", None), ("--sentiment", None), ("--watch", None), ("--topic", None)),
        *(("--role", None), ("--by", "operator"), ("--file", None), ("--sample", None)),
        *(("--export", None), ("--list", False), ("--remove", False), *STEP),
    ),
    "why": (("mention", None), ("--watch", None), *READ),
    "learn": (("--undo", False), *STEP),
    "model install": (("name", None), JSON),
    "model build": (("name", None), JSON),
    "model list": (CONFIG, JSON),
    "model verify": (("name", None), CONFIG, JSON),
}
HIDDEN = {"--offset", "--child", "--name"}
REPEATABLE = {("init", "--feed"), ("crawl", "sources"), ("label", "--topic")}


def commands(group, prefix=""):
    """Yield the name and the object of every command."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} ")
        else:
            yield f"{prefix}{name}", command


VERBS = dict(commands(get_command(app)))


def flag(parameter):
    """Return the flag of an option, the name of an argument."""
    return "/".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name


@pytest.mark.parametrize("verb", FLAGS)
def test_flags_and_defaults_are_unchanged(verb):
    parameters = [p for p in VERBS[verb].params if p.name != "help"]
    assert [(flag(p), p.default) for p in parameters] == list(FLAGS[verb])
    hidden_flags = {flag(p) for p in parameters if getattr(p, "hidden", False)}
    assert hidden_flags == HIDDEN & {flag(p) for p in parameters}
    repeatable_flags = {
        (verb, flag(p)) for p in parameters if getattr(p, "multiple", False) or p.nargs == -1
    }
    assert repeatable_flags == {pair for pair in REPEATABLE if pair[0] == verb}


def test_all_commands_but_the_demo_are_in_the_table():
    assert set(VERBS) - set(FLAGS) == {"demo"}


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_command_has_an_example(verb):
    assert f"Example: harken {verb}" in VERBS[verb].help


@pytest.mark.parametrize("group", [[], ["model"]])
def test_list_of_commands_is_not_cut_at_80_columns(group, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        get_command(app).main([*group, "--help"])
    help_text = " ".join(capsys.readouterr().out.partition("Commands:")[2].split())
    prefix = "".join(f"{name} " for name in group)
    for verb, command in VERBS.items():
        if verb.rpartition(" ")[0] == prefix.strip():
            assert " ".join(command.help.partition("\n\n")[0].split()) in help_text
    assert "..." not in help_text


@pytest.mark.parametrize("flag", ["--version", "--install-completion", "--show-completion"])
def test_program_has_version_and_completion_options(flag):
    assert flag in [option for p in get_command(app).params for option in p.opts]


def test_version_names_harken_python_and_the_system(capsys):
    with pytest.raises(SystemExit) as exit_info:
        get_command(app).main(["--version"])
    assert exit_info.value.code == 0
    assert re.fullmatch(
        rf"harken \S+ \(Python {platform.python_version()}, {platform.system()} .*\)\n",
        capsys.readouterr().out,
    )
