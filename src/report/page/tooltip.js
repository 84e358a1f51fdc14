// The small sheet beside the pointer, or beside what the keyboard has chosen, that says what is there.

class Tooltip {
  constructor(app) {
    this.app = app;
    this.box = document.getElementById("tooltip");
  }

  hide() {
    this.box.hidden = true;
    this.key = null;
  }

  /** Says what is at a place of the page; `hover` is what the chart or the tree found there. */
  show(hover, x, y) {
    const key = `${hover.node} ${hover.event} ${hover.span}`;
    if (key !== this.key || this.app.rows.isGroup(hover.node)) {
      this.key = key;
      this.box.replaceChildren(...this.lines(hover));
    }
    this.box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = x + 16 + width > innerWidth - 8 ? Math.max(8, x - 16 - width) : x + 16;
    const top = y + 18 + height > innerHeight - 8 ? Math.max(8, y - 14 - height) : y + 18;
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  lines(hover) {
    const { model, rows } = this.app;
    const heading = make("p", "", null, make("b", "", null, foreign(rows.nameOf(hover.node))));
    if (rows.isGroup(hover.node)) {
      const count = rows.members(hover.node).length;
      const alive = hover.time === undefined ? "" : `, ${rows.alive(hover.node).at(hover.time)} alive here`;
      return [heading, make("p", "", `${count} processes alike${alive}`)];
    }
    if (hover.event !== NONE) return this.eventLines(heading, hover.event);
    const pid = `pid ${model.pid[hover.process]}, ${model.words[model.ending[hover.process]]}`;
    if (hover.span === NONE) return [heading, make("p", "", pid)];
    const { span } = hover;
    const why = model.words[model.spanWhy[span]];
    const state = `${STATES[model.spanState[span]].word}${why ? `: ${why}` : ""}`;
    const length = formatSpan(model.spanTo[span] - model.spanFrom[span]);
    const when = `${length}, from ${formatExactly(model.spanFrom[span])} to ${formatExactly(model.spanTo[span])}`;
    return [heading, make("p", "", null, foreign(state)), make("p", "", when), make("p", "", pid)];
  }

  eventLines(heading, event) {
    const { model } = this.app;
    const sentence = foreign(model.sentenceOf(event));
    sentence.className = "said";
    heading.append(" ", sentence);
    const actor = model.actorOf(event);
    const by = actor ? ` ${model.kindOf(event).by ?? "by"} ${actor}` : "";
    const place = this.app.panel.placeOf(event);
    return [heading, make("p", "", null, `at ${formatExactly(model.time[event])}`, foreign(by), place ? ", " : "", foreign(place))];
  }
}
