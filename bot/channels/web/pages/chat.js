// The citizen's phone. What is sent is kept here until the server has committed it, so that a
// weak network or a closed page loses nothing; the server drops what it already has.
"use strict";

const talk = document.getElementById("talk");
const line = document.getElementById("line");
const words = document.getElementById("words");
const header = document.querySelector("header");
const WAITING = "motcua-waiting";
const waiting = stored(); // this page's own; another tab keeps its own beside them
// The page is Vietnamese whatever the browser is set to; ?lang=en, or /language in the chat.
const LANGUAGE = new URLSearchParams(location.search).get("lang") || "";
const VIETNAMESE = /[ăâđêôơưạ-ỹ]/i;
const shown = new Map(); // event id -> our own bubble, until the server's copy comes
let sending = false;
let connected = false;
let tapped = false;

function stored() {
  try { return JSON.parse(localStorage.getItem(WAITING)) || []; } catch { return []; }
}
function store(change) {
  try { localStorage.setItem(WAITING, JSON.stringify(change(stored()))); } catch { /* kept in memory */ }
}
function keep(event) { store((all) => [...all, event]); }
function drop(event) { store((all) => all.filter((one) => one.id !== event.id)); }
function newId() { return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(""); }
function atEnd() { talk.scrollTop = talk.scrollHeight; }
function status(text, away) { line.textContent = text; header.classList.toggle("away", Boolean(away)); }
function ready() { status("Trả lời tự động, cả ngày lẫn đêm"); }

function bubble(author, text) {
  const item = document.createElement("li");
  item.className = author;
  item.textContent = text;
  item.lang = VIETNAMESE.test(text) ? "vi" : "en";
  talk.append(item);
  return item;
}

function retire() {
  for (const group of talk.querySelectorAll(".buttons:not(.past)")) {
    group.classList.add("past");
    for (const button of group.querySelectorAll("button")) button.disabled = true;
  }
}

function addButtons(item, rows) {
  const group = document.createElement("div");
  group.className = "buttons";
  for (const row of rows) {
    const line = document.createElement("div");
    line.className = "row";
    for (const choice of row) line.append(choice.url ? anchor(choice) : button(choice));
    group.append(line);
  }
  item.append(group);
}

function anchor(choice) {
  const link = document.createElement("a");
  link.textContent = choice.label;
  link.href = choice.url;
  link.rel = "noopener";
  return link;
}

function button(choice) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = choice.label;
  made.classList.toggle("aside", Boolean(choice.aside));
  made.addEventListener("click", () => {
    made.classList.add("chosen");
    retire();
    tapped = true; // the button is gone: the reader's place moves on to what comes next
    say({ kind: "tap", data: choice.data, text: choice.label });
  });
  return made;
}

function say(event) {
  const kept = { id: newId(), language: LANGUAGE, text: "", data: "", ...event };
  waiting.push(kept);
  keep(kept);
  if (kept.kind !== "start") {
    const item = bubble("citizen", kept.text);
    item.classList.add("waiting");
    shown.set(kept.id, item);
    atEnd();
  }
  flush();
}

async function flush() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    if (!(await post(waiting[0]))) break;
    drop(waiting.shift());
  }
  sending = false;
  if (waiting.length) setTimeout(flush, 2000);
}

async function post(event) {
  try {
    const answer = await fetch("/chat/events", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) });
    const own = shown.get(event.id);
    if (answer.ok && own) own.classList.remove("waiting");
    if (answer.ok && connected) ready();
    return answer.ok || answer.status === 400;
  } catch {
    status("Mạng yếu, đang gửi lại. Câu trả lời của Ông/Bà không mất.", true);
    return false;
  }
}

function receive(message) {
  const data = JSON.parse(message.data);
  if (data.author === "citizen") return receiveOwn(data);
  retire();
  const item = bubble("bot", data.brief || data.text);
  if (data.buttons && data.buttons.length) addButtons(item, data.buttons);
  if (tapped) { item.tabIndex = -1; item.focus({ preventScroll: true }); tapped = false; }
  atEnd();
}

function receiveOwn(data) {
  for (const [id, item] of shown) {
    if (item.firstChild && item.firstChild.textContent === data.text) {
      item.classList.remove("waiting");
      talk.append(item);
      shown.delete(id);
      return;
    }
  }
  bubble("citizen", data.text);
  atEnd();
}

function listen() {
  const stream = new EventSource("/chat/messages");
  stream.onmessage = receive;
  stream.addEventListener("ready", begin);
  stream.addEventListener("replaced", () => { stream.close(); connected = false; status("Trang này đang mở ở nơi khác. Tải lại trang để tiếp tục tại đây.", true); });
  stream.onopen = () => { connected = true; ready(); flush(); };
  stream.onerror = () => { connected = false; status("Mất kết nối, đang nối lại. Câu trả lời của Ông/Bà không mất.", true); };
}

function openLink() {
  const token = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(token)) return false;
  history.replaceState(null, "", location.pathname);
  say({ kind: "start", text: token });
  return true;
}

document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text) return;
  words.value = "";
  words.style.height = "";
  say({ kind: "text", text });
});
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    document.getElementById("say").requestSubmit();
  }
});
words.addEventListener("input", () => { words.style.height = ""; words.style.height = `${words.scrollHeight}px`; });
document.getElementById("menu").addEventListener("click", () => say({ kind: "text", text: "/trogiup" }));
// For a shared phone or a counter's screen: whoever comes next sees nothing of this chat.
document.getElementById("leave").addEventListener("click", async () => {
  if (!confirm("Kết thúc trên máy này? Người dùng sau sẽ không xem được cuộc trò chuyện; câu trả lời đã gửi vẫn được giữ.")) return;
  try {
    const answer = await fetch("/chat/end", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    if (!answer.ok && answer.status !== 403) throw new Error(String(answer.status));
    try { localStorage.removeItem(WAITING); } catch { /* nothing was kept */ }
    location.replace(location.pathname);
  } catch {
    status("Chưa kết thúc được vì mạng yếu. Xin Ông/Bà bấm lại.", true);
  }
});
window.addEventListener("hashchange", openLink);
window.addEventListener("online", flush);

async function demoCase() {
  const answer = await fetch("/demo/case", { method: "POST" });
  return answer.ok ? answer.json() : null;
}

function prepareDemo() {
  document.getElementById("demo").hidden = false;
  document.getElementById("try-form").addEventListener("click", beginDemo);
  document.getElementById("try-code").addEventListener("click", async () => {
    const answer = await fetch("/demo/code");
    if (answer.ok) say({ kind: "text", text: (await answer.json()).code });
  });
}

async function beginDemo() {
  const found = await demoCase();
  if (found) say({ kind: "start", text: found.token });
}

// A first visit: the demo invites with a dossier just returned, elsewhere one is greeted.
function begin() {
  if (begun || talk.children.length || waiting.length) return;
  begun = true;
  if (document.body.dataset.demo === "yes") beginDemo();
  else say({ kind: "start" });
}

let begun = openLink();
if (document.body.dataset.demo === "yes") prepareDemo();
listen();
