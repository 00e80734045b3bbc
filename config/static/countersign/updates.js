// What is being written, as it will be read, made by the server beside it. The page does its whole job without this.
(() => {
  "use strict";
  const QUIET = 500; // milliseconds without a key
  const PATIENCE = 20000;
  for (const seen of document.querySelectorAll("[data-preview-of]")) {
    const field = document.getElementById(seen.dataset.previewOf);
    const holder = seen.parentElement;
    let shown = field.value;
    let number = 0;
    let timer;
    const show = async () => {
      const text = field.value;
      if (text === shown) return;
      const mine = (number += 1);
      const body = new FormData();
      body.append("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
      body.append("text", text);
      try {
        const answer = await fetch(seen.dataset.previewFrom, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
        const words = answer.ok || answer.status === 422 ? await answer.text() : "";
        if (mine !== number) return;
        if (answer.ok && text.trim()) seen.innerHTML = words; // cleaned by the server, exactly as it will be sent
        else if (answer.ok) seen.textContent = seen.dataset.empty;
        else if (answer.status === 422) seen.textContent = words;
        else throw new Error(String(answer.status));
        shown = text;
        holder.classList.remove("is-old");
      } catch {
        if (mine === number) holder.classList.add("is-old");
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, QUIET);
    });
  }
})();
