// The head of the chart: the whole run with the part that is shown, and below it the axis of time.

const OVERVIEW = 40;

class Head {
  constructor(app, canvas) {
    this.app = app;
    this.canvas = canvas;
    this.alive = new Alive(app.model, [...app.model.pid.keys()]);
    canvas.addEventListener("pointerdown", (event) => this.grab(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    canvas.addEventListener("pointerup", () => { this.grabbed = null; });
    canvas.addEventListener("pointercancel", () => { this.grabbed = null; });
  }

  draw() {
    const { context, width } = prepare(this.canvas, this.app.theme.color.sheet);
    this.context = context;
    this.width = width;
    this.drawHills();
    this.drawWindow();
    this.drawAxis();
  }

  /** The overview has the scale of the whole run, with the same margins. */
  x(time) {
    const { least, most } = this.app.scale.bounds;
    return ((time - least) / (most - least)) * this.width;
  }

  time(x) {
    const { least, most } = this.app.scale.bounds;
    return least + (x / this.width) * (most - least);
  }

  /** How many were alive, pixel by pixel: a picture that is drawn once for a width. */
  drawHills() {
    const { context, app, width } = this;
    const picture = app.theme.sprite(`hills ${width}`, width, OVERVIEW, (draw) => {
      const base = OVERVIEW - 2;
      draw.fillStyle = app.theme.color.waiting;
      draw.globalAlpha = 0.7;
      for (let x = 0; x < width; x += 1) {
        const share = this.alive.within(this.time(x), this.time(x + 1)) / Math.max(1, this.alive.most);
        const height = Math.min(1, share) * (OVERVIEW - 10);
        draw.fillRect(x, base - height, 1, height);
      }
    });
    context.drawImage(picture, 0, 0, picture.width / devicePixelRatio, OVERVIEW);
    context.fillStyle = app.theme.color.line;
    context.fillRect(0, OVERVIEW, width, 1);
  }

  drawWindow() {
    const { context, app } = this;
    const [from, to] = [this.x(app.scale.from), this.x(app.scale.to)];
    if (!app.scale.fitted) {
      context.fillStyle = app.theme.color.future;
      context.fillRect(0, 0, from, OVERVIEW);
      context.fillRect(to, 0, this.width - to, OVERVIEW);
      context.strokeStyle = app.theme.color.accent;
      context.lineWidth = 1.5;
      context.strokeRect(from + 0.75, 1.75, Math.max(2, to - from - 1.5), OVERVIEW - 3.5);
    }
    if (app.player.on) {
      context.fillStyle = app.theme.color.accent;
      context.fillRect(this.x(app.player.time) - 0.75, 0, 1.5, OVERVIEW);
    }
  }

  drawAxis() {
    const { context, app } = this;
    const { scale, theme } = app;
    const step = tickStep(scale.perPixel, 90);
    context.textBaseline = "middle";
    const moment = this.drawMoment(app.player.on ? app.player.time : app.hover?.time, step);
    for (let time = Math.max(0, Math.ceil(scale.from / step) * step); time <= scale.to; time += step) {
      const x = Math.round(scale.x(time));
      context.fillStyle = theme.color["line-strong"];
      context.fillRect(x, 62, 1, 8);
      context.fillStyle = theme.color.soft;
      const text = formatMoment(time, step);
      const wide = theme.widthOf(context, text, 400);
      context.font = theme.text(11);
      const hidden = moment && x + wide / 2 > moment.left - 4 && x - wide / 2 < moment.right + 4;
      if (!hidden && x + wide / 2 < this.width) context.fillText(text, Math.max(2, x - wide / 2), 53);
    }
  }

  /** The moment below the pointer, or that of the playback, on the axis; gives the place that it takes. */
  drawMoment(moment, step) {
    const { context, app } = this;
    const x = moment === undefined ? NONE : app.scale.x(moment);
    if (x < 0 || x > this.width) return null;
    const text = formatMoment(Math.round(moment), step / 50);
    const wide = app.theme.widthOf(context, text, 600) + 12;
    context.font = app.theme.text(11, 600);
    const left = Math.min(Math.max(0, x - wide / 2), this.width - wide);
    context.fillStyle = app.theme.color.accent;
    context.beginPath();
    context.roundRect(left, 44, wide, 18, 5);
    context.fill();
    context.fillRect(x - 0.75, 62, 1.5, 8);
    context.fillStyle = app.theme.color.sheet;
    context.fillText(text, left + 6, 53.5);
    return { left, right: left + wide };
  }

  grab(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const [x, y] = [event.offsetX, event.offsetY];
    const { scale } = this.app;
    this.grabbed = { x, y, moved: false, overview: y < OVERVIEW, from: scale.from, to: scale.to };
    if (this.grabbed.overview) {
      const time = this.time(x);
      this.grabbed.inside = !scale.fitted && time >= scale.from && time <= scale.to;
    }
  }

  /** In the overview, the window is moved by its inside and drawn anew outside of it; the axis pans. */
  drag(event) {
    const { grabbed, app } = this;
    if (!grabbed) return;
    const x = event.offsetX;
    if (Math.abs(x - grabbed.x) < 3 && !grabbed.moved) return;
    grabbed.moved = true;
    if (!grabbed.overview) {
      app.scale.pan(grabbed.last === undefined ? 0 : grabbed.last - x);
      grabbed.last = x;
    } else if (grabbed.inside) {
      const shift = this.time(x) - this.time(grabbed.x);
      app.scale.show(grabbed.from + shift, grabbed.to - grabbed.from);
    } else {
      app.scale.range(this.time(grabbed.x), this.time(x));
    }
    app.refresh();
  }
}
