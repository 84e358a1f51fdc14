// The class at a glance: how the points lie, which tests were hard, in what the work was kept.

const middle = (sorted) => (sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2);

const draw_head = () => {
  const about = [
    plural(whole.students.length, "student"),
    plural(whole.tests.length, "test"),
    `${points(whole.worth)} points`,
    whole.began.slice(0, 16).replace("T", " ") + " UTC",
    whole.elapsed,
    `seed ${whole.seed}`,
    `proctor ${whole.version}`,
  ];
  document.getElementById("about").textContent = about.join(" · ");
  const open = whole.students.filter((student) => student.open > 0).length;
  const warnings = [];
  if (whole.interrupted) warnings.push("The grading was interrupted.");
  if (open > 0) warnings.push(`${plural(open, "student")} ${open === 1 ? "has" : "have"} tests without a result: those points are not final.`);
  const warning = document.getElementById("warning");
  warning.textContent = warnings.join(" ");
  warning.hidden = warnings.length === 0;
};

const draw_points = (chosen) => {
  const final = whole.students.filter((student) => student.open === 0);
  const sorted = final.map((student) => student.points).sort((a, b) => a - b);
  const figures = document.getElementById("figures");
  figures.replaceChildren();
  if (sorted.length > 0) {
    const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
    figures.append("median ", make("strong", {}, points(middle(sorted))), ", mean ", make("strong", {}, points(mean)), ` of ${points(whole.worth)}`);
  }
  const left_out = whole.students.length - final.length;
  if (left_out > 0) figures.append(`${sorted.length > 0 ? "; " : ""}${left_out} not final, not counted`);
  const counts = new Array(BUCKETS).fill(0);
  for (const student of final) counts[bucket_of(student)] += 1;
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, bucket) => {
    const from = points((whole.worth * bucket) / BUCKETS);
    const to = points((whole.worth * (bucket + 1)) / BUCKETS);
    const words = `${plural(count, "student")} with ${from} ${bucket === BUCKETS - 1 ? "to" : "to less than"} ${to} points`;
    const bar = make("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
    bar.append(make("rect", { x: 0, y: 1 - count / most, width: 1, height: count / most }));
    const inner = [make("span", { class: "many" }, count > 0 ? String(count) : ""), bar, make("span", { class: "from" }, bucket % 2 === 0 ? from : "")];
    const attributes = { type: "button", title: words, "aria-label": words, "aria-pressed": String(view.bucket === bucket), "data-bucket": bucket };
    return make("button", { ...attributes, on: { click: () => chosen({ bucket: view.bucket === bucket ? null : bucket }) } }, ...inner);
  });
  document.getElementById("histogram").replaceChildren(...bars);
};

const draw_tests = (chosen) => {
  const tallies = whole.tests.map((_, test) => tally(test));
  const failed = tallies.map((counts) => counts.p + counts.n + counts.l);
  const hardest = failed.indexOf(Math.max(...failed));
  const words = document.getElementById("hardest");
  words.replaceChildren();
  if (hardest >= 0 && failed[hardest] > 0) {
    words.append("most failed: ", make("strong", {}, whole.tests[hardest].name), `, ${failed[hardest]} of ${whole.students.length}`);
  } else if (whole.students.length > 0) words.append("nobody failed any");
  const rows = whole.tests.map((test, number) => {
    const counts = tallies[number];
    const all = Object.entries(counts).filter(([, count]) => count > 0);
    const told = all.map(([letter, count]) => `${count} ${STATES[letter].word}`).join(", ");
    const title = `${test.name} (${points(test.worth)} points, line ${test.line}${test.hidden ? ", hidden" : ""}): ${told}`;
    const inner = [
      make("span", { class: "number" }, String(number + 1)),
      make("span", { class: "name" }, make("span", {}, test.name), test.hidden ? make("span", { class: "tag" }, "hidden") : null),
      share(counts, whole.students.length),
      make("span", { class: "failed" }, failed[number] > 0 ? `${STATES.n.sign} ${failed[number]}` : STATES.f.sign),
    ];
    const attributes = { type: "button", title, "aria-pressed": String(view.test === number), "data-test": number };
    return make("li", {}, make("button", { ...attributes, on: { click: () => chosen({ test: view.test === number ? null : number }) } }, ...inner));
  });
  document.getElementById("tests").replaceChildren(...rows);
};

const draw_sandbox = () => {
  const list = make("dl", {});
  const row = (name, values, kind) => {
    if (values.length > 0) list.append(make("dt", {}, name), ...values.map((value) => make("dd", { class: kind ?? "" }, value)));
  };
  row("Level", [whole.level || "not known"], "level");
  row("Limits of a test", whole.limits.length > 0 ? [whole.limits.join(", ")] : []);
  row("In force", whole.parts.length > 0 ? [whole.parts.join(", ")] : []);
  row("Missing here", whole.missing.map(([part, why]) => `${part}: ${why}`), "missing");
  document.getElementById("sandbox").replaceChildren(list);
};

const draw_legend = () => {
  const signs = Object.entries(STATES).map(([letter, state]) => {
    const sign = letter === "p" ? "2.5" : state.sign;
    return make("span", {}, make("span", { class: `tile ${letter}` }, sign), state.word);
  });
  document.getElementById("legend").replaceChildren(...signs);
};
