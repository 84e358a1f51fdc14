// The column of names: an element for each row that can be seen, which is what a screen reader and the keyboard walk through.

class Names {
  constructor(app, box) {
    this.app = app;
    this.box = box;
    this.pool = [];
    box.addEventListener("click", (event) => this.click(event));
    box.addEventListener("pointermove", (event) => {
      const node = this.nodeOf(event.target);
      app.hoverOver(node === NONE ? null : { node, process: app.rows.isGroup(node) ? NONE : node, event: NONE, span: NONE });
    });
    box.addEventListener("pointerleave", () => app.hoverOver(null));
  }

  nodeOf(element) {
    const row = element.closest(".row");
    return row ? row.node : NONE;
  }

  click(event) {
    const node = this.nodeOf(event.target);
    if (node === NONE) return;
    if (event.target.classList.contains("twist") || event.detail === 2) this.app.toggle(node);
    else this.app.choose(node, NONE);
  }

  draw(top, height) {
    const { app } = this;
    const { rows } = app;
    const first = Math.max(0, Math.floor(top / app.row));
    const behind = Math.min(rows.list.length, Math.ceil((top + height) / app.row));
    const need = Math.ceil(height / app.row) + 1;
    while (this.pool.length < need) this.pool.push(this.makeRow());
    const used = new Set();
    for (let row = first; row < behind; row += 1) {
      const element = this.pool[row % this.pool.length];
      used.add(element);
      element.hidden = false;
      element.style.transform = `translateY(${row * app.row - top}px)`;
      this.fill(element, row);
    }
    for (const element of this.pool) if (!used.has(element)) element.hidden = true;
    const chosen = rows.place[this.app.chosen] ?? NONE;
    const seen = chosen >= first && chosen < behind;
    if (seen) this.box.setAttribute("aria-activedescendant", this.pool[chosen % this.pool.length].id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  makeRow() {
    const twist = make("span", "twist");
    twist.setAttribute("aria-hidden", "true");
    const row = make("div", "row", null, twist, make("bdi", "name"), make("span", "pid"));
    row.id = `row-${this.pool.length}`;
    row.setAttribute("role", "treeitem");
    this.box.append(row);
    return row;
  }

  /** Writes a row, if it does not say the same already. */
  fill(element, row) {
    const { rows, model, chosen } = this.app;
    const node = rows.list[row];
    const depth = rows.depth[row];
    const folds = rows.below(node).length > 0;
    const open = folds && Boolean(rows.open[node] || rows.matching);
    const dim = rows.matching !== null && rows.matching[node] === 1;
    const key = `${node} ${depth} ${open} ${dim}`;
    element.setAttribute("aria-selected", String(node === chosen));
    if (element.key === key) return;
    element.key = key;
    element.node = node;
    const group = rows.isGroup(node);
    element.className = `row${dim ? " dim" : ""}${group ? " many" : ""}`;
    // Deeper than this, a name would have no room left.
    element.style.paddingLeft = `${4 + Math.min(depth, 7) * 13}px`;
    element.children[0].textContent = folds ? (open ? "▼" : "▶") : "";
    element.children[1].textContent = rows.nameOf(node);
    element.children[2].textContent = group ? `× ${rows.members(node).length}` : String(model.pid[node]);
    element.setAttribute("aria-level", String(depth + 1));
    element.setAttribute("aria-label", this.describe(node));
    if (folds) element.setAttribute("aria-expanded", String(open));
    else element.removeAttribute("aria-expanded");
  }

  describe(node) {
    const { rows, model } = this.app;
    if (rows.isGroup(node)) return `${rows.members(node).length} processes alike, ${rows.nameOf(node)}`;
    const end = model.to[node] < 0 ? "" : ` to ${formatExactly(model.to[node])}`;
    const ending = model.words[model.ending[node]];
    return `${model.nameOf(node)}, pid ${model.pid[node]}, ${ending}, from ${formatExactly(model.from[node])}${end}`;
  }
}
