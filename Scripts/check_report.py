#!/usr/bin/env python3
"""Drives an HTML report in headless Chromium as a person would, and fails where something doesn't work.

Sorts and filters the table, opens an image, moves the slider by keyboard, zooms, switches the theme; no console
message may appear, no request may leave the page, and the page may not be wider than the window. Takes screenshots.
Needs Chromium (Debian: chromium) and nothing else.

    Scripts/check_report.py report.html --screenshots shots/
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class Browser:
    """Chromium's debugging protocol over a pair of pipes: JSON messages that end in a zero byte."""

    def __init__(self, program: str, profile: str) -> None:
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()

        def pipes() -> None:
            # The protocol's descriptors are 3 and 4; the pair may lie on them already.
            source, sink = os.dup2(read_commands, 63), os.dup2(write_answers, 64)
            os.dup2(source, 3)
            os.dup2(sink, 4)

        self.process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-pipe",
                "--no-first-run",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            preexec_fn=pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_commands)
        os.close(write_answers)
        self.buffer = b""
        self.number = 0
        self.events: list[dict] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def receive(self) -> dict:
        while b"\0" not in self.buffer:
            part = os.read(self.answers, 1 << 20)
            if not part:
                sys.exit("Chromium ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    session = None

    def call(self, method: str, **parameters) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event: str) -> None:
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self.receive())

    def evaluate(self, expression: str):
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key: str, code: int = 0) -> None:
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                **(text if kind == "keyDown" else {}),
            )

    def size(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        os.close(self.commands)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Checks:
    failures = 0

    def __call__(self, what: str, is_true) -> None:
        print(("ok    " if is_true else "FAIL  ") + what)
        self.failures += not is_true


SETTLE = "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))"
SHOWN = "[...document.querySelectorAll('#table tbody tr')].filter(r => !r.hidden)"


def check(browser: Browser, url: str, shots: Path | None, expected_images: int | None) -> int:
    checks = Checks()
    run = browser.evaluate

    def shoot(name: str) -> None:
        if shots:
            run(SETTLE)
            browser.screenshot(shots / f"{name}.png")

    browser.size(1280, 900)
    browser.call("Page.navigate", url=url)
    browser.wait_for("Page.loadEventFired")
    count = run(f"{SHOWN}.length")
    checks(f"the table has {count} rows", count > 0 and (expected_images is None or count == expected_images))
    checks("no markup came out of a name", not run("!!document.querySelector('main script, main iframe, [onerror]')"))
    shoot("wide-top")
    run("document.querySelector('.charts')?.scrollIntoView({behavior: 'instant'})")
    shoot("wide-charts")
    charts = run(
        "[...document.querySelectorAll('.charts figure > svg')].every(s => s.querySelector('title')?.textContent "
        "&& s.querySelector('desc')?.textContent && s.getAttribute('role') === 'img')"
    )
    checks("every chart has a title and a description", charts)
    checks(
        "every button, input and select has a name",
        run(
            "[...document.querySelectorAll('button, input, select')].every(e => e.textContent.trim() "
            "|| e.getAttribute('aria-label') || e.closest('label')?.textContent.trim())"
        ),
    )
    checks("every picture has a text", run("[...document.images].every(i => i.alt)"))

    # Sorting, by keyboard.
    run("document.getElementById('images').scrollIntoView({behavior: 'instant'})")
    buttons = run("document.querySelectorAll('#table thead button').length")
    for column in range(buttons):
        values = (
            f"[...document.querySelectorAll('#table tbody tr')].map(r => r.cells[{column}])"
            ".map(c => c.dataset.v ?? c.textContent).filter(v => v !== '')"
        )
        for direction in ("ascending", "descending"):
            run(f"document.querySelectorAll('#table thead button')[{column}].focus()")
            browser.key("Enter", 13)
            is_sorted = run(
                f"(() => {{ const v = {values}; const n = v.every(x => !isNaN(x)) ? v.map(Number) : v;"
                "const c = new Intl.Collator(undefined, {numeric: true});"
                "const less = (a, b) => typeof a === 'number' ? a <= b : c.compare(a, b) <= 0;"
                f"const w = '{direction}' === 'ascending' ? n : n.slice().reverse();"
                "return w.every((x, i) => i === 0 || less(w[i - 1], x)); })()"
            )
            marked = run(f"document.querySelectorAll('#table thead th')[{column}].getAttribute('aria-sort')")
            checks(f"column {column + 1} sorts {direction}", is_sorted and marked == direction)
    shoot("wide-table")

    # Filtering.
    first = run(f"{SHOWN}[0].cells[0].textContent")
    run(
        f"(() => {{ const f = document.getElementById('filter-name'); f.value = {json.dumps(first)};"
        "f.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    left = run(f"{SHOWN}.length")
    checks(
        "filtering by name leaves what contains it",
        1 <= left <= count
        and run(f"{SHOWN}.every(r => r.cells[0].textContent.toLowerCase().includes({json.dumps(first.lower())}))"),
    )
    checks("the count follows the filter", str(left) in run("document.getElementById('count').value"))
    run(
        "(() => { const f = document.getElementById('filter-name'); f.value = '';"
        "f.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    exit_number = run("document.getElementById('filter-exit').options[1]?.value")
    if exit_number:
        run(
            f"(() => {{ const f = document.getElementById('filter-exit'); f.value = '{exit_number}';"
            "f.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        checks(
            "filtering by exit", run(f"{SHOWN}.length > 0 && {SHOWN}.every(r => r.dataset.exit === '{exit_number}')")
        )
        run(
            "(() => { const f = document.getElementById('filter-exit'); f.value = '';"
            "f.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
    checks("all rows are back", run(f"{SHOWN}.length") == count)

    # One image: slider and zoom.
    viewer = "document.querySelector('.image:has(input.split)')"
    if run(f"!!{viewer}"):
        run(f"document.querySelector('a[href=\"#' + {viewer}.id + '\"]').click()")
        run("new Promise(r => setTimeout(r, 300))")
        checks("a link opens its image", run(f"{viewer}.open"))
        top = run(f"{viewer}.getBoundingClientRect().top")
        checks(f"and shows it ({round(top)} pixels from the top)", -5 <= top <= 800)
        run(f"{viewer}.scrollIntoView({{behavior: 'instant'}})")
        shoot("wide-image")
        run(f"{viewer}.querySelector('input.split').focus()")
        before = run(f"{viewer}.querySelector('.pane').style.getPropertyValue('--split') || '50%'")
        for _ in range(10):
            browser.key("ArrowRight", 39)
        after = run(f"{viewer}.querySelector('.pane').style.getPropertyValue('--split')")
        checks(f"arrow keys move the slider ({before} to {after})", after == "60%")
        clip = run(f"getComputedStyle({viewer}.querySelector('.after')).clipPath")
        checks(f"the slider cuts the picture ({clip})", "60%" in clip)
        run(f"{viewer}.querySelector('.stage').focus()")
        sizes = []
        for _ in range(4):
            browser.key("+", 187)
            sizes.append(run(f"{viewer}.querySelector('.pane').getBoundingClientRect().width"))
        natural = run(f"{viewer}.querySelector('img').naturalWidth")
        checks(
            f"the key + zooms to 1, 2, 4 and 8 pixels a pixel ({sizes})",
            [round(size) for size in sizes] == [natural * zoom for zoom in (1, 2, 4, 8)],
        )
        checks(
            "zoomed pixels stay sharp",
            run(f"getComputedStyle({viewer}.querySelector('.before')).imageRendering") == "pixelated",
        )
        shoot("wide-zoomed")
        browser.key("0", 48)
        checks(
            "the key 0 fits the picture",
            run(f"{viewer}.querySelector('[data-zoom=fit]').getAttribute('aria-pressed')") == "true",
        )
    else:
        print("note  no image with a slider in this report")

    # Themes.
    seen = set()
    for name in ("light", "dark"):
        run("document.getElementById('theme').click()")
        seen.add(run("getComputedStyle(document.body).backgroundColor"))
        if name == "dark":
            run("scrollTo({top: 0, behavior: 'instant'})")
            shoot("wide-dark")
    checks(f"the theme switches ({sorted(seen)})", len(seen) == 2)
    run("document.getElementById('theme').click()")

    # Narrow, and on paper.
    for width in (1280, 720, 360):
        browser.size(width, 800)
        wide = run("document.documentElement.scrollWidth")
        checks(f"nothing hangs over at {width} pixels ({wide})", wide <= width)
    run("scrollTo({top: 0, behavior: 'instant'})")
    shoot("narrow-top")
    run(f"({viewer} ?? document.getElementById('images')).scrollIntoView({{behavior: 'instant'}})")
    shoot("narrow-image")
    browser.size(1280, 900)
    if shots:
        pdf = browser.call("Page.printToPDF", printBackground=True)["data"]
        (shots / "print.pdf").write_bytes(base64.b64decode(pdf))

    requests = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    foreign = [r for r in requests if not r.startswith("data:") and r.split("#")[0] != url]
    checks(f"no request leaves the page {foreign[:3]}", not foreign)
    messages = [
        e["params"]
        for e in browser.events
        if e.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    ]
    checks(f"the console is silent {messages[:2]}", not messages)
    return checks.failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--screenshots", type=Path, help="directory for pictures of the page")
    parser.add_argument("--images", type=int, help="how many images the report must have")
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("chromium-browser") or "chromium")
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="check-report-", ignore_cleanup_errors=True) as profile:
        browser = Browser(arguments.browser, profile)
        try:
            failures = check(browser, arguments.report.resolve().as_uri(), arguments.screenshots, arguments.images)
        finally:
            browser.close()
    print(f"{failures} failures" if failures else "the report works")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
