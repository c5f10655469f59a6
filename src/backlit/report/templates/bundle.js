"use strict";
// Filters the links of this page. Rows are data: they become text nodes, never markup.
(() => {
  const COLUMNS = 11, STEP = 100;
  const [SITE, HREF, URL_, WORDS, TARGET, REL, PLACE, AUTHORITY, FIRST, LAST, MOVED] = Array(COLUMNS).keys();
  const rows = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filter");
  const body = document.querySelector("#links tbody");
  const status = document.getElementById("count");
  const more = document.getElementById("more");
  const heads = [...document.querySelectorAll("#links th[data-sort]")];
  const said = rows.map((row) => [row[SITE], row[URL_], row[WORDS], row[TARGET]].join("\n").toLowerCase());
  let found = [], shown = STEP, by = AUTHORITY, down = true;

  const cell = (name, text, label) => {
    const made = document.createElement(name);
    if (label) made.dataset.label = label;
    made.textContent = text;
    return made;
  };
  const draw = (row) => {
    const line = document.createElement("tr");
    const authority = cell("td", row[AUTHORITY] === null ? "–" : String(row[AUTHORITY]), "Authority");
    authority.className = "n";
    const page = cell("th", "");
    page.scope = "row";
    const site = cell("bdi", row[SITE]);
    const address = cell(row[HREF] ? "a" : "span", row[URL_].replace(/^https?:\/\//, ""));
    address.className = "page";
    if (row[HREF]) {
      address.href = row[HREF];
      address.rel = "noopener noreferrer nofollow ugc";
    }
    page.append(site, document.createElement("br"), address);
    const words = cell("td", row[WORDS] || "–");
    words.className = "words";
    words.dir = "auto";
    const moved = cell("td", row[MOVED] || "–", "In the period");
    if (row[MOVED]) moved.className = "moved " + row[MOVED];
    line.append(authority, page, words, cell("td", row[TARGET].replace(/^https?:\/\/[^/]*/, "") || "/", "Leads to"),
      cell("td", row[REL], "rel"), cell("td", row[PLACE], "Place"), moved, cell("td", row[FIRST] || "–", "First seen"),
      cell("td", row[LAST] || "–", row[MOVED] === "lost" ? "Lost on" : "Last seen"));
    return line;
  };
  const paint = () => {
    body.replaceChildren(...found.slice(0, shown).map((at) => draw(rows[at])));
    const sites = new Set(found.map((at) => rows[at][SITE])).size;
    status.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} links, ` +
      `from ${sites.toLocaleString("en")} ${sites === 1 ? "site" : "sites"}`;
    more.hidden = found.length <= shown;
    for (const head of heads) {
      const own = Number(head.dataset.sort) === by;
      head.setAttribute("aria-sort", own ? (down ? "descending" : "ascending") : "none");
    }
  };
  const compare = (a, b) => {
    const x = rows[a][by], y = rows[b][by];
    if (x === y) return a - b;
    if (x === null || x === "") return 1; // what is not known comes last, either way
    if (y === null || y === "") return -1;
    const order = typeof x === "number" ? x - y : x < y ? -1 : 1;
    return down ? -order : order;
  };
  const choose = () => {
    const asked = new FormData(form);
    const words = asked.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const least = asked.get("authority") === "" ? null : Number(asked.get("authority"));
    const rel = asked.get("rel"), moved = asked.get("moved"), place = asked.get("place");
    found = [];
    rows.forEach((row, at) => {
      if (words.some((word) => !said[at].includes(word))) return;
      if (least !== null && (row[AUTHORITY] === null || row[AUTHORITY] < least)) return;
      if (rel && !row[REL].split(" ").includes(rel) && row[REL] !== rel) return;
      if (place && row[PLACE] !== place) return;
      if (moved === "stands" ? row[MOVED] === "lost" : moved && row[MOVED] !== moved) return;
      found.push(at);
    });
    found.sort(compare);
    shown = STEP;
    paint();
  };
  const quoted = (value) => {
    let text = value === null ? "" : String(value);
    if (typeof value === "string") { // as backlit.report.export does it
      const starts = /^(?:[\t\r\0]|[\s\0\x1c-\x1f\x85\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/.test(text);
      text = text.replace(/([;\t\n\r])(?=[\s\0\x1c-\x1f\x85]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1'");
      if (starts) text = "'" + text;
      text = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
        (letter) => `<U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
    }
    return /[",;\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const save = () => {
    const names = ["site", "page", "words", "leads_to", "rel", "place", "authority", "first_seen", "last_seen", "in_the_period"];
    const kept = [SITE, URL_, WORDS, TARGET, REL, PLACE, AUTHORITY, FIRST, LAST, MOVED];
    const lines = [names, ...found.map((at) => kept.map((column) => rows[at][column]))];
    const text = "\ufeff" + lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "links.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const places = [...new Set(rows.map((row) => row[PLACE]))].sort();
  for (const name of places) form.elements.place.append(new Option(name, name));
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      const column = Number(head.dataset.sort);
      down = column === by ? !down : column === AUTHORITY;
      by = column;
      found.sort(compare);
      paint();
    });
    head.replaceChildren(button);
  }
  form.addEventListener("input", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(choose));
  document.getElementById("save").addEventListener("click", save);
  more.addEventListener("click", () => { shown += STEP; paint(); });
  form.hidden = false;
  choose();
})();
