//! How fast the page of a run of 10000 processes is made, how fast it opens, and how many frames a second it draws while it is
//! scrolled, zoomed and played in headless Chromium.

use crate::browser::Browser;
use crate::sample;
use proctor::event::History;
use proctor::report::{PageSetting, draw_page};
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
#[test]
fn figures_of_a_page_that_is_made_opened_scrolled_zoomed_and_played() {
    let (processes, last) = if std::env::var_os("FIGURES").is_some() { (10_000, 180) } else { (300, 8) };
    let history = History::of(sample::pool(processes));
    let sources = sample::sources();
    let setting = PageSetting { title: "pool.proc", sources: &sources, steps: false };
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let begin = Instant::now();
            let page = draw_page(&history, &setting);
            assert!(page.len() > 10_000);
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let page = draw_page(&history, &setting);
    println!(
        "{} processes, {} events, {} KiB",
        history.lives().len(),
        history.events().len(),
        page.len() / 1024
    );
    println!("made in {:.0} ms (median of {})", times[times.len() / 2], times.len());

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).expect("the page can be written");
    let mut browser = Browser::start();
    browser.resize(1280, 800, false);
    browser.open(&file);
    let opened = browser.number("performance.getEntriesByType('navigation')[0].loadEventEnd");
    println!("opened in {opened:.0} ms");
    browser.key("u");
    for (name, before, each) in MOVES {
        browser.value(&format!("void ({before})"));
        browser.settle();
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
    browser.assert_quiet();
}
