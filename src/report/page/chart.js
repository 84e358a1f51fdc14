// The chart: a bar for the life of each row that can be seen, the marks of its events, the arrows between rows.

const ROW = 28;
/** Marks nearer than this to each other are drawn as one. */
const MARK_GAP = 9;
/** If more arrows than this are in sight, only those of what is chosen are drawn. */
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
    const { context, width, height } = prepare(this.canvas);
    this.context = context;
    this.width = width;
    this.height = height;
    this.top = top;
    this.drawn = { rows: 0, marks: 0, arrows: 0 };
    app.scale.width = width;
    this.first = Math.max(0, Math.floor(top / ROW));
    this.behind = Math.min(app.rows.list.length, Math.ceil((top + height) / ROW));
    this.drawGuides();
    for (let row = this.first; row < this.behind; row += 1) this.drawGround(row);
    for (let row = this.first; row < this.behind; row += 1) this.drawLife(row);
    this.drawArrows();
    for (let row = this.first; row < this.behind; row += 1) this.drawMarks(row);
    this.drawCursor();
  }

  /** The middle of a row. */
  y(row) {
    return row * ROW - this.top + ROW / 2;
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
    context.fillRect(0, this.y(row) - ROW / 2, this.width, ROW);
    context.globalAlpha = 1;
  }

  drawLife(row) {
    const { app } = this;
    const node = app.rows.list[row];
    this.drawn.rows += 1;
    if (app.rows.isGroup(node)) this.drawGroup(node, this.y(row));
    else this.drawProcess(node, this.y(row));
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
      if (end > -2) app.theme.bar(context, model.spanState[span], x, y, Math.max(end - x, 1));
      // What would lie on the same pixel is passed over.
      at = Math.max(at + 1, after(spans, scale.time(x + 0.7), startOf) - 1);
    }
    const last = scale.x(model.until[process]);
    if (last > -60 && last < this.width) this.drawEnding(process, last + 10, y);
  }

  /** How it ended, in words, behind its bar. */
  drawEnding(process, x, y) {
    const { context, app } = this;
    const outcome = app.model.outcome[process];
    context.font = app.theme.text(11, outcome === ENDED_BADLY ? 600 : 400);
    context.fillStyle = outcome === ENDED_BADLY ? app.theme.color.bad : app.theme.color.faint;
    context.textBaseline = "middle";
    context.fillText(app.model.words[app.model.ending[process]], x, y + 0.5);
  }

  /** A group is a hill: as high as the share of its members that were alive. */
  drawGroup(node, y) {
    const { context, app } = this;
    const { scale } = app;
    const steps = app.rows.steps(node);
    const from = Math.max(0, Math.floor(scale.x(steps.starts[0])));
    const to = Math.min(this.width, Math.ceil(scale.x(steps.ends.at(-1))) + 1);
    if (to <= from) return;
    const height = 2 * BAR + 4;
    const base = y + BAR + 2;
    context.beginPath();
    context.moveTo(from, base);
    for (let x = from; x <= to; x += 1) {
      // All who lived in this pixel: those who had started by its end, but for those who had ended before it.
      const value = (number) => number;
      const alive = after(steps.starts, scale.time(x + 1), value) - after(steps.ends, scale.time(x), value);
      const top = base - (Math.min(alive, steps.most) / Math.max(steps.most, 1)) * height;
      context.lineTo(x, top);
      context.lineTo(x + 1, top);
    }
    context.lineTo(to + 1, base);
    context.closePath();
    context.fillStyle = app.theme.color.running;
    context.globalAlpha = 0.75;
    context.fill();
    context.globalAlpha = 1;
    const members = app.rows.members(node);
    context.font = app.theme.text(11);
    context.fillStyle = app.theme.color.faint;
    context.textBaseline = "middle";
    const ending = app.model.words[app.model.ending[members[0]]];
    context.fillText(`${members.length} processes, ${steps.most} at once · ${ending}`, to + 10, y + 0.5);
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
    const { model, scale } = app;
    const timeOf = (arrow) => arrow.time;
    const from = after(model.arrows, scale.time(-4), timeOf);
    const to = after(model.arrows, scale.time(this.width + 4), timeOf);
    const center = app.hover?.process ?? app.chosenProcess;
    const all = to - from <= 40 * MOST_ARROWS;
    const numbers = all ? null : model.arrowsOf.get(center) ?? [];
    const sight = [];
    const look = (arrow) => {
      if (sight.length > MOST_ARROWS || !app.shown[model.kind[arrow.event]]) return;
      const [start, end] = [app.rows.rowOf(arrow.from), app.rows.rowOf(arrow.to)];
      if (start === NONE || end === NONE || start === end) return;
      if (Math.max(start, end) < this.first || Math.min(start, end) >= this.behind) return;
      sight.push([arrow, start, end]);
    };
    if (numbers) for (const number of numbers) look(model.arrows[number]);
    else for (let at = from; at < to && sight.length <= MOST_ARROWS; at += 1) look(model.arrows[at]);
    const few = sight.length <= MOST_ARROWS;
    for (const [arrow, start, end] of sight) {
      const strong = arrow.event === app.event || arrow.event === app.hover?.event;
      const own = arrow.from === center || arrow.to === center;
      if (few || own || strong) this.drawArrow(arrow, start, end, strong ? 1 : own ? 0.85 : 0.38);
    }
  }

  drawArrow(arrow, start, end, strength) {
    const { context, app } = this;
    const kind = app.model.kindOf(arrow.event);
    const x = app.scale.x(arrow.time);
    const down = end > start ? 1 : -1;
    const [from, to] = [this.y(start) + down * BAR, this.y(end) - down * (BAR + 1)];
    this.drawn.arrows += 1;
    context.globalAlpha = strength;
    context.strokeStyle = app.theme.color[kind.tone];
    context.fillStyle = context.strokeStyle;
    context.lineWidth = strength === 1 ? 2 : 1.25;
    if (kind === KINDS.signal) context.setLineDash([5, 3]);
    else if (kind.arrow === "in") context.setLineDash([1.5, 2.5]);
    context.beginPath();
    context.moveTo(x, Math.max(-20, Math.min(this.height + 20, from)));
    context.lineTo(x, Math.max(-20, Math.min(this.height + 20, to - down * 4)));
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x, to);
    context.lineTo(x - 3.5, to - down * 6);
    context.lineTo(x + 3.5, to - down * 6);
    context.fill();
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
    const row = Math.floor((y + this.top) / ROW);
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
