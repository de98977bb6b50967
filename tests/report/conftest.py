# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests of -z scannoise,report: reports, what is in them, and a browser that opens them."""
import os
import sys
import tempfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.append(str(REPO / "tests/wireshark"))          # builders.py
TWIN = REPO / "tests/captures/home-line.pcapng"


@pytest.fixture(scope="session")
def twin(session_dir):
    """The twin capture, where the user may read it."""
    path = session_dir / "report-twin.pcapng"
    path.write_bytes(TWIN.read_bytes())
    path.chmod(0o644)
    return path


@pytest.fixture
def report(tshark, workdir):
    """report(capture, condition, ...) -> the report's path, and what -z scannoise,json printed in the same run."""
    def run(capture, condition="", *args, name="report.html", **keywords):
        path = workdir / name
        more = f",{condition}" if condition else ""
        said = tshark("-q", "-r", capture, "-z", f"scannoise,report,{path}{more}", "-z", f"scannoise,json{more}",
                      *args, **keywords)
        assert said.stderr == ""
        return path, said.stdout
    return run


class Page:
    """A report in the browser."""

    def __init__(self, driver):
        self.driver = driver

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def complaints(self):
        """What the browser's console has got since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def media(self, **features):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]})
        # The page hears of it with the next frame that is drawn.
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def card(self, title):
        """A section's rows, each as the texts of its cells, and the filter of each row."""
        return self.js("""
            const card = document.querySelector(`section[aria-label="${arguments[0]}"]`);
            return card && [...card.querySelectorAll("table:not(.heat) tbody tr")].map(
                (row) => [[...row.children].map((cell) => cell.innerText), row.dataset.filter ?? null]);""", title)

    def everything(self, title):
        """Shows all rows of a section, and returns them as above."""
        self.js("""
            const more = document.querySelector(`section[aria-label="${arguments[0]}"] .more`);
            while (!more.hidden) more.click();""", title)
        return self.card(title)


@pytest.fixture(scope="session")
def driver(session_dir, impossible):
    """Debian's Chromium, of whoever runs pytest: what it opens is ours."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        impossible("no python3-selenium")
    if not Path("/usr/bin/chromedriver").exists():
        impossible("no chromium-driver")
    options = webdriver.ChromeOptions()
    profile = tempfile.mkdtemp(prefix="chromium-", dir=session_dir)     # another folder of tests has its own browser
    for word in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                 f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    made.set_script_timeout(30)
    yield made
    made.quit()


@pytest.fixture
def opened(driver):
    """opened(path) -> the report in a desktop's light browser, when it has drawn everything."""
    def run(path):
        page = Page(driver)
        page.media(prefers_color_scheme="light")
        page.size(1280, 900)
        driver.get(path.as_uri())
        page.shown = driver.execute_async_script("""
            const done = arguments[0];
            const look = () => {
                const mark = performance.getEntriesByName("shown")[0];
                if (mark || document.querySelector("[role=alert]")) done(mark?.startTime ?? null); else setTimeout(look, 20);
            };
            look();""")
        return page
    return run
