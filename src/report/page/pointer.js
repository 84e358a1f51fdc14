// The pointer on the pictures: wheel, drag, pinch, hover and click, alike for a mouse, a pen and fingers.

/** Fingers and buttons that are down on a canvas, and what they ask for. */
class Pointer {
  /** `acts` has `pan(x, y)`, `zoom(factor, x, y)`, `hover(x, y, event)`, `click(x, y)`, `leave()`. */
  constructor(canvas, acts) {
    this.canvas = canvas;
    this.acts = acts;
    this.down = new Map();
    this.moved = false;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event, true));
    canvas.addEventListener("pointercancel", (event) => this.release(event, false));
    canvas.addEventListener("pointerleave", () => acts.leave());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  press(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (this.down.size === 0) this.moved = false;
    this.down.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.start = { x: event.offsetX, y: event.offsetY };
  }

  move(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (this.down.size === 0) this.acts.hover(x, y, event);
      return;
    }
    if (!this.moved && Math.hypot(x - this.start.x, y - this.start.y) < 4) return;
    this.moved = true;
    this.canvas.classList.add("panning");
    this.acts.leave();
    const other = [...this.down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(before, other, x, y);
    else this.acts.pan(x - before.x, y - before.y, event.pointerType);
    this.down.set(event.pointerId, { x, y });
  }

  /** Two fingers: what lies between them stays there. */
  pinch(before, other, x, y) {
    const apart = (a, b) => Math.max(12, Math.hypot(a.x - b.x, a.y - b.y));
    const middle = [(x + other.x) / 2, (y + other.y) / 2];
    this.acts.pan((x - before.x) / 2, (y - before.y) / 2, "mouse");
    this.acts.zoom(apart({ x, y }, other) / apart(before, other), ...middle);
  }

  release(event, clicked) {
    if (!this.down.delete(event.pointerId) || this.down.size > 0) return;
    this.canvas.classList.remove("panning");
    if (clicked && !this.moved) this.acts.click(event.offsetX, event.offsetY, event);
  }

  /** Lines and pages are counted as pixels. */
  wheel(event) {
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const [across, down] = [event.deltaX * unit, event.deltaY * unit];
    const zooms = event.ctrlKey || event.metaKey || event.altKey;
    if (this.acts.wheel(event.offsetX, event.offsetY, event.shiftKey && across === 0 ? down : across, event.shiftKey ? 0 : down, zooms)) {
      event.preventDefault();
    }
  }
}

/** How much a turn of the wheel zooms. */
function wheelFactor(down) {
  return Math.exp(-Math.max(-120, Math.min(120, down)) * 0.004);
}

/** What the pointer does on the chart. */
function chartActs(app) {
  return {
    pan(x, y, type) {
      app.player.following = false;
      app.scale.pan(-x);
      // Fingers scroll the rows as they scroll any page.
      if (type !== "touch") app.scrollTo(app.top - y);
      app.refresh();
    },
    zoom(factor, x) {
      app.scale.zoom(factor, x);
      app.refresh();
    },
    wheel(x, y, across, down, zooms) {
      const scrolls = app.rows.list.length * app.row > sizes.get(app.scroller).height + 1;
      if (across !== 0) app.scale.pan(across);
      const zooming = down !== 0 && (zooms || !scrolls);
      if (zooming) app.scale.zoom(wheelFactor(down), x);
      app.refresh();
      return zooming || across !== 0;
    },
    hover(x, y, event) {
      const found = app.chart.at(x, y);
      app.chart.canvas.classList.toggle("pointing", Boolean(found && found.event !== NONE));
      app.hoverOver(found, event.clientX, event.clientY);
    },
    click(x, y, event) {
      const found = app.chart.at(x, y);
      if (!found) app.choose(NONE, NONE);
      else app.choose(found.node, found.event);
      if (found && event.pointerType === "touch") app.hoverOver(found, event.clientX, event.clientY);
    },
    leave: () => app.hoverOver(null),
  };
}

/** What the pointer does on the tree. */
function forestActs(app) {
  const { forest } = app;
  return {
    pan(x, y) {
      app.player.following = false;
      forest.pan(x, y);
    },
    zoom: (factor, x, y) => forest.zoom(factor, x, y),
    wheel(x, y, across, down, zooms) {
      app.player.following = false;
      if (across !== 0) forest.pan(-across, 0);
      if (down !== 0) forest.zoom(wheelFactor(down), x, y);
      return zooms || down !== 0 || across !== 0;
    },
    hover: (x, y, event) => app.hoverOver(forest.at(x, y), event.clientX, event.clientY),
    click(x, y, event) {
      const found = forest.at(x, y);
      if (found && app.rows.isGroup(found.node) && event.detail !== 1) app.toggle(found.node);
      else app.choose(found ? found.node : NONE, NONE);
    },
    leave: () => app.hoverOver(null),
  };
}
