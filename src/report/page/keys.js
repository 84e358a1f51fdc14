// The keyboard: what each key does, and the list of them that the help shows.

/** Keys, what the help says of them, and what they do. */
function keyTable(app) {
  const { player } = app;
  const middle = () => app.scale.width / 2;
  const pan = (share) => app.moveView(share);
  return [
    [["ArrowUp"], "↑ ↓", "the row before, the row after", () => app.walkRows(-1)],
    [["ArrowDown"], null, null, () => app.walkRows(1)],
    [["ArrowLeft"], "← →", "the event before, the event after, of the chosen process (of all where none is chosen)", () => app.walk(-1)],
    [["ArrowRight"], null, null, () => app.walk(1)],
    [["PageUp"], "PgUp PgDn", "a screen of rows", () => app.walkRows(-app.pageRows())],
    [["PageDown"], null, null, () => app.walkRows(app.pageRows())],
    [["Enter"], "Enter", "fold or unfold the chosen row", () => app.toggle(app.chosen)],
    [["u"], "u", "unfold every row, or fold like rows again", () => app.toggleAll()],
    [["+", "=", "w"], "+ −", "zoom in and out (also w and s)", () => app.zoomBy(1.4, middle())],
    [["-", "_", "s"], null, null, () => app.zoomBy(1 / 1.4, middle())],
    [["0"], "0", "show all of it", () => app.fit()],
    [["Shift+ArrowLeft", "a"], "⇧← ⇧→", "move through time (also a and d)", () => pan(-0.15)],
    [["Shift+ArrowRight", "d"], null, null, () => pan(0.15)],
    [[" "], "space", "play or pause", () => player.toggle()],
    [["."], ", .", "a step back, a step forward", () => player.forward()],
    [[","], null, null, () => player.back()],
    [[">"], "< >", "play slower, play faster", () => player.hasten(1)],
    [["<"], null, null, () => player.hasten(-1)],
    [["Home"], "Home End", "to the start of the playback; leave it and show the whole run", () => { player.pause(); player.go(0); }],
    [["End"], null, null, () => player.leave()],
    [["v"], "v", "timeline or tree", () => app.setView(app.view === "tree" ? "timeline" : "tree")],
    [["/"], "/", "filter", () => document.getElementById("filter").focus()],
    [["t"], "t", "light or dark", () => app.theme.switch()],
    [["Escape"], "Esc", "choose nothing, filter nothing", () => app.clear()],
    [["?"], "?", "this list", () => app.help.showModal()],
  ];
}

const GESTURES = [
  ["wheel", "scrolls the rows; zooms with Ctrl, in the tree, and where all rows can be seen"],
  ["drag", "moves; in the strip on top it chooses the part to show"],
  ["pinch", "zooms"],
  ["double click", "folds or unfolds a row; on a line of the source: the next event that it caused"],
];

class Keys {
  constructor(app) {
    this.acts = new Map();
    const list = document.getElementById("keys-list");
    for (const [keys, shown, says, act] of keyTable(app)) {
      for (const key of keys) this.acts.set(key, act);
      if (shown) this.explain(list, shown.split(" "), says);
    }
    for (const [gesture, says] of GESTURES) this.explain(list, [gesture], says);
    document.addEventListener("keydown", (event) => this.press(event));
  }

  explain(list, keys, says) {
    const shown = make("dt");
    for (const key of keys) shown.append(make("kbd", "", key), " ");
    list.append(shown, make("dd", "", says));
  }

  press(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog")) return;
    const types = target.matches("input[type=search], select");
    if (types) {
      if (event.key === "Escape" || event.key === "Enter") document.getElementById("names").focus();
      if (event.key !== "Escape") return;
    }
    // Buttons, the slider and boxes that scroll have keys of their own.
    const own = { BUTTON: [" ", "Enter"], INPUT: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"] };
    if (own[target.tagName]?.includes(event.key)) return;
    if (target.matches(".lines") && /^(Arrow|Page|Home|End)/.test(event.key)) return;
    const act = this.acts.get(event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }
}
