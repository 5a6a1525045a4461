// The page's link to its session. The key stays in this browser tab: a reload keeps it, a duplicate
// of the tab takes it along, another tab has one of its own, and closing the tab forgets it.
//
// A browser gives one server six connections, for all of its tabs. So only a tab in sight holds one
// (the stream that "seen" begins). All the others say now and then that they are open.

const STORE = "mnist-session";
const CHOICE = "language"; // the cookie that the server reads, and its twin where there are none
const REPORT_SECONDS = 30;
const address = new URL(window.gradio_config?.root ?? "/", location).pathname.replace(/\/?$/, "/");

let key = null; // of the session; null before the first
let page = ""; // Gradio's name of this page, as the server knows it
let reported = Promise.resolve(); // one report after another

function stored() {
  try {
    return sessionStorage.getItem(STORE);
  } catch {
    return null; // no storage: after a reload the session begins anew, no more
  }
}

function store(key) {
  try {
    sessionStorage.setItem(STORE, key);
  } catch {
    // As above.
  }
}

function message(state) {
  return JSON.stringify({ page, state });
}

// Says whether the page is in sight, and follows what changes if it is and does not yet.
function report() {
  reported = reported.then(async () => {
    if (!page) return;
    try {
      const state = document.visibilityState;
      const answer = await fetch(`${address}presence`, { method: "POST", body: message(state) });
      if (answer.status === 404) return enter(); // the server has begun anew, or has forgotten us
      const { follow } = await answer.json();
      if (follow) see();
    } catch {
      // No connection just now: the next report may find one.
    }
  });
}

// What goes with every event: whose it is, and in which language it is answered.
function introduce() {
  props.value = (key ?? "") + " " + say("language.tag");
}

function enter() {
  page = "";
  key = stored();
  introduce();
  trigger("opened");
}

function see() {
  if (document.visibilityState === "visible") trigger("seen");
}

// No report after this one: the browser says that the page is hidden when it is closed already.
function closed() {
  if (page) navigator.sendBeacon(`${address}presence`, message("closed"));
  page = "";
}

// What the server answers when we have entered: a name, and perhaps both are what they were before.
function entered() {
  if (!props.page_name) return;
  page = props.page_name;
  key = props.session;
  if (!stored()?.startsWith(key)) store(key);
  introduce();
  report();
  see();
  if (wantsAnotherLanguage()) trigger("speak", { language: chosenLanguage() });
}

watch("page_name", entered);
watch("changes", () => (page ? see() : entered()));
// Behind the key a sign that something is kept: if the session is gone when we come back, we are told.
watch("keeps", () => store(props.keeps ? `${props.session}+` : props.session));

// --- The language --------------------------------------------------------------------------------

function chosenLanguage() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

function chooseLanguage(tag) {
  // A Space is shown inside a page of another site, where other cookies are not kept.
  const where = location.protocol === "https:" ? "None; Secure; Partitioned" : "Lax";
  document.cookie = CHOICE + "=" + tag + "; Path=/; Max-Age=31536000; SameSite=" + where;
  try {
    localStorage.setItem(CHOICE, tag);
  } catch {
    // As above.
  }
}

watch("text", () => {
  chooseLanguage(say("language.tag"));
  introduce();
  see();
});

function wantsAnotherLanguage() {
  const isAsked = new URLSearchParams(location.search).has("lang");
  return !isAsked && chosenLanguage() && chosenLanguage() !== say("language.tag");
}

onPage(document, "visibilitychange", () => {
  report();
  if (document.visibilityState === "visible") reported.then(see);
});
onPage(window, "pagehide", closed);
onPage(window, "pageshow", (event) => event.persisted && enter()); // it was only put aside
const timer = setInterval(report, 1000 * REPORT_SECONDS);
life.signal.addEventListener("abort", () => clearInterval(timer));

enter();
