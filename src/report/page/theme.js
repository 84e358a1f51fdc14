// The colours of the page for the canvases, and what is drawn with them: bars of states, marks of events.

class Theme {
  static TONES = ["paper", "sheet", "shade", "line", "line-strong", "ink", "soft", "faint", "accent", "accent-soft", "running",
    "waiting", "stopped", "zombie", "good", "bad", "signal", "mark", "future"];

  constructor(changed) {
    this.changed = changed;
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.chosen = null;
    this.system.addEventListener("change", () => this.apply());
    this.widths = new Map();
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
    this.sprites = new Map();
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

  /** A piece of a life, `half` pixels up and down: states differ in height and pattern, not in colour alone. */
  bar(context, state, x, y, width, half) {
    const color = this.color[STATES[state].tone];
    context.fillStyle = color;
    if (state === RUNNING) {
      context.fillRect(x, y - half, width, 2 * half);
    } else if (state === WAITING) {
      context.fillRect(x, y - 2.5, width, 5);
    } else {
      context.fillStyle = this.pattern(context, state);
      context.fillRect(x, y - half, width, 2 * half);
      if (width > 2) {
        context.strokeStyle = color;
        context.lineWidth = 1;
        context.strokeRect(x + 0.5, y - half + 0.5, width - 1, 2 * half - 1);
      }
    }
  }

  /** Upright dashes in a colour, `long` pixels each, as a pattern. */
  dashes(context, tone, long) {
    const key = `${tone} ${long}`;
    if (!this.patterns.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = 1;
      tile.height = long + (long > 3 ? 3 : 2);
      const draw = tile.getContext("2d");
      draw.fillStyle = this.color[tone];
      draw.fillRect(0, 0, 1, long);
      this.patterns.set(key, context.createPattern(tile, "repeat"));
    }
    return this.patterns.get(key);
  }

  /** A small picture that is drawn once and then copied, which is much faster. `draw` paints around the middle. */
  sprite(key, width, height, draw) {
    const whole = `${key} ${devicePixelRatio}`;
    let sprite = this.sprites.get(whole);
    if (!sprite) {
      // Texts come from outside, and there may be any number of them.
      if (this.sprites.size > 2000) this.sprites.clear();
      sprite = document.createElement("canvas");
      sprite.width = Math.ceil(width * devicePixelRatio);
      sprite.height = Math.ceil(height * devicePixelRatio);
      const context = sprite.getContext("2d");
      context.scale(devicePixelRatio, devicePixelRatio);
      draw(context);
      this.sprites.set(whole, sprite);
    }
    return sprite;
  }

  /** The mark of an event, its middle at a point, with a rim of the sheet's colour around it. */
  mark(context, { shape, tone, hollow }, x, y, size = 11) {
    const box = size + 6;
    const sprite = this.sprite(`${shape} ${tone} ${hollow} ${size}`, box, box, (draw) => {
      const path = new Path2D(shape);
      draw.translate(3, 3);
      draw.scale(size / 12, size / 12);
      draw.lineJoin = "round";
      draw.strokeStyle = this.color.sheet;
      draw.lineWidth = 3.6;
      draw.stroke(path);
      draw.fillStyle = hollow ? this.color.sheet : this.color[tone];
      draw.fill(path);
      if (!hollow) return;
      draw.strokeStyle = this.color[tone];
      draw.lineWidth = 1.6;
      draw.stroke(path);
    });
    context.drawImage(sprite, Math.round(x - box / 2), Math.round(y - box / 2), box, box);
  }

  /** Words with a rim of the sheet's colour, from a point to the right, their middle at its height. */
  words(context, text, tone, weight, x, y) {
    const width = this.widthOf(context, text, weight) + 8;
    const sprite = this.sprite(`${text}\n${tone} ${weight}`, width, 20, (draw) => {
      draw.font = this.text(11, weight);
      draw.textBaseline = "middle";
      draw.lineJoin = "round";
      draw.strokeStyle = this.color.sheet;
      draw.lineWidth = 4;
      draw.strokeText(text, 4, 10.5);
      draw.fillStyle = this.color[tone];
      draw.fillText(text, 4, 10.5);
    });
    context.drawImage(sprite, Math.round(x - 4), Math.round(y - 10), sprite.width / devicePixelRatio, sprite.height / devicePixelRatio);
  }

  /** The width of words of that size, measured once. */
  widthOf(context, text, weight) {
    const key = `${text}\n${weight}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 2000) this.widths.clear();
      context.font = this.text(11, weight);
      width = context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
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

/** The sizes of boxes as they were observed last. To ask a box itself, in the middle of a frame, makes the browser lay out the page. */
const sizes = new Map();

/** Keeps the size of a box known, and tells of its changes. */
function watchSize(box, changed) {
  sizes.set(box, { width: box.clientWidth, height: box.clientHeight });
  new ResizeObserver(() => {
    sizes.set(box, { width: box.clientWidth, height: box.clientHeight });
    changed();
  }).observe(box);
}

/** Makes a canvas as fine as the screen; gives its context, in which a unit is a pixel of the page. */
function prepare(canvas, ground) {
  const ratio = devicePixelRatio || 1;
  const { width, height } = sizes.get(canvas);
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d", { alpha: false });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = ground;
  context.fillRect(0, 0, width + 1, height + 1);
  return { context, width, height };
}
