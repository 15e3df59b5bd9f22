"""The wheel works by itself: theme, font licence and starter site are inside, and nothing of the checkout is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints; it fails the test when its exit status is not 0."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (made,) = folder.glob("*.whl")
    return made


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_theme_the_data_and_the_code_are_inside_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {f"notes_site/{name}" for name in files(ROOT / "notes_site")}
    for kind in ("templates", "static"):
        expected |= {f"notes_site/_theme/{kind}/{name}" for name in files(ROOT / kind)}
    assert names == expected
    assert "notes_site/data/OFL.txt" in names
    assert "notes_site/data/starter/dot-github/workflows/pages.yml" in names


def test_a_site_is_made_and_built_by_the_wheel_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, folder=tmp_path)
    (packages,) = (home / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    where = run(python, "-c", "import notes_site; print(notes_site.__file__)", folder=tmp_path).strip()
    assert Path(where).is_relative_to(home)
    program = home / "bin" / "notes-site"
    run(program, "init", "mine", folder=tmp_path)
    run(program, "build", "--strict", "mine", folder=tmp_path)
    run(program, "check", "--strict", "mine", folder=tmp_path)
    text = (tmp_path / "mine" / "public" / "index.html").read_text("utf-8")
    assert "<!doctype html>" in text
    built = files(tmp_path / "mine" / "public")
    assert "_/OFL.txt" in built
    assert any(name.endswith(".woff2") for name in built)
    assert any(name.startswith("_/style.") for name in built)
