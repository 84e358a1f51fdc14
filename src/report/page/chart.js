// The chart: a bar for the life of each row that can be seen, the marks of its events, the arrows between rows.

/** Marks nearer than this to each other are drawn as one. */
const MARK_GAP = 12;
/** More arrows than this say no more. */
const MOST_ARROWS = 600;

class Chart {
  constructor(app, canvas) {
    this.app = app;
    this.canvas = canvas;
    this.drawn = { rows: 0, marks: 0, arrows: 0 };
  }

  /** Draws everything; `top` is how far the rows are scrolled. */
  draw(top) {
    const { app } = this;
    const { context, width, height } = prepare(this.canvas, this.app.theme.color.sheet);
    this.context = context;
    this.width = width;
    this.height = height;
    this.top = top;
    this.drawn = { rows: 0, marks: 0, arrows: 0 };
    app.scale.resize(width);
    this.first = Math.max(0, Math.floor(top / app.row));
    this.behind = Math.min(app.rows.list.length, Math.ceil((top + height) / app.row));
    this.drawGuides();
    for (let row = this.first; row < this.behind; row += 1) this.drawGround(row);
    for (let row = this.first; row < this.behind; row += 1) this.drawLife(row);
    this.drawArrows();
    for (let row = this.first; row < this.behind; row += 1) {
      this.drawEnding(row);
      this.drawMarks(row);
    }
    this.drawCursor();
  }

  /** The middle of a row. */
  y(row) {
    return (row + 0.5) * this.app.row - this.top;
  }

  drawGuides() {
    const { context, app } = this;
    const step = tickStep(app.scale.perPixel, 90);
    context.fillStyle = app.theme.color.line;
    context.globalAlpha = 0.6;
    for (let time = Math.max(0, Math.ceil(app.scale.from / step) * step); time <= app.scale.to; time += step) {
      context.fillRect(Math.round(app.scale.x(time)), 0, 1, this.height);
    }
    context.globalAlpha = 1;
  }

  drawGround(row) {
    const { context, app } = this;
    const node = app.rows.list[row];
    if (node !== app.chosen && node !== app.hover?.node) return;
    context.fillStyle = node === app.chosen ? app.theme.color["accent-soft"] : app.theme.color.shade;
    context.globalAlpha = node === app.chosen ? 0.55 : 0.7;
    context.fillRect(0, this.y(row) - app.row / 2, this.width, app.row);
    context.globalAlpha = 1;
  }

  drawLife(row) {
    const { app } = this;
    const node = app.rows.list[row];
    this.drawn.rows += 1;
    if (app.rows.isGroup(node)) {
      this.drawGroup(node, this.y(row));
    } else {
      this.drawProcess(node, this.y(row));
      this.drawBeyond(node, this.y(row));
    }
  }

  drawProcess(process, y) {
    const { context, app } = this;
    const { model, scale } = app;
    const spans = model.spansOf.of(process);
    const startOf = (span) => model.spanFrom[span];
    let at = Math.max(0, after(spans, scale.from, startOf) - 1);
    while (at < spans.length && model.spanFrom[spans[at]] <= scale.to) {
      const span = spans[at];
      const x = Math.max(-2, scale.x(model.spanFrom[span]));
      const end = Math.min(this.width + 2, scale.x(model.spanTo[span]));
      if (end > -2) app.theme.bar(context, model.spanState[span], x, y, Math.max(end - x, 1), app.bar);
      // What would lie on the same pixel is passed over.
      at = Math.max(at + 1, after(spans, scale.time(x + 0.7), startOf) - 1);
    }
  }

  /** Where a whole life lies outside of what is shown: on which side. */
  drawBeyond(process, y) {
    const { context, app } = this;
    const { model, scale } = app;
    const side = model.until[process] < scale.from ? -1 : model.from[process] > scale.to ? 1 : 0;
    if (side === 0) return;
    const x = side < 0 ? 10 : this.width - 10;
    context.fillStyle = app.theme.color["line-strong"];
    context.beginPath();
    context.moveTo(x + side * 4, y);
    context.lineTo(x - side * 3, y - 5);
    context.lineTo(x - side * 3, y + 5);
    context.fill();
  }

  /** How it ended, in words behind its bar, or over the bar's end where there is no room. */
  drawEnding(row) {
    const { app } = this;
    const { model } = app;
    const node = app.rows.list[row];
    const group = app.rows.isGroup(node);
    const process = group ? app.rows.members(node)[0] : node;
    const x = app.scale.x(group ? app.rows.alive(node).ends.at(-1) : model.until[node]);
    if (x < -10 || x > this.width) return;
    const bad = model.outcome[process] === ENDED_BADLY;
    const ending = model.words[model.ending[process]];
    if (group) {
      const { most } = app.rows.alive(node);
      this.drawWords(`${app.rows.members(node).length} × ${ending}, ${most} at once`, x + 12, this.y(row), bad);
    } else {
      this.drawWords(ending, x + 12, this.y(row), bad);
    }
  }

  drawWords(text, x, y, bad) {
    const { context } = this;
    const { theme } = this.app;
    const weight = bad ? 600 : 400;
    const lapse = (part) => x + theme.widthOf(context, part, weight) + 4 - this.width;
    const parts = [text, text.replace("killed by ", ""), text.split(",")[0]];
    const words = parts.find((part) => lapse(part) <= 0) ?? parts[2];
    // A little of it may lie on the bar; where there is no room at all, the panel says it.
    const over = Math.max(0, lapse(words));
    if (over <= 24) theme.words(context, words, bad ? "bad" : "soft", weight, x - over, y);
  }

  /** A group is a hill: as high as the share of its members that were alive. */
  drawGroup(node, y) {
    const { context, app } = this;
    const { scale } = app;
    const alive = app.rows.alive(node);
    const from = Math.max(0, Math.floor(scale.x(alive.starts[0])));
    const to = Math.min(this.width, Math.ceil(scale.x(alive.ends.at(-1))) + 1);
    if (to <= from) return;
    const height = 2 * app.bar + 4;
    const base = y + app.bar + 2;
    context.beginPath();
    context.moveTo(from, base);
    for (let x = from; x <= to; x += 1) {
      const top = base - Math.min(1, alive.within(scale.time(x), scale.time(x + 1)) / Math.max(1, alive.most)) * height;
      context.lineTo(x, top);
      context.lineTo(x + 1, top);
    }
    context.lineTo(to + 1, base);
    context.closePath();
    const bad = app.model.outcome[app.rows.members(node)[0]] === ENDED_BADLY;
    context.fillStyle = bad ? app.theme.color.bad : app.theme.color.running;
    context.globalAlpha = 0.75;
    context.fill();
    context.globalAlpha = 1;
  }

  drawMarks(row) {
    const { app } = this;
    const node = app.rows.list[row];
    if (app.rows.isGroup(node)) return;
    const { model, scale } = app;
    const events = model.eventsOf.of(node);
    const timeOf = (event) => model.time[event];
    let at = after(events, scale.time(-8), timeOf);
    const y = this.y(row);
    while (at < events.length && model.time[events[at]] <= scale.to) {
      const x = scale.x(model.time[events[at]]);
      const next = Math.max(at + 1, after(events, scale.time(x + MARK_GAP), timeOf));
      const best = this.bestMark(events, at, next);
      if (best !== NONE) {
        this.drawn.marks += 1;
        const chosen = best === app.event;
        app.theme.mark(this.context, markOf(model, best), scale.x(model.time[best]), y, chosen ? 15 : 11);
      }
      at = next;
    }
    if (app.event !== NONE && model.process[app.event] === node) this.drawChosen(y);
  }

  /** Of marks that would lie on each other, the one that says most; NONE where all are hidden. */
  bestMark(events, from, to) {
    const { model, shown, event: chosen } = this.app;
    let best = NONE;
    let rank = -1;
    // The last ones are looked at even where there are very many.
    for (let at = from; at < to; at = at === from + 40 && to - at > 40 ? to - 40 : at + 1) {
      const event = events[at];
      if (!shown[model.kind[event]]) continue;
      const value = event === chosen ? 99 : model.kindOf(event).rank + (model.bad[event] ? 5 : 0);
      if (value > rank) [best, rank] = [event, value];
    }
    return best;
  }

  drawChosen(y) {
    const { context, app } = this;
    const x = app.scale.x(app.model.time[app.event]);
    context.strokeStyle = app.theme.color.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 11, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Spawns, signals and joins as arrows between rows, those of the chosen process strong. */
  drawArrows() {
    const { app } = this;
    const center = app.hover?.process ?? app.chosenProcess;
    let drawn = 0;
    for (const arrow of this.arrowsInSight(center)) {
      if (!app.shown[app.model.kind[arrow.event]]) continue;
      const [start, end] = [app.rows.rowOf(arrow.from), app.rows.rowOf(arrow.to)];
      if (start === NONE || end === NONE || start === end) continue;
      // What only passes by tells nothing, unless it was asked for.
      const sight = (row) => row >= this.first && row < this.behind;
      const strong = arrow.event === app.event || arrow.event === app.hover?.event;
      const own = arrow.from === center || arrow.to === center;
      if (!sight(start) && !sight(end) && !own && !strong) continue;
      this.drawArrow(arrow, start, end, strong ? 1 : own ? 0.85 : 0.38);
      drawn += 1;
      if (drawn >= MOST_ARROWS) return;
    }
  }

  /** The arrows of the time that can be seen; of very many, those that begin or end at a row that can be seen. */
  arrowsInSight(center) {
    const { model, scale, rows } = this.app;
    const [since, until] = [scale.time(-4), scale.time(this.width + 4)];
    const timeOf = (arrow) => arrow.time;
    const [from, to] = [after(model.arrows, since, timeOf), after(model.arrows, until, timeOf)];
    if (to - from <= 2 * MOST_ARROWS) return model.arrows.slice(from, to);
    const found = new Set();
    const take = (process, most) => {
      const numbers = model.arrowsOf.get(process) ?? [];
      const first = after(numbers, from - 1);
      const last = after(numbers, to - 1);
      // Of too many some, from all of the time that can be seen.
      const step = Math.max(1, Math.ceil((last - first) / most));
      for (let at = first; at < last; at += step) found.add(model.arrows[numbers[at]]);
    };
    if (center !== NONE) take(center, MOST_ARROWS);
    for (let row = this.first; row < this.behind; row += 1) if (!rows.isGroup(rows.list[row])) take(rows.list[row], 60);
    return found;
  }

  drawArrow(arrow, start, end, strength) {
    const { context, app } = this;
    const kind = app.model.kindOf(arrow.event);
    const x = app.scale.x(arrow.time);
    const down = end > start ? 1 : -1;
    const [from, to] = [this.y(start) + down * app.bar, this.y(end) - down * (app.bar + 1)];
    const [top, bottom] = [Math.min(from, to - down * 5), Math.max(from, to - down * 5)];
    this.drawn.arrows += 1;
    context.globalAlpha = strength;
    // A pattern costs less than dashes, of which there would be thousands.
    const dash = kind === KINDS.signal ? 5 : kind.arrow === "in" ? 2 : 0;
    context.fillStyle = dash ? app.theme.dashes(context, kind.tone, dash) : app.theme.color[kind.tone];
    const wide = strength === 1 ? 2 : 1.25;
    context.fillRect(x - wide / 2, Math.max(top, -20), wide, Math.min(bottom, this.height + 20) - Math.max(top, -20));
    if (to > -20 && to < this.height + 20) {
      context.fillStyle = app.theme.color[kind.tone];
      context.beginPath();
      context.moveTo(x, to);
      context.lineTo(x - 3.5, to - down * 6);
      context.lineTo(x + 3.5, to - down * 6);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  /** The moment of the playback: what comes after it is pale. */
  drawCursor() {
    const { context, app } = this;
    if (!app.player.on) return;
    const x = app.scale.x(app.player.time);
    context.fillStyle = app.theme.color.future;
    context.fillRect(x, 0, Math.max(0, this.width - x), this.height);
    context.fillStyle = app.theme.color.accent;
    context.fillRect(Math.round(x) - 0.5, 0, 1.5, this.height);
  }

  /** What is at a point of the canvas: the row's node, and an event, a process or neither. */
  at(x, y) {
    const { app } = this;
    const row = Math.floor((y + this.top) / app.row);
    const node = app.rows.list[row];
    if (node === undefined) return null;
    const time = app.scale.time(x);
    if (app.rows.isGroup(node)) return { node, time, process: NONE, event: NONE, span: NONE };
    const { model } = app;
    const events = model.eventsOf.of(node);
    const timeOf = (event) => model.time[event];
    const near = [after(events, app.scale.time(x - 7), timeOf), after(events, app.scale.time(x + 7), timeOf)];
    const event = near[1] > near[0] ? this.bestMark(events, near[0], near[1]) : NONE;
    return { node, time, process: node, event, span: model.spanAt(node, time) };
  }
}
