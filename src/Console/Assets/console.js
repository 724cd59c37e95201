// The work view's hands: keys, the item ahead, heartbeats, undo. Every call is a form that also works without this file.
const work = document.getElementById("work");
const html = globalThis.trustedTypes?.createPolicy("vigil", { createHTML: (text) => text }) ?? { createHTML: (text) => text };

/** A part of a page as the server rendered it: our own markup, in which published text is encoded. */
function elements(text) {
  const template = document.createElement("template");
  template.innerHTML = html.createHTML(text);
  return template.content;
}

async function ask(address, form) {
  const answer = await fetch(address, { method: form ? "POST" : "GET", body: form, headers: { "X-Vigil-Part": "1" }, keepalive: !!form && address.endsWith("/release") });
  return { status: answer.status, text: await answer.text() };
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const box of document.querySelectorAll(".picture input")) box.checked = false;
});

document.addEventListener("error", ({ target }) => {
  if (!target.matches?.(".stills img")) return;
  const box = document.createElement("p");
  box.className = "box";
  box.textContent = `${target.alt} cannot be shown.`;
  target.replaceWith(box);
}, true);

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-part]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const answer = await ask(link.href).catch(() => null);
    if (answer?.status === 200) link.closest(".part").replaceWith(elements(answer.text));
    else location.assign(link.href);
  }
});

const find = document.querySelector("[data-find]");
if (find) document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  find.focus();
});

const queues = document.getElementById("queues");
if (queues) follow(queues.dataset.live, (seen) => {
  for (const row of queues.querySelectorAll("tr[data-queue]")) {
    const figures = seen.queues[row.dataset.queue];
    if (figures) row.querySelectorAll("[data-live]").forEach((cell, place) => { cell.textContent = figures[place]; });
  }
  const away = document.getElementById("away");
  away.textContent = seen.notice;
  away.hidden = seen.notice === "";
});

/** Hears of changes. The browser opens a stream that ends again, but not one that was refused: that is ours to do, ever more seldom. */
function follow(address, act) {
  let stream;
  let pause = 5;
  const open = () => {
    stream = new EventSource(address);
    stream.addEventListener("message", ({ data }) => {
      pause = 5;
      const seen = JSON.parse(data);
      if (seen) act(seen);
    });
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(open, pause * 1000);
      pause = Math.min(300, 2 * pause);
    });
  };
  open();
  addEventListener("pagehide", () => stream.close());
}

if (work) workOn(work);

function workOn({ dataset: paths }) {
  const holder = document.getElementById("card");
  const lastHolder = document.getElementById("last");
  const noticeHolder = document.getElementById("notice");
  const keys = document.getElementById("keys");
  const keysOff = document.getElementById("keys-off");
  const undoable = [...lastHolder.children];
  const actOf = JSON.parse(paths.keys);
  const Guard = 300;
  let ahead = null;
  let fetching = null;
  let busy = false;
  let group = null;
  let shownAt = performance.now();
  let warned = false;
  let seen = { last: 0, held: {} };

  const setBusy = (is) => {
    busy = is;
    work.setAttribute("aria-busy", is);
    if (!is && isDoubtful(seen)) beat();
  };
  const card = () => holder.querySelector("article.card");
  const say = (words) => { document.getElementById("say").textContent = words; };
  const notice = (content) => noticeHolder.replaceChildren(content ?? "");
  const words = (text) => { const line = document.createElement("p"); line.className = "notice"; line.setAttribute("role", "alert"); line.textContent = text; return line; };
  const sayEdited = () => notice(words("Its publisher has edited the item. You judge the version below; the edit is reviewed afterwards."));
  const noteOf = (article) => article.querySelector("textarea[name=note]");
  // By the item alone: who loads the page again may have it back under another claim.
  const draftOf = (article) => `note ${article.dataset.id}`;
  const restore = (article) => { if (article) noteOf(article).value = sessionStorage.getItem(draftOf(article)) ?? noteOf(article).value; };

  function form(fields) {
    const data = new URLSearchParams(new FormData(document.getElementById("token")));
    for (const [name, value] of fields) data.append(name, value);
    return data;
  }

  function heldBy(...articles) {
    return articles.filter(Boolean).map((article) => ["held", `${article.dataset.epoch} ${article.dataset.id}`]);
  }

  function show(content) {
    holder.replaceChildren(content);
    shownAt = performance.now();
    warned = false;
    choose(null);
    const article = card();
    restore(article);
    if (article?.dataset.revised) sayEdited();
    holder.querySelector("h1")?.focus();
    scrollTo(0, 0);
    report("shown");
  }

  /** Who saw what is on record; the record of a page that goes away at once may be missing, the one of its delivery is not. */
  function report(kind) {
    const article = card();
    if (!article || article.dataset[kind]) return;
    article.dataset[kind] = "1";
    ask(paths.seen, form([["kind", kind], ["queue", paths.queue], ...heldBy(article)])).catch(() => {});
  }

  function showLast() {
    lastHolder.replaceChildren(undoable.at(-1) ?? "");
  }

  /** Sends until an answer comes: the same call twice is recorded once. */
  async function insist(address, data) {
    for (let pause = 1; ; pause = Math.min(30, pause * 2)) {
      try {
        const answer = await ask(address, data);
        if (answer.status !== 503) return answer;
        notice(elements(answer.text));
      } catch {
        notice(words(`The network is away. Your verdict is kept here and sent again in ${pause} s.`));
      }
      await new Promise((go) => setTimeout(go, pause * 1000));
    }
  }

  async function claim(after) {
    const answer = await insist(paths.claim, form(after ? [["after", after]] : []));
    if (answer.status === 401) notice(words("You are signed out. Your note is kept: sign in again in another tab, then go on here."));
    return { isCard: answer.status === 200 && answer.text.includes('class="card"'), content: elements(answer.text), status: answer.status };
  }

  /** Pictures are shown by hand, in colour by another, and hidden again when the reviewer looks away. */
  function flip(kind) {
    const boxes = [...holder.querySelectorAll(`.picture [data-${kind}]`)];
    const isShown = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !isShown;
    if (kind === "reveal" && boxes.length > 0 && !isShown) report("revealed");
  }

  /** Claims one item ahead. Whoever needs it while it is on its way waits for this call, so that no claim is made twice. */
  async function fetchAhead() {
    if (!card() || ahead || fetching || card().classList.contains("gone")) return;
    fetching = claim(card().dataset.epoch).finally(() => { fetching = null; });
    const found = await fetching;
    const article = found.isCard && found.content.querySelector("article.card");
    if (!article || [card(), ahead].some((one) => one?.dataset.epoch === article.dataset.epoch)) return;
    if (ahead) giveBack(article);
    // Into this document, where its pictures load before they are looked at.
    else ahead = document.adoptNode(article);
  }

  function giveBack(...articles) {
    ask(paths.release, form(heldBy(...articles))).catch(() => {});
  }

  async function next(after) {
    if (!ahead && fetching) await fetching;
    if (ahead) {
      show(ahead);
      ahead = null;
    } else {
      say("Looking for the next item");
      const found = await claim(after);
      if (found.status === 200) show(found.content);
      else notice(found.content);
    }
    say(card() ? "Next item" : holder.querySelector("h1")?.textContent ?? "");
  }

  async function decide(value) {
    const article = card();
    if (busy || !article || article.classList.contains("gone") || performance.now() - shownAt < Guard) return;
    setBusy(true);
    choose(null);
    const verdict = article.querySelector("form.verdict");
    const data = new URLSearchParams(new FormData(verdict));
    data.set("verdict", value);
    data.set("seconds", ((performance.now() - shownAt) / 1000).toFixed(1));
    notice();
    // What was claimed ahead is painted at once; should the verdict be refused, the item comes back.
    const shown = ahead;
    if (shown) {
      show(shown);
      ahead = null;
    }
    const answer = await insist(verdict.action, data);
    if (answer.status === 200) {
      sessionStorage.removeItem(draftOf(article));
      const line = elements(answer.text).firstElementChild;
      if (line?.querySelector("button")) undoable.push(line);
      lastHolder.replaceChildren(line);
      say(line.querySelector("span").textContent);
      if (!shown) await next(article.dataset.epoch);
    } else {
      if (shown && card() === shown) ahead = shown;
      if (answer.status === 409) lose(article);
      show(article);
      notice(answer.status === 401 ? words("You are signed out: the verdict was not recorded. Your note is kept. Sign in again in another tab, then send it again.") : elements(answer.text));
    }
    setBusy(false);
    fetchAhead();
  }

  async function undo() {
    const line = undoable.at(-1);
    if (busy || !line) return;
    setBusy(true);
    const answer = await insist(line.action, new URLSearchParams(new FormData(line)));
    if (answer.status === 200) {
      undoable.pop();
      showLast();
      const back = elements(answer.text);
      if (back.querySelector("article.card")) {
        if (ahead) giveBack(ahead);
        ahead = card();
        show(back);
        say("Taken back: here it is again");
      } else {
        say("Taken back. Someone else has the item now");
      }
    } else {
      notice(elements(answer.text));
    }
    setBusy(false);
  }

  function lose(article) {
    article.classList.add("gone");
    article.querySelector(".lost").hidden = false;
    for (const button of article.querySelectorAll("form.verdict button")) button.disabled = true;
  }

  async function beat() {
    const article = card();
    if ((!article && !ahead) || busy) return;
    const answer = await ask(paths.heartbeat, form(heldBy(article, ahead))).catch(() => null);
    if (answer?.status !== 200) return;
    for (const { epoch, state, left, revised } of JSON.parse(answer.text)) {
      const held = [article, ahead].find((one) => one?.dataset.epoch === String(epoch));
      if (!held) continue;
      if (state === "held") held.dataset.left = left;
      if (state === "lost" || state === "withdrawn") {
        if (held === ahead) ahead = null;
        else if (card() === held) {
          lose(held);
          say("This item is no longer yours");
        }
      }
      if (revised && !held.dataset.revised) {
        held.dataset.revised = "1";
        if (card() === held) sayEdited();
      }
    }
    fetchAhead();
  }

  /** Whether what the server holds for us differs from what is shown. A verdict under way takes its own lease away. */
  function isDoubtful({ last, held }) {
    return [card(), ahead].some((article) => article && !article.classList.contains("gone") && Number(article.dataset.epoch) <= last
      && (!(article.dataset.epoch in held) || (held[article.dataset.epoch] && !article.dataset.revised)));
  }

  function tick() {
    for (const article of [card(), ahead]) {
      if (!article || article.classList.contains("gone")) continue;
      const left = Math.max(0, Number(article.dataset.left) - 1);
      article.dataset.left = left;
      if (article !== card()) continue;
      const clock = article.querySelector("[data-clock]");
      clock.textContent = left >= 60 ? `${Math.floor(left / 60)} min` : `${Math.floor(left)} s`;
      article.querySelector("[data-extend]").hidden = left >= 60;
      if (left < 60 && !warned) {
        warned = true;
        say("Less than a minute left for this item");
      }
      if (left === 0) beat();
    }
  }

  function choose(name) {
    group = name;
    for (const field of holder.querySelectorAll("fieldset[data-group]")) field.classList.toggle("open", field.dataset.group === name);
  }

  function walk(step) {
    const rows = [...holder.querySelectorAll(".neighbours tbody tr")];
    if (rows.length > 0) rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
  }

  /** The letter or digit meant, on any layout: by its place where the layout writes no Latin letters. */
  function keyOf(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[\x21-\x7e]$/.test(key) || key.length > 1) return key;
    const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
    return place ? (place[1] ?? place[2]).toLowerCase() : key;
  }

  function press(event) {
    if (event.target.closest?.("textarea, input:not([type=checkbox]), select")) {
      if (event.key === "Escape") holder.querySelector("h1")?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || keysOff.checked || document.querySelector("dialog[open]")) return;
    const key = keyOf(event);
    const chosen = group && /^[1-9]$/.test(key) && holder.querySelector(`fieldset[data-group=${group}] button[data-digit="${key}"]`);
    if (chosen) {
      event.preventDefault();
      decide(chosen.value);
      return;
    }
    const acts = {
      violation: () => choose("v"), skip: () => choose("s"), benign: () => decide("benign"), escalate: () => decide("escalate"), undo,
      next: () => walk(1), previous: () => walk(-1), note: () => card() && noteOf(card()).focus(),
      score: () => { const score = holder.querySelector("details.score"); if (score) score.open = !score.open; },
      reveal: () => flip("reveal"), colour: () => flip("colour"), finish: () => card() && !busy && location.assign(paths.root), help: () => keys.showModal(),
    };
    const act = Object.hasOwn(actOf, key) ? actOf[key] : null;
    if (act || key === "Escape") {
      event.preventDefault();
      if (act !== "violation" && act !== "skip") choose(null);
      if (act) acts[act]();
    }
  }

  document.addEventListener("keydown", press);
  holder.addEventListener("change", ({ target }) => { if (target.matches("[data-reveal]") && target.checked) report("revealed"); });
  holder.addEventListener("input", (event) => {
    if (event.target.name === "note" && card()) sessionStorage.setItem(draftOf(card()), event.target.value);
  });
  work.addEventListener("submit", (event) => {
    const to = event.target.action;
    if (event.target.matches("form.verdict")) {
      event.preventDefault();
      decide(event.submitter.value);
    } else if (event.target.matches("form.last")) {
      event.preventDefault();
      undo();
    } else if (to.endsWith(paths.claim)) {
      event.preventDefault();
      next().then(fetchAhead);
    } else if (event.target.matches("form.finish")) {
      event.preventDefault();
      location.assign(paths.root);
    }
  });
  work.addEventListener("click", (event) => {
    if (event.target.matches("[data-extend]")) beat();
    if (event.target.matches("[data-next]")) next(card()?.dataset.epoch).then(fetchAhead);
  });
  keysOff.checked = localStorage.getItem("keys") === "off";
  keysOff.addEventListener("change", () => localStorage.setItem("keys", keysOff.checked ? "off" : "on"));
  addEventListener("pagehide", () => {
    if ((card() || ahead) && !busy) giveBack(card(), ahead);
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  follow(paths.live, (now) => {
    seen = now;
    if (isDoubtful(now)) beat();
  });
  setInterval(tick, 1000);
  setInterval(beat, Number(paths.beat) * 1000);
  restore(card());
  report("shown");
  fetchAhead();
}
