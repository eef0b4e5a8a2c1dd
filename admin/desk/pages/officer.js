// The officer's results page: asks for the figures every second and marks what moved.
// Names of criteria, grades, states and blocks come with the figures.
"use strict";

const CROWD = Number(new URLSearchParams(location.search).get("crowd")) || 200;
const integer = new Intl.NumberFormat("vi-VN");
const seen = new Map();
let hasTotal = true;
let isNamed = false; // the criteria have names instead of numbers: their columns come last
let names = { criteria: {}, grades: {}, states: {}, blocks: {} };

function set(id, text) { document.getElementById(id).textContent = text; }
function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }
function comma(text) { return text === null ? "–" : text.replace(".", ","); }
function cell(text, name) {
  const made = document.createElement("td");
  made.textContent = text;
  made.className = name;
  return made;
}

function unitRow(unit) {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = unit.name;
  row.dataset.unit = unit.code;
  row.append(name, cell(integer.format(unit.dossiers), "num"), cell(integer.format(unit.responses), "num"));
  const scores = Object.values(unit.criteria).map((scored) => scored ? scoreCell(scored) : cell("–", "cs none"));
  const result = [...(hasTotal ? [totalCell(unit)] : []), gradeCell(unit)];
  row.append(...(isNamed ? [...result, ...scores] : [...scores, ...result]));
  const now = JSON.stringify([unit.total, unit.grade, unit.responses]);
  if (seen.has(unit.code) && seen.get(unit.code) !== now) row.classList.add("moved");
  seen.set(unit.code, now);
  return row;
}

// Points, or a share with how many it is of and its interval; a rulebook without points has shares alone.
function scoreCell(scored) {
  if (scored.points !== null) return cell(comma(scored.points), "cs");
  const made = cell(`${comma(scored.share)}%`, "cs");
  if (scored.denominator) made.append(small(`${scored.numerator}/${scored.denominator}`));
  if (scored.low !== null) made.title = `Khoảng tin cậy 95 %: ${comma(scored.low)}–${comma(scored.high)} %`;
  return made;
}

function small(text) {
  const made = document.createElement("small");
  made.textContent = text;
  return made;
}

function totalCell(unit) {
  const made = cell(comma(unit.total), "num total");
  if (unit.total === null) return made;
  made.append(small(` /${unit.reachable}`));
  return made;
}

function gradeCell(unit) {
  const made = cell("", "");
  const chip = document.createElement("span");
  chip.className = `grade ${unit.grade || "state"}`;
  chip.textContent = capital(unit.grade ? names.grades[unit.grade] : names.states[unit.state]);
  made.append(chip);
  return made;
}

function heads() {
  if (document.querySelector("#heads th.cs")) return;
  const total = document.getElementById("total");
  const hasGrades = Object.keys(names.grades).length > 0;
  total.hidden = !hasTotal;
  isNamed = Object.keys(names.criteria).some((number) => !/^[0-9]+$/.test(number));
  set("grade", hasGrades ? "Xếp loại" : "Trạng thái");
  set("scored", hasGrades ? "đơn vị đã chấm / tất cả" : "đơn vị đã đánh giá / tất cả");
  document.getElementById("table").classList.toggle("named", isNamed);
  const made = Object.entries(names.criteria).map(([number, name]) => {
    const head = document.createElement("th");
    head.scope = "col";
    head.className = "cs";
    head.title = name;
    head.textContent = isNamed ? name : `CS${number}`;
    return head;
  });
  if (isNamed) document.getElementById("heads").append(...made);
  else total.before(...made);
}

function blockCard(block) {
  const card = document.createElement("article");
  const title = document.createElement("h2");
  title.textContent = names.blocks[block.block] || block.block;
  const mean = document.createElement("p");
  mean.textContent = `${block.scored}/${block.units} đơn vị ${Object.keys(names.grades).length ? "đã chấm" : "đã đánh giá"}` + (hasTotal ? ` · điểm bình quân ${comma(block.mean)}` : "");
  const counts = document.createElement("p");
  const parts = Object.entries(block.grades).filter(([, count]) => count).map(([grade, count]) => `${names.grades[grade]}: ${count}`);
  counts.textContent = parts.join(" · ") || (Object.keys(block.grades).length ? "Chưa có đơn vị xếp loại" : "");
  card.append(title, mean, counts);
  return card;
}

// One bar a stage, as long as its share of the first.
function stageBar(stage, whole) {
  const made = document.createElement("li");
  const bar = document.createElement("meter");
  const name = document.createElement("span");
  const count = document.createElement("b");
  name.textContent = stage.name;
  count.textContent = integer.format(stage.count);
  bar.max = whole || 1;
  bar.value = stage.count;
  bar.setAttribute("aria-label", stage.name);
  made.append(name, bar, count);
  return made;
}

// A table of one grouping: a row a group, a column a stage.
function groupTable(group, stages) {
  const box = document.createElement("div");
  const made = document.createElement("table");
  const caption = document.createElement("caption");
  const heading = document.createElement("tr");
  caption.textContent = group.name;
  heading.append(...["", ...stages].map((name) => {
    const head = document.createElement("th");
    head.scope = "col";
    head.className = name ? "num" : "";
    head.textContent = name;
    return head;
  }));
  made.append(caption, made.createTHead(), made.createTBody());
  made.tHead.append(heading);
  made.tBodies[0].append(...group.rows.map((one) => {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = one.group;
    row.append(name, ...one.counts.map((count) => cell(integer.format(count), "num")));
    return row;
  }));
  box.className = "scroll";
  box.append(made);
  return box;
}

function invitations(found) {
  document.getElementById("groups").replaceChildren(...found.groups.map((one) => groupTable(one, found.stages)));
  set("stops-title", found.stops.name);
  const stops = found.stops.rows.map((one) => `${one.question} ${integer.format(one.count)}`);
  list("stops", stops.length ? stops : [found.stops.nobody]);
  set("choices-title", found.choices.rows.length ? found.choices.name : "");
  list("choices", found.choices.rows);
  set("differs", found.warning);
  document.getElementById("differs").hidden = !found.warning;
}

function list(id, lines) {
  document.getElementById(id).replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

function crowd(state) {
  const bar = document.getElementById("progress");
  document.getElementById("crowd").disabled = state.running;
  bar.hidden = !state.total;
  bar.max = state.total || 1;
  bar.value = state.done;
  if (!state.total) return;
  set("progress-text", state.running ? `Đang trả lời: ${state.done}/${state.total}` : `Xong: ${state.done}/${state.total} phiếu mô phỏng`);
}

function demo(summary) {
  for (const part of document.querySelectorAll("[data-demo]")) part.hidden = false;
  list("gaps", summary.gaps);
  crowd(summary.crowd);
}

function draw(summary) {
  const { rating, counts } = summary;
  names = rating.names;
  hasTotal = rating.rulebook_details.has_total;
  heads();
  set("place", summary.place);
  set("period", `${summary.from_day}–${summary.to_day}`);
  set("rulebook", rating.rulebook);
  document.getElementById("rulebook").title = rating.rulebook_details.title;
  set("n-returned", integer.format(counts.returned));
  set("n-issued", integer.format(counts.issued));
  set("n-answered", integer.format(counts.answered));
  set("n-rate", counts.response_rate === null ? "–" : `${comma(counts.response_rate)}%`);
  set("n-scored", `${rating.units.filter((unit) => unit.state === "scored").length}/${rating.units.length}`);
  set("simulated", counts.simulated ? `Trong số phiếu thu về, ${integer.format(counts.simulated)} phiếu là mô phỏng.` : "");
  document.getElementById("simulated").hidden = !counts.simulated;
  document.getElementById("units").replaceChildren(...rating.units.map(unitRow));
  const stages = summary.funnel;
  document.getElementById("funnel").replaceChildren(...stages.map((stage) => stageBar(stage, stages[0].count)));
  document.getElementById("blocks").replaceChildren(...rating.blocks.map(blockCard));
  list("warnings", rating.warnings.map((warning) => warning.message));
  if (summary.crowd) demo(summary);
}

async function refresh() {
  try {
    const answer = await fetch("/officer/summary", { cache: "no-store" });
    if (answer.ok) draw(await answer.json());
  } catch { /* the server is being restarted: the next try will do */ }
  setTimeout(refresh, 1000);
}

// The parts of the funnel are read only while they are open.
async function refreshInvitations() {
  if (!document.getElementById("invitations").open) return;
  try {
    const answer = await fetch("/officer/invitations", { cache: "no-store" });
    if (answer.ok) invitations(await answer.json());
  } catch { /* the next try will do */ }
}

document.getElementById("invitations").addEventListener("toggle", refreshInvitations);
setInterval(refreshInvitations, 10_000);
document.getElementById("crowd").addEventListener("click", async () => {
  document.getElementById("crowd").disabled = true;
  await fetch(`/officer/crowd?size=${CROWD}`, { method: "POST" });
});
set("crowd", `Cho ${integer.format(CROWD)} người dân mô phỏng trả lời`);
refresh();
