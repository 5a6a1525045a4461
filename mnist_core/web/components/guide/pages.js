// The pages of the book, in the article's order: where a step happens, which is the tab and on it the
// control or picture; what ticks it off when it is pressed, where neither the run nor the pen tells;
// and its words.

const PAGES = [
  {
    tab: "train",
    lit: "#seed",
    pressed: "#code-tab-button",
    words: () => [say("guide.title_1"), say("guide.text_1"), say("guide.why_1"), say("guide.do_1")],
  },
  {
    tab: "draw",
    lit: "[data-testid=prediction] figure",
    words: () => [say("guide.title_2"), say("guide.text_2"), say("guide.why_2"), say("guide.do_2")],
  },
  {
    tab: "draw",
    lit: ".dock [data-open=inside]",
    pressed: ".dock [data-open=inside]",
    words: () => [say("guide.title_3"), say("guide.text_3"), say("guide.why_3"), say("guide.do_3")],
  },
  {
    tab: "train",
    lit: "#learning-rate",
    pressed: "[data-testid=whole-step]",
    words: () => [say("guide.title_4"), say("guide.text_4"), say("guide.why_4"), say("guide.do_4")],
  },
  {
    tab: "train",
    lit: "#start",
    words: () => [say("guide.title_5"), say("guide.text_5"), say("guide.why_5"), say("guide.do_5")],
  },
  {
    tab: "train",
    lit: "[data-testid=accuracy]",
    pressed: "#article-button, #mistakes-button",
    words: () => [say("guide.title_6"), say("guide.text_6"), say("guide.why_6"), say("guide.do_6")],
  },
  {
    tab: "train",
    lit: "#weights",
    pressed: "#weights, #safetensors",
    words: () => [say("guide.title_7"), say("guide.text_7"), say("guide.why_7"), say("guide.do_7")],
  },
  {
    tab: "experiments",
    lit: "[data-testid=try]",
    pressed: "[data-testid=try]",
    words: () => [say("guide.title_8"), say("guide.text_8"), say("guide.why_8"), say("guide.do_8")],
  },
  {
    tab: "runs",
    lit: "[data-testid=runs]",
    pressed: "#runs-button",
    words: () => [say("guide.title_9"), say("guide.text_9"), say("guide.why_9"), say("guide.do_9")],
  },
];
