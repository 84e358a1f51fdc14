// The class as it was written into the page, who of it is meant, and in which order.

const whole = JSON.parse(document.getElementById("data").textContent);

/** How a test went: the letter in the data, the sign on a tile, the words. */
const STATES = {
  f: { sign: "✓", word: "passed" },
  p: { sign: "½", word: "some of the points" },
  n: { sign: "✕", word: "not passed" },
  l: { sign: "!", word: "a limit was hit" },
  s: { sign: "–", word: "not run" },
  o: { sign: "?", word: "no result" },
};

const BUCKETS = 10;

/** What is chosen. `test` and `bucket` are numbers or null. */
const view = { text: "", kind: "all", order: "given", test: null, bucket: null };

/** A number of points without the noise of binary fractions. */
const points = (number) => String(Math.round(number * 100) / 100);

const did_not_pass = (letter) => "pnl".includes(letter);

/** The tenth of all points that a student has; the last holds those with all of them. */
const bucket_of = (student) =>
  whole.worth > 0 ? Math.min(BUCKETS - 1, Math.max(0, Math.floor((student.points / whole.worth) * BUCKETS))) : BUCKETS - 1;

const KINDS = {
  all: () => true,
  full: (student) => student.open === 0 && student.points >= whole.worth,
  less: (student) => student.open > 0 || student.points < whole.worth,
  limit: (student) => student.states.includes("l"),
  refused: (student) => student.refused,
  open: (student) => student.open > 0,
};

const by_name = new Intl.Collator(undefined, { numeric: true }).compare;
const name_of = (number) => whole.students[number].name;

const ORDERS = {
  given: (a, b) => a - b,
  name: (a, b) => by_name(name_of(a), name_of(b)) || a - b,
  worst: (a, b) => whole.students[a].points - whole.students[b].points || a - b,
  best: (a, b) => whole.students[b].points - whole.students[a].points || a - b,
};

/** The numbers of the students that are meant, in order. */
const meant = () => {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  const is = (student) =>
    KINDS[view.kind](student) &&
    words.every((word) => student.name.toLowerCase().includes(word)) &&
    (view.test === null || did_not_pass(student.states[view.test])) &&
    (view.bucket === null || (student.open === 0 && bucket_of(student) === view.bucket));
  const numbers = [];
  whole.students.forEach((student, number) => is(student) && numbers.push(number));
  return numbers.sort(ORDERS[view.order]);
};

/** How many students each letter of a test has. */
const tally = (test) => {
  const counts = { f: 0, p: 0, n: 0, l: 0, s: 0, o: 0 };
  for (const student of whole.students) counts[student.states[test]] += 1;
  return counts;
};

/** An element with text and elements in it: what is put in as text stays text. */
const make = (tag, attributes, ...inner) => {
  const svg = tag === "svg" || tag === "rect";
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inner.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
};

/** A bar whose parts are as long as their numbers, by letter. */
const share = (counts, all) => {
  const bar = make("svg", { class: "share", viewBox: `0 0 ${Math.max(all, 1e-9)} 1`, preserveAspectRatio: "none", "aria-hidden": "true" });
  let at = 0;
  for (const [letter, count] of Object.entries(counts)) {
    if (count > 0) bar.append(make("rect", { class: letter, x: at, y: 0, width: count, height: 1 }));
    at += count;
  }
  return bar;
};

/** What became of the points that a student could have, by letter. */
const parts_of = (student) => {
  const parts = { f: 0, n: 0, l: 0, s: 0, o: 0 };
  student.marks.forEach((mark, test) => {
    const letter = student.states[test];
    const worth = whole.tests[test].worth;
    if (letter === "p") {
      parts.f += mark;
      parts.n += worth - mark;
    } else parts[letter] += worth;
  });
  return parts;
};

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
