// Choosing days by dragging over the timeline. Without this file two date fields and links do the same.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const SLOP = 6; // pixels up to which a drag is a click

const inWords = (day) => {
  const [year, month, number] = day.split("-").map(Number);
  return `${number} ${MONTHS[month - 1]} ${year}`;
};

const place = document.querySelector("[data-starts]");
if (place) {
  const [starts, ends] = [place.dataset.starts.split(" "), place.dataset.ends.split(" ")];
  const [form, mark] = [document.getElementById("days"), place.querySelector(".brush")];
  const status = form.querySelector("[role=status]");
  let from = null; // where the pointer went down, until it goes up
  let isDrag = false;

  const share = (x) => {
    const box = place.getBoundingClientRect();
    return Math.max(0, Math.min(1, (x - box.left) / box.width));
  };
  const barAt = (x) => Math.min(starts.length - 1, Math.floor(share(x) * starts.length));
  const chosen = (x) => [barAt(from), barAt(x)].sort((one, other) => one - other);
  const end = () => {
    from = null;
    mark.hidden = true;
    status.textContent = "";
  };

  place.addEventListener("pointerdown", (event) => {
    isDrag = false;
    if (event.button === 0) from = event.clientX;
  });
  place.addEventListener("pointermove", (event) => {
    if (from === null || (!isDrag && Math.abs(event.clientX - from) < SLOP)) return;
    if (!isDrag) place.setPointerCapture(event.pointerId);
    isDrag = true;
    const [first, last] = chosen(event.clientX);
    mark.style.left = `${(100 * first) / starts.length}%`;
    mark.style.right = `${100 - (100 * (last + 1)) / starts.length}%`;
    mark.hidden = false;
    status.textContent = `${inWords(starts[first])} to ${inWords(ends[last])}`;
  });
  place.addEventListener("pointerup", (event) => {
    if (from === null || !isDrag) return end();
    const [first, last] = chosen(event.clientX);
    form.elements.from.value = starts[first];
    form.elements.to.value = ends[last];
    end();
    form.requestSubmit(form.querySelector("button"));
  });
  place.addEventListener("pointercancel", end);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape" && from !== null) end(); });
  // A bar is a link: dragging over it neither follows it nor takes it along.
  place.addEventListener("dragstart", (event) => event.preventDefault());
  place.addEventListener("click", (event) => { if (isDrag) event.preventDefault(); }, true);
}
