"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const root = document.documentElement;

  // Theme: as the system, light, dark.
  const themes = ["as the system", "light", "dark"];
  const themeButton = document.getElementById("theme");
  let theme = 0;
  themeButton.addEventListener("click", () => {
    theme = (theme + 1) % themes.length;
    if (theme === 0) delete root.dataset.theme; else root.dataset.theme = themes[theme];
    themeButton.textContent = "Theme: " + themes[theme];
  });

  // Sorting: numbers by their full value, names as people order them; what has no value comes last.
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const value = (row, column) => {
    const cell = row.cells[column];
    if (column === 0) return cell.textContent;
    const text = cell.dataset.v;
    return text === "" ? null : isNaN(text) ? text : Number(text);
  };
  const collator = new Intl.Collator(undefined, { numeric: true });
  all("thead button", table).forEach((button, column) => {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const sign = ascending ? 1 : -1;
      rows.sort((a, b) => {
        const x = value(a, column), y = value(b, column);
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y));
      });
      body.append(...rows);
    });
  });

  // Filters.
  const name = document.getElementById("filter-name");
  const selects = ["status", "exit", "run"].map((key) => [key, document.getElementById("filter-" + key)]);
  const count = document.getElementById("count");
  const filter = () => {
    const wanted = name.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(row.cells[0].textContent.toLowerCase().includes(wanted)
        && selects.every(([key, select]) => !select || select.value === "" || select.value === row.dataset[key]));
      const link = row.querySelector("a");
      const details = document.getElementById(link.hash.slice(1));
      if (details) details.hidden = row.hidden;
      if (!row.hidden) shown += 1;
    }
    count.value = shown === rows.length ? `${rows.length} images` : `${shown} of ${rows.length} images`;
  };
  document.getElementById("filters").addEventListener("input", filter);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();

  // A link to an image opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) {
      target.open = true;
      target.querySelector("summary").focus({ preventScroll: true });
      target.scrollIntoView();
      // What is laid out only now, since it comes into sight, may push it away.
      let tries = 5;
      const settle = () => {
        target.scrollIntoView();
        if (--tries > 0) requestAnimationFrame(settle);
      };
      requestAnimationFrame(settle);
    }
  };
  addEventListener("hashchange", reveal);
  body.addEventListener("click", (event) => {
    // The same link twice changes no hash.
    if (event.target.matches("a") && event.target.hash === location.hash) reveal();
  });
  reveal();

  // Before and after.
  for (const viewer of all(".viewer")) {
    const stage = viewer.querySelector(".stage");
    const pane = viewer.querySelector(".pane");
    const split = viewer.querySelector("input.split");
    const width = Number(viewer.dataset.width);
    const fitWidth = pane.style.maxWidth;
    const setSplit = (percent) => {
      split.value = percent;
      pane.style.setProperty("--split", split.value + "%");
    };
    if (split) {
      pane.classList.add("split");
      split.addEventListener("input", () => setSplit(split.value));
      const drag = (event) => {
        if (event.pointerType !== "mouse" || event.buttons !== 1) return;
        const box = pane.getBoundingClientRect();
        setSplit(100 * (event.clientX - box.left) / box.width);
        event.preventDefault();
      };
      stage.addEventListener("pointerdown", drag);
      stage.addEventListener("pointermove", drag);
      stage.addEventListener("dragstart", (event) => event.preventDefault());
    }
    const buttons = all("[data-zoom]", viewer);
    const setZoom = (zoom) => {
      const x = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
      const y = (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight;
      pane.style.width = zoom === "fit" ? "" : zoom * (viewer.querySelector("img").naturalWidth || width) / devicePixelRatio + "px";
      pane.style.maxWidth = zoom === "fit" ? fitWidth : "none";
      pane.classList.toggle("pixels", zoom !== "fit");
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.zoom === zoom));
      stage.scrollTo(x * stage.scrollWidth - stage.clientWidth / 2, y * stage.scrollHeight - stage.clientHeight / 2);
    };
    for (const button of buttons) button.addEventListener("click", () => setZoom(button.dataset.zoom));
    stage.addEventListener("keydown", (event) => {
      const now = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
      const step = { "+": 1, "=": 1, "-": -1 }[event.key];
      if (step && buttons[now + step]) setZoom(buttons[now + step].dataset.zoom);
      else if (event.key === "0") setZoom("fit");
      else if (split && (event.key === "b" || event.key === "a")) setSplit(event.key === "b" ? 100 : 0);
      else return;
      event.preventDefault();
    });
  }
})();
