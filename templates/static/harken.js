// Only comfort lives here: every page works without it.
"use strict";

const box = () => document.querySelector('input[name="q"]');
const isTyping = (target) => target.closest("input, textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && box()) {
    event.preventDefault();
    box().select();
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".mention .when")];
    const at = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".ask select")) event.target.form.requestSubmit();
});

// Drag over bars to zoom: the page asked for is the one a link to that window would give.
let first = null;
const barOf = (event) => event.target.closest?.("[data-drag] a");
const covered = (last) => {
  const bars = [...first.parentNode.querySelectorAll("a")];
  const [from, to] = [bars.indexOf(first), bars.indexOf(last)].sort((a, b) => a - b);
  return bars.slice(from, to + 1);
};
document.addEventListener("pointerdown", (event) => {
  first = event.button === 0 ? barOf(event) : null;
});
document.addEventListener("dragstart", (event) => barOf(event) && event.preventDefault());
document.addEventListener("pointermove", (event) => {
  const last = first && barOf(event);
  if (!last) return;
  for (const bar of first.parentNode.querySelectorAll("a")) bar.classList.remove("dragged");
  for (const bar of covered(last)) bar.classList.add("dragged");
});
document.addEventListener("pointerup", (event) => {
  const last = first && barOf(event);
  if (last && last !== first && first.getAttribute("href")) {
    const bars = covered(last);
    const url = new URL(first.href.baseVal ?? first.href, location.href);
    url.searchParams.set("from", bars[0].dataset.from);
    url.searchParams.set("to", bars.at(-1).dataset.to);
    location.assign(url);
  }
  first = null;
});
