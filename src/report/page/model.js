// What happened, as columns of numbers: read from the page's data once, and never changed after it.

/** Numbers that each belong to an owner, ordered by owner: `of(owner)` gives those of one. */
class Index {
  constructor(owners, count) {
    this.first = new Int32Array(count + 1);
    for (const owner of owners) {
      if (owner >= 0) this.first[owner + 1] += 1;
    }
    for (let i = 0; i < count; i += 1) this.first[i + 1] += this.first[i];
    this.items = new Int32Array(this.first[count]);
    const next = this.first.slice();
    owners.forEach((owner, item) => {
      if (owner >= 0) {
        this.items[next[owner]] = item;
        next[owner] += 1;
      }
    });
  }

  of(owner) {
    return this.items.subarray(this.first[owner], this.first[owner + 1]);
  }
}

/** The first place in `list` (which is sorted by `key`, or by itself) where the key is greater than `value`. */
function after(list, value, key = (item) => item) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts an item to those that a map has for a key. */
function gather(map, key, item) {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

/** How many of some processes were alive, and when: their sorted starts and ends. Who has not ended is alive to the end. */
class Alive {
  constructor(model, processes) {
    this.starts = Float64Array.from(processes, (process) => model.from[process]).sort();
    this.ends = Float64Array.from(processes, (process) => (model.to[process] < 0 ? model.end : model.to[process])).sort();
    this.most = 0;
    for (let started = 0, ended = 0; started < this.starts.length; started += 1) {
      while (ended < this.ends.length && this.ends[ended] <= this.starts[started]) ended += 1;
      this.most = Math.max(this.most, started + 1 - ended);
    }
  }

  at(time) {
    return this.within(time, time);
  }

  /** All who lived in a span: those who had started by its end, but for those who had ended before it. */
  within(from, to) {
    return after(this.starts, to) - after(this.ends, from);
  }
}

/** The run: processes, spans of their states, events, texts. Times are nanoseconds from the run's begin. */
class Model {
  constructor(data) {
    CLOCK.steps = data.steps;
    this.title = data.title;
    this.end = Math.max(data.end, 1);
    this.words = data.words;
    this.sources = data.sources;
    this.kinds = data.kinds;
    this.notice = data.notice;
    this.readProcesses(data.process);
    this.readEvents(data.event);
    this.readSpans(data.span);
    this.arrows = this.findArrows();
    this.arrowsOf = this.indexArrows();
    this.adoptions = this.findAdoptions();
    this.printed = this.eventsOfKind("print");
    this.reaped = new Int32Array(this.count).fill(NONE);
    for (const event of this.eventsOfKind("reap")) {
      if (this.process[event] >= 0) this.reaped[this.process[event]] = event;
    }
  }

  readProcesses(columns) {
    this.count = columns.pid.length;
    this.pid = Int32Array.from(columns.pid);
    this.name = Int32Array.from(columns.name);
    this.command = Int32Array.from(columns.command);
    this.parent = Int32Array.from(columns.parent);
    this.from = Float64Array.from(columns.from);
    this.to = Float64Array.from(columns.to);
    this.until = Float64Array.from(columns.until);
    this.ending = Int32Array.from(columns.ending);
    this.outcome = Uint8Array.from(columns.outcome);
    this.childrenOf = new Index(this.parent, this.count);
  }

  readEvents(columns) {
    this.events = columns.time.length;
    this.time = new Float64Array(this.events);
    let time = 0;
    for (let i = 0; i < this.events; i += 1) {
      time += columns.time[i];
      this.time[i] = time;
    }
    this.kind = Uint8Array.from(columns.kind);
    this.process = Int32Array.from(columns.process);
    this.actor = Int32Array.from(columns.actor);
    this.stranger = new Map(columns.stranger);
    this.source = Int32Array.from(columns.source);
    this.line = Int32Array.from(columns.line);
    this.detail = Int32Array.from(columns.detail);
    this.bad = new Uint8Array(this.events);
    for (const event of columns.bad) this.bad[event] = 1;
    this.stderr = new Set(columns.stderr);
    this.eventsOf = new Index(this.process, this.count);
  }

  readSpans(columns) {
    this.spanState = Uint8Array.from(columns.state);
    this.spanFrom = Float64Array.from(columns.from);
    this.spanTo = Float64Array.from(columns.to);
    this.spanWhy = Int32Array.from(columns.why);
    this.spansOf = new Index(columns.process, this.count);
  }

  kindOf(event) {
    return KINDS[this.kinds[this.kind[event]]];
  }

  eventsOfKind(word) {
    const kind = this.kinds.indexOf(word);
    const found = [];
    for (let i = 0; i < this.events; i += 1) if (this.kind[i] === kind) found.push(i);
    return Int32Array.from(found);
  }

  nameOf(process) {
    return this.words[this.name[process]] || `pid ${this.pid[process]}`;
  }

  /** Who did it, in words; empty where it did it itself or nobody knows. */
  actorOf(event) {
    const actor = this.actor[event];
    if (actor === this.process[event]) return "";
    return actor >= 0 ? this.nameOf(actor) : this.stranger.get(event) ?? "";
  }

  isPrint(event) {
    return this.kindOf(event) === KINDS.print;
  }

  /** The event as the rest of a sentence that begins with the process's name. */
  sentenceOf(event) {
    const detail = this.words[this.detail[event]];
    return this.isPrint(event) ? `wrote \u201c${detail.replace(/\n$/, "")}\u201d` : detail;
  }

  /** The process in the event's words; what names none happened to the record as a whole. */
  subjectOf(event) {
    return this.process[event] >= 0 ? this.nameOf(this.process[event]) : "record:";
  }

  /** The span of a process at a time; NONE before its life and after it. */
  spanAt(process, time) {
    const spans = this.spansOf.of(process);
    const at = after(spans, time, (span) => this.spanFrom[span]) - 1;
    if (at < 0) return NONE;
    const span = spans[at];
    return time <= this.spanTo[span] || (at === spans.length - 1 && time <= this.until[process]) ? span : NONE;
  }

  /** The number of events that had happened at a time. */
  happened(time) {
    return after(this.time, time);
  }

  /** Arrows from who did something to whom it happened, in the order of time. */
  findArrows() {
    const arrows = [];
    for (let event = 0; event < this.events; event += 1) {
      const way = this.kindOf(event).arrow;
      const process = this.process[event];
      const actor = this.actor[event];
      if (!way || actor < 0 || process < 0 || actor === process) continue;
      const [from, to] = way === "out" ? [actor, process] : [process, actor];
      arrows.push({ event, from, to, time: this.time[event] });
    }
    return arrows;
  }

  /** The numbers of the arrows that begin or end at each process. */
  indexArrows() {
    const found = new Map();
    this.arrows.forEach((arrow, number) => {
      for (const process of [arrow.from, arrow.to]) gather(found, process, number);
    });
    return found;
  }

  /** By process: the events by which it was adopted. */
  findAdoptions() {
    const found = new Map();
    for (const event of this.eventsOfKind("adopt")) {
      if (this.process[event] >= 0) gather(found, this.process[event], event);
    }
    return found;
  }

  /** The parent of a process when so many events had happened, and whether that one adopted it; NONE for a stranger. */
  parentAt(process, happened) {
    const adopted = (this.adoptions.get(process) ?? []).filter((event) => event < happened).pop();
    return adopted === undefined
      ? { parent: this.parent[process], adopted: NONE }
      : { parent: this.actor[adopted], adopted };
  }
}
