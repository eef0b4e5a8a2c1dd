// The officer's page of the demo: asks for the figures every second and marks what moved.
"use strict";

const GRADES = { xuat_sac: "Xuất sắc", tot: "Tốt", kha: "Khá", trung_binh: "Trung bình", yeu: "Yếu" };
const STATES = { no_dossiers: "Không phát sinh hồ sơ", not_scored: "Chưa chấm điểm", insufficient: "Thiếu dữ liệu" };
const BLOCKS = { phong: "Khối cơ quan chuyên môn cấp huyện", xa: "Khối xã, thị trấn" };
const CROWD = Number(new URLSearchParams(location.search).get("crowd")) || 200;
const integer = new Intl.NumberFormat("vi-VN");
const seen = new Map();

function set(id, text) { document.getElementById(id).textContent = text; }
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
  for (let nth = 1; nth <= 9; nth += 1) {
    const scored = unit.criteria[nth];
    row.append(scored ? cell(comma(scored.points), "cs") : cell("–", "cs none"));
  }
  row.append(totalCell(unit), gradeCell(unit));
  const now = JSON.stringify([unit.total, unit.grade, unit.responses]);
  if (seen.has(unit.code) && seen.get(unit.code) !== now) row.classList.add("moved");
  seen.set(unit.code, now);
  return row;
}

function totalCell(unit) {
  const made = cell(comma(unit.total), "num total");
  if (unit.total === null) return made;
  const of = document.createElement("small");
  of.textContent = ` /${unit.reachable}`;
  made.append(of);
  return made;
}

function gradeCell(unit) {
  const made = cell("", "");
  const chip = document.createElement("span");
  chip.className = `grade ${unit.grade || "state"}`;
  chip.textContent = unit.grade ? GRADES[unit.grade] : STATES[unit.state];
  made.append(chip);
  return made;
}

function blockCard(block) {
  const card = document.createElement("article");
  const title = document.createElement("h2");
  title.textContent = BLOCKS[block.block] || block.block;
  const mean = document.createElement("p");
  mean.textContent = `${block.scored}/${block.units} đơn vị đã chấm · điểm bình quân ${comma(block.mean)}`;
  const counts = document.createElement("p");
  const parts = Object.entries(block.grades).filter(([, count]) => count).map(([grade, count]) => `${GRADES[grade]}: ${count}`);
  counts.textContent = parts.join(" · ") || "Chưa có đơn vị xếp loại";
  card.append(title, mean, counts);
  return card;
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

function draw(summary) {
  const { rating, counts } = summary;
  set("period", `${summary.from_day}–${summary.to_day}`);
  set("rulebook", rating.rulebook);
  set("n-returned", integer.format(counts.returned));
  set("n-issued", integer.format(counts.issued));
  set("n-answered", integer.format(counts.answered));
  set("n-rate", counts.response_rate === null ? "–" : `${comma(counts.response_rate)} %`);
  set("n-scored", `${rating.units.filter((unit) => unit.state === "scored").length}/${rating.units.length}`);
  set("simulated", counts.simulated ? `Trong đó ${integer.format(counts.simulated)} phiếu là mô phỏng.` : "");
  document.getElementById("units").replaceChildren(...rating.units.map(unitRow));
  document.getElementById("blocks").replaceChildren(...rating.blocks.map(blockCard));
  list("gaps", summary.gaps);
  list("warnings", rating.warnings.map((warning) => warning.message));
  crowd(summary.crowd);
}

async function refresh() {
  try {
    const answer = await fetch("/officer/summary", { cache: "no-store" });
    if (answer.ok) draw(await answer.json());
  } catch { /* the server is being restarted: the next try will do */ }
  setTimeout(refresh, 1000);
}

document.getElementById("crowd").addEventListener("click", async () => {
  document.getElementById("crowd").disabled = true;
  await fetch(`/officer/crowd?size=${CROWD}`, { method: "POST" });
});
set("crowd", `Cho ${integer.format(CROWD)} người dân mô phỏng trả lời`);
refresh();
