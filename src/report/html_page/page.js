"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // The panel: a copy of a part of the page below, and of the parts that belong to it.
  const panel = byId("panel"), answer = byId("answer"), back = byId("back");
  let opener = null, shown = [];
  const partOf = (id) => byId(id)?.closest("#numbers > dl");
  const linksOf = (part, letter) =>
    [...new Set([...part.querySelectorAll(`a[href^="#${letter}"]`)].map((link) => link.hash.slice(1)))];
  // A number comes with its parts, its run if there is one, and the settings.
  const related = (part) => {
    const isNumber = part.id.startsWith("q"), runs = isNumber ? linksOf(part, "r") : [];
    const only = runs.length === 1 ? [byId(runs[0])] : [];
    const settings = [part, ...only].flatMap((other) => linksOf(other, "s"));
    const parts = isNumber ? linksOf(part, "q").slice(0, 4) : [];
    return [...parts.map(byId), ...only, ...[...new Set(settings)].slice(0, 4).map(byId)];
  };
  const copy = (part, asked) => {
    const box = part.cloneNode(true);
    for (const named of box.querySelectorAll("[id]")) {
      named.classList.toggle("asked", named.id === asked);
      named.removeAttribute("id");
    }
    box.removeAttribute("id");
    return box;
  };
  const show = (id) => {
    const part = partOf(id);
    answer.replaceChildren(copy(part, id), ...related(part).map((other) => copy(other)));
    back.disabled = shown.length < 2;
    panel.hidden = false;
    document.body.classList.add("with-panel");
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  };
  const close = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove("with-panel");
    shown = [];
    opener?.classList.remove("open");
    opener?.focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const id = link.getAttribute("href").slice(1);
    if (!partOf(id)) return;
    event.preventDefault();
    if (!panel.contains(link)) {
      opener?.classList.remove("open");
      opener = link;
      opener.classList.add("open");
      shown = [];
    }
    shown.push(id);
    show(id);
    if (!panel.contains(link)) link.scrollIntoView({ block: "nearest" });
  });
  back.addEventListener("click", () => {
    shown.pop();
    show(shown[shown.length - 1]);
  });
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // Tables of results.
  const valueOf = (cell) => cell.dataset.v ?? cell.textContent;
  const order = (one, other) => {
    const difference = Number(one) - Number(other);
    return Number.isNaN(difference) ? one.localeCompare(other, undefined, { numeric: true }) : difference;
  };
  const sort = (table, column, head) => {
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row.cells[column]), row]);
    // Rows without a value come last, whichever way.
    rows.sort(([one], [other]) => (one === "") - (other === "") || sign * order(one, other));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const download = (table, name) => {
    const rows = [...table.rows].filter((row) => !row.hidden);
    const text = rows.map((row) => [...row.cells].map((cell) => quote(valueOf(cell))).join(",") + "\r\n").join("");
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  const prepare = (results) => {
    const controls = results.querySelector(".controls");
    const modes = [...results.querySelectorAll(".mode")];
    const tables = modes.map((mode) => mode.querySelector("table"));
    let current = 0;
    const count = make("span", { role: "status" });
    const words = make("input", { type: "search" });
    const choices = new Map();
    const filter = () => {
      const table = tables[current], asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
      const chosen = [...choices].map(([name, select]) => [heads.indexOf(name), select.value]);
      let seen = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        const fits = asked.every((word) => text.includes(word));
        row.hidden = !fits || chosen.some(([at, value]) => value && at >= 0 && valueOf(row.cells[at]) !== value);
        seen += !row.hidden;
      }
      count.textContent = `${seen} of ${table.tBodies[0].rows.length} rows`;
    };
    tables.forEach((table) => {
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        const name = head.textContent;
        if ("equal" in head.dataset) for (const row of table.rows) row.cells[column].classList.add("equal");
        head.replaceChildren(make("button", { type: "button", onclick: () => sort(table, column, head) }, name));
        if ("choices" in head.dataset && !choices.has(name)) choices.set(name, make("select", { onchange: filter }));
        const select = choices.get(name);
        if (!select || select.options.length > 1) return;
        const values = new Set([...table.tBodies[0].rows].map((row) => valueOf(row.cells[column])));
        select.replaceChildren(new Option("all", ""), ...[...values].map((value) => new Option(value, value)));
      });
    });
    const switches = modes.map((mode, at) =>
      make("button", { type: "button", onclick: () => choose(at) }, mode.dataset.mode));
    const choose = (at) => {
      current = at;
      modes.forEach((mode, index) => { mode.hidden = index !== at; });
      const heads = [...tables[at].tHead.rows[0].cells].map((head) => head.textContent);
      for (const [name, select] of choices) select.parentElement.hidden = !heads.includes(name);
      switches.forEach((button, index) => button.setAttribute("aria-pressed", index === at));
      filter();
    };
    words.addEventListener("input", filter);
    for (const name of results.querySelectorAll(".mode-name")) name.hidden = true;
    if (modes.length > 1) controls.append(...switches);
    controls.append(make("label", {}, "filter", words));
    for (const [name, select] of choices) controls.append(make("label", {}, name, select));
    if (results.querySelector("[data-equal]")) {
      const equal = make("button", { type: "button", ariaPressed: "false" }, "columns of equal values");
      equal.addEventListener("click", () => {
        equal.ariaPressed = String(results.classList.toggle("all"));
      });
      controls.append(equal);
    }
    const save = () => download(tables[current], `${results.id}-${modes[current].dataset.mode.replaceAll(" ", "-")}.csv`);
    controls.append(make("button", { type: "button", onclick: save }, "CSV"), count);
    controls.hidden = false;
    choose(0);
  };
  for (const results of document.querySelectorAll(".results")) prepare(results);

  // Folded parts are printed open.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });
})();
