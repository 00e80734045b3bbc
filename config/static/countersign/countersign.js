// Everything here is a convenience: each page does its whole job without it. Words come from data attributes, translated.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const language = document.documentElement.lang || "en";
  const said = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

  one("#errors")?.focus();

  // A double press would only cost a round trip. No longer: where the answer is a file, this page stays.
  all("form[method=post]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 1000);
    });
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Of the page before this one, its host goes with the form, and nothing else of it.
  const cameFrom = one("[data-came-from]");
  if (cameFrom && !cameFrom.value && document.referrer) {
    const { host } = new URL(document.referrer);
    if (host !== location.host) cameFrom.value = host;
  }

  // How long the form was open (docs/decisions/0027): not said where the browser has brought typed words back by itself.
  const took = one("[data-took]");
  if (took && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    took.form.addEventListener("submit", () => (took.value = (performance.now() / 1000).toFixed(1)));
  }

  // Sharing: the device's own sheet where there is one, and a copied address everywhere.
  const share = one("[data-share-url]");
  if (share) {
    const { shareUrl: url, shareText: text } = share.dataset;
    const native = one("[data-share-native]", share);
    const copy = one("[data-share-copy]", share);
    if (native && navigator.share) {
      native.hidden = false;
      native.addEventListener("click", () => navigator.share({ url, title: text, text }).catch(() => {}));
    }
    if (copy && navigator.clipboard) {
      copy.hidden = false;
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText(url);
        const status = one("[role=status]", share);
        status.textContent = copy.dataset.done;
        setTimeout(() => (status.textContent = ""), 6000);
      });
    }
  }

  all("[data-copies]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
      button.textContent = button.dataset.done;
    });
  });

  // The count: asked for again after 15 to 24 seconds, later each time; never while the page is hidden, nor once the
  // campaign is over; much later when something is wrong, and no sooner than the answer says.
  const tally = one("[data-count-url]");
  if (tally && window.fetch) {
    const numbers = new Intl.NumberFormat(`${language}-u-nu-latn`);
    const plural = new Intl.PluralRules(language);
    const people = Object.fromEntries(
      (tally.dataset.people || "").split("|").map((form, i) => [plural.select([0, 1, 2, 3, 11, 100][i]), form]),
    );
    let shown = Number(tally.dataset.count);
    const FIRST = 15000;
    const LONGEST = 120000;
    const LONGEST_IN_TROUBLE = 960000;
    let pause = FIRST;
    let over = false;
    let lastSpoken = Date.now();
    const show = ({ count, goal }) => {
      if (!Number.isInteger(count) || count === shown) return;
      shown = count;
      const values = { count: numbers.format(count), goal: numbers.format(goal), remaining: numbers.format(Math.max(goal - count, 0)) };
      all("[data-shows=count]").forEach((node) => (node.textContent = values.count));
      all("[data-shows=people]").forEach((node) => (node.textContent = people[plural.select(count)] || node.textContent));
      all("[data-shows=goal]").forEach((node) => (node.textContent = said(node.dataset.template, values)));
      all("progress[data-shows=bar]").forEach((bar) => Object.assign(bar, { max: goal, value: Math.min(count, goal) }));
      if (Date.now() - lastSpoken > 60000) {
        lastSpoken = Date.now();
        one("[role=status]", tally).textContent = `${values.count} ${people[plural.select(count)] || ""}`;
      }
    };
    let timer;
    const wait = (least = 0) => {
      clearTimeout(timer);
      if (over || document.hidden) return;
      timer = setTimeout(ask, Math.max(pause, least) * (1 + Math.random() * 0.6));
    };
    const ask = async () => {
      let least = 0;
      try {
        // Always by its ETag: 15 seconds old is too old, and "not changed" costs next to nothing.
        const answer = await fetch(tally.dataset.countUrl, { credentials: "omit", cache: "no-cache" });
        if (answer.ok) {
          const news = await answer.json();
          show(news);
          over = news.open === false;
          pause = Math.min(Math.max(pause, FIRST) * 1.15, LONGEST);
        } else {
          over = answer.status === 404 || answer.status === 410;
          least = (Number(answer.headers.get("Retry-After")) || 0) * 1000;
          pause = Math.min(pause * 2, LONGEST_IN_TROUBLE);
        }
      } catch {
        pause = Math.min(pause * 2, LONGEST_IN_TROUBLE);
      }
      wait(least);
    };
    document.addEventListener("visibilitychange", () => wait());
    wait();
  }

  // The bar at the foot of a phone rests while the card it leads to is in sight.
  const bar = one(".bar");
  const card = one("#sign");
  if (bar && card && window.IntersectionObserver) {
    new IntersectionObserver(([entry]) => bar.classList.toggle("rests", entry.isIntersecting)).observe(card);
  }

  // The card stays beside the text. When it is taller than the window it moves with the scrolling, so that all of it,
  // and whatever has focus in it, can be reached from anywhere on the page.
  if (card && !card.closest(".slip")) {
    card.classList.add("stays");
    const margin = 16;
    let top = margin;
    let before = scrollY;
    const place = () => {
      const lowest = Math.min(margin, innerHeight - card.offsetHeight - margin);
      top = Math.max(lowest, Math.min(margin, top + before - scrollY));
      before = scrollY;
      card.style.insetBlockStart = `${top}px`;
    };
    addEventListener("scroll", place, { passive: true });
    addEventListener("resize", place, { passive: true });
    place();
  }

  // A mail domain that looks like a slip of the finger: a suggestion, never a refusal.
  const DOMAINS = (
    "gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr outlook.com live.com live.co.uk msn.com yahoo.com " +
    "yahoo.co.uk yahoo.fr ymail.com icloud.com me.com mac.com aol.com btinternet.com btopenworld.com sky.com virginmedia.com " +
    "talktalk.net ntlworld.com blueyonder.co.uk tiscali.co.uk proton.me protonmail.com fastmail.com gmx.com gmx.net gmx.de " +
    "web.de mail.com zoho.com riseup.net"
  ).split(" ");
  const distance = (a, b) => {
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        const same = a[i - 1] === b[j - 1] ? 0 : 1;
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  };
  const corrected = (address) => {
    const at = address.lastIndexOf("@");
    const domain = address.slice(at + 1).trim().toLowerCase();
    if (at < 1 || domain.length < 4 || DOMAINS.includes(domain)) return "";
    const reach = domain.length < 7 ? 1 : 2;
    const [best] = DOMAINS.map((known) => [distance(domain, known), known]).sort((a, b) => a[0] - b[0]);
    return best[0] <= reach ? address.slice(0, at + 1) + best[1] : "";
  };
  all("form[data-suggest] input[type=email]").forEach((input) => {
    const place = element("p", { className: "suggestion", hidden: true });
    place.setAttribute("role", "status");
    input.closest(".mb-3")?.append(place);
    input.addEventListener("input", () => (place.hidden = true));
    input.addEventListener("change", () => {
      const better = corrected(input.value);
      place.replaceChildren();
      place.hidden = !better;
      if (!better) return;
      const button = element("button", { type: "button" });
      const [before, after = ""] = input.form.dataset.suggest.split("{address}");
      const address = element("b", { textContent: better, dir: "ltr" });
      button.append(before, address, after);
      button.addEventListener("click", () => {
        input.value = better;
        place.hidden = true;
        input.focus();
      });
      place.append(button);
    });
  });

  // How much room is left, spoken only when it becomes short.
  all("form[data-left] textarea[maxlength]").forEach((area) => {
    const counter = element("p", { className: "counter" });
    const live = element("p", { className: "visually-hidden" });
    live.setAttribute("role", "status");
    area.after(counter, live);
    const show = () => {
      const left = area.maxLength - area.value.length;
      counter.hidden = !area.value;
      counter.textContent = said(area.form.dataset.left, { n: new Intl.NumberFormat(`${language}-u-nu-latn`).format(left) });
      live.textContent = left <= 20 && left % 5 === 0 ? counter.textContent : "";
    };
    area.addEventListener("input", show);
    show();
  });
})();
