"""A page held against axe-core, on a phone and a desk, light and dark; and a picture of each, for people to look at."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

PHONE, TABLET, DESK = 390, 768, 1280
NARROWEST = 320  # CSS pixels: a window of 1280 at 400 % zoom (WCAG 2.2, 1.4.10)
PICTURED_EACH_WAY = ("home", "page-with-names", "sign-errors", "thanks", "write-preview")
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


class Examiner:
    """Looks at the page as it stands, at each size and in each light, and remembers what is wrong with it."""

    def __init__(self, page: Page, language: str, folder: Path) -> None:
        self.page, self.language, self.folder = page, language, folder
        self.problems: list[str] = []

    def look(self, name: str) -> None:
        page, size = self.page, self.page.viewport_size
        assert size is not None
        page.wait_for_load_state()
        page.evaluate(AXE_SCRIPT)
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 900})
            self._ask_axe(f"{name} at {width}", ALL_RULES)
            self._picture(name, width, "light")
        page.emulate_media(color_scheme="dark")
        self._ask_axe(f"{name} in the dark", CONTRAST)
        if name in PICTURED_EACH_WAY:
            self._picture(name, DESK, "dark")
            page.set_viewport_size({"width": PHONE, "height": 900})
            self._picture(name, PHONE, "dark")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": TABLET, "height": 900})
            self._picture(name, TABLET, "light")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        self._must_not_scroll_sideways(name)
        page.set_viewport_size(size)

    def _ask_axe(self, where: str, options: dict[str, Any]) -> None:
        found = self.page.evaluate("options => axe.run(document, options)", options)
        for violation in found["violations"]:
            for node in violation["nodes"]:
                self.problems.append(
                    f"{where}, {self.language}: {violation['id']}: {node['html'][:200]}\n    {node['failureSummary']}"
                )

    def _must_not_scroll_sideways(self, name: str) -> None:
        wide = self.page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
                [...document.querySelectorAll('body *')].filter(e => {
                    const box = e.getBoundingClientRect();
                    return box.width && (box.right > innerWidth + 1 || box.left < -1);
                }).map(e => e.outerHTML.slice(0, 120)).slice(-5)"""
        )
        if wide:
            self.problems.append(f"{name} at {NARROWEST}, {self.language}: wider than the window: {wide}")

    def _picture(self, name: str, width: int, light: str) -> None:
        path = self.folder / f"{name}-{self.language}-{width}-{light}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled")
