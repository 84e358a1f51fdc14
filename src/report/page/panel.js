// The panel beside the chart: details of what is chosen, the source's lines, and what was printed.

class Panel {
  constructor(app) {
    this.app = app;
    this.box = document.getElementById("panel");
    this.details = document.getElementById("details");
    this.source = new Lines(document.getElementById("source-lines"), "div", (line, number) => this.fillSource(line, number));
    this.output = new Lines(document.getElementById("output-lines"), "button", (line, number) => this.fillOutput(line, number));
    this.file = NONE;
    this.said = [];
    this.written = 0;
    this.output.box.addEventListener("click", (event) => this.clickOutput(event));
    this.source.box.addEventListener("dblclick", (event) => this.clickSource(event));
    for (const tab of this.box.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => this.show(tab.dataset.tab));
  }

  show(name) {
    this.box.dataset.tab = name;
    for (const tab of this.box.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    }
    this.source.draw();
    this.output.draw();
  }

  /** Writes what has changed. */
  update() {
    const { app } = this;
    // Nobody can read it as fast as it may be played.
    if (app.player.hasty && performance.now() - this.written < 150) return;
    this.written = performance.now();
    const key = `${app.chosen} ${app.event}`;
    if (key !== this.key) {
      this.key = key;
      // The playback speaks for itself.
      this.details.setAttribute("aria-live", app.player.on ? "off" : "polite");
      this.updateDetails();
      this.updateSource();
    }
    if (this.whose !== app.chosen) this.updateOutput();
    const moment = app.player.on ? app.player.happened : NONE;
    if (this.moment !== moment || this.spoken !== app.event) {
      this.moment = moment;
      this.spoken = app.event;
      this.followOutput();
    }
  }

  updateDetails() {
    const { app } = this;
    if (app.event !== NONE) this.details.replaceChildren(...this.eventDetails(app.event));
    else if (app.chosen === NONE) this.details.replaceChildren(...this.runDetails());
    else if (app.rows.isGroup(app.chosen)) this.details.replaceChildren(...this.groupDetails(app.chosen));
    else this.details.replaceChildren(...this.processDetails(app.chosen));
    this.details.scrollTop = 0;
  }

  /** A list of facts; those without a value are left out. */
  facts(pairs) {
    const list = make("dl");
    for (const [name, value] of pairs) {
      if (value === null || value === undefined || value === "") continue;
      list.append(make("dt", "", name), make("dd", "", null, value instanceof Node ? value : foreign(String(value))));
    }
    return list;
  }

  linkTo(process) {
    if (process < 0) return null;
    const { app } = this;
    const link = make("button", "link", null, foreign(app.model.nameOf(process)), ` (pid ${app.model.pid[process]})`);
    link.type = "button";
    link.addEventListener("click", () => app.reveal(process, NONE));
    return link;
  }

  eventDetails(event) {
    const { model } = this.app;
    const process = model.process[event];
    const mark = markElement(markOf(model, event));
    const heading = make("div", "what", null, mark, make("div", "", null, foreign(model.subjectOf(event)), " ", foreign(model.sentenceOf(event))));
    const actor = model.actor[event];
    const stranger = model.stranger.get(event) ?? "";
    const span = process < 0 ? NONE : model.spanAt(process, model.time[event]);
    return [heading, this.facts([
      ["at", formatExactly(model.time[event])],
      ["kind", model.kinds[model.kind[event]]],
      ["process", this.linkTo(process)],
      [model.kindOf(event).by ?? "by", actor >= 0 && actor !== process ? this.linkTo(actor) : stranger],
      ["state", span === NONE ? "" : this.stateWords(span)],
      ["line", this.placeOf(event)],
    ]), this.walkButtons(event)];
  }

  stateWords(span) {
    const { model } = this.app;
    const why = model.words[model.spanWhy[span]];
    const length = formatSpan(model.spanTo[span] - model.spanFrom[span]);
    return `${STATES[model.spanState[span]].word}${why ? `: ${why}` : ""}, ${length}`;
  }

  placeOf(event) {
    const { model } = this.app;
    const source = model.sources[model.source[event]];
    return source ? `${source.name}:${model.line[event]}` : "";
  }

  walkButtons(event) {
    const { app } = this;
    const walk = make("div", "walk");
    for (const [text, by] of [["◀ before", -1], ["after ▶", 1]]) {
      const button = make("button", "", text);
      button.type = "button";
      button.disabled = app.neighbour(event, by) === NONE;
      button.addEventListener("click", () => app.walk(by));
      walk.append(button);
    }
    return walk;
  }

  processDetails(process) {
    const { model } = this.app;
    const heading = make("div", "what", null, foreign(model.nameOf(process)));
    const ended = model.to[process] >= 0;
    const zombie = ended ? model.until[process] - model.to[process] : 0;
    const adoption = (model.adoptions.get(process) ?? []).at(-1);
    return [heading, this.facts([
      ["pid", model.pid[process]],
      ["ended", ended ? model.words[model.ending[process]] : "not: it was still alive"],
      ["parent", this.linkTo(model.parent[process])],
      ["adopted by", adoption === undefined ? "" : model.actorOf(adoption)],
      ["runs", model.words[model.command[process]]],
      ["from", formatExactly(model.from[process])],
      ["to", ended ? formatExactly(model.to[process]) : ""],
      ["alive for", formatSpan((ended ? model.to[process] : model.end) - model.from[process])],
      ["zombie for", zombie > 0 ? formatSpan(zombie) : ""],
      ["waited for", model.reaped[process] !== NONE ? `by ${model.actorOf(model.reaped[process]) || "nobody known"}` : ended ? "never" : ""],
      ["children", model.childrenOf.of(process).length || ""],
      ["events", model.eventsOf.of(process).length],
    ])];
  }

  groupDetails(node) {
    const { rows, model } = this.app;
    const members = rows.members(node);
    const alive = rows.alive(node);
    return [
      make("div", "what", null, foreign(rows.nameOf(node))),
      this.facts([
        ["processes", members.length],
        ["all ended", model.words[model.ending[members[0]]]],
        ["at once", `at most ${alive.most}`],
        ["first", formatExactly(alive.starts[0])],
        ["last", formatExactly(alive.ends.at(-1))],
        ["parent", this.linkTo(model.parent[members[0]])],
      ]),
      make("p", "hint", "They are alike, and drawn as one row. Enter or a double click unfolds it."),
    ];
  }

  runDetails() {
    const { model } = this.app;
    const bad = model.outcome.reduce((sum, outcome) => sum + (outcome === ENDED_BADLY ? 1 : 0), 0);
    const left = model.outcome.reduce((sum, outcome) => sum + (outcome === NOT_ENDED ? 1 : 0), 0);
    const hint = make("p", "hint", "Point at a bar or a mark, or choose a row and walk through its events with the arrow keys.");
    return [make("div", "what", "The whole run"), this.facts([
      ["processes", model.count],
      ["lasted", formatSpan(model.end)],
      ["at once", `at most ${this.app.head.alive.most}`],
      ["ended badly", bad || ""],
      ["still alive", left || ""],
      ["beware", model.notice],
    ]), make("div", "walk"), hint];
  }

  /** The source of the chosen event, else of the birth of the chosen process. */
  updateSource() {
    const { app } = this;
    const { model } = app;
    let event = app.event;
    if (event === NONE && app.chosenProcess !== NONE) event = model.eventsOf.of(app.chosenProcess)[0] ?? NONE;
    const placed = event !== NONE && model.source[event] >= 0;
    const file = placed ? model.source[event] : this.file === NONE ? (model.sources.length > 0 ? 0 : NONE) : this.file;
    this.now = placed ? model.line[event] - 1 : NONE;
    if (file !== this.file || !this.sourceShown) {
      this.sourceShown = true;
      this.file = file;
      const source = model.sources[file];
      document.getElementById("source-name").textContent = source ? source.name : "Source";
      const more = source && source.more > 0 ? 1 : 0;
      this.source.set(source ? source.lines.length + more : 0, "This run has no scenario: its events come from outside.");
    }
    if (this.now !== NONE && this.now < this.source.count) this.source.reveal(this.now);
    else this.source.draw();
  }

  fillSource(line, number) {
    const source = this.app.model.sources[this.file];
    if (number === this.now) {
      line.classList.add("now");
      line.setAttribute("aria-current", "true");
    } else {
      line.removeAttribute("aria-current");
    }
    line.number = number;
    const text = source.lines[number] ?? `${source.more} more lines`;
    line.replaceChildren(make("span", "number", String(number + 1)), foreign(text));
  }

  /** A double click on a line goes to the next event that it caused. */
  clickSource(event) {
    const { app } = this;
    const { model } = app;
    const line = event.target.closest(".line");
    if (!line) return;
    for (let i = 1; i <= model.events; i += 1) {
      const at = (Math.max(app.event, 0) + i) % model.events;
      if (model.source[at] !== this.file || model.line[at] !== line.number + 1 || model.process[at] < 0) continue;
      app.reveal(model.process[at], at);
      return;
    }
  }

  /** What the chosen process and all below it printed; of all where none is chosen. */
  updateOutput() {
    const { app } = this;
    const { model } = app;
    this.whose = app.chosen;
    const wanted = this.family(app.chosen);
    this.said = [];
    for (const event of model.printed) {
      if (wanted && !wanted[model.process[event]]) continue;
      const text = model.words[model.detail[event]].replace(/\n$/, "");
      text.split("\n").forEach((part, number) => this.said.push({ event, text: part, first: number === 0 }));
    }
    const whose = app.chosen === NONE ? "Output of all" : `Output of ${app.rows.nameOf(app.chosen)}`;
    document.getElementById("output-name").textContent = whose;
    this.output.set(this.said.length, "No output is recorded. What a program prints by itself is not.");
  }

  /** For each process 1 where it is chosen, or descends from one that is; null for all. */
  family(node) {
    const { model, rows } = this.app;
    if (node === NONE) return null;
    const wanted = new Uint8Array(model.count);
    for (const process of rows.isGroup(node) ? rows.members(node) : [node]) wanted[process] = 1;
    // A parent's number is less than its children's.
    for (let process = 0; process < model.count; process += 1) {
      if (model.parent[process] >= 0 && wanted[model.parent[process]]) wanted[process] = 1;
    }
    return wanted;
  }

  fillOutput(line, number) {
    const { app } = this;
    const { event, text, first } = this.said[number];
    if (event === app.event) line.classList.add("now");
    if (app.model.stderr.has(event)) line.classList.add("error");
    if (app.player.on && event >= app.player.happened) line.classList.add("later");
    line.number = number;
    const said = foreign(text);
    said.className = "said";
    const who = make("bdi", "who", first && app.model.process[event] >= 0 ? app.model.nameOf(app.model.process[event]) : "");
    line.replaceChildren(who, said);
  }

  /** Keeps the line of the moment in sight. */
  followOutput() {
    const { app } = this;
    const until = app.player.on ? app.player.happened - 1 : app.event;
    const behind = after(this.said, until, (line) => line.event);
    if (until !== NONE && behind > 0) this.output.reveal(behind - 1);
    else this.output.draw();
  }

  clickOutput(event) {
    const line = event.target.closest(".line");
    const said = line && this.said[line.number];
    if (said && this.app.model.process[said.event] >= 0) this.app.reveal(this.app.model.process[said.event], said.event, true);
  }
}
