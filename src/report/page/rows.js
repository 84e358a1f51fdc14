// Which rows there are: the tree of processes, many like siblings as one, what is folded, and what the filter leaves.

/** Below so many, siblings that are alike stay rows of their own. */
const FEWEST_ALIKE = 8;

/**
 * The rows. A node is a process (by its number) or, from `model.count` on, a group of siblings that are alike.
 * `list` has the nodes that are to be seen, in order.
 */
class Rows {
  constructor(model) {
    this.model = model;
    this.groups = [];
    this.group = new Int32Array(model.count).fill(NONE);
    this.roots = [];
    this.findGroups();
    this.nodes = model.count + this.groups.length;
    this.open = new Uint8Array(this.nodes).fill(1).fill(0, model.count);
    this.words = [];
    this.list = [];
    this.depth = [];
    this.place = new Int32Array(this.nodes);
    this.arrange();
  }

  isGroup(node) {
    return node >= this.model.count;
  }

  members(node) {
    return this.groups[node - this.model.count].members;
  }

  nameOf(node) {
    if (!this.isGroup(node)) return this.model.nameOf(node);
    return this.groups[node - this.model.count].name;
  }

  /** The nodes right below a node, groups instead of their members. */
  below(node) {
    return this.isGroup(node) ? this.members(node) : this.kept[node] ?? [];
  }

  /** The node that a node stands below; NONE for the first ones. */
  above(node) {
    if (this.isGroup(node)) return this.groups[node - this.model.count].parent;
    return this.group[node] !== NONE ? this.group[node] : this.model.parent[node];
  }

  /** Siblings of one shape become a group, where there are FEWEST_ALIKE of them. */
  findGroups() {
    const shapes = this.shapes();
    this.kept = new Array(this.model.count);
    for (let process = 0; process < this.model.count; process += 1) {
      const children = this.model.childrenOf.of(process);
      if (children.length > 0) this.kept[process] = this.foldAlike(children, shapes, process);
    }
    const roots = [];
    for (let process = 0; process < this.model.count; process += 1) {
      if (this.model.parent[process] < 0) roots.push(process);
    }
    this.roots = this.foldAlike(roots, shapes, NONE);
  }

  /** A group stands where its first member stood. */
  foldAlike(siblings, shapes, parent) {
    const alike = new Map();
    for (const process of siblings) gather(alike, shapes[process], process);
    const kept = [];
    for (const process of siblings) {
      const members = alike.get(shapes[process]);
      if (members.length < FEWEST_ALIKE) kept.push(process);
      else if (members[0] === process) kept.push(this.makeGroup(members, parent));
    }
    return kept;
  }

  makeGroup(members, parent) {
    const node = this.model.count + this.groups.length;
    const name = rangeOf(this.model.nameOf(members[0]), this.model.nameOf(members.at(-1)));
    this.groups.push({ members, parent, name, alive: null });
    for (const member of members) this.group[member] = node;
    return node;
  }

  /** A number for each process: the same for those with a like name, a like end and like children. */
  shapes() {
    const model = this.model;
    const numbers = new Map();
    const stems = new Map();
    const shapes = new Int32Array(model.count);
    // Children come after their parents, so that going backwards meets them first.
    for (let process = model.count - 1; process >= 0; process -= 1) {
      const name = model.name[process];
      if (!stems.has(name)) stems.set(name, model.words[name].replace(/\d+/g, "#"));
      const children = Array.from(model.childrenOf.of(process), (child) => shapes[child]);
      const alike = children.length > 3 && children.every((shape) => shape === children[0]);
      const below = alike ? `${children[0]}×${children.length}` : children.join(",");
      const key = `${stems.get(name)}\n${model.ending[process]}\n${below}`;
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      shapes[process] = numbers.get(key);
    }
    return shapes;
  }

  /** Makes the list anew, after folding or filtering. */
  arrange() {
    const wanted = this.words.length > 0 ? this.wanted() : null;
    this.matching = wanted;
    this.list = [];
    this.depth = [];
    this.place.fill(NONE);
    const stack = [];
    const push = (nodes, depth) => {
      for (let i = nodes.length - 1; i >= 0; i -= 1) stack.push([nodes[i], depth]);
    };
    push(this.roots, 0);
    while (stack.length > 0) {
      const [node, depth] = stack.pop();
      if (wanted && !wanted[node]) continue;
      this.place[node] = this.list.length;
      this.list.push(node);
      this.depth.push(depth);
      if (this.open[node] || wanted) push(this.below(node), depth + 1);
    }
  }

  /** For each node 2 where it matches the filter, 1 where it stands above one that does, else 0. */
  wanted() {
    const wanted = new Uint8Array(this.nodes);
    this.matches = 0;
    for (let process = 0; process < this.model.count; process += 1) {
      if (!this.words.every((word) => this.matchesWord(process, word))) continue;
      this.matches += 1;
      wanted[process] = 2;
      for (let node = this.above(process); node !== NONE && wanted[node] === 0; node = this.above(node)) {
        wanted[node] = 1;
      }
    }
    return wanted;
  }

  matchesWord(process, word) {
    const model = this.model;
    if (String(model.pid[process]) === word) return true;
    const texts = [model.nameOf(process), model.words[model.command[process]], model.words[model.ending[process]]];
    return texts.some((text) => text.toLowerCase().includes(word));
  }

  filter(text) {
    this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.arrange();
  }

  toggle(node) {
    if (this.below(node).length === 0) return false;
    this.open[node] = this.open[node] ? 0 : 1;
    this.arrange();
    return true;
  }

  /** Whether each row is there. */
  get allOpen() {
    return this.open.every((open) => open === 1);
  }

  /** Unfolds everything, or folds groups alone. */
  openAll(all) {
    this.open.fill(1);
    if (!all) this.open.fill(0, this.model.count);
    this.arrange();
  }

  /** Unfolds what stands above a node, so that it is a row. */
  reveal(node) {
    let changed = false;
    for (let above = this.above(node); above !== NONE; above = this.above(above)) {
      if (!this.open[above]) {
        this.open[above] = 1;
        changed = true;
      }
    }
    if (changed) this.arrange();
  }

  /** The row in which a process is drawn: its own, or that of what it is folded into. NONE where the filter took it. */
  rowOf(process) {
    for (let node = process; node !== NONE; node = this.above(node)) {
      if (this.place[node] !== NONE) return this.place[node];
    }
    return NONE;
  }

  /** How many members of a group were alive. */
  alive(node) {
    const group = this.groups[node - this.model.count];
    group.alive ??= new Alive(this.model, group.members);
    return group.alive;
  }
}

/** `worker-1 … 636`: what both names begin with is said once. */
function rangeOf(first, last) {
  if (first === last) return first;
  const number = /^(.*?)(\d+)$/s;
  const [one, other] = [number.exec(first), number.exec(last)];
  return one && other && one[1] === other[1] ? `${first} … ${other[2]}` : `${first} … ${last}`;
}
