// Follows the view and shows it; the page is loaded anew where it has changed, and stays where it was scrolled to.
"use strict";

const byId = (id) => document.getElementById(id);
const frame = byId("page");
let chosen = 0;
let shown = "";

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.assign(made, attributes);
  return made;
}

function showPage(reports) {
  const report = reports[Math.min(chosen, reports.length - 1)];
  if (!report) return;
  const wanted = `${report.report} ${report.version}`;
  if (wanted === shown) return;
  const isSame = shown.startsWith(report.report + " ");
  shown = wanted;
  document.title = report.report;
  frame.title = report.report;
  frame.hidden = false;
  if (isSame) {
    frame.contentWindow.location.reload();
  } else {
    frame.src = `page/${chosen}`;
  }
}

function showReports(reports) {
  const buttons = reports.length < 2 ? [] : reports.map((report, index) => {
    const button = element("button", report.report, { type: "button" });
    button.setAttribute("aria-pressed", String(index === chosen));
    button.addEventListener("click", () => {
      chosen = index;
      showReports(reports);
      showPage(reports);
    });
    return button;
  });
  byId("reports").replaceChildren(...buttons);
}

function showRunning(rows) {
  byId("running").replaceChildren(...rows.map((row) => {
    const item = element("li", `${row.name} ${row.text} `);
    if (row.fraction !== null) item.append(element("progress", "", { value: row.fraction }));
    return item;
  }));
  byId("busy").hidden = rows.length === 0;
}

function showFailures(rows) {
  byId("failures").replaceChildren(...rows.map((row) => element("pre", `failed ${row.name} · ${row.text}`)));
}

function show(view) {
  byId("state").textContent = view.progress ?? (view.state || "starting");
  byId("problem").textContent = view.problem || "";
  byId("problem").hidden = !view.problem;
  showRunning(view.running);
  showFailures(view.failures);
  showReports(view.reports);
  showPage(view.reports);
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function follow() {
  let after = 0;
  for (;;) {
    try {
      const answer = await fetch(`view?after=${after}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const view = await answer.json();
      after = view.version;
      show(view);
      await pause(30);
    } catch {
      byId("state").textContent = "recount has ended";
      await pause(1000);
    }
  }
}

follow();
