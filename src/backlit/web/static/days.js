// A slider over the days on which something was observed. Without this file a date field and links do the same.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const inWords = (day) => {
  const [year, month, number] = day.split("-").map(Number);
  return `${number} ${MONTHS[month - 1]} ${year}`;
};
const sliderOf = (event) => (event.target instanceof Element ? event.target.closest(".slide > input") : null);
const dayOf = (slider) => slider.parentElement.dataset.days.split(" ")[slider.value];

const tell = (slider) => {
  const { now } = slider.parentElement.dataset;
  const [day, moved] = [dayOf(slider), slider.value !== slider.defaultValue];
  const words = day === now ? "today" : inWords(day);
  slider.setAttribute("aria-valuetext", day === now ? `${inWords(day)}, today` : words);
  slider.parentElement.querySelector(".said").textContent = moved ? `${words} ⏎` : words;
};

// The day goes into the date field, which is what the form sends; today is no day in an address.
const show = (slider) => {
  if (slider.value === slider.defaultValue) return;
  const { form } = slider;
  const field = form.querySelector("input[type=date]");
  field.value = dayOf(slider) === slider.parentElement.dataset.now ? "" : dayOf(slider);
  field.disabled = !field.value;
  form.requestSubmit();
};

let isHeld = false; // by a pointer: then letting go shows the day
document.addEventListener("pointerdown", (event) => { isHeld = Boolean(sliderOf(event)); });
document.addEventListener("input", (event) => { const slider = sliderOf(event); if (slider) tell(slider); });
// Keys move the slider and Enter shows the day: whoever only passes a day is not taken to it.
document.addEventListener("keydown", (event) => {
  const slider = sliderOf(event);
  isHeld = false;
  if (!slider || event.key !== "Enter") return;
  event.preventDefault();
  show(slider);
});
document.addEventListener("change", (event) => { const slider = sliderOf(event); if (slider && isHeld) show(slider); });

const offer = () => {
  for (const place of document.querySelectorAll(".slide")) place.hidden = false;
  for (const field of document.querySelectorAll(".as-of input:disabled")) field.disabled = false; // come back to
};
document.addEventListener("htmx:after:swap", offer);
addEventListener("pageshow", offer);
offer();
