"""English that is left on a page in another language: what a person would see or hear of it."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from mnist_core.text import CATALOGUE

# Two words, the second of them no name: what stands between is a sentence of English.
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}")
QUOTED = re.compile(
    r"mat1 and mat2 shapes cannot be multiplied"  # an error of PyTorch's own
    r"|Shape: torch\.Size"  # what the article's program prints, in both languages
)
LABELS = {
    sentence
    for key, sentence in CATALOGUE["en"].items()
    if re.fullmatch(r"[A-Za-z -]*[a-z]( …)?", sentence) and CATALOGUE["zh"][key] != sentence
}
"""What buttons, columns and so on are called, where Chinese has another word for it."""

# All that is shown or spoken, the words in pictures of ours too. Aside are quotations, which say of
# what language they are, and programs, which nobody is to translate.
COLLECT = """() => {
    const aside = "script, style, template, [lang]:not(html), [translate=no]";
    const spoken = ["aria-label", "aria-description", "aria-valuetext", "aria-roledescription",
        "title", "alt", "placeholder", "data-label"];
    const isSeen = (node) =>
        node.matches("option") || node.checkVisibility({ visibilityProperty: true });
    const found = [document.title];
    for (const node of document.body.querySelectorAll("*")) {
        if (node.closest(aside) || !isSeen(node)) continue;
        for (const name of spoken) found.push(node.getAttribute(name) ?? "");
        for (const child of node.childNodes)
            if (child.nodeType === Node.TEXT_NODE) found.push(child.textContent);
        const drawn = /^data:image\\/svg\\+xml;base64,(.*)/.exec(node.getAttribute("src"));
        if (!drawn) continue;
        const bytes = Uint8Array.from(atob(drawn[1]), (letter) => letter.charCodeAt(0));
        const markup = new TextDecoder().decode(bytes);
        const picture = new DOMParser().parseFromString(markup, "text/xml");
        for (const text of picture.querySelectorAll("text")) found.push(text.textContent);
    }
    return [...new Set(found.map((text) => text.trim().replace(/\\s+/g, " ")))];
}"""


def english_on(page: Page) -> list[str]:
    """Return the texts on a page that hold a sentence of English, or are an English label."""
    texts: list[str] = page.evaluate(COLLECT)
    said = {text: QUOTED.sub("", text) for text in texts}
    return [text for text, own in said.items() if SENTENCE.search(own) or own in LABELS]
