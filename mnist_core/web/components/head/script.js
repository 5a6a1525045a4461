// Offers the page's languages. Which one it is, the link knows.

for (const button of element.querySelectorAll("[data-language]"))
  onPage(button, "click", () => trigger("speak", { language: button.dataset.language }));

function mark() {
  for (const button of element.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(say("language.tag").startsWith(button.lang)));
  document.title = say("page.title");
  document.documentElement.lang = say("language.tag");
}

watch("text", mark);
mark();
