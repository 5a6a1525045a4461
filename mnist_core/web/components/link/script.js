// The page's key to its session. It stays in this browser tab: a reload keeps it, another tab has
// one of its own, and closing the tab forgets it.

const STORE = "mnist-session";

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

watch("value", () => {
  if (!props.value?.news) return;
  if (props.value.key) store(props.value.key);
  for (const bell of props.bells) trigger(bell);
});

props.value = { key: stored() };
trigger("submit");
