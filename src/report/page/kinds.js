// Kinds of event and states of a process: their words, shapes and colours, which are told apart by more than colour.

/** Where there is no process, no event, no place. */
const NONE = -1;

/**
 * A mark for each kind of event, drawn in a box of 12 by 12. `tone` is a colour of the theme; `hollow` draws the outline
 * only; `rank` decides which mark is drawn where several would lie on each other; `arrow` is the way of the arrow between
 * the one who did it and the one whom it happened to; `by` is the word before the one who did it, where it is not "by".
 */
const KINDS = {
  spawn: { shape: "M2 1 11 6 2 11Z", tone: "accent", rank: 6, arrow: "out" },
  fork: { shape: "M2 1 11 6 2 11Z", tone: "accent", rank: 6, arrow: "out" },
  found: { by: "seen by", shape: "M2 1 11 6 2 11Z", tone: "faint", hollow: true, rank: 5 },
  exec: { shape: "M6 .5 11.5 6 6 11.5 .5 6Z", tone: "accent", rank: 5 },
  exit: { shape: "M1.5 1.5h9v9h-9Z", tone: "mark", rank: 9 },
  signal: { shape: "M7.5 0 2 7h3.5L4.5 12 10 5H6.5Z", tone: "signal", rank: 8, arrow: "out" },
  deliver: { by: "from", shape: "M1 2h10L6 11Z", tone: "signal", hollow: true, rank: 7 },
  stop: { shape: "M2 1h3v10H2ZM7 1h3v10H7Z", tone: "stopped", rank: 7 },
  continue: { shape: "M1 1h2.5v10H1ZM5 1l6.5 5L5 11Z", tone: "stopped", rank: 7 },
  reap: { shape: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z", tone: "zombie", hollow: true, rank: 5, arrow: "in" },
  adopt: { shape: "M6 .5 12 6h-2v5.5H2V6H0Z", tone: "zombie", rank: 7, arrow: "in" },
  print: { shape: "M1 1.5h10v7H6L3 11V8.5H1Z", tone: "soft", rank: 3 },
  expect: { shape: "M4.6 10.8.6 6.6l1.6-1.5 2.3 2.4L10 1.2l1.6 1.4Z", tone: "good", rank: 8 },
  wait: { shape: "M2 1h8L6 6l4 5H2l4-5Z", tone: "running", hollow: true, rank: 1, hidden: true },
  wake: { shape: "M2 1h8L6 6l4 5H2l4-5Z", tone: "running", rank: 1, hidden: true },
  group: { shape: "M3 1h6l3 5-3 5H3L0 6Z", tone: "soft", hollow: true, rank: 2 },
  open: { shape: "M9 1a5 5 0 1 0 0 10Z", tone: "soft", hollow: true, rank: 0, hidden: true },
  close: { shape: "M9 1a5 5 0 1 0 0 10Z", tone: "soft", rank: 0, hidden: true },
  dropped: { shape: "M0 6 3 2l3 8 3-8 3 4-3 5-3-7-3 7Z", tone: "bad", rank: 10 },
};

/** A cross in the place of the usual mark: an end with an error, an expectation that failed. */
const BAD_SHAPE = "M2.2.8 6 4.6 9.8.8l1.4 1.4L7.4 6l3.8 3.8-1.4 1.4L6 7.4l-3.8 3.8L.8 9.8 4.6 6 .8 2.2Z";

/** The states, by the number that the data has for them. */
const STATES = [
  { word: "running", tone: "running", explains: "alive, and not known to wait" },
  { word: "waiting", tone: "waiting", explains: "alive, and waiting for something" },
  { word: "stopped", tone: "stopped", explains: "stopped by a signal until it is continued" },
  { word: "zombie", tone: "zombie", explains: "ended, and not yet waited for by its parent" },
];
const [RUNNING, WAITING, STOPPED, ZOMBIE] = STATES.keys();

/** How a life ended, by the number that the data has for it. */
const [ENDED_WELL, ENDED_BADLY, NOT_ENDED] = [0, 1, 2];

/** The shape of an event's mark and its colour. */
function markOf(model, event) {
  const kind = model.kindOf(event);
  return model.bad[event]
    ? { shape: BAD_SHAPE, tone: "bad", hollow: false }
    : { shape: kind.shape, tone: kind.tone, hollow: Boolean(kind.hollow) };
}
