// Renews a part of a page every two seconds, or as many as its data-live-every says, and changes only what has changed: focus, a selection, ticked boxes and
// opened details stay. Without it the page has a link that says "Reload". Words come from data attributes, translated.
(() => {
  "use strict";
  const SLOWEST = 60000;
  const PATIENCE = 10000;
  const SPEAK_AT_MOST_EVERY = 60000;
  const holder = document.querySelector("[data-live-from]");
  if (!holder || !window.fetch || !window.DOMParser) return;
  const RENEW = 1000 * (Number(holder.dataset.liveEvery) || 2);
  const state = document.querySelector("[data-live-state]");
  const signIn = document.querySelector("[data-live-sign-in]");
  const spoken = document.querySelector("[data-live-spoken]");
  // What belongs to the person at the page and not to the server.
  const THEIRS = { DETAILS: ["open"], INPUT: ["value", "checked"], FORM: ["data-sent"] };

  const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key || node.id : "");
  const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
  const renewAttributes = (old, fresh) => {
    const theirs = THEIRS[old.nodeName] || [];
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !theirs.includes(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !theirs.includes(name)) old.setAttribute(name, value);
    }
  };
  const renew = (old, fresh) => {
    if (old.nodeType !== 1) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    renewAttributes(old, fresh);
    const wanted = new Set([...fresh.childNodes].map(keyOf).filter(Boolean));
    let here = old.firstChild;
    for (const node of fresh.childNodes) {
      const key = keyOf(node);
      const kept = key ? [...old.children].find((child) => alike(child, node)) : here;
      if (key && kept) {
        // What stands before it and is not wanted any more goes, so that it need not be moved and lose the focus.
        while (here && here !== kept && !wanted.has(keyOf(here))) {
          const gone = here;
          here = here.nextSibling;
          gone.remove();
        }
      }
      if (!kept || !alike(kept, node)) {
        old.insertBefore(document.importNode(node, true), here);
        continue;
      }
      if (kept === here) here = here.nextSibling;
      else old.insertBefore(kept, here);
      renew(kept, node);
    }
    while (here) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
  };

  let lastSpoken = Date.now();
  let lastSaid = holder.firstElementChild?.dataset.said;
  const speak = (said) => {
    if (!spoken || !said || said === lastSaid || Date.now() - lastSpoken < SPEAK_AT_MOST_EVERY) return;
    lastSpoken = Date.now();
    spoken.textContent = lastSaid = said;
  };

  let since = new Date();
  // The time in the zone and the way in which all other times of the page are given.
  const timeOf = (moment) => {
    const zone = state.dataset.zone || "UTC";
    const form = { timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" };
    return `${new Intl.DateTimeFormat("en-GB", form).format(moment)} (${zone})`;
  };
  const say = (name) => {
    if (name === "live") since = new Date();
    holder.classList.toggle("is-stale", name !== "live");
    if (signIn) signIn.hidden = name !== "signedOut";
    if (!state || state.dataset.now === name) return;
    state.dataset.now = name;
    state.textContent = state.dataset[name].replace("{time}", () => timeOf(since));
  };

  class SignedOut extends Error {}
  const ask = async () => {
    const answer = await fetch(holder.dataset.liveFrom, { signal: AbortSignal.timeout(PATIENCE), redirect: "manual" });
    if (answer.type === "opaqueredirect") throw new SignedOut(); // to the page where one signs in
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
    const old = document.getElementById("now");
    if (!fresh || !old) throw new Error("nothing to show");
    const focused = old.contains(document.activeElement);
    renew(old, fresh);
    // What had the focus is gone: the keyboard goes on from here, not from the top of the page.
    if (focused && !old.contains(document.activeElement)) old.focus({ preventScroll: true });
    speak(fresh.dataset.said);
  };

  let pause = RENEW;
  let timer;
  const turn = async () => {
    try {
      await ask();
      pause = RENEW;
      say("live");
    } catch (error) {
      pause = Math.min(pause * 2, SLOWEST);
      say(error instanceof SignedOut ? "signedOut" : "stale");
    }
    wait(pause);
  };
  const wait = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => document.hidden || turn(), milliseconds);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : wait(0)));
  wait(RENEW);
})();
