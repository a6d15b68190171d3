// A circle on a map leads where its row in the table under the map leads. Maps work without this.

for (const section of document.querySelectorAll("main section")) {
  const drawing = section.querySelector("svg.drawing");
  const circles = [...section.querySelectorAll(".circles circle")];
  const rows = section.querySelectorAll(".dots-table tbody a");
  // The rows stand in the order of the circles; were they others, a link would lead elsewhere.
  if (!drawing || !circles.length || circles.length !== rows.length) continue;
  drawing.classList.add("linked");
  drawing.addEventListener("click", (event) => {
    const link = rows[circles.findIndex((circle) => circle === event.target)];
    if (link instanceof HTMLAnchorElement) link.click();
  });
}
