// The one script that is no module and says nothing newer than 2009: where an engine cannot read the script of a
// page, the page shows what it shows without scripts, instead of waiting for ever.

window.addEventListener("load", function () {
  if (document.documentElement.getAttribute("data-runs") === null) document.documentElement.className += " old";
});
