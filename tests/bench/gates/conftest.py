"""Trees with one violation, or none."""

import textwrap

import pytest


@pytest.fixture
def write_tree(tmp_path):
    """Return a function that writes files below a root and returns it; top folders are packages."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            room = tmp_path / path.relative_to(tmp_path).parts[0]
            if name.endswith(".py") and room.name not in {"tests", name}:
                (room / "__init__.py").touch()
        return tmp_path

    return write
