// Time on the screen: how it is written, where the axis has its ticks, and which part of the run is shown.

/** Whether the times of the record are no nanoseconds, but steps: who came after whom, and not how long it took. */
const CLOCK = { steps: false };

const UNITS = [
  { size: 60e9, word: "min" },
  { size: 1e9, word: "s" },
  { size: 1e6, word: "ms" },
  { size: 1e3, word: "µs" },
  { size: 1, word: "ns" },
];

/** A span of nanoseconds, to three digits or more: `1.25 s`, `340 µs`. */
function formatSpan(nanoseconds) {
  if (CLOCK.steps) return `${Math.round(nanoseconds)} step${Math.round(nanoseconds) === 1 ? "" : "s"}`;
  const size = Math.abs(nanoseconds);
  if (size === 0) return "0 s";
  if (size >= 3600e9) {
    const hours = Math.floor(size / 3600e9);
    return `${hours} h ${Math.round((size - hours * 3600e9) / 60e9)} min`;
  }
  if (size >= 60e9) {
    const minutes = Math.floor(size / 60e9);
    return `${minutes} min ${Math.round((size - minutes * 60e9) / 1e9)} s`;
  }
  const unit = UNITS.find(({ size: least }) => size >= least) ?? UNITS.at(-1);
  const value = nanoseconds / unit.size;
  const digits = size / unit.size >= 100 ? 0 : size / unit.size >= 10 ? 1 : 2;
  return `${trimZeros(value.toFixed(unit.size === 1 ? 0 : digits))} ${unit.word}`;
}

/** A moment, written as finely as steps of `step` nanoseconds need. */
function formatMoment(nanoseconds, step) {
  if (nanoseconds === 0) return "0";
  if (CLOCK.steps) return String(Math.round(nanoseconds));
  const largest = Math.abs(nanoseconds) >= 1e9 || step >= 1e8 ? 1e9 : Math.abs(nanoseconds) >= 1e6 || step >= 1e5 ? 1e6 : 1e3;
  const unit = UNITS.find(({ size }) => size === largest);
  const digits = Math.max(0, Math.ceil(Math.log10(unit.size / step) - 1e-9));
  return `${trimZeros((nanoseconds / unit.size).toFixed(Math.min(digits, 9)))} ${unit.word}`;
}

/** A moment in full: `1.234567 s`. */
function formatExactly(nanoseconds) {
  return CLOCK.steps ? `step ${Math.round(nanoseconds)}` : `${trimZeros((nanoseconds / 1e9).toFixed(6), 3)} s`;
}

/** Without zeros at the end of the fraction, but for the first `keep`. */
function trimZeros(text, keep = 0) {
  const point = text.indexOf(".");
  if (point < 0) return text;
  let end = text.length;
  while (end > point + 1 + keep && text[end - 1] === "0") end -= 1;
  return text.slice(0, end === point + 1 ? point : end);
}

/** The step of 1, 2 or 5 times a power of ten that gives ticks at least `gap` pixels apart. */
function tickStep(perPixel, gap) {
  const least = Math.max(perPixel * gap, CLOCK.steps ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999);
}

/** Which part of the run lies on so many pixels. */
class Scale {
  constructor(end) {
    this.end = end;
    this.width = 1000;
    this.fit();
  }

  /** Pixels left of the begin, and right of the end, where the words about the ends stand. */
  get margins() {
    return { left: 14, right: Math.max(64, Math.min(140, this.width * 0.16)) };
  }

  /** What can be shown at all. */
  get bounds() {
    const { left, right } = this.margins;
    const perPixel = this.end / Math.max(this.width - left - right, 50);
    return { least: -left * perPixel, most: this.end + right * perPixel };
  }

  /** The whole run, with its margins. */
  fit() {
    this.fitted = true;
    const { least, most } = this.bounds;
    this.from = least;
    this.to = most;
  }

  resize(width) {
    if (width === this.width || width <= 0) return;
    this.width = width;
    if (this.fitted) this.fit();
    else this.show(this.from, this.bounded(this.to - this.from));
  }

  get perPixel() {
    return (this.to - this.from) / this.width;
  }

  x(time) {
    return ((time - this.from) / (this.to - this.from)) * this.width;
  }

  time(x) {
    return this.from + x * this.perPixel;
  }

  /** `factor` above 1 shows less time; what is at `x` stays there. */
  zoom(factor, x) {
    const fixed = this.time(x);
    const size = this.bounded((this.to - this.from) / factor);
    const share = x / this.width;
    this.show(fixed - size * share, size);
  }

  pan(pixels) {
    this.show(this.from + pixels * this.perPixel, this.to - this.from);
  }

  /** Shows a part that has been chosen. */
  range(from, to) {
    const size = this.bounded(Math.abs(to - from));
    this.show((from + to) / 2 - size / 2, size);
  }

  /** Moves, where it must, so that a moment can be seen, with room around it. */
  reveal(time) {
    const size = this.to - this.from;
    if (time < this.from + size * 0.04 || time > this.to - size * 0.12) this.show(time - size * 0.4, size);
  }

  bounded(size) {
    const { least, most } = this.bounds;
    // So little is of no use: a system call takes longer.
    const smallest = CLOCK.steps ? 4 : 200;
    return Math.min(Math.max(size, Math.min(smallest, most - least)), most - least);
  }

  show(from, size) {
    const { least, most } = this.bounds;
    this.from = Math.min(Math.max(from, least), Math.max(most - size, least));
    this.to = this.from + size;
    this.fitted = size >= (most - least) * 0.9999;
  }
}
