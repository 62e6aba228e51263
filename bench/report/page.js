// A name in a legend hides its contender in all plots; paper gets all tables.
for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => document.body.classList.toggle("no-" + button.dataset.c));
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
