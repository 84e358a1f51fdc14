// Where the nodes of the tree lie: from left to right by depth, each leaf in a line of its own, a parent before the middle of its
// children. A place stays the same throughout the playback, so that nothing jumps.

const CARD = { width: 168, height: 38, across: 226, down: 64 };

/** The places of all rows, by row: left and top of each card; and the size of the whole. */
class Lay {
  constructor(rows) {
    const count = rows.list.length;
    this.list = rows.list;
    this.x = Float32Array.from(rows.depth, (depth) => depth * CARD.across);
    this.y = new Float32Array(count);
    this.placeLines(rows);
    this.width = count === 0 ? CARD.width : this.x.reduce((most, x) => Math.max(most, x), 0) + CARD.width;
    this.height = (this.lines - 1) * CARD.down + CARD.height;
  }

  placeLines(rows) {
    const count = rows.list.length;
    this.lines = 0;
    // A row has children where the next row is deeper.
    for (let row = 0; row < count; row += 1) {
      if (row + 1 < count && rows.depth[row + 1] > rows.depth[row]) continue;
      this.y[row] = this.lines * CARD.down;
      this.lines += 1;
    }
    // Backwards, so that children have their places before their parents: the nearest known child of each depth.
    const first = [];
    const last = [];
    for (let row = count - 1; row >= 0; row -= 1) {
      const depth = rows.depth[row];
      if (first[depth + 1] !== undefined) this.y[row] = (first[depth + 1] + last[depth + 1]) / 2;
      first.length = depth + 1;
      last.length = depth + 1;
      first[depth] = this.y[row];
      last[depth] ??= this.y[row];
    }
  }
}
