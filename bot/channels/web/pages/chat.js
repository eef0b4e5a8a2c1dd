// The citizen's phone. What is sent is kept here until the server has committed it, so that a
// weak network or a closed page loses nothing; the server drops what it already has.
// Written for browsers of 2018: no optional chaining, no spread in objects, no catch without a name.
"use strict";

var talk = document.getElementById("talk");
var log = document.getElementById("log");
var line = document.getElementById("line");
var words = document.getElementById("words");
var header = document.querySelector("header");
var WAITING = "motcua-waiting";
var TEXTS = JSON.parse(document.getElementById("texts").textContent);
var VIETNAMESE = /[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]/i;
var TOKEN = /^[^A-Za-z0-9_-]*([A-Za-z0-9_-]{16,64})(?:[^A-Za-z0-9_-]|$)/;
var waiting = stored(); // this page's own; another tab keeps its own beside them
// The page is Vietnamese whatever the browser is set to; ?lang=en, or “language” in the chat.
var LANGUAGE = /[?&]lang=(vi|en)\b/.test(location.search) ? RegExp.$1 : "";
var shown = new Map(); // event id -> our own bubble, until the server's copy comes
var stream = null;
var last = "";
var said = "connecting";
var sending = false;
var connected = false;
var tapped = false;

function stored() {
  try { return JSON.parse(localStorage.getItem(WAITING)) || []; } catch (error) { return []; }
}
function store(change) {
  try { localStorage.setItem(WAITING, JSON.stringify(change(stored()))); } catch (error) { /* kept in memory */ }
}
function keep(event) { store(function (all) { return all.concat([event]); }); }
function drop(event) { store(function (all) { return all.filter(function (one) { return one.id !== event.id; }); }); }
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
}
function text(key) { return TEXTS[document.documentElement.lang][key]; }
function status(key, away) { said = key; line.textContent = text(key); header.classList.toggle("away", Boolean(away)); }
function ready() { status("online"); }

// A new bubble is shown from its top, however long it is.
function reveal(item) {
  if (item.offsetHeight < talk.clientHeight) talk.scrollTop = talk.scrollHeight;
  else talk.scrollTop = item.offsetTop - talk.offsetTop;
  if (talk.scrollHeight <= talk.clientHeight) item.scrollIntoView({ block: "nearest" });
}

// The page speaks the language of the last bubble.
function speak(lang) {
  if (document.documentElement.lang === lang) return;
  document.documentElement.lang = lang;
  each("[data-text]", function (one) { one.textContent = text(one.id === "line" ? said : one.dataset.text); });
  each("[data-title]", function (one) { one.title = text(one.dataset.title); });
  each("[data-label]", function (one) { one.setAttribute("aria-label", text(one.dataset.label)); });
  each("[data-placeholder]", function (one) { one.placeholder = text(one.dataset.placeholder); });
}
function each(selector, change) { Array.from(document.querySelectorAll(selector)).forEach(change); }

// An English sentence may name a commune: half of the words decide.
function guess(words) {
  var all = words.split(/[^A-Za-zÀ-ỹ]+/).filter(Boolean);
  var marked = all.filter(function (one) { return VIETNAMESE.test(one); }).length;
  return marked && 2 * marked >= all.length ? "vi" : "en";
}

function bubble(author, words, lang) {
  var item = document.createElement("li");
  item.className = author;
  item.lang = lang || guess(words);
  if (author === "bot") speak(item.lang);
  item.dataset.who = text(author === "bot" ? "we" : "you"); // said, not shown: see the style
  item.append(words);
  talk.append(item);
  return item;
}

function retire() {
  each(".buttons:not(.past)", function (group) {
    group.classList.add("past");
    Array.from(group.querySelectorAll("button")).forEach(function (one) { one.disabled = true; });
  });
}

function choose(button) { button.classList.add("chosen"); button.setAttribute("aria-pressed", "true"); }

// After a reload the button that was tapped is marked again: its words are the citizen's.
function markChosen(words) {
  var groups = talk.querySelectorAll(".buttons");
  if (!groups.length) return;
  Array.from(groups[groups.length - 1].querySelectorAll("button")).forEach(function (one) {
    if (one.textContent === words) choose(one);
  });
}

function addButtons(item, rows) {
  var group = document.createElement("div");
  group.className = "buttons";
  rows.forEach(function (row) {
    var line = document.createElement("div");
    line.className = "row";
    row.forEach(function (choice) { line.append(choice.url ? anchor(choice.label, choice.url) : button(choice)); });
    group.append(line);
  });
  item.append(group);
}

function anchor(label, url) {
  var link = document.createElement("a");
  link.textContent = label;
  link.href = url;
  link.rel = "noopener";
  return link;
}

function button(choice) {
  var made = document.createElement("button");
  made.type = "button";
  made.textContent = choice.label;
  made.classList.toggle("aside", Boolean(choice.aside));
  made.addEventListener("click", function () {
    choose(made);
    retire();
    tapped = true; // the button is gone: the reader's place moves on to what comes next
    say({ kind: "tap", data: choice.data, text: choice.label });
  });
  return made;
}

function say(event) {
  var kept = Object.assign({ id: newId(), language: LANGUAGE, text: "", data: "" }, event);
  waiting.push(kept);
  keep(kept);
  if (kept.kind !== "start") {
    var item = bubble("citizen", kept.text);
    item.classList.add("waiting");
    item.dataset.waiting = text("sending");
    shown.set(kept.id, item);
    reveal(item);
  }
  flush();
}

function flush() {
  if (sending || !waiting.length) return;
  sending = true;
  post(waiting[0]).then(function (done) {
    sending = false;
    if (done) { drop(waiting.shift()); return flush(); }
    if (said === "busy") waiting.push(waiting.shift()); // a link after it is taken all the same
    setTimeout(flush, said === "busy" ? 20000 / waiting.length : 2000);
  });
}

function post(event) {
  var asked = { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) };
  return fetch("/chat/events", asked).then(function (answer) {
    var own = shown.get(event.id);
    if (answer.ok && own) own.classList.remove("waiting");
    if (answer.ok && connected) ready();
    if (answer.status === 429) status("busy", true);
    if (answer.status === 403) return withoutSession();
    return answer.ok || answer.status === 400;
  }, function () {
    status("weak", true);
    return false;
  });
}

// No cookie came along: in another site's frame, where cookies are off, or once the session is over.
// A new page gives a new one; where none is kept, the plain page carries it in its form.
function withoutSession() {
  var again = "motcua-again";
  try {
    if (window.self === window.top && navigator.cookieEnabled && !sessionStorage.getItem(again)) {
      sessionStorage.setItem(again, "1");
      location.reload();
      return false;
    }
  } catch (error) { /* nothing may be kept here */ }
  var start = waiting.filter(function (one) { return one.kind === "start"; })[0];
  var form = document.createElement("form");
  form.method = "post";
  form.action = "/plain";
  field(form, "kind", "start");
  field(form, "text", start ? start.text : "");
  field(form, "id", start ? start.id : newId());
  waiting.forEach(drop);
  document.body.append(form);
  form.submit();
  return false;
}

function field(form, name, value) {
  var input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  form.append(input);
}

function receive(message) {
  var data = JSON.parse(message.data);
  last = message.lastEventId;
  if (data.author === "citizen") { receiveOwn(data); return; }
  retire();
  var item = bubble("bot", data.brief || data.text, data.language);
  if (data.buttons && data.buttons.length) addButtons(item, data.buttons);
  if (tapped) { item.tabIndex = -1; item.focus({ preventScroll: true }); tapped = false; }
  reveal(item);
}

function receiveOwn(data) {
  var own = Array.from(shown).filter(function (pair) { return pair[1].firstChild.textContent === data.text; })[0];
  if (own) {
    own[1].classList.remove("waiting");
    talk.append(own[1]);
    shown.delete(own[0]);
    return;
  }
  markChosen(data.text);
  reveal(bubble("citizen", data.text));
}

function listen() {
  if (stream) stream.close();
  stream = new EventSource("/chat/messages" + (last ? "?after=" + last : ""));
  stream.onmessage = receive;
  stream.addEventListener("ready", function () { log.setAttribute("aria-live", "polite"); begin(); });
  stream.addEventListener("replaced", function () { stream.close(); stream = null; connected = false; status("elsewhere", true); });
  stream.onopen = function () { connected = true; ready(); flush(); };
  stream.onerror = function () { connected = false; status("away", true); };
}
// A page that gave its place to another tab takes it again when it is looked at.
function comeBack() { if (!stream && document.visibilityState === "visible") listen(); }
document.addEventListener("visibilitychange", comeBack);
window.addEventListener("focus", comeBack);
document.addEventListener("click", comeBack);

// Links are damaged on their way: a full stop, a bracket, a tracker's parameter behind them.
function tokenOf(hash) {
  var found = null;
  try { found = TOKEN.exec(decodeURIComponent(hash)); } catch (error) { found = TOKEN.exec(hash); }
  return found ? found[1] : "";
}

function openLink() {
  if (/tgWebApp/.test(location.hash)) return false;
  var token = tokenOf(location.hash.slice(1));
  if (!token) return false;
  history.replaceState(null, "", location.pathname + location.search);
  say({ kind: "start", text: token });
  return true;
}

function submit(event) {
  event.preventDefault();
  var typed = words.value.trim();
  if (!typed) return;
  words.value = "";
  words.style.height = "";
  say({ kind: "text", text: typed });
}
document.getElementById("say").addEventListener("submit", submit);
words.addEventListener("keydown", function (event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
words.addEventListener("input", function () { words.style.height = ""; words.style.height = words.scrollHeight + "px"; });
document.getElementById("menu").addEventListener("click", function () { say({ kind: "text", text: document.documentElement.lang === "en" ? "help" : "trợ giúp" }); });
// For a shared phone or a counter's screen: whoever comes next sees nothing of this chat.
document.getElementById("leave").addEventListener("click", function () {
  if (!confirm(text("leave_sure"))) return;
  fetch("/chat/end", { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: "{}" }).then(function (answer) {
    if (!answer.ok && answer.status !== 403) throw new Error(String(answer.status));
    try { localStorage.removeItem(WAITING); } catch (error) { /* nothing was kept */ }
    location.replace(location.pathname);
  }).catch(function () { status("leave_failed", true); });
});
window.addEventListener("hashchange", openLink);
window.addEventListener("online", flush);

function demo(path, method, use) {
  fetch(path, { method: method, credentials: "same-origin" }).then(function (answer) { if (answer.ok) answer.json().then(use); });
}
function beginDemo() { demo("/demo/case", "POST", function (found) { say({ kind: "start", text: found.token }); }); }

function prepareDemo() {
  document.getElementById("demo").hidden = false;
  document.getElementById("try-form").addEventListener("click", beginDemo);
  document.getElementById("try-code").addEventListener("click", function () {
    demo("/demo/code", "GET", function (found) { say({ kind: "text", text: found.code }); });
  });
}

// A first visit: the demo invites with a dossier just returned, elsewhere one is greeted.
function begin() {
  if (begun || talk.children.length || waiting.length) return;
  begun = true;
  if (document.body.dataset.demo === "yes") beginDemo();
  else say({ kind: "start" });
}

if (LANGUAGE) speak(LANGUAGE);
var begun = openLink();
if (document.body.dataset.demo === "yes") prepareDemo();
listen();
flush();
