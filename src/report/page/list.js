// Making elements, and long lists of which only what can be seen has elements.

/** An element with a class, a text and children; texts are never markup. */
function make(tag, look, text, ...children) {
  const element = document.createElement(tag);
  if (look) element.className = look;
  if (text !== undefined && text !== null) element.textContent = text;
  element.append(...children);
  return element;
}

/** A text from a program, kept apart from what stands beside it where it is written from right to left. */
function foreign(text) {
  return make("bdi", "", text);
}

/** What asks for a drawing: in the next frame, and once however often it is asked for. */
function onceAFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** A list of lines, all of one height, in a box that scrolls. `fill(element, number)` writes one. */
class Lines {
  static HEIGHT = 18;

  constructor(box, tag, fill) {
    this.box = box;
    this.tag = tag;
    this.fill = fill;
    this.all = make("div", "all");
    this.pool = [];
    this.count = 0;
    this.ask = onceAFrame(() => this.draw());
    box.append(this.all);
    box.addEventListener("scroll", () => {
      this.top = box.scrollTop;
      this.ask();
    }, { passive: true });
    this.top = 0;
    watchSize(box, () => this.ask());
  }

  /** How many lines there are; `empty` is said where there are none. */
  set(count, empty) {
    this.count = count;
    this.all.style.height = `${count * Lines.HEIGHT}px`;
    this.top = Math.max(0, Math.min(this.top, count * Lines.HEIGHT - sizes.get(this.box).height));
    this.box.querySelector(".empty")?.remove();
    if (count === 0) this.box.append(make("p", "empty", empty));
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.top / Lines.HEIGHT) - 2);
    const last = Math.min(this.count, Math.ceil((this.top + sizes.get(this.box).height) / Lines.HEIGHT) + 2);
    while (this.pool.length < last - first) {
      const line = make(this.tag, "line");
      line.setAttribute("role", "listitem");
      if (this.tag === "button") line.type = "button";
      this.pool.push(line);
      this.all.append(line);
    }
    this.pool.forEach((line, at) => {
      const number = first + at;
      line.hidden = number >= last;
      if (line.hidden) return;
      line.style.transform = `translateY(${number * Lines.HEIGHT}px)`;
      line.className = "line";
      this.fill(line, number);
    });
  }

  /** Scrolls so that a line can be seen, near the middle where it could not. */
  reveal(number) {
    const top = number * Lines.HEIGHT;
    const { height } = sizes.get(this.box);
    if (top < this.top || top + Lines.HEIGHT > this.top + height) {
      this.top = Math.max(0, Math.min(top - height / 2, this.count * Lines.HEIGHT - height));
      this.box.scrollTop = this.top;
    }
    this.draw();
  }
}
