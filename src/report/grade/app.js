// What is shown: the class, or the student that the address names; and what keys do.

const class_page = document.getElementById("class");
const student_page = document.getElementById("student");
const search = document.getElementById("search");
let scrolled = 0;
let last = null;

/** Takes a choice and draws what depends on it. */
const choose = (choice) => {
  Object.assign(view, choice);
  draw_points(choose);
  draw_tests(choose);
  draw_matrix();
  const clear = document.getElementById("clear");
  const chosen = [];
  if (view.test !== null) chosen.push(`did not pass “${whole.tests[view.test].name}”`);
  if (view.bucket !== null) chosen.push(`${points((whole.worth * view.bucket) / BUCKETS)} to ${points((whole.worth * (view.bucket + 1)) / BUCKETS)} points`);
  clear.hidden = chosen.length === 0;
  clear.textContent = `✕ ${chosen.join(", ")}`;
  for (const [name, value] of Object.entries(choice)) {
    document.querySelector(`[data-${name}="${value}"][aria-pressed]`)?.focus();
  }
};

const show = () => {
  const number = /^#s\d+$/.test(location.hash) ? Number(location.hash.slice(2)) : null;
  const is_student = number !== null && number < whole.students.length;
  if (is_student && !class_page.hidden) scrolled = scrollY;
  class_page.hidden = is_student;
  student_page.hidden = !is_student;
  document.title = is_student ? `${whole.students[number].name} · ${whole.title}` : whole.title;
  if (is_student) {
    draw_student(number);
    scrollTo(0, 0);
    document.getElementById("who").focus({ preventScroll: true });
    last = number;
  } else {
    student_page.replaceChildren();
    scrollTo(0, scrolled);
    document.querySelector(`#rows tr[data-number="${last}"] a`)?.focus({ preventScroll: true });
  }
};

const on_student_key = (key) => {
  if (key === "Escape") location.hash = "";
  else if (key === "j" || key === "ArrowRight") document.querySelector("#student a[rel=next]:not([hidden])")?.click();
  else if (key === "k" || key === "ArrowLeft") document.querySelector("#student a[rel=prev]:not([hidden])")?.click();
  else if (key === "e") toggle_all();
  else return false;
  return true;
};

const on_class_key = (key) => {
  if (key === "j" || key === "ArrowDown") move_focus(1);
  else if (key === "k" || key === "ArrowUp") move_focus(-1);
  else if (key === "/") search.focus();
  else return false;
  return true;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at === search || at?.tagName === "SELECT") {
    if (event.key !== "Escape") return;
    if (at === search) {
      search.value = "";
      choose({ text: "" });
    }
    at.blur();
    return;
  }
  // What scrolls by itself does so with its keys.
  if (event.key.startsWith("Arrow") && at?.closest("pre, .output, .tests")) return;
  const taken = class_page.hidden ? on_student_key(event.key) : on_class_key(event.key);
  if (taken) event.preventDefault();
});

search.addEventListener("input", () => choose({ text: search.value }));
for (const name of ["kind", "order"]) {
  const select = document.getElementById(name);
  select.addEventListener("change", () => choose({ [name]: select.value }));
}
document.getElementById("clear").addEventListener("click", () => choose({ test: null, bucket: null }));
addEventListener("hashchange", show);

draw_head();
draw_sandbox();
draw_legend();
draw_columns();
choose({});
watch_end();
show();
