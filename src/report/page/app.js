// The page as a whole: what is chosen and shown, and the one place from which everything is drawn.

class App {
  constructor(data) {
    this.model = new Model(data);
    this.rows = new Rows(this.model);
    this.scale = new Scale(this.model.end);
    this.shown = this.model.kinds.map((kind) => !KINDS[kind].hidden);
    /** The chosen row's node, and the chosen event; NONE where there is none. */
    this.chosen = NONE;
    this.event = NONE;
    /** What the pointer is over. */
    this.hover = null;
    this.view = "timeline";
    this.ask = onceAFrame(() => this.frame());
    /** The height of a row, and half that of a bar in it. */
    this.row = 28;
    this.bar = 7;
    /** How far the rows are scrolled. */
    this.top = 0;
    this.scroller = document.getElementById("scroller");
    this.help = document.getElementById("keys");
    this.theme = new Theme(() => this.refresh(true));
    this.player = new Player(this);
    this.chart = new Chart(this, document.getElementById("chart"));
    this.head = new Head(this, document.getElementById("head"));
    this.names = new Names(this, document.getElementById("names"));
    this.forest = new Forest(this, document.getElementById("forest"));
    this.tooltip = new Tooltip(this);
    this.panel = new Panel(this);
    this.controls = new Controls(this);
    this.keys = new Keys(this);
    new Pointer(this.chart.canvas, chartActs(this));
    new Pointer(this.forest.canvas, forestActs(this));
    this.head.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(wheelFactor(event.deltaY), event.offsetX);
    }, { passive: false });
    this.listen();
    this.write();
    this.arranged();
  }

  listen() {
    const click = (id, act) => document.getElementById(id).addEventListener("click", act);
    click("zoom-in", () => this.zoomBy(1.6, this.scale.width / 2));
    click("zoom-out", () => this.zoomBy(1 / 1.6, this.scale.width / 2));
    click("zoom-fit", () => this.fit());
    click("unfold", () => this.toggleAll());
    click("theme", () => this.theme.switch());
    click("help", () => this.help.showModal());
    click("view-timeline", () => this.setView("timeline"));
    click("view-tree", () => this.setView("tree"));
    const filter = document.getElementById("filter");
    filter.addEventListener("input", () => this.filter(filter.value));
    this.scroller.addEventListener("scroll", () => {
      this.top = this.scroller.scrollTop;
      this.refresh();
    }, { passive: true });
    document.getElementById("names").addEventListener("focus", () => this.focusRow());
    document.getElementById("names").addEventListener("blur", () => this.tooltip.hide());
    for (const box of [this.scroller, this.chart.canvas, this.forest.canvas, this.head.canvas]) {
      watchSize(box, () => this.resized());
    }
  }

  /** What stays as it is. */
  write() {
    const { model } = this;
    const some = (count, word) => `${count} ${word}${count === 1 ? "" : word.endsWith("ss") ? "es" : "s"}`;
    document.getElementById("title").replaceChildren(foreign(model.title));
    const summary = [some(model.count, "process"), some(model.events, "event"), formatSpan(model.end), model.notice];
    document.getElementById("summary").textContent = summary.filter(Boolean).join(" · ");
    this.writeKinds();
    const list = document.getElementById("states");
    for (const { word, explains } of STATES) {
      const swatch = make("canvas", "swatch");
      swatch.width = 52;
      swatch.height = 32;
      swatch.style.width = "26px";
      swatch.style.height = "16px";
      swatch.setAttribute("aria-hidden", "true");
      const item = make("li", "", null, swatch, word);
      item.title = explains;
      list.append(item);
    }
  }

  writeKinds() {
    const { model } = this;
    const counts = new Array(model.kinds.length).fill(0);
    for (const kind of model.kind) counts[kind] += 1;
    const box = document.getElementById("kinds");
    // In the order of the table, not of the record.
    const order = Object.keys(KINDS).filter((kind) => model.kinds.includes(kind));
    for (const word of order) {
      const kind = model.kinds.indexOf(word);
      const { shape, tone, hollow } = KINDS[word];
      const button = make("button", "", null, markElement({ shape, tone, hollow: Boolean(hollow) }), word, make("span", "many", String(counts[kind])));
      button.type = "button";
      button.dataset.kind = word;
      button.setAttribute("aria-pressed", String(this.shown[kind]));
      button.addEventListener("click", () => this.showKind(kind, !this.shown[kind], button));
      box.append(button);
    }
  }

  showKind(kind, shown, button) {
    this.shown[kind] = shown;
    button.setAttribute("aria-pressed", String(shown));
    this.player.order();
    if (this.event !== NONE && !this.shown[this.model.kind[this.event]]) this.event = NONE;
    this.refresh();
  }

  /** The chosen row's process; NONE where it is a group. */
  get chosenProcess() {
    return this.chosen !== NONE && !this.rows.isGroup(this.chosen) ? this.chosen : NONE;
  }

  /** Asks for a frame; `colours` where what is drawn once must be drawn again. */
  refresh(colours = false) {
    this.repaint ||= colours;
    this.ask();
  }

  frame() {
    if (this.repaint) this.paintSwatches();
    this.repaint = false;
    // What was hidden a moment ago has no size yet; it is drawn as soon as it has one.
    const [canvas, head] = this.view === "timeline" ? [this.chart.canvas, this.head.canvas] : [this.forest.canvas, this.forest.canvas];
    const seen = sizes.get(canvas).width > 0 && sizes.get(head).width > 0;
    if (!seen) return;
    if (this.view === "timeline") {
      this.chart.draw(this.top);
      this.names.draw(this.top, sizes.get(this.scroller).height);
      this.head.draw();
    } else {
      this.forest.draw();
    }
    this.panel.update();
    this.controls.update();
  }

  paintSwatches() {
    document.querySelectorAll(".swatch").forEach((canvas, state) => {
      const context = canvas.getContext("2d");
      context.setTransform(2, 0, 0, 2, 0, 0);
      context.clearRect(0, 0, 26, 16);
      this.theme.bar(context, state, 0, 8, 26, 7);
    });
  }

  /** The rows have changed. */
  arranged() {
    const { rows } = this;
    this.forest.arrange();
    document.getElementById("nothing").hidden = rows.list.length > 0;
    const sum = rows.words.length > 0 ? `${rows.matches} of ${this.model.count}` : "";
    document.getElementById("matches").textContent = sum;
    const unfold = document.getElementById("unfold");
    unfold.hidden = rows.groups.length === 0;
    unfold.textContent = rows.allOpen ? "Fold" : "Unfold";
    this.resized();
  }

  resized() {
    if (!this.forest.moved) this.forest.fitting = true;
    const room = sizes.get(this.scroller).height;
    const count = this.rows.list.length;
    // Few rows have more room each, up to a measure.
    if (room > 0) this.row = Math.max(28, Math.min(40, Math.floor(room / Math.max(count, 1))));
    this.bar = Math.round(this.row / 4);
    this.names.box.style.setProperty("--row", `${this.row}px`);
    this.top = Math.max(0, Math.min(this.top, count * this.row - room));
    document.getElementById("spacer").style.height = `${Math.max(0, count * this.row - room)}px`;
    this.refresh();
  }

  setView(view) {
    this.view = view;
    for (const name of ["timeline", "tree"]) {
      document.getElementById(name).hidden = name !== view;
      document.getElementById(`view-${name}`).setAttribute("aria-pressed", String(name === view));
    }
    document.getElementById("main").dataset.view = view;
    this.hoverOver(null);
    this.refresh();
  }

  filter(text) {
    this.rows.filter(text);
    this.scrollTo(0);
    this.forest.moved = false;
    this.arranged();
  }

  toggle(node) {
    if (node === NONE || !this.rows.toggle(node)) return;
    this.arranged();
  }

  toggleAll() {
    this.rows.openAll(!this.rows.allOpen);
    this.forest.moved = false;
    this.arranged();
  }

  zoomBy(factor, x) {
    if (this.view === "tree") return this.forest.zoom(factor, this.forest.width / 2, this.forest.height / 2);
    this.scale.zoom(factor, x);
    this.refresh();
  }

  fit() {
    this.scale.fit();
    this.forest.fit();
  }

  /** Moves by a share of what can be seen. */
  moveView(share) {
    this.player.following = false;
    if (this.view === "tree") return this.forest.pan(-share * this.forest.width, 0);
    this.scale.pan(share * this.scale.width);
    this.refresh();
  }

  hoverOver(found, x, y) {
    this.hover = found;
    if (found && x !== undefined) this.tooltip.show(found, x, y);
    else this.tooltip.hide();
    this.refresh();
  }

  choose(node, event) {
    this.chosen = node;
    this.event = event;
    this.refresh();
  }

  /** Chooses a process and perhaps an event of it, and brings both into sight. */
  reveal(process, event, keep = false) {
    this.rows.reveal(process);
    this.arranged();
    if (!keep) this.chosen = process;
    this.event = event;
    if (event !== NONE) this.scale.reveal(this.model.time[event]);
    this.revealRow(this.rows.rowOf(process));
    this.refresh();
  }

  revealRow(row) {
    if (row === NONE) return;
    const { height } = sizes.get(this.scroller);
    const top = row * this.row;
    if (top < this.top) this.scrollTo(top - this.row);
    else if (top + this.row > this.top + height) this.scrollTo(top + 2 * this.row - height);
  }

  scrollTo(top) {
    const most = this.rows.list.length * this.row - sizes.get(this.scroller).height;
    this.top = Math.max(0, Math.min(top, most));
    this.scroller.scrollTop = this.top;
    this.refresh();
  }

  /** The playback has come to an event. */
  happen(event) {
    this.event = event;
    if (event !== NONE && this.player.following) {
      this.scale.reveal(this.model.time[event]);
      if (this.model.process[event] >= 0) this.revealRow(this.rows.rowOf(this.model.process[event]));
    }
    this.refresh();
  }

  pageRows() {
    return Math.max(1, Math.floor(sizes.get(this.scroller).height / this.row) - 1);
  }

  /** Somebody came to the rows by the keyboard: something there is chosen. */
  focusRow() {
    if (this.chosen === NONE && this.rows.list.length > 0) this.choose(this.rows.list[0], NONE);
    this.pointOut();
  }

  walkRows(by) {
    const { rows } = this;
    if (rows.list.length === 0) return;
    const at = this.chosen === NONE ? -1 : rows.place[this.chosen];
    const row = Math.max(0, Math.min(rows.list.length - 1, at === NONE && by < 0 ? 0 : at + by));
    this.choose(rows.list[row], NONE);
    this.revealRow(row);
    this.pointOut();
  }

  /** The shown event next to one, of the chosen process or, where none is chosen, of all. */
  neighbour(event, by) {
    const { model, shown } = this;
    // The playback goes through what happened to everybody.
    const process = this.player.on ? NONE : this.chosenProcess;
    const list = process === NONE ? this.player.steps : model.eventsOf.of(process);
    let at = by > 0 ? after(list, event) : after(list, event - 1) - 1;
    if (event === NONE && by < 0) at = list.length - 1;
    while (at >= 0 && at < list.length && !shown[model.kind[list[at]]]) at += by;
    return list[at] ?? NONE;
  }

  walk(by) {
    const next = this.neighbour(this.event, by);
    if (next === NONE) return;
    const process = this.model.process[next];
    this.event = next;
    if (this.player.on) this.player.jump(next);
    this.scale.reveal(this.model.time[next]);
    if (process >= 0) this.revealRow(this.rows.rowOf(process));
    this.refresh();
    this.pointOut();
  }

  /** Shows by the tooltip what the keyboard has chosen. */
  pointOut() {
    if (this.view !== "timeline") return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const process = this.event === NONE ? this.chosenProcess : this.model.process[this.event];
      if (process === NONE || document.activeElement !== this.names.box) return this.tooltip.hide();
      const row = this.rows.rowOf(process);
      if (row === NONE) return this.tooltip.hide();
      const time = this.event === NONE ? this.model.from[process] : this.model.time[this.event];
      const box = this.chart.canvas.getBoundingClientRect();
      const x = Math.max(0, Math.min(box.width, this.scale.x(time)));
      this.tooltip.show({ node: process, process, event: this.event, span: NONE }, box.left + x, box.top + this.chart.y(row));
    }));
  }

  clear() {
    const filter = document.getElementById("filter");
    if (filter.value !== "") {
      filter.value = "";
      this.filter("");
    }
    this.choose(NONE, NONE);
    this.hoverOver(null);
  }
}

const app = new App(JSON.parse(document.getElementById("data").textContent));
