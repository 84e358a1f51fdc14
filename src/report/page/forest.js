// The tree at a moment of the playback: a card for each process that was born, lines to parents, and what happened last in motion.

class Forest {
  constructor(app, canvas) {
    this.app = app;
    this.canvas = canvas;
    this.zoomed = 1;
    this.left = 0;
    this.top = 0;
    this.lay = null;
    this.fitting = true;
    /** Somebody has chosen what to see; else all of it is shown, as far as it can be read. */
    this.moved = false;
    this.fitted = new Map();
    this.drawn = { cards: 0 };
  }

  /** The rows have changed: places are worked out anew. */
  arrange() {
    this.lay = null;
  }

  fit() {
    this.moved = false;
    this.fitting = true;
    this.app.refresh();
  }

  fitNow() {
    const { lay, width, height } = this;
    const room = { width: width - 48, height: height - 64 };
    // No smaller than one can read; of what has no room then, the root is in sight.
    this.zoomed = Math.max(0.62, Math.min(1.15, room.width / lay.width, room.height / lay.height));
    this.left = Math.max(24, (width - lay.width * this.zoomed) / 2);
    const root = ((lay.y[0] ?? 0) + CARD.height / 2) * this.zoomed;
    this.top = lay.height * this.zoomed < room.height ? (height - lay.height * this.zoomed) / 2 : Math.min(32, height / 2 - root);
    this.fitting = false;
  }

  zoom(factor, x, y) {
    this.moved = true;
    const zoomed = Math.min(3, Math.max(0.04, this.zoomed * factor));
    this.left = x - ((x - this.left) * zoomed) / this.zoomed;
    this.top = y - ((y - this.top) * zoomed) / this.zoomed;
    this.zoomed = zoomed;
    this.app.refresh();
  }

  pan(x, y) {
    this.moved = true;
    this.left += x;
    this.top += y;
    this.app.refresh();
  }

  /** How many events have happened at the moment that is drawn. */
  get happened() {
    return this.app.player.on ? this.app.player.happened : this.app.model.events;
  }

  draw() {
    const { app } = this;
    const { context, width, height } = prepare(this.canvas, this.app.theme.color.sheet);
    Object.assign(this, { context, width, height });
    this.lay ??= new Lay(app.rows);
    if (this.fitting) this.fitNow();
    this.time = app.player.on ? app.player.time : app.model.end;
    this.motion = app.player.motion();
    this.follow();
    context.save();
    context.translate(this.left, this.top);
    context.scale(this.zoomed, this.zoomed);
    this.drawn = { cards: 0 };
    const rows = this.rowsInSight();
    for (const row of rows) this.drawLine(row);
    for (const row of rows) this.drawCard(row);
    this.drawMotion();
    context.restore();
    if (this.motion < 1) app.refresh();
  }

  rowsInSight() {
    const { lay, zoomed, left, top, width, height } = this;
    const [from, to] = [(-top - 60) / zoomed - CARD.height, (height - top + 60) / zoomed];
    const [west, east] = [-left / zoomed - CARD.across, (width - left) / zoomed + CARD.across];
    const rows = [];
    for (let row = 0; row < lay.list.length; row += 1) {
      const [x, y] = [lay.x[row], lay.y[row]];
      // A parent far away may have a line into the picture.
      const seen = y > from && y < to && x > west && x < east;
      if ((seen || row === this.app.rows.rowOf(this.eventProcess())) && this.isBorn(lay.list[row])) rows.push(row);
    }
    return rows;
  }

  eventProcess() {
    const { event, model } = this.app;
    return event === NONE || model.process[event] < 0 ? 0 : model.process[event];
  }

  isBorn(node) {
    const { rows, model } = this.app;
    const first = rows.isGroup(node) ? rows.members(node)[0] : node;
    const events = model.eventsOf.of(first);
    return events.length > 0 ? events[0] < this.happened : model.from[first] <= this.time;
  }

  /** Moves what happens last into the picture, softly. */
  follow() {
    const { app } = this;
    if (!app.player.on || !app.player.following || app.event === NONE) return;
    const row = app.rows.rowOf(this.eventProcess());
    if (row === NONE) return;
    const x = this.lay.x[row] * this.zoomed + this.left;
    const y = this.lay.y[row] * this.zoomed + this.top;
    const margin = 30;
    const right = this.width - CARD.width * this.zoomed - margin;
    const bottom = this.height - CARD.height * this.zoomed - margin;
    const shift = (value, least, most) => (value < least ? least - value : value > most ? Math.min(0, most - value) : 0);
    const [across, down] = [shift(x, margin, Math.max(margin, right)), shift(y, margin, Math.max(margin, bottom))];
    if (Math.abs(across) + Math.abs(down) < 1) return;
    const speed = app.player.calm ? 1 : 0.2;
    this.left += across * speed;
    this.top += down * speed;
    app.refresh();
  }

  /** From a card to that of its parent at the moment, dashed where that one has adopted it. */
  drawLine(row) {
    const { app, lay, context } = this;
    const node = lay.list[row];
    const group = app.rows.isGroup(node);
    const above = app.rows.above(node);
    const { parent, adopted } = group ? { parent: above, adopted: NONE } : app.model.parentAt(node, this.happened);
    if (adopted !== NONE && parent < 0) return this.drawStranger(row, adopted);
    const place = adopted === NONE ? app.rows.place[above] ?? NONE : parent < 0 ? NONE : app.rows.rowOf(parent);
    if (place === NONE || place === row) return;
    const grown = this.isNew(node) ? this.motion : 1;
    const [x1, y1] = [lay.x[place] + CARD.width, lay.y[place] + CARD.height / 2];
    const [x2, y2] = [lay.x[row], lay.y[row] + CARD.height / 2];
    const end = [x1 + (x2 - x1) * grown, y1 + (y2 - y1) * grown];
    const bend = Math.max(24, Math.abs(x2 - x1) / 2) * grown;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1, end[0] - bend, end[1], end[0], end[1]);
    context.strokeStyle = adopted === NONE ? app.theme.color["line-strong"] : app.theme.color.zombie;
    context.lineWidth = 1.5;
    if (adopted !== NONE) context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  /** The name of one who has no card, and a short line from it. */
  drawStranger(row, event) {
    const { app, lay, context } = this;
    const [x, y] = [lay.x[row], lay.y[row] + CARD.height / 2];
    context.strokeStyle = app.theme.color.zombie;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(x - 16, y);
    context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
    context.font = app.theme.text(11, 600);
    context.fillStyle = app.theme.color.zombie;
    context.textBaseline = "middle";
    const text = this.fitText(app.model.actorOf(event), CARD.across - CARD.width - 20);
    context.fillText(text, x - 20 - context.measureText(text).width, y);
  }

  /** Whether the event of the moment is its birth. */
  isNew(node) {
    const { app } = this;
    return app.player.on && app.event !== NONE && app.model.process[app.event] === node && app.model.eventsOf.of(node)[0] === app.event;
  }

  drawCard(row) {
    const { app, lay, context } = this;
    const node = lay.list[row];
    const [x, y] = [lay.x[row], lay.y[row]];
    this.drawn.cards += 1;
    const grown = this.isNew(node) ? 0.6 + 0.4 * this.motion : 1;
    context.save();
    context.translate(x, y + CARD.height / 2);
    context.scale(grown, grown);
    context.translate(0, -CARD.height / 2);
    const state = this.stateOf(node);
    this.drawFrame(node, state);
    if (this.zoomed > 0.3) this.drawWords(node, state);
    context.restore();
  }

  /** What a node is at: the number of its state, and whether it is no more. */
  stateOf(node) {
    const { app } = this;
    const { model } = app;
    if (app.rows.isGroup(node)) {
      const alive = app.rows.alive(node).at(this.time);
      return { state: RUNNING, gone: alive === 0, text: `${alive} of ${app.rows.members(node).length} alive`, bad: false };
    }
    const reaped = model.reaped[node];
    if (reaped !== NONE && reaped < this.happened) {
      return { state: NONE, gone: true, text: model.words[model.ending[node]], bad: model.outcome[node] === ENDED_BADLY };
    }
    const span = model.spanAt(node, this.time);
    const state = span === NONE ? RUNNING : model.spanState[span];
    const why = span === NONE ? "" : model.words[model.spanWhy[span]];
    const ended = state === ZOMBIE;
    const text = ended ? `zombie, ${model.words[model.ending[node]]}` : why || STATES[state].word;
    return { state, gone: false, text, bad: ended && model.outcome[node] === ENDED_BADLY };
  }

  drawFrame(node, { state, gone }) {
    const { app, context } = this;
    const { color } = app.theme;
    const chosen = node === app.chosen || node === app.hover?.node;
    context.beginPath();
    context.roundRect(0, 0, CARD.width, CARD.height, 8);
    context.fillStyle = color.sheet;
    context.fill();
    context.strokeStyle = chosen ? color.accent : gone ? color.line : color["line-strong"];
    context.lineWidth = chosen ? 2 : 1.2;
    if (gone) context.setLineDash([3, 3]);
    context.stroke();
    context.setLineDash([]);
    if (gone) return;
    // The state, as the bar has it in the chart: its height and its pattern say it too.
    context.save();
    context.beginPath();
    context.roundRect(0, 0, CARD.width, CARD.height, 8);
    context.clip();
    const [top, height] = state === WAITING ? [CARD.height / 4, CARD.height / 2] : [0, CARD.height];
    context.fillStyle = state === STOPPED || state === ZOMBIE ? app.theme.pattern(context, state) : color[STATES[state].tone];
    context.fillRect(0, top, 9, height);
    context.restore();
  }

  drawWords(node, { text, bad, gone }) {
    const { app, context } = this;
    const { theme } = app;
    context.textBaseline = "middle";
    context.font = theme.text(13, 600);
    context.fillStyle = gone ? theme.color.faint : theme.color.ink;
    context.fillText(this.fitText(app.rows.nameOf(node), CARD.width - 28), 18, 13);
    context.font = theme.text(11, bad ? 600 : 400);
    context.fillStyle = bad ? theme.color.bad : theme.color.soft;
    context.fillText(this.fitText(text, CARD.width - 28), 18, 27);
  }

  /** As much of a text as has room, measured once. */
  fitText(text, room) {
    const { context } = this;
    const key = `${context.font}\n${room}\n${text}`;
    let short = this.fitted.get(key);
    if (short !== undefined) return short;
    if (this.fitted.size > 5000) this.fitted.clear();
    short = text;
    if (context.measureText(text).width > room) {
      const characters = Array.from(text);
      let [low, high] = [0, characters.length];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(`${characters.slice(0, middle).join("")}…`).width <= room) low = middle;
        else high = middle - 1;
      }
      short = `${characters.slice(0, low).join("")}…`;
    }
    this.fitted.set(key, short);
    return short;
  }

  /** The event of the moment: a mark that goes from who did it to whom it happened, and what was said. */
  drawMotion() {
    const { app, context, lay } = this;
    const { event, model } = app;
    if (!app.player.on || event === NONE || model.process[event] < 0) return;
    const row = app.rows.rowOf(model.process[event]);
    if (row === NONE) return;
    const actor = model.actor[event] < 0 ? NONE : app.rows.rowOf(model.actor[event]);
    const way = model.kindOf(event).arrow;
    let [x, y] = [lay.x[row] + CARD.width + 14, lay.y[row] + CARD.height / 2];
    if (way && actor !== NONE && actor !== row) {
      const [from, to] = way === "out" ? this.edges(actor, row) : this.edges(row, actor);
      const eased = 1 - (1 - this.motion) ** 3;
      x = from[0] + (to[0] - from[0]) * eased;
      y = from[1] + (to[1] - from[1]) * eased;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(x, y);
      context.strokeStyle = app.theme.color[model.kindOf(event).tone];
      context.globalAlpha = 0.5;
      context.lineWidth = 2;
      context.stroke();
      context.globalAlpha = 1;
    }
    app.theme.mark(context, markOf(model, event), x, y, 20);
    this.drawBubble(event, row);
  }

  /** Where a motion from card to card begins and ends: at the edges that face each other, else in the middles. */
  edges(from, to) {
    const { lay } = this;
    const [left, right] = [-12, CARD.width + 12];
    const side = lay.x[to] > lay.x[from] ? [right, left] : lay.x[to] < lay.x[from] ? [left, right] : [right, right];
    return [[lay.x[from] + side[0], lay.y[from] + CARD.height / 2], [lay.x[to] + side[1], lay.y[to] + CARD.height / 2]];
  }

  /** What happened, in words above its card. */
  drawBubble(event, row) {
    const { app, context, lay } = this;
    const { model, theme } = app;
    context.font = theme.text(12, 500);
    const sentence = model.sentenceOf(event).replace(/\s+/g, " ");
    const text = this.fitText(sentence, 300);
    const wide = context.measureText(text).width + 18;
    // Not beyond the right edge of the picture.
    const most = (this.width - this.left) / this.zoomed - wide - 8;
    const left = Math.min(lay.x[row], Math.max(most, -this.left / this.zoomed + 8));
    // Above its card, or below where there is no room above.
    const above = (lay.y[row] - 26) * this.zoomed + this.top > 4;
    const top = above ? lay.y[row] - 25 : lay.y[row] + CARD.height + 2;
    context.globalAlpha = Math.min(1, this.motion * 2);
    context.beginPath();
    context.roundRect(left, top, wide, 23, 6);
    context.fillStyle = model.bad[event] ? theme.color.bad : theme.color.ink;
    context.fill();
    context.fillStyle = theme.color.sheet;
    context.textBaseline = "middle";
    context.fillText(text, left + 9, top + 12);
    context.globalAlpha = 1;
  }

  /** The node of the card at a point. */
  at(x, y) {
    if (!this.lay) return null;
    const [across, down] = [(x - this.left) / this.zoomed, (y - this.top) / this.zoomed];
    for (let row = 0; row < this.lay.list.length; row += 1) {
      const [left, top] = [this.lay.x[row], this.lay.y[row]];
      if (across < left || across > left + CARD.width || down < top || down > top + CARD.height) continue;
      const node = this.lay.list[row];
      if (!this.isBorn(node)) return null;
      const process = this.app.rows.isGroup(node) ? NONE : node;
      const span = process === NONE ? NONE : this.app.model.spanAt(process, this.time);
      return { node, process, event: NONE, span };
    }
    return null;
  }
}
