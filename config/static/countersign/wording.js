// A text that is being written: its draft is saved by itself, and its page is shown beside it. Each page does its whole
// job without this. Words come from data attributes, translated.
(() => {
  "use strict";
  const QUIET = 1200; // milliseconds without a key, then it is saved
  const LONGEST_QUIET = 15000; // or after this long in one go
  const PREVIEW = 500;
  const SLOWEST = 60000;
  const PATIENCE = 20000;
  const one = (selector, root = document) => root.querySelector(selector);

  const later = (deed) => {
    let timer;
    return (milliseconds) => {
      clearTimeout(timer);
      timer = setTimeout(deed, milliseconds);
    };
  };
  const post = (url, body) =>
    fetch(url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE), headers: { Accept: "application/json" } });

  const form = one("form[data-autosave]");
  if (!form) return;
  const line = one("[data-saving]");
  const place = one("[data-conflict-here]");
  const token = () => form.elements.csrfmiddlewaretoken.value;

  // What was typed and is not kept yet: a number for each change, so that an answer tells what it was for.
  let typed = "unsaved" in form.dataset ? 1 : 0;
  let kept = 0;
  let first = 0; // when the oldest change was made that is not kept
  let asking = false;
  let stopped = Boolean(one("#conflict"));
  let pause = QUIET;

  let lastSaid = "";
  const say = (name, values = {}) => {
    const words = line.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
    line.classList.toggle("is-bad", !["saved", "waiting"].includes(name));
    line.classList.toggle("is-good", name === "saved");
    if (words !== lastSaid) line.textContent = lastSaid = words;
  };
  const clock = () => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());

  const showWrong = (wrong) => {
    for (const box of document.querySelectorAll("[data-wrong]")) {
      const sentences = wrong[box.dataset.wrong] || [];
      const field = form.elements[box.dataset.wrong];
      if (sentences.join() === [...box.children].map((child) => child.textContent).join()) continue;
      box.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("p"), { className: "invalid-feedback", textContent: text })));
      if (sentences.length) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
  };

  const settle = async (answer, number) => {
    if (answer.type === "opaqueredirect" || answer.status === 403) return "out"; // to the page where one signs in
    if (answer.status === 409) {
      // Made by the server and escaped there, as the rest of the page is.
      place.innerHTML = (await answer.json()).html;
      stopped = true;
      one("#conflict").scrollIntoView({ block: "nearest" });
      return "conflict";
    }
    if (answer.status === 422) return ["refused", { why: (await answer.json()).said }];
    if (answer.status === 400 || answer.status === 413) return "long";
    if (!answer.ok) return "failed";
    const { mark, wrong } = await answer.json();
    form.elements.mark.value = mark;
    kept = number;
    showWrong(wrong);
    return "";
  };

  const save = async () => {
    if (asking || stopped || kept === typed) return;
    asking = true;
    const number = typed;
    let said;
    try {
      said = await settle(await post(form.dataset.autosave, new FormData(form)), number);
    } catch {
      said = "lost";
    }
    asking = false;
    if (said) {
      say(...[said].flat());
      pause = Math.min(pause * 2, SLOWEST);
    } else {
      pause = QUIET;
      if (kept === typed) say("saved", { time: clock() });
    }
    if (kept !== typed) soon(pause);
  };
  const soon = later(save);

  const changed = () => {
    if (kept === typed) first = Date.now();
    typed += 1;
    if (stopped) return;
    if (kept === typed - 1 || !line.classList.contains("is-bad")) say("waiting");
    // Whoever writes without a pause is saved in between; a save that failed is tried again once they pause.
    soon(pause === QUIET ? Math.max(0, Math.min(QUIET, first + LONGEST_QUIET - Date.now())) : (pause = 2 * QUIET));
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => event.target.type === "checkbox" && changed());
  window.addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => document.hidden && soon(0));

  let leaving = false;
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && kept !== typed) event.preventDefault();
  });

  // The page as it will be, made by the server from what stands in the field now.
  const seen = one("[data-preview-of]");
  if (seen) {
    const field = form.elements[seen.dataset.previewOf];
    let shown = field.value;
    let number = 0;
    const show = async () => {
      const text = field.value;
      if (text === shown) return;
      const mine = (number += 1);
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token());
      body.append("text", text);
      try {
        const answer = await post(seen.dataset.previewFrom, body);
        if (mine !== number) return;
        const words = answer.type === "opaqueredirect" ? "" : await answer.text();
        if (answer.ok) seen.innerHTML = words; // cleaned by the server, exactly as it will be published
        else if (answer.status === 422) seen.textContent = words;
        else throw new Error(String(answer.status));
        if (answer.ok && !text.trim()) seen.textContent = seen.dataset.empty;
        shown = text;
        seen.parentElement.classList.remove("is-old");
      } catch {
        if (mine === number) seen.parentElement.classList.add("is-old");
      }
    };
    const showSoon = later(show);
    field.addEventListener("input", () => showSoon(PREVIEW));
  }
})();
