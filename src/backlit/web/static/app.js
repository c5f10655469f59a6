// Pages work without this file. With it, a swapped page keeps the keyboard where it was.
"use strict";

let lastId = "";

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[id]") : null;
  lastId = link ? link.id : "";
});

document.addEventListener("htmx:after:swap", (event) => {
  const source = event.detail && event.detail.ctx && event.detail.ctx.sourceElement;
  if (source instanceof Element && source.hasAttribute("data-live")) return; // renewed by itself: focus stays
  const paging = lastId.startsWith("next-") || lastId.startsWith("first-");
  const wanted = paging ? ["next-top", "first-top", "status"] : [lastId, "main"];
  const place = wanted.map((id) => id && document.getElementById(id)).find(Boolean);
  lastId = "";
  if (!place) return;
  place.focus({ preventScroll: true });
  if (paging) window.scrollTo({ top: 0 });
});

// Who clicks twice sends a form once: what came of the first time would not be seen.
const sent = new WeakMap();
window.addEventListener("submit", (event) => { // after whoever sends a form without leaving the page
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < 1000) event.preventDefault();
  else sent.set(form, event.timeStamp);
});

// "Copy as": without this file its texts are selected by a click.
const offerCopies = () => document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });

const copy = async (button) => {
  const text = button.parentElement.querySelector("code");
  const status = button.closest(".sheet").querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(text.textContent);
    status.textContent = `Copied: ${document.getElementById(button.getAttribute("aria-describedby")).textContent}.`;
  } catch { // not allowed, or no secure connection
    getSelection().selectAllChildren(text);
    status.textContent = "The text is selected: copy it with Ctrl+C or Cmd+C.";
  }
};

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copy]") : null;
  if (button) copy(button);
});
document.addEventListener("htmx:after:swap", offerCopies);
offerCopies();

// A page that is not made yet is asked for again.
const again = () => { if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 1000); };
document.addEventListener("htmx:after:swap", again);
again();

// An address that ends in a view which was just saved shows it.
const named = document.getElementById(location.hash.slice(1));
if (named && named.closest("details.menu")) named.closest("details.menu").open = true;
