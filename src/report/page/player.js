// The playback: event after event, by steps or by itself, as fast as one likes.

/** Events a second. */
const SPEEDS = [0.5, 1, 2, 5, 10, 50, 200, 1000];

class Player {
  constructor(app) {
    this.app = app;
    this.on = false;
    this.playing = false;
    this.happened = 0;
    this.speed = 2;
    /** Whether the picture goes to where things happen; not after somebody has moved it. */
    this.following = true;
    this.stepped = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.order();
  }

  /** The events that are steps: those of the kinds that are shown. */
  order() {
    const { model, shown } = this.app;
    this.steps = [];
    for (let event = 0; event < model.events; event += 1) if (shown[model.kind[event]]) this.steps.push(event);
  }

  /** The moment that is shown, in nanoseconds. */
  get time() {
    return this.happened === 0 ? 0 : this.app.model.time[this.happened - 1];
  }

  /** How many of the steps have been made. */
  get step() {
    return this.on ? after(this.steps, this.happened - 1) : this.steps.length;
  }

  /** Too fast for things to move softly, or nobody wants them to. */
  get calm() {
    return this.still.matches || this.hasty;
  }

  get hasty() {
    return this.playing && this.speed > 10;
  }

  /** How far the motion of the last step has come: from 0 to 1. */
  motion() {
    if (!this.on || this.calm) return 1;
    const whole = Math.min(600, this.playing ? 800 / this.speed : 600);
    return Math.min(1, (performance.now() - this.stepped) / whole);
  }

  /** Goes to the state after so many steps. */
  go(step) {
    const bounded = Math.max(0, Math.min(this.steps.length, step));
    this.on = true;
    this.happened = bounded === 0 ? 0 : this.steps[bounded - 1] + 1;
    this.stepped = performance.now();
    this.app.happen(bounded === 0 ? NONE : this.steps[bounded - 1]);
  }

  forward() {
    this.pause();
    this.following = true;
    this.go(this.on ? this.step + 1 : 1);
  }

  back() {
    this.pause();
    this.following = true;
    this.go(this.step - 1);
  }

  /** To the state right after an event. */
  jump(event) {
    this.go(after(this.steps, event));
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.on || this.step >= this.steps.length) this.go(0);
    this.playing = true;
    this.following = true;
    this.due = performance.now() + 1000 / this.speed / 2;
    requestAnimationFrame((now) => this.tick(now));
    this.app.refresh();
  }

  pause() {
    this.playing = false;
    this.app.refresh();
  }

  /** Shows the whole run again. */
  leave() {
    this.playing = false;
    this.on = false;
    this.app.refresh();
  }

  tick(now) {
    if (!this.playing) return;
    const gap = 1000 / this.speed;
    if (now >= this.due) {
      const steps = Math.max(1, Math.floor((now - this.due) / gap) + 1);
      // A page that was hidden for an hour does not make up for it.
      this.due = now - this.due > 1000 ? now + gap : this.due + steps * gap;
      this.go(this.step + Math.min(steps, Math.ceil(this.speed)));
      if (this.step >= this.steps.length) this.pause();
    }
    requestAnimationFrame((next) => this.tick(next));
  }

  /** `by` places faster, or slower where it is less than 0. */
  hasten(by) {
    const at = SPEEDS.indexOf(this.speed) + by;
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))]);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.due = Math.min(this.due ?? Infinity, performance.now() + 1000 / speed);
    this.app.refresh();
  }
}

/** The row of controls at the bottom. */
class Controls {
  constructor(app) {
    const { player } = app;
    this.app = app;
    this.written = 0;
    this.scrub = document.getElementById("scrub");
    this.moment = document.getElementById("moment");
    this.speed = document.getElementById("speed");
    for (const speed of SPEEDS) {
      const option = make("option", "", `${speed} event${speed === 1 ? "" : "s"}/s`);
      option.value = String(speed);
      this.speed.append(option);
    }
    const click = (id, act) => document.getElementById(id).addEventListener("click", act);
    click("play", () => player.toggle());
    click("play-step", () => player.forward());
    click("play-back", () => player.back());
    click("play-start", () => { player.pause(); player.go(0); });
    click("play-end", () => player.leave());
    this.speed.addEventListener("change", () => player.setSpeed(Number(this.speed.value)));
    this.scrub.addEventListener("input", () => {
      player.pause();
      player.following = true;
      player.go(Number(this.scrub.value));
    });
  }

  /** Writes what has changed. */
  update() {
    const { player, model, event } = this.app;
    const { step } = player;
    const key = `${player.on} ${player.playing} ${player.speed} ${step} ${player.steps.length}`;
    if (key === this.key) return;
    // Nobody can read it as fast as it may be played.
    if (player.hasty && performance.now() - this.written < 100) return;
    this.written = performance.now();
    this.key = key;
    this.scrub.max = String(player.steps.length);
    this.scrub.value = String(step);
    this.scrub.setAttribute("aria-valuetext", player.on ? `${formatExactly(player.time)}, step ${step} of ${player.steps.length}` : "the whole run");
    this.speed.value = String(player.speed);
    const button = document.getElementById("play");
    button.setAttribute("aria-label", player.playing ? "Pause" : "Play");
    document.getElementById("play-shape").setAttribute("d", player.playing ? "M4 3h3v10H4zM9 3h3v10H9z" : "M4 2.5v11L13.5 8z");
    // A screen reader is not told of each of many events a second.
    this.moment.setAttribute("aria-live", player.playing && player.speed > 1 ? "off" : "polite");
    if (!player.on) {
      this.moment.replaceChildren(`${model.events} event${model.events === 1 ? "" : "s"} in ${formatSpan(model.end)}. Press play, or step through them.`);
    } else if (event === NONE) {
      this.moment.replaceChildren("Before the first event");
    } else {
      const sentence = model.sentenceOf(event).replace(/\s+/g, " ");
      this.moment.replaceChildren(make("b", "", formatExactly(model.time[event])), "  ", foreign(model.subjectOf(event)), " ", foreign(sentence));
    }
  }
}
