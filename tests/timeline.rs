//! Pictures of what happened: golden drawings of records written by hand, and properties that hold for any record.

#[path = "timeline/record.rs"]
mod record;

use proctor::event::History;
use proctor::report::timeline::{Canvas, Clock, chrome_trace, draw_growth, draw_svg, draw_timeline};
use proctor::report::{Style, width};
use record::events;
use std::path::{Path, PathBuf};

const UNICODE: Style = Style { color: false, unicode: true };
const COLORED: Style = Style { color: true, unicode: true };

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/timeline")
}

/// The history of `tests/cases/timeline/NAME.events`.
fn history(name: &str) -> History {
    let text = std::fs::read_to_string(cases().join(format!("{name}.events"))).expect("the case is there");
    History::of(events(&text))
}

/// Compares with `tests/cases/timeline/FILE`, or writes it where UPDATE is set. Escapes of colours are written `ESC`.
#[track_caller]
fn golden(file: &str, drawn: &str) {
    let path = cases().join(file);
    let drawn = drawn.replace('\x1b', "ESC");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, drawn).expect("the case can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).expect("the case is there; UPDATE=1 writes it");
    assert!(
        expected == drawn,
        "{file} differs (UPDATE=1 accepts it)\n--- expected\n{expected}--- drawn\n{drawn}"
    );
}

fn canvas(style: Style, columns: usize) -> Canvas {
    Canvas { style, columns: Some(columns), clock: Clock::Time }
}

#[test]
fn a_family_as_svg_and_as_trace_events() {
    let family = history("family");
    golden("family.svg", &draw_svg(&family, Clock::Time));
    golden("family.json", &chrome_trace(&family));
}

#[test]
fn a_family_in_a_terminal() {
    let family = history("family");
    for columns in [40, 80, 200] {
        golden(&format!("family.{columns}.txt"), &draw_timeline(&family, canvas(UNICODE, columns)));
    }
    golden("family.ascii.txt", &draw_timeline(&family, canvas(Style::PLAIN, 80)));
    golden("family.colored.txt", &draw_timeline(&family, canvas(COLORED, 80)));
    let steps = Canvas { style: UNICODE, columns: None, clock: Clock::Steps };
    golden("family.steps.txt", &draw_timeline(&family.in_steps(), steps));
    golden("family.tree.txt", &draw_growth(&family, canvas(UNICODE, 100)));
    golden("family.tree.wide.txt", &draw_growth(&family, canvas(Style::PLAIN, 160)));
    golden("family.tree.steps.txt", &draw_growth(&family.in_steps(), steps));
}
