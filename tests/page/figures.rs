//! How fast the page and the picture of a run of 10000 processes are made, how fast they open, and how many frames a second are drawn
//! while they are scrolled, zoomed and played in headless Chromium.

use crate::browser::Browser;
use crate::sample;
use proctor::event::History;
use proctor::report::timeline::{Clock, draw_svg};
use proctor::report::{PageSetting, draw_page};
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// What is moved in each frame, as JavaScript of the frame's number `n`; before it, what is done once.
const MOVES: &[(&str, &str, &str)] = &[
    ("scroll", "app.fit()", "app.scroller.scrollTop = n * 700"),
    ("zoom", "app.fit()", "app.scale.zoom(n % 60 < 30 ? 1.2 : 1 / 1.2, 500), app.refresh()"),
    (
        "scroll and pan, zoomed",
        "app.scale.zoom(40, 500)",
        "app.scroller.scrollTop = n * 700, app.scale.pan(20)",
    ),
    ("tree: pan", "app.setView('tree')", "app.forest.pan(0, -300)"),
    ("tree: zoom", "app.fit()", "app.forest.zoom(n % 60 < 30 ? 1.2 : 1 / 1.2, 400, 400)"),
    ("tree: playback, 1000 events/s", "app.player.setSpeed(1000), app.player.play()", "0"),
];

/// With `FIGURES=1` they are those of `benches/README.md`; else it is seen that everything moves. No figure is asserted.
fn size() -> (i32, i32) {
    if std::env::var_os("FIGURES").is_some() { (10_000, 180) } else { (300, 8) }
}

/// What is made, and how long that takes.
fn made(what: &str, make: impl Fn() -> String) -> String {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let begin = Instant::now();
            let text = make();
            assert!(text.len() > 10_000);
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let text = make();
    println!("{what}: {} KiB, made in {:.0} ms (median of {})", text.len() / 1024, times[3], times.len());
    text
}

fn opened(name: &str, text: &str) -> (Browser, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    std::fs::write(&file, text).expect("it can be written");
    let mut browser = Browser::start();
    browser.resize(1280, 800, false);
    let begin = Instant::now();
    browser.open(&file);
    println!("{name} opened, and drawn, in {:.0} ms", begin.elapsed().as_secs_f64() * 1000.0);
    (browser, file, folder)
}

/// Does something in each of so many frames, and tells how fast they came.
fn frames(browser: &mut Browser, name: &str, each: &str, last: i32) {
    let frames = browser.value(&format!(
        "new Promise((done) => {{
            const gaps = [];
            let last = performance.now();
            let n = 0;
            const frame = () => {{
                const now = performance.now();
                gaps.push(now - last);
                last = now;
                n += 1;
                if (n < {last}) {{ {each}; requestAnimationFrame(frame); return; }}
                gaps.sort((a, b) => a - b);
                done([1000 * gaps.length / gaps.reduce((sum, gap) => sum + gap, 0), gaps[Math.floor(gaps.length * 0.95)]]);
            }};
            requestAnimationFrame(frame);
        }})"
    ));
    let value = |index: usize| frames[index].as_f64().unwrap_or_default();
    println!("{name}: {:.0} frames a second, 95 of 100 within {:.0} ms", value(0), value(1));
}

#[test]
fn figures_of_a_page_that_is_made_opened_scrolled_zoomed_and_played() {
    let (processes, last) = size();
    let history = History::of(sample::pool(processes));
    let sources = sample::sources();
    let setting = PageSetting { title: "pool.proc", sources: &sources, steps: false };
    println!("{} processes, {} events", history.lives().len(), history.events().len());
    let page = made("page", || draw_page(&history, &setting));
    let (mut browser, ..) = opened("page.html", &page);
    browser.key("u");
    for (name, before, each) in MOVES {
        browser.value(&format!("void ({before})"));
        browser.settle();
        frames(&mut browser, name, each, last);
    }
    browser.assert_quiet();
}

/// A picture is zoomed by fingers, or by the browser, which lays it out anew then.
#[test]
fn figures_of_a_picture_that_is_made_opened_scrolled_and_zoomed() {
    let (processes, last) = size();
    let history = History::of(sample::pool(processes));
    let picture = made("svg", || draw_svg(&history, Clock::Time));
    let (mut browser, ..) = opened("picture.svg", &picture);
    browser.assert_quiet();
    frames(&mut browser, "scroll", "scrollBy(0, 70)", last);
    frames(&mut browser, "scroll, fast", "scrollTo(0, n * 700)", last);
    browser
        .value("window.drawn = 0; (function next() { window.drawn += 1; requestAnimationFrame(next); })()");
    browser.settle();
    let count = "[window.drawn, performance.now()]";
    let before = browser.value(count);
    for scale in [4.0, 0.25, 4.0] {
        let params = json!({"x": 100, "y": 100, "scaleFactor": scale, "relativeSpeed": 600, "gestureSourceType": "mouse"});
        browser.call("Input.synthesizePinchGesture", params);
    }
    let after = browser.value(count);
    let gone =
        |index: usize| after[index].as_f64().unwrap_or_default() - before[index].as_f64().unwrap_or_default();
    println!("zoom of fingers: {:.0} frames a second", gone(0) / gone(1) * 1000.0);
    assert_ne!(browser.value("visualViewport.scale"), json!(1));
    let step = "document.documentElement.currentScale = 1 + n % 30 / 30";
    frames(&mut browser, "zoom of the browser", step, last.min(12));
    browser.assert_quiet();
}
