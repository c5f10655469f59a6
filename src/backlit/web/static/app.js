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
