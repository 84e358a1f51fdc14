// The colours of the page for the canvases, and what is drawn with them: bars of states, marks of events.

/** Half the height of a bar, in pixels. */
const BAR = 7;

class Theme {
  static TONES = ["paper", "sheet", "shade", "line", "line-strong", "ink", "soft", "faint", "accent", "accent-soft", "running",
    "waiting", "stopped", "zombie", "good", "bad", "signal", "mark", "future"];

  constructor(changed) {
    this.changed = changed;
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.chosen = null;
    this.system.addEventListener("change", () => this.apply());
    this.shapes = new Map();
    this.apply();
  }

  get dark() {
    return this.chosen === null ? this.system.matches : this.chosen === "dark";
  }

  switch() {
    this.chosen = this.dark ? "light" : "dark";
    this.apply();
  }

  /** Reads the colours that are in force now. */
  apply() {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
    const style = getComputedStyle(document.documentElement);
    this.color = {};
    for (const tone of Theme.TONES) this.color[tone] = style.getPropertyValue(`--${tone}`).trim();
    this.font = style.getPropertyValue("--text").trim();
    this.patterns = new Map();
    this.changed();
  }

  text(size, weight = 400) {
    return `${weight} ${size}px ${this.font}`;
  }

  /** A pattern in a colour: upright stripes for what is stopped, slanting ones for a zombie. */
  pattern(context, state) {
    const key = `${state} ${devicePixelRatio}`;
    if (!this.patterns.has(key)) this.patterns.set(key, this.weave(context, state));
    return this.patterns.get(key);
  }

  weave(context, state) {
    const size = 6;
    const tile = document.createElement("canvas");
    const scale = Math.max(1, Math.round(devicePixelRatio));
    tile.width = size * scale;
    tile.height = size * scale;
    const draw = tile.getContext("2d");
    draw.scale(scale, scale);
    draw.strokeStyle = this.color[STATES[state].tone];
    draw.lineWidth = state === STOPPED ? 3 : 1.5;
    draw.beginPath();
    if (state === STOPPED) {
      draw.moveTo(1.5, 0);
      draw.lineTo(1.5, size);
    } else {
      for (const shift of [-size, 0, size]) {
        draw.moveTo(shift - 1, size + 1);
        draw.lineTo(shift + size + 1, -1);
      }
    }
    draw.stroke();
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
    return pattern;
  }

  /** A piece of a life: states differ in height and pattern, not in colour alone. */
  bar(context, state, x, y, width) {
    const color = this.color[STATES[state].tone];
    context.fillStyle = color;
    if (state === RUNNING) {
      context.fillRect(x, y - BAR, width, 2 * BAR);
    } else if (state === WAITING) {
      context.fillRect(x, y - 2.5, width, 5);
    } else {
      context.fillStyle = this.pattern(context, state);
      context.fillRect(x, y - BAR, width, 2 * BAR);
      if (width > 2) {
        context.strokeStyle = color;
        context.lineWidth = 1;
        context.strokeRect(x + 0.5, y - BAR + 0.5, width - 1, 2 * BAR - 1);
      }
    }
  }

  shape(path) {
    if (!this.shapes.has(path)) this.shapes.set(path, new Path2D(path));
    return this.shapes.get(path);
  }

  /** The mark of an event, its middle at a point, with a rim of the sheet's colour around it. */
  mark(context, { shape, tone, hollow }, x, y, size = 11) {
    const path = this.shape(shape);
    context.save();
    context.translate(x - size / 2, y - size / 2);
    context.scale(size / 12, size / 12);
    context.lineJoin = "round";
    context.strokeStyle = this.color.sheet;
    context.lineWidth = 3.6;
    context.stroke(path);
    context.fillStyle = hollow ? this.color.sheet : this.color[tone];
    context.fill(path);
    if (hollow) {
      context.strokeStyle = this.color[tone];
      context.lineWidth = 1.6;
      context.stroke(path);
    }
    context.restore();
  }
}

/** The same mark as an element for the page's text. */
function markElement({ shape, tone, hollow }) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", shape);
  path.style.fill = hollow ? "none" : `var(--${tone})`;
  path.style.stroke = hollow ? `var(--${tone})` : "none";
  path.style.strokeWidth = "1.6";
  svg.append(path);
  return svg;
}

/** Makes a canvas as fine as the screen; gives its context, in which a unit is a pixel of the page. */
function prepare(canvas) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
