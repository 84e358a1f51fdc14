// A student's section: each test with what came of it. It is drawn when it is asked for.

const VERDICTS = {
  error: "The rubric itself is wrong here: nothing is known of the work.",
  tool_failed: "Proctor or the machine failed: nothing is known of the work.",
  interrupted: "The grading was interrupted.",
  no_result: "There is no result yet.",
  flaky: "It passed at a later try.",
};

const draw_difference = (lines) => {
  const kind = (line) => (line.startsWith("- ") || line === "-" ? "less" : line.startsWith("+ ") || line === "+" ? "more" : "");
  return make("pre", { class: "diff", tabindex: 0 }, ...lines.map((line) => make("span", { class: kind(line) }, line || " ")));
};

const draw_broken = (broken, reason) => {
  const lines = broken.lines.flatMap(([number, before, marked, behind]) => [make("span", { class: "number" }, String(number)), before, make("mark", {}, marked), behind, "\n"]);
  const message = broken.message === reason ? null : make("p", { class: "message" }, broken.message);
  const parts = [message, make("p", { class: "place" }, `${broken.place} · ${broken.code} · in process ${broken.process}`)];
  if (lines.length > 0) parts.push(make("pre", { tabindex: 0 }, ...lines));
  if (broken.parts.length > 0) {
    parts.push(make("dl", { class: "values" }, ...broken.parts.flatMap(([source, value]) => [make("dt", {}, source), make("dd", {}, value)])));
  }
  if (broken.difference.length > 0) {
    const sides = make("span", { class: "sides" }, " (− expected, + was there)");
    parts.push(make("h4", {}, "Expected against actual", sides), draw_difference(broken.difference));
  }
  if (broken.help) parts.push(make("p", { class: "said" }, `Help: ${broken.help}`));
  return make("div", { class: "broken" }, ...parts);
};

const draw_output = (test) => {
  if (test.output.length === 0 && test.more_lines === 0 && test.more_bytes === 0) return [];
  const runs = test.output.flatMap(([process, lines]) => [make("div", { class: "process" }, process), make("pre", {}, lines.join("\n"))]);
  const rest = [];
  if (test.more_lines > 0) rest.push(`${plural(test.more_lines, "more line")} not shown`);
  if (test.more_bytes > 0) rest.push(`${plural(test.more_bytes, "more byte")} not kept`);
  if (rest.length > 0) runs.push(make("p", { class: "place" }, rest.join(", ")));
  return [make("h4", {}, "Output, by process"), make("div", { class: "output", tabindex: 0, role: "region", "aria-label": "Output" }, ...runs)];
};

const draw_body = (test, letter) => {
  const parts = [];
  if (VERDICTS[test.verdict]) parts.push(make("p", { class: "said" }, VERDICTS[test.verdict]));
  if (letter === "l" || test.verdict === "limit_hit") parts.push(make("p", { class: "said hit" }, `A limit was hit: ${test.reason ?? "it is not known which"}`));
  if (test.words) parts.push(make("p", { class: "said" }, test.words));
  if (test.awards.length > 0) {
    parts.push(make("ul", { class: "awards" }, ...test.awards.map(([award, why]) => make("li", {}, make("b", {}, `+${points(award)}`), why))));
  }
  parts.push(...test.feedback.map((said) => make("p", { class: "said" }, said)));
  parts.push(...test.broken.map((broken) => draw_broken(broken, test.reason)));
  if (test.more_broken > 0) parts.push(make("p", { class: "place" }, `and ${plural(test.more_broken, "more failure")}`));
  parts.push(...draw_output(test));
  for (const [title, who] of test.leaks) parts.push(make("h4", {}, `Processes ${title}`), make("p", {}, who));
  if (test.timeline) parts.push(make("p", {}, make("a", { href: test.timeline }, "Timeline: what its processes did, and when")));
  return parts;
};

const draw_test = (student, test, number) => {
  const letter = student.states[number];
  const head = whole.tests[number];
  const body = draw_body(test, letter);
  const mark = student.marks[number];
  const tags = [head.hidden ? "hidden" : null, ...head.tags].filter(Boolean).map((tag) => make("span", { class: "tag" }, tag));
  const score = make("span", { class: "score" }, make("strong", {}, mark === null ? "?" : points(mark)), ` / ${points(head.worth)}`);
  const sign = make("span", { class: `tile ${letter}`, title: STATES[letter].word, role: "img", "aria-label": STATES[letter].word }, STATES[letter].sign);
  const first = test.reason ?? STATES[letter].word;
  const why = make("span", { class: "why" }, first, test.elapsed ? ` · ${test.elapsed}` : "");
  const open = !"fs".includes(letter) && body.length > 0;
  const inner = body.length > 0 ? body : [make("p", { class: "place" }, "There is nothing more to say.")];
  return make("details", { open, "data-test": number }, make("summary", {}, sign, make("h3", {}, head.name, ...tags), score, why), make("div", { class: "body" }, ...inner));
};

/** The section of this student among those that are meant. */
const draw_student = (number) => {
  const student = whole.students[number];
  const section = JSON.parse(document.getElementById(`s${number}`).textContent);
  const numbers = matrix.numbers.includes(number) ? matrix.numbers : whole.students.map((_, index) => index);
  const at = numbers.indexOf(number);
  const step = (to, words) => make("a", { href: `#s${numbers[to]}`, rel: to < at ? "prev" : "next", hidden: numbers[to] === undefined }, words);
  const bar = make("nav", { class: "bar", "aria-label": "Students" }, make("a", { href: "#", id: "back" }, "← Class"), step(at - 1, "Previous"), step(at + 1, "Next"), make("span", { class: "of" }, `${at + 1} of ${numbers.length}`));
  const big = make("span", { class: "big" }, points(student.points), make("small", {}, ` / ${points(whole.worth)}`));
  const about = [section.path, section.attempt > 1 ? `graded ${section.attempt} times` : null];
  const notes = [];
  if (section.refused) notes.push(make("p", { class: "warning" }, `Nothing could be run: ${section.refused}`));
  if (student.open > 0) notes.push(make("p", { class: "warning" }, `Not final: ${plural(student.open, "test")} without a result.`));
  if (section.cut) notes.push(make("p", { class: "place" }, "The page has no room for all that there is to read here. The student's own report has it."));
  const main = document.getElementById("student");
  main.replaceChildren(
    bar,
    make("header", {}, make("div", { class: "headline" }, make("h1", { tabindex: -1, id: "who" }, student.name || "(no name)"), big), make("p", { class: "about" }, about.filter(Boolean).join(" · ")), ...notes),
    share(parts_of(student), whole.worth),
    make("h2", {}, "Tests"),
    ...section.tests.map((test, index) => draw_test(student, test, index)),
  );
};

/** Opens all tests, or closes them where all are open. */
const toggle_all = () => {
  const all = [...document.querySelectorAll("#student details")];
  const open = all.some((one) => !one.open);
  for (const one of all) one.open = open;
};
