// The matrix: a row a student, a tile a test. Rows are made as they are scrolled to, so that a class may have thousands.

const CHUNK = 120;

const matrix = { numbers: [], shown: 0 };

const draw_columns = () => {
  const tests = whole.tests.map((test, number) => make("th", { class: "test", scope: "col", title: `${test.name}, ${points(test.worth)} points` }, make("div", {}, `${number + 1} ${test.name}`)));
  const row = [make("th", { class: "who", scope: "col" }, "Student"), make("th", { class: "sum", scope: "col" }, "Points"), ...tests];
  document.getElementById("head").replaceChildren(make("tr", {}, ...row));
};

const tile = (student, test) => {
  const letter = student.states[test];
  const state = STATES[letter];
  const mark = student.marks[test];
  const sign = letter === "p" ? points(mark) : state.sign;
  const got = mark === null ? "no points known" : `${points(mark)} of ${points(whole.tests[test].worth)}`;
  const words = `${whole.tests[test].name}: ${state.word}, ${got}`;
  return make("span", { class: `tile ${letter}`, title: words, role: "img", "aria-label": words }, sign);
};

const total = (student) => {
  const note = student.refused ? "not run" : student.open > 0 ? `${student.open} open` : "";
  const sum = make("span", { class: "got" }, points(student.points), note ? make("span", { class: "note" }, ` ${note}`) : null);
  return make("div", {}, sum, share({ f: student.points }, whole.worth));
};

const row = (number) => {
  const student = whole.students[number];
  const tests = whole.tests.map((_, test) => make("td", { class: "cell" }, tile(student, test)));
  const name = make("a", { href: `#s${number}`, title: student.name }, student.name || "(no name)");
  return make("tr", { "data-number": number }, make("th", { class: "who", scope: "row" }, name), make("td", { class: "sum" }, total(student)), ...tests);
};

const more_rows = () => {
  const next = matrix.numbers.slice(matrix.shown, matrix.shown + CHUNK);
  matrix.shown += next.length;
  document.getElementById("rows").append(...next.map(row));
  return next.length > 0;
};

/** The end of the matrix comes into sight: there is more of it. */
const watch_end = () => {
  const watcher = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      // It tells again of what it has told only where that is watched anew.
      if (more_rows()) {
        watcher.unobserve(document.getElementById("legend"));
        watcher.observe(document.getElementById("legend"));
      }
    },
    { rootMargin: "800px" },
  );
  watcher.observe(document.getElementById("legend"));
};

const draw_matrix = () => {
  matrix.numbers = meant();
  matrix.shown = 0;
  document.getElementById("rows").replaceChildren();
  more_rows();
  const count = matrix.numbers.length;
  document.getElementById("none").hidden = count > 0;
  document.getElementById("scroll").hidden = count === 0;
  document.getElementById("count").textContent = count === whole.students.length ? plural(count, "student") : `${count} of ${plural(whole.students.length, "student")}`;
};

/** Moves the focus to the row so many further. */
const move_focus = (by) => {
  const rows = document.getElementById("rows");
  const here = document.activeElement?.closest("#rows tr");
  const at = here ? [...rows.children].indexOf(here) + by : by > 0 ? 0 : -1;
  if (at >= rows.children.length) more_rows();
  rows.children[at]?.querySelector("a").focus();
};
