"""`harken check` accepts the settings of `harken init` and exits with 2 on mistakes."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def _harken(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harken", *arguments]
    return subprocess.run(
        command, check=False, cwd=cwd, capture_output=True, text=True, timeout=120
    )


def test_init_writes_settings_that_load(tmp_path):
    feed = "https://blog.example.org/feed.xml"
    assert _harken("init", "--brand", "Acme Bikes", "--feed", feed, cwd=tmp_path).returncode == 0
    text = (tmp_path / "harken.yaml").read_text()
    assert feed in text
    sources = _harken("sources", "--json", cwd=tmp_path)
    assert sources.returncode == 0, sources.stderr
    assert '"verb": "sources"' in sources.stdout


def test_init_does_not_overwrite(tmp_path):
    (tmp_path / "harken.yaml").write_text("zone: UTC\n")
    process = _harken("init", cwd=tmp_path)
    assert process.returncode == 2
    assert "already exists" in process.stderr
    assert (tmp_path / "harken.yaml").read_text() == "zone: UTC\n"


@pytest.mark.model
def test_check_prints_each_mistake_with_its_place(tmp_path):
    (tmp_path / "harken.yaml").write_text(
        "watches:\n"
        "  - {slug: a, name: A, query: 'acme AND ('}\n"
        "sources:\n"
        "  - {slug: s, kind: fead}\n"
    )
    process = _harken("check", cwd=tmp_path)
    assert process.returncode == 2
    assert "harken.yaml:2:" in process.stderr
    assert "Did you mean 'feed'?" in process.stderr
    assert "Traceback" not in process.stderr


def test_help_imports_no_heavy_package(tmp_path):
    code = (
        "import sys; sys.argv = ['harken', '--help']\n"
        "from harken.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'scrapy', 'elasticsearch', 'fastapi', 'sqlalchemy', 'scipy'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 0, process.stderr
