// Conveniences of the pages where a letter is written; each does its whole job without them.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const numbers = new Intl.NumberFormat(`${document.documentElement.lang || "en"}-u-nu-latn`);

  // How much of the letter is its writer's own: the rule of letters/own_words.py.
  const SHINGLE = 4;
  const words = (text) => text.toLowerCase().split(/[\s\x1c-\x1f\x85]+/).filter(Boolean);
  const ownShare = (body, given) => {
    const mine = words(body);
    if (!mine.length) return 0;
    const runs = new Map();
    for (const theirs of given.map(words)) {
      const size = Math.min(SHINGLE, theirs.length, mine.length);
      if (!runs.has(size)) runs.set(size, new Set());
      for (let start = 0; size && start + size <= theirs.length; start++) runs.get(size).add(theirs.slice(start, start + size).join(" "));
    }
    const taken = new Uint8Array(mine.length);
    for (const [size, known] of runs) {
      for (let start = 0; size && start + size <= mine.length; start++) {
        if (known.has(mine.slice(start, start + size).join(" "))) taken.fill(1, start, start + size);
      }
    }
    return Math.ceil((100 * taken.filter((one) => !one).length) / mine.length);
  };

  all(".own-share[data-given]").forEach((place) => {
    const form = place.closest("form");
    const fields = [form.elements.own_words, form.elements[place.dataset.body]].filter(Boolean);
    const given = JSON.parse(place.dataset.given);
    const sentences = JSON.parse(place.dataset.sentences);
    const most = Number(place.dataset.longest);
    const meter = place.querySelector("meter");
    const status = place.querySelector("p");
    const show = () => {
      const letter = fields.map((field) => field.value.trim()).filter(Boolean).join("\n\n");
      const share = ownShare(letter, given);
      const over = letter.length - most;
      const sentence =
        over > 0
          ? said(place.dataset.over, { n: numbers.format(over), most: numbers.format(most) })
          : sentences.filter(([start]) => share >= start).at(-1)[1];
      meter.value = share;
      meter.textContent = `${share}%`;
      if (status.textContent !== sentence) status.textContent = sentence; // it is read out: only what is new
    };
    let timer;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(show, 250);
    };
    fields.forEach((field) => field.addEventListener("input", soon));
    show();
    place.hidden = false;
  });

  // Points: two buttons to move each, in the place of a number to choose.
  all("ol.points").forEach((list) => {
    const status = list.parentElement.querySelector("[role=status]");
    const items = () => [...list.children];
    const button = (item, mark, way, step) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: mark, className: "mover" });
      const point = item.querySelector("label").textContent.trim().split(/\s+/).slice(0, 8).join(" ");
      made.setAttribute("aria-label", said(way, { point }));
      made.addEventListener("click", () => {
        const before = items();
        const to = before.indexOf(item) + step;
        if (to < 0 || to >= before.length) return;
        step < 0 ? before[to].before(item) : before[to].after(item);
        place();
        made.focus();
        status.textContent = said(list.dataset.moved, { n: to + 1, all: before.length });
      });
      return made;
    };
    const place = () =>
      items().forEach((item, n, { length }) => {
        item.querySelector("select").value = String(n + 1);
        const [up, down] = all(".mover", item);
        up.setAttribute("aria-disabled", String(n === 0));
        down.setAttribute("aria-disabled", String(n === length - 1));
      });
    if (items().length < 2) return;
    // Back from the next page, the numbers stand as they were left.
    items()
      .sort((a, b) => a.querySelector("select").value - b.querySelector("select").value)
      .forEach((item) => list.append(item));
    items().forEach((item) => {
      const choice = item.querySelector(".place");
      choice.hidden = true;
      const movers = Object.assign(document.createElement("p"), { className: "movers" });
      movers.append(button(item, "↑", list.dataset.up, -1), button(item, "↓", list.dataset.down, 1));
      choice.after(movers);
    });
    place();
  });
})();
