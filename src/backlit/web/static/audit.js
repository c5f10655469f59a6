// Verdicts by key on the page of an audit, which works without this file.
"use strict";

const bar = document.getElementById("keys");
if (bar) {
  const [help, on] = [bar.querySelector("details"), bar.querySelector("input")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const VERDICTS = { 1: "keep", 2: "ignore", 3: "watch", 4: "ask-removal", 5: "disavow", s: "snooze" };
  let at = -1;
  let chosen = null;
  let held = null;
  let refused = null;
  let sent = 0;

  const say = (text) => { bar.querySelector("[role=status]").textContent = text; };
  const go = (to) => {
    at = Math.max(0, Math.min(groups.length - 1, to));
    chosen = refused = null;
    if (groups[at]) groups[at].focus();
  };
  const pick = (verdict) => {
    if (at < 0) go(0);
    const form = groups[at] && groups[at].querySelector(".verdicts");
    const button = form && form.querySelector(`[value="${verdict}"]`);
    // Whoever goes on to write the reason must not undo or decide by its letters: they belong into a field.
    refused = button ? button.dataset.whyNot : "That verdict is not offered here; Escape goes on.";
    chosen = refused ? null : button;
    const why = form && form.elements.why;
    if (why) why.focus();
    if (refused) return say(refused);
    why.value ||= sessionStorage.getItem("why") || "";
    why.select();
    say(`${button.textContent}: say why, Enter decides, Escape leaves it.`);
  };
  const send = (form) => {
    if (!chosen || chosen.form !== form) return say(refused || "Leave with Escape and choose a verdict first: 1 to 5, or s.");
    sessionStorage.setItem("why", form.elements.why.value);
    sessionStorage.setItem("at", at);
    form.requestSubmit(chosen);
  };
  const undo = () => {
    const button = document.querySelector("section[aria-labelledby=decided] .inline button");
    if (!button) return say("There is nothing to undo.");
    sessionStorage.setItem("at", at);
    button.click();
  };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const form = target.closest(".verdicts");
    if (!on.checked || document.documentElement.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    // A key that stays down chooses once, and what it has chosen is not written into the reason.
    if (event.repeat && (key === held || (key === "u" && !form))) return event.preventDefault();
    held = null;
    if (form && target.name === "why") {
      if (key === "Escape") go(groups.findIndex((group) => group.contains(form)));
      else if (key === "Enter") send(form);
      else return;
    } else if (target.matches("input:not([type=checkbox]), textarea, select")) return;
    else if (refused && key !== "j" && key !== "k" && key !== "?") {
      if (key === "Escape") go(at);
      else if (key.length > 1) return;
    } else if (key in VERDICTS) pick(VERDICTS[key]);
    else if (key === "j") go(at + 1);
    else if (key === "k") go(at - 1);
    else if (key === "u") undo();
    else if (key === "?") help.open = !help.open;
    else return;
    if (key !== "j" && key !== "k") held = key;
    event.preventDefault();
  });
  // What is sent twice before an answer is there would be decided twice, and one undo would bring nothing back.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (Date.now() - sent < 10000) event.preventDefault();
    else sent = Date.now();
  });
  addEventListener("pageshow", () => { sent = 0; });
  document.addEventListener("focusin", ({ target }) => {
    const found = groups.findIndex((group) => group.contains(target));
    if (found >= 0 && found !== at) [at, refused] = [found, null];
  });
  on.checked = localStorage.getItem("keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
  bar.hidden = false;
  const before = sessionStorage.getItem("at");
  sessionStorage.removeItem("at");
  // The address ends in the place of the list, which takes the focus away until the page is loaded.
  if (before !== null && on.checked) addEventListener("load", () => setTimeout(go, 0, Number(before)));
}
