"""In charge of one headless Chromium: what a test does on a GraphiQL page, and its requests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

Found = TypeVar("Found")

NO_ORIGIN = "not an origin"  # Chromium's words in its record
PATIENCE = 15  # seconds, for a busy machine

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
    # Only loopback can be reached: what works here works without internet.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Chromium:
    """A browser whose profile, and the record of its requests, are in `folder`."""

    def __init__(self, chromium: str, chromedriver: str, folder: Path) -> None:
        self.net_log = folder / "net-log.json"
        options = ChromeOptions()
        options.binary_location = chromium
        for flag in (
            *FLAGS,
            f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={self.net_log}",
        ):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(options, Service(chromedriver))

    def open(self, url: str) -> None:
        """Open GraphiQL and wait until its editor is there."""
        self.driver.get(url)
        self.wait_for(".graphiql-query-editor .view-line")

    def wait_for(self, selector: str, text: str = "") -> WebElement:
        """The first element of this CSS selector that shows this text."""

        def found() -> WebElement | None:
            elements = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return next((element for element in elements if text in element.text), None)

        return self.until(found, f"{selector} with the text {text!r}")

    def until(self, probe: Callable[[], Found | None], what: str) -> Found:
        """What the probe gives, once it gives something; copes with React replacing elements."""
        wait = WebDriverWait(self.driver, PATIENCE, 0.05, [StaleElementReferenceException])
        return wait.until(lambda _: probe() or False, f"Waited for {what}")

    def click(self, selector: str, text: str = "") -> None:
        """Click the first element of this CSS selector that shows this text."""
        self.wait_for(selector, text).click()

    def type_query(self, query: str) -> None:
        """Type into the query editor, key by key as a person does."""
        self.click(".graphiql-query-editor .monaco-editor")
        ActionChains(self.driver).send_keys(query).perform()

    def type_variables(self, variables: str) -> None:
        """Type into the editor of variables, which is open."""
        self.click(".graphiql-editor-tool .monaco-editor")
        ActionChains(self.driver).send_keys(variables).perform()

    def query(self) -> str:
        """The text that the query editor shows."""
        return self.driver.find_element(By.CSS_SELECTOR, ".graphiql-query-editor .view-lines").text

    def tabs(self) -> list[str]:
        """The titles of the tabs, from left to right."""
        return [tab.text for tab in self.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab")]

    def answer(self) -> Any:
        """Run the query, and give the JSON that the response pane then shows, all of it."""
        self.click(".graphiql-execute-button")
        return self.until(self._shown_answer, "an answer")

    def start_of_answer(self) -> str:
        """Run the query, and give the lines of the answer that fit into the response pane."""
        self.click(".graphiql-execute-button")
        pane = ".graphiql-response .view-lines"
        return self.until(lambda: self.wait_for(pane).text.strip() or None, "an answer")

    def _shown_answer(self) -> Any:
        try:
            return json.loads(self.wait_for(".graphiql-response .view-lines").text)
        except json.JSONDecodeError:
            return None

    def console_errors(self) -> list[str]:
        """What the console said since last asked, at the level of an error."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def close(self) -> None:
        """End the browser, which completes the record of its requests."""
        self.driver.quit()

    def hosts_asked(self) -> set[str]:
        """The hosts (with port) that pages and workers sent requests to; read it after `close`.

        What Chromium asks for by itself, such as updates or for its page of new tabs, has no origin
        or one of its own, and is left out.
        """
        log = json.loads(self.net_log.read_text("utf-8"))
        start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
        requests = [event.get("params", {}) for event in log["events"] if event["type"] == start]
        own = (NO_ORIGIN, "chrome:")
        by_pages = [ask for ask in requests if not ask.get("initiator", NO_ORIGIN).startswith(own)]
        return {urlsplit(ask["url"]).netloc for ask in by_pages}
