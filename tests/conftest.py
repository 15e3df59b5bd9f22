"""For every test: `--golden`, and Hypothesis, with a fixed seed unless HYPOTHESIS_PROFILE says otherwise.

`pytest -m "not slow"` tries a quarter of the examples; a test that wants more than others multiplies what
`settings().max_examples` says.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import CHROMIUM, FLAGS
from hypothesis import HealthCheck, settings
from sites import Own, built

from notes_site.cache import locked
from notes_site.model import Report
from notes_site.packing import pack, unpack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]

settings.register_profile(
    "ci", derandomize=True, database=None, max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("ci"), max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    usual = "fast" if config.getoption("markexpr") == "not slow" else "ci"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="write the expectations of the cases anew; read the difference"
    )


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """This project's own site, built once for all processes of a run."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "own"
    with locked(folder, lambda: None):
        if not (folder / "report").exists():
            shutil.copytree(ROOT / "content", folder / "site" / "content")
            for name in ("site.yml", "numbers.lock"):
                shutil.copy(ROOT / name, folder / "site")
            report = built(folder / "site", output=folder / "served" / "base", base_url="http://127.0.0.1/base/")
            (folder / "report").write_bytes(pack(report))
    return Own(folder / "served", folder / "served" / "base", unpack((folder / "report").read_bytes(), Report))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
