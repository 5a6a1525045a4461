// Offers the page's languages. Which one it is, the link knows.

for (const button of element.querySelectorAll("[data-language]"))
  onPage(button, "click", () => trigger("speak", { language: button.dataset.language }));

function mark() {
  for (const button of element.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(say("language.tag").startsWith(button.lang)));
  document.title = say("page.title");
  document.documentElement.lang = say("language.tag");
}

// Messages that pop up are Gradio's, in the language that the page had then. The one that stays until
// somebody closes it is said anew; the others, which would soon go by themselves, go.
function sayToastsAnew() {
  for (const toast of toasts()) {
    const text = innermost(toast, lost);
    if (text) write(text, say("session.lost"));
    else toast.querySelector('[data-testid="toast-close"]').click();
  }
  lost = say("session.lost");
}

function toasts() {
  return document.querySelectorAll('[data-testid="toast-body"]');
}

function innermost(toast, words) {
  return [...toast.querySelectorAll("*")].findLast((node) => node.textContent.includes(words));
}

// A file that no upload button takes Gradio's page refuses by itself, and in English alone.
function refuseInOwnWords() {
  for (const toast of toasts()) {
    const text = innermost(toast, "Invalid file type");
    const kinds = /Only (.*) allowed/.exec(text?.textContent);
    if (kinds) write(text, say("page.wrong_file", { kinds: kinds[1] }));
  }
}

let lost = say("session.lost");

watch("text", () => {
  mark();
  sayToastsAnew();
});
mark();
