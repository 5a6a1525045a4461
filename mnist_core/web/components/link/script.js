// The page's link to its session. The key stays in this browser tab: a reload keeps it, a duplicate
// of the tab takes it along, another tab has one of its own, and closing the tab forgets it.
//
// A browser gives one server six connections, for all of its tabs. So only a tab in sight holds one
// (the stream that "seen" begins). All the others say now and then that they are open.

const STORE = "mnist-session";
const REPORT_SECONDS = 30;
const address = new URL(window.gradio_config?.root ?? "/", location).pathname.replace(/\/?$/, "/");

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

function enter() {
  page = "";
  props.value = stored();
  trigger("opened");
}

function see() {
  if (document.visibilityState === "visible") trigger("seen");
}

function closed() {
  if (page) navigator.sendBeacon(`${address}presence`, message("closed"));
}

// What the server answers when we have entered: a name, and perhaps both are what they were before.
function entered() {
  if (!props.page_name) return;
  page = props.page_name;
  props.value = props.session;
  if (!stored()?.startsWith(props.session)) store(props.session);
  report();
  see();
}

watch("page_name", entered);
watch("changes", () => (page ? see() : entered()));
// Behind the key a sign that something is kept: if the session is gone when we come back, we are told.
watch("keeps", () => store(props.keeps ? `${props.session}+` : props.session));

onPage(document, "visibilitychange", () => {
  report();
  if (document.visibilityState === "visible") reported.then(see);
});
onPage(window, "pagehide", closed);
onPage(window, "pageshow", (event) => event.persisted && enter()); // it was only put aside
const timer = setInterval(report, 1000 * REPORT_SECONDS);
life.signal.addEventListener("abort", () => clearInterval(timer));

enter();
