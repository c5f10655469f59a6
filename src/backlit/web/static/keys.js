// Keys, the palette and the help. Pages work without this file: /menu and /help/keys are the same, to read.
"use strict";

const root = document.documentElement;
const $ = (selector, within = document) => within.querySelector(selector);
const here = () => location.pathname + location.search;
const isWriting = (place) => place.isContentEditable
  || place.matches("input:not([type=checkbox], [type=radio]), textarea, select");

// dialogs ------------------------------------------------------------------------

const part = async (address, selector) => {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = document.adoptNode($(selector, page));
  // The forms lead back to where somebody is, not to the page that they came from.
  for (const back of found.querySelectorAll("[name=back]")) back.value = here();
  return found;
};

const show = (name, title, content) => {
  const dialog = document.createElement("dialog");
  dialog.className = name;
  dialog.setAttribute("aria-label", title);
  dialog.append(...content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal(); // the browser gives the focus back when it closes
  return dialog;
};

const make = (tag, given = {}, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...content);
  return made;
};

let isOpening = false;
const once = async (open, address) => {
  if (isOpening) return;
  isOpening = true;
  try {
    await open();
  } catch { // no answer, or another page than ours: the address itself says why
    location.assign(address);
  } finally {
    isOpening = false;
  }
};

const openHelp = () => once(async () => {
  const told = await part("/help/keys", "[data-help]");
  for (const row of told.querySelectorAll("[data-needs]")) if (!$(row.dataset.needs)) row.remove();
  for (const section of told.querySelectorAll("section")) if (!$("dt", section)) section.remove();
  for (const twin of told.querySelectorAll("[id]")) { // no id twice
    const label = $(`label[for="${twin.id}"]`, told);
    twin.id = `dialog-${twin.id}`;
    if (label) label.htmlFor = twin.id;
  }
  const close = make("button", { class: "button", type: "button" }, "Close");
  const dialog = show("help", "Keys", [close, told]);
  close.addEventListener("click", () => dialog.close());
}, "/help/keys");

// the palette --------------------------------------------------------------------

const onThisPage = () => [...document.querySelectorAll("[data-command]")].map((place) => ({
  label: place.dataset.command,
  group: "This page",
  act: () => (place.matches("summary") && !place.parentElement.open ? place.click() : 0, place.focus()),
}));

const offered = (menu) => [...menu.querySelectorAll("section")].flatMap((section) => {
  const group = $("h2", section).textContent;
  return [...section.querySelectorAll("a, button")].map((place) => {
    const more = place.parentElement.matches("li") ? $(".quiet", place.parentElement) : null;
    return { label: place.textContent + (more ? ` ${more.textContent}` : ""), group, act: () => place.click() };
  });
});

const chosen = (all, text) => {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ label }) => {
    const said = label.toLowerCase();
    return said.startsWith(wanted[0] ?? "") ? 0 : wanted.every((word) => said.includes(word)) ? 1 : 2;
  };
  const fitting = all
    .filter(({ label, group }) => wanted.every((word) => `${label} ${group}`.toLowerCase().includes(word)))
    .sort((one, other) => rank(one) - rank(other));
  const name = text.trim();
  const target = /^\S*[.:/]\S+$/.test(name)
    ? [{ label: `Open target ${name}`, group: "Look up", act: () => location.assign(`/t?target=${encodeURIComponent(name)}`) }]
    : [];
  return [...target, ...fitting].slice(0, 60);
};

const openPalette = () => once(async () => {
  const menu = await part($("#menu-link").href, "[data-menu]");
  menu.hidden = true;
  const list = make("ul", { id: "palette-list", role: "listbox", "aria-label": "Results" });
  const input = make("input", {
    type: "text", role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "true",
    "aria-label": "Page, view, project, command or target", placeholder: "Page, view, project or target",
    autocomplete: "off", autocapitalize: "off", spellcheck: "false",
  });
  const status = make("p", { role: "status", class: "aside" });
  const all = [...onThisPage(), ...offered(menu)];
  let found = [];
  let at = 0;
  const point = (to) => {
    at = found.length ? (to + found.length) % found.length : -1;
    for (const [index, option] of [...list.children].entries()) option.setAttribute("aria-selected", index === at);
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const fill = () => {
    found = chosen(all, input.value);
    list.replaceChildren(...found.map(({ label, group }, index) => make("li", { id: `option-${index}`, role: "option" },
      make("bdi", {}, label), make("span", { class: "quiet" }, group))));
    input.setAttribute("aria-expanded", found.length > 0);
    status.textContent = found.length ? `${found.length} results` : "Nothing is called so.";
    status.className = found.length ? "aside" : "none";
    point(0);
  };
  const dialog = show("palette", "Everything by name", [input, status, list, menu]);
  const take = (index) => {
    const one = found[index];
    if (!one) return;
    // Links and forms of the menu act from within the page: a closed dialog is no part of it.
    if (one.group === "This page") dialog.close();
    one.act();
  };
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") point(at + 1);
    else if (event.key === "ArrowUp") point(at - 1);
    else if (event.key === "Enter") take(at);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => take([...list.children].indexOf(target.closest("li"))));
  fill();
  input.focus();
}, $("#menu-link").href);

// single keys ----------------------------------------------------------------------

const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.offsetParent);
const rowInHand = () => document.activeElement.closest("main tbody tr");

const step = (by) => {
  const all = rows();
  const at = all.indexOf(rowInHand());
  const row = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  if (!row) return false;
  row.tabIndex = -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
};

const openRow = (row) => {
  const place = $("summary", row) || $("a[href^='/']", row) || $("a", row);
  if (place) place.click();
  return Boolean(place);
};

const select = (row) => {
  const box = row && $("input[type=checkbox]", row);
  if (box) box.click();
  return Boolean(box);
};

const focusFilter = () => {
  const place = $("#q") || $("#look-up");
  if (!place) return false;
  place.focus();
  place.select();
  return true;
};

// What is open closes; then what is written goes; then the place in hand is left.
const leave = (place) => {
  const row = place.closest("main tbody tr");
  const open = place.closest("details[open]") || (row && $("details[open]", row)) || $("details.menu[open]");
  if (open) {
    open.open = false;
    if (open.contains(place)) $("summary", open).focus();
  } else if (place.matches("#q, #look-up") && place.value) place.value = "";
  else if (row || place.matches("#q, #look-up")) place.blur();
  else return false;
  return true;
};

let isGoing = false; // after g, the next key says where to

const KEYS = {
  "/": focusFilter,
  j: () => step(1),
  k: () => step(-1),
  x: () => select(rowInHand()),
  g: () => { isGoing = true; return true; },
};

const isSingle = (event) => root.dataset.keys !== "off" && !isWriting(event.target)
  && !event.ctrlKey && !event.metaKey && !event.altKey;

// Before any other: the letter after g, and what a page of its own keys would take for its help.
addEventListener("keydown", (event) => {
  if ($("dialog[open]") || event.isComposing || !isSingle(event)) return;
  const goes = isGoing && event.key.length === 1;
  if (!goes && event.key !== "?") return;
  isGoing = false;
  const place = goes && $(`[data-key="${CSS.escape(event.key)}"]`);
  if (place) place.click();
  else if (!goes) openHelp();
  event.preventDefault();
  event.stopPropagation();
}, true);

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.isComposing || event.defaultPrevented) return;
  if (key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    const open = $("dialog[open]");
    if (open) open.close();
    else openPalette();
    return;
  }
  if ($("dialog[open]")) return;
  let done = false;
  if (key === "Escape") done = leave(target);
  else if (key === "Enter" && target.matches("main tbody tr")) done = openRow(target);
  else if (isSingle(event) && Object.hasOwn(KEYS, key)) done = KEYS[key]();
  if (done) event.preventDefault();
});

addEventListener("pagehide", () => { // who comes back finds the page, not what led away from it
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});
addEventListener("focusin", () => { isGoing = false; });

// Without this file the two lead to pages; with it they open on this one.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("#menu-link, #keys-link") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.id === "menu-link") openPalette();
  else openHelp();
});
// Pages swap their middle without loading anew: a form leads back to the address that is shown.
document.addEventListener("submit", ({ target }) => {
  const back = $("[name=back]", target);
  if (back && target.matches(".looks")) back.value = here();
});
