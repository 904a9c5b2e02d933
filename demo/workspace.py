"""The folder of a demo and its harken.yaml: the product as a user would set it up."""

import json
import shutil
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from core.errors import ConfigError
from demo.corpus_model import Corpus, CorpusWatch
from demo.site.sources import SiteSource
from nlp.encoder.pins import ADAPTER_SHA256

MARKER_FILE: Final = ".harken-demo"  # only a folder with this file is emptied; also its lock
ZONE: Final = "Europe/Berlin"
CRAWL_INTERVAL: Final = "20s"  # of the sources of the demo
PERSON: Final = {"slug": "lead", "name": "Comms lead", "email": "lead@demo.example"}


def check_folder(folder: Path) -> None:
    """Refuse a folder of somebody else; change nothing.

    Raises:
        ConfigError: *folder* contains files and is not a demo folder, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file. Use a folder with --dir.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER_FILE).exists():
        raise ConfigError(f"{folder}: is not empty and not a demo folder. Use another with --dir.")


def prepare_folder(folder: Path) -> None:
    """Create *folder*, or empty it, and mark it as a demo folder.

    The marker stays as it is: a running demo holds a lock on it.

    Raises:
        ConfigError: as :func:`check_folder`.
    """
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER_FILE).touch()
    for path in folder.iterdir():
        if path.name != MARKER_FILE:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def write_settings(
    folder: Path,
    corpus: Corpus,
    site_sources: Sequence[SiteSource],
    *,
    smtp_port: int,
    console_port: int,
    index: str,
) -> Path:
    """Write harken.yaml into *folder*; return its path."""
    weights = folder / "model" / "e5-multi.safetensors"
    weights.parent.mkdir()
    shutil.copyfile(str(files("nlp").joinpath("weights", weights.name)), weights)
    settings: dict[str, Any] = {
        "state": str(folder / "state"),
        "zone": ZONE,
        "index": index,
        "index_prefix": f"demo-{console_port}",
        "console": {"host": "127.0.0.1", "port": console_port},
        "crawl": {"delay": "0s", "contact": "https://demo.example/about"},
        "mail": {
            "host": "127.0.0.1",
            "port": smtp_port,
            "sender": "Harken <harken@demo.example>",
            "security": "none",
        },
        "model": {
            "name": "e5",
            "weights": str(weights),
            "weights_sha256": ADAPTER_SHA256[weights.name],
        },
        "watches": [_watch(w, retention_days=_retention_days(corpus)) for w in corpus.watches],
        "topics": taxonomy(),
        "sources": [_source(s) for s in site_sources],
        "people": [PERSON],
        "subscriptions": [
            {"slug": "briefs", "person": "lead", "kind": "brief"},
            {"slug": "morning", "person": "lead", "kind": "digest", "at": "00:00"},
        ],
    }
    path = folder / "harken.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    return path


def write_control(folder: Path, down: Sequence[str]) -> Path:
    """Write the list of sites that answer 503; return the path of the file.

    The replay site reads it at its next request.
    """
    path = folder / "control.json"
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"down": list(down)}))
    draft.replace(path)
    return path


def taxonomy() -> list[dict[str, Any]]:
    """Return the topics of the demo in the form of harken.yaml."""
    text = files("demo").joinpath("texts", "taxonomy.yaml").read_text(encoding="utf-8")
    topics: list[dict[str, Any]] = yaml.safe_load(text)
    return topics


def _retention_days(corpus: Corpus) -> int:
    """Return days of retention that cover every line of *corpus*; at least a year, the default."""
    oldest = min((line.offset_s for line in corpus.lines), default=0)
    return max(365, -oldest // 86400 + 1)


def _watch(watch: CorpusWatch, *, retention_days: int) -> dict[str, Any]:
    return {
        "slug": watch.slug,
        "name": watch.slug.replace("-", " ").title(),
        "kind": watch.kind,
        "query": watch.query,
        "purpose": "Demonstration of Harken.",
        "retention": f"{retention_days}d",
    }


def _source(source: SiteSource) -> dict[str, Any]:
    return {
        "slug": source.slug,
        "kind": source.kind,
        "every": CRAWL_INTERVAL,
        "allow_loopback": True,
        "delay": "0s",
        "options": dict(source.options),
    }
