//! The interactive page of a run, in a real browser: everything that it can do, done by mouse, keys and fingers.

#[path = "page/acts.rs"]
mod acts;
#[path = "browser/mod.rs"]
mod browser;
#[path = "page/figures.rs"]
mod figures;
#[path = "page/open.rs"]
mod open;
#[path = "page/pictures.rs"]
mod pictures;
#[path = "page/sample.rs"]
mod sample;
#[path = "browser/screen.rs"]
mod screen;

use browser::Browser;
use open::{Opened, open, open_page};
use proctor::event::{History, What};
use proctor::report::timeline::{Clock, draw_svg};
use proctor::report::{PageSetting, draw_page, is_hidden};
use proctor::source::SourceMap;
use serde_json::json;

/// An event of the lesson by kind and process, as an expression for its number.
fn event(kind: &str, name: &str) -> String {
    format!(
        "Array.from(app.model.kind).findIndex((kind, i) => app.model.kinds[kind] === {kind:?} && app.model.process[i] >= 0 && app.model.nameOf(app.model.process[i]) === {name:?})"
    )
}

#[track_caller]
fn span(page: &mut Opened) -> f64 {
    page.number("app.scale.to - app.scale.from")
}

#[test]
fn zoom_changes_the_scale_by_wheel_keys_buttons_and_the_overview() {
    let mut page = open(sample::lesson());
    let whole = span(&mut page);
    // Every row can be seen, so that the wheel has nothing to scroll.
    let (x, y) = page.place("alex", "0.3e9");
    let before = page.number(&format!("app.scale.time({x} - app.chart.canvas.getBoundingClientRect().x)"));
    page.wheel(x, y, -120.0, 0);
    let zoomed = span(&mut page);
    assert!(zoomed < whole * 0.8, "{zoomed} of {whole}");
    let fixed = page.number(&format!("app.scale.time({x} - app.chart.canvas.getBoundingClientRect().x)"));
    assert!((before - fixed).abs() < whole / 500.0, "what is below the pointer stays there");
    page.key("+");
    assert!(span(&mut page) < zoomed);
    page.key("-");
    assert!((span(&mut page) - zoomed).abs() < 10.0);
    page.click_on("#zoom-in");
    assert!(span(&mut page) < zoomed);
    page.click_on("#zoom-out");
    page.key("0");
    assert!((span(&mut page) - whole).abs() < 10.0);
    let (left, top) = (
        page.number("app.head.canvas.getBoundingClientRect().x"),
        page.number("app.head.canvas.getBoundingClientRect().y"),
    );
    page.drag((left + 200.0, top + 20.0), (left + 400.0, top + 20.0));
    let range = page.number("app.head.time(400) - app.head.time(200)");
    assert!((span(&mut page) - range).abs() < range / 50.0, "the overview chooses a part");
    page.click_on("#zoom-fit");
    assert!((span(&mut page) - whole).abs() < 10.0);
    page.assert_quiet();
}

#[test]
fn a_drag_and_keys_move_through_time() {
    let mut page = open(sample::lesson());
    page.key("+");
    page.key("+");
    let from = page.number("app.scale.from");
    let (x, y) = page.place("alex", "app.model.end / 2");
    page.drag((x, y), (x - 120.0, y));
    let moved = page.number("app.scale.from");
    let expected = page.number("120 * app.scale.perPixel");
    assert!((moved - from - expected).abs() < expected / 20.0, "{from} {moved} {expected}");
    assert_eq!(page.value("app.chosen"), json!(-1), "a drag is no click");
    page.key("Shift+ArrowLeft");
    assert!(page.number("app.scale.from") < moved);
    page.key("d");
    assert!((page.number("app.scale.from") - moved).abs() < 10.0);
    page.assert_quiet();
}

#[test]
fn fingers_pinch_and_move() {
    let mut page = open(sample::lesson());
    page.resize(390, 844, true);
    page.key("0");
    let whole = span(&mut page);
    let (x, y) = page.place("alex", "app.model.end / 2");
    page.touch("touchStart", &[(x - 20.0, y), (x + 20.0, y)]);
    for step in 1..=6 {
        let apart = 20.0 + f64::from(step) * 8.0;
        page.touch("touchMove", &[(x - apart, y), (x + apart, y)]);
    }
    page.touch("touchEnd", &[]);
    page.settle();
    let zoomed = span(&mut page);
    assert!(zoomed < whole / 2.0, "{zoomed} of {whole}");
    let from = page.number("app.scale.from");
    page.touch("touchStart", &[(x, y)]);
    for step in 1..=5 {
        page.touch("touchMove", &[(x - f64::from(step) * 10.0, y)]);
    }
    page.touch("touchEnd", &[]);
    page.settle();
    assert!(page.number("app.scale.from") > from);
    page.assert_quiet();
}

#[test]
fn what_the_pointer_is_over_is_explained() {
    let mut page = open(sample::lesson());
    let (x, y) = page.place("任务二", &format!("app.model.time[{}]", event("stop", "任务二")));
    page.move_to(x, y);
    assert_eq!(page.value("document.getElementById('tooltip').hidden"), json!(false));
    let said = page.text("document.getElementById('tooltip').textContent");
    assert!(
        said.contains("任务二") && said.contains("was sent SIGSTOP by kill") && said.contains("main"),
        "{said}"
    );
    let (x, y) = page.place("cook", "app.model.to[app.model.pid.indexOf(404)] + 60e6");
    page.move_to(x, y);
    let said = page.text("document.getElementById('tooltip').textContent");
    assert!(said.contains("zombie") && said.contains("killed by SIGKILL"), "{said}");
    page.move_to(5.0, 5.0);
    assert_eq!(page.value("document.getElementById('tooltip').hidden"), json!(true));
    page.assert_quiet();
}

#[test]
fn the_keyboard_reaches_rows_events_and_their_details() {
    let mut page = open(sample::lesson());
    page.value("document.getElementById('names').focus()");
    page.settle();
    page.key("ArrowDown");
    assert_eq!(page.text("app.model.nameOf(app.chosenProcess)"), "alex");
    let row = page.text("document.getElementById(document.getElementById('names').getAttribute('aria-activedescendant')).getAttribute('aria-label')");
    assert!(row.starts_with("alex, pid 401, exit 0"), "{row}");
    page.key("ArrowRight");
    assert_eq!(page.text("app.model.sentenceOf(app.event)"), "was started");
    assert_eq!(page.value("document.getElementById('tooltip').hidden"), json!(false));
    page.key("ArrowRight");
    let said = page.text("document.getElementById('details').textContent");
    assert!(
        said.contains("alex wrote \u{201c}alex is running\u{201d}") && said.contains("shop.proc:4"),
        "{said}"
    );
    assert_eq!(
        page.text("document.querySelector('#source .now').textContent"),
        "4    print \"{name} is running\""
    );
    page.key("ArrowLeft");
    assert_eq!(page.text("app.model.sentenceOf(app.event)"), "was started");
    page.key("Escape");
    assert_eq!(page.value("app.chosen"), json!(-1));
    page.key("?");
    assert_eq!(page.value("app.help.open"), json!(true));
    page.assert_quiet();
}

#[test]
fn a_click_chooses_an_event_and_shows_its_line_and_the_output_beside_it() {
    let mut page = open(sample::lesson());
    assert_eq!(page.text("document.getElementById('output-name').textContent"), "Output of all");
    assert_eq!(page.number("app.panel.said.length"), 5.0);
    let (x, y) = page.place("counter", &format!("app.model.time[{}]", event("signal", "counter")));
    page.click(x, y);
    assert_eq!(page.text("app.model.sentenceOf(app.event)"), "was sent SIGTERM by kill");
    assert_eq!(page.text("document.querySelector('#source .now').textContent"), "24terminate counter");
    assert_eq!(page.text("document.getElementById('output-name').textContent"), "Output of counter");
    let lines = "Array.from(document.querySelectorAll('#output .line:not([hidden]) .said'), (line) => line.textContent).join()";
    assert_eq!(page.text(lines), "served soup,closing");
    page.click_on("#output .line");
    assert_eq!(page.text("app.model.sentenceOf(app.event)"), "wrote \u{201c}served soup\u{201d}");
    page.assert_quiet();
}

#[test]
fn arrows_lead_from_who_did_it_to_whom() {
    let mut page = open(sample::lesson());
    // Five spawns and forks among known processes, four signals, four joins.
    let arrows = page.value("app.model.arrows.map(({ event, from, to }) => `${app.model.kinds[app.model.kind[event]]} ${app.model.nameOf(from)} ${app.model.nameOf(to)}`)");
    for expected in ["spawn main alex", "fork cook sleep", "signal main counter", "reap alex main"] {
        assert!(
            arrows.as_array().expect("a list").contains(&json!(expected)),
            "{expected} is not in {arrows}"
        );
    }
    assert_eq!(page.value("app.chart.drawn.arrows"), page.value("app.model.arrows.length"));
    page.click_on("[data-kind=signal]");
    let signals = page.value("app.model.arrows.filter((arrow) => app.model.kinds[app.model.kind[arrow.event]] !== 'signal').length");
    assert_eq!(page.value("app.chart.drawn.arrows"), signals, "what is hidden has no arrows");
    page.assert_quiet();
}

#[test]
fn the_filter_takes_names_pids_and_kinds() {
    let mut page = open(sample::lesson());
    page.key("/");
    page.type_text("任务");
    let rows = "app.rows.list.map((node) => app.rows.nameOf(node)).join()";
    assert_eq!(page.text(rows), "main,任务二", "with those above it");
    assert_eq!(page.text("document.getElementById('matches').textContent"), "1 of 7");
    page.key("Escape");
    page.key("Escape");
    assert_eq!(page.number("app.rows.list.length"), 7.0);
    page.key("/");
    page.type_text("403");
    assert_eq!(page.text(rows), "main,counter");
    page.value("document.getElementById('filter').value = ''");
    page.type_text("nobody");
    assert_eq!(page.value("document.getElementById('nothing').hidden"), json!(false));
    page.key("Escape");
    page.key("Escape");
    let marks = page.number("app.chart.drawn.marks");
    let steps = page.number("app.player.steps.length");
    page.click_on("[data-kind=print]");
    assert!(page.number("app.chart.drawn.marks") < marks);
    assert_eq!(page.number("app.player.steps.length"), steps - 5.0);
    assert_eq!(
        page.text("document.querySelector('[data-kind=print]').getAttribute('aria-pressed')"),
        "false"
    );
    page.assert_quiet();
}

#[test]
fn playback_goes_step_by_step_and_by_itself() {
    let mut page = open(sample::lesson());
    page.click_on("#play-step");
    // From here on keys are for the page, not for the button.
    page.value("document.activeElement.blur()");
    assert_eq!(page.value("[app.player.on, app.player.step, app.player.playing]"), json!([true, 1, false]));
    page.key(".");
    page.key(".");
    assert_eq!(page.number("app.player.step"), 3.0);
    let moment = page.text("document.getElementById('moment').textContent");
    assert!(moment.contains("任务二 was started"), "{moment}");
    assert_eq!(page.text("document.querySelector('#source .now .number').textContent"), "14");
    page.key(",");
    assert_eq!(page.number("app.player.step"), 2.0);
    page.key(">");
    page.key(">");
    page.value("app.player.setSpeed(200)");
    page.key(" ");
    page.wait_for("app.player.step === app.player.steps.length && !app.player.playing");
    page.key("Home");
    assert_eq!(page.number("app.player.step"), 0.0);
    page.value("app.player.setSpeed(0.5)");
    page.key(" ");
    assert_eq!(page.text("document.getElementById('play').getAttribute('aria-label')"), "Pause");
    page.key(" ");
    assert_eq!(page.value("app.player.playing"), json!(false));
    page.value("document.getElementById('scrub').value = 10; document.getElementById('scrub').dispatchEvent(new Event('input'))");
    assert_eq!(page.number("app.player.step"), 10.0);
    page.key("End");
    assert_eq!(page.value("app.player.on"), json!(false));
    page.assert_quiet();
}

#[test]
fn the_tree_grows_as_it_is_played() {
    let mut page = open(sample::lesson());
    page.key("v");
    assert_eq!(page.text("document.getElementById('view-tree').getAttribute('aria-pressed')"), "true");
    page.wait_for("app.forest.drawn.cards === 7");
    page.key("Home");
    page.settle();
    for cards in 1..=3 {
        page.key(".");
        assert_eq!(page.number("app.forest.drawn.cards"), f64::from(cards));
    }
    page.value(&format!("app.player.jump({})", event("adopt", "sleep")));
    page.settle();
    let state = |name: &str| {
        format!(
            "app.forest.stateOf(Array.from(app.model.name).findIndex((_, i) => app.model.nameOf(i) === {name:?})).text"
        )
    };
    assert_eq!(page.text(&state("cook")), "zombie, killed by SIGKILL");
    assert_eq!(page.text(&state("alex")), "exit 0");
    let zoomed = page.number("app.forest.zoomed");
    page.wheel(500.0, 400.0, -100.0, 0);
    assert!(page.number("app.forest.zoomed") > zoomed);
    let left = page.number("app.forest.left");
    page.drag((500.0, 650.0), (560.0, 650.0));
    assert!((page.number("app.forest.left") - left - 60.0).abs() < 2.0);
    page.key("0");
    page.key("v");
    assert_eq!(page.text("document.getElementById('main').dataset.view"), "timeline");
    page.assert_quiet();
}

#[test]
fn subtrees_and_many_like_rows_fold() {
    let mut page = open(sample::pool(300));
    assert_eq!(page.number("app.rows.list.length"), 2.0, "main, and its 299 workers in one row");
    let names = page.text("document.getElementById('names').textContent");
    assert!(names.contains("worker-1 … 299") && names.contains("× 299"), "{names}");
    let (x, y) = page.place("main", "app.model.end / 2");
    let below = page.number("app.row");
    page.double_click(x, y + below);
    assert_eq!(page.number("app.rows.list.length"), 301.0, "a double click unfolds");
    page.key("u");
    page.key("u");
    assert_eq!(page.number("app.rows.list.length"), 301.0);
    page.value("app.choose(0, NONE)");
    page.key("Enter");
    assert_eq!(page.number("app.rows.list.length"), 1.0);
    page.key("Enter");
    page.key("u");
    page.key("/");
    page.type_text("worker-77");
    assert_eq!(page.text("app.rows.nameOf(app.rows.list.at(-1))"), "worker-77");
    page.assert_quiet();
}

#[test]
fn light_and_dark_follow_the_system_until_they_are_switched() {
    let mut page = open(sample::lesson());
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = page.text(paper);
    page.prefer("dark");
    let dark = page.text(paper);
    assert_ne!(light, dark);
    let bright = "(() => { const box = document.createElement('canvas'); const draw = box.getContext('2d'); draw.fillStyle = app.theme.color.ink; draw.fillRect(0, 0, 1, 1); return draw.getImageData(0, 0, 1, 1).data[0]; })()";
    assert!(page.number(bright) > 200.0, "the canvas has the colours of the dark");
    page.click_on("#theme");
    assert_eq!(page.text(paper), light);
    page.key("t");
    assert_eq!(page.text(paper), dark);
    page.assert_quiet();
}

#[test]
fn hostile_texts_are_only_texts() {
    let mut page = open(sample::hostile());
    page.assert_quiet();
    assert_eq!(page.value("window.broken === undefined"), json!(true));
    assert_eq!(page.value("document.querySelectorAll('script').length"), json!(2));
    assert_eq!(page.value("document.querySelectorAll('img').length"), json!(0));
    let names = page.text("Array.from(document.querySelectorAll('.row:not([hidden]) .name'), (name) => name.textContent).join('\\n')");
    for text in [
        "</script><script>window.broken = 1</script>",
        "\\x1b[31mred",
        "abc\\u{202e}txt.exe\\u{2066}",
        "שלום עולם",
        "👩\u{200d}🔬 任务",
        "__proto__",
    ] {
        assert!(names.contains(text), "{text} is not in {names}");
    }
    // Every event's details, tooltip and line of the playback, in both views.
    page.value(
        "for (let event = 0; event < app.model.events; event += 1) { app.player.jump(event); app.frame(); }",
    );
    page.key("v");
    page.value(
        "for (let event = 0; event < app.model.events; event += 1) { app.player.jump(event); app.frame(); }",
    );
    page.key("v");
    let everything = page.text("document.body.innerText");
    assert!(!everything.chars().any(|letter| is_hidden(letter) && letter != '\n' && letter != '\t'));
    assert_eq!(page.value("window.broken === undefined"), json!(true));
    assert!(
        page.number("document.documentElement.scrollWidth - innerWidth") <= 0.0,
        "nothing pushes the page wide"
    );
    page.assert_quiet();
}

#[test]
fn nothing_and_one_process_are_pages_too() {
    let empty = draw_page(
        &History::of(Vec::new()),
        &PageSetting { title: "", sources: &SourceMap::default(), steps: false },
    );
    let mut page = open_page(&empty);
    page.key(" ");
    page.key(".");
    page.key("v");
    page.assert_quiet();
    let mut record = sample::Record::new();
    record.spawn(7, 0, 0, "alone");
    let mut page = open(record.events);
    page.key("ArrowDown");
    page.key("ArrowRight");
    page.key("+");
    page.key("v");
    page.assert_quiet();
}

#[test]
fn each_kind_of_event_has_a_mark() {
    let mut page = open(sample::lesson());
    let known = page.value("Object.keys(KINDS)");
    for kind in What::KINDS {
        assert!(known.as_array().expect("a list").contains(&json!(kind)), "{kind} is not in {known}");
    }
}

#[test]
fn a_record_in_steps_has_no_times() {
    let history = History::of(sample::lesson()).in_steps();
    let setting = PageSetting { title: "shop.proc", sources: &sample::sources(), steps: true };
    let mut page = open_page(&draw_page(&history, &setting));
    let summary = page.text("document.getElementById('summary').textContent");
    assert!(summary.ends_with(" steps"), "{summary}");
    page.key(".");
    page.key(".");
    let moment = page.text("document.getElementById('moment').textContent");
    assert!(moment.starts_with("step "), "{moment}");
    let whole = span(&mut page);
    for _ in 0..12 {
        page.key("+");
    }
    assert!(span(&mut page) < whole / 2.0);
    page.assert_quiet();
}

#[test]
fn ten_thousand_processes_open_scroll_and_zoom() {
    let mut page = open(sample::pool(10_000));
    page.assert_quiet();
    assert_eq!(page.number("app.model.count"), 10_000.0);
    page.key("u");
    assert!(page.number("app.rows.list.length") > 10_000.0);
    assert!(
        page.number("document.querySelectorAll('.row').length") < 60.0,
        "only rows in sight have elements"
    );
    page.value("app.scroller.scrollTop = app.scroller.scrollHeight");
    page.settle();
    let last = page.text("app.rows.nameOf(app.rows.list.at(-1))");
    assert!(page.text("document.getElementById('names').textContent").contains(&last));
    assert!(page.number("app.chart.drawn.rows") > 5.0);
    page.key("v");
    page.wait_for("app.forest.drawn.cards > 0");
    page.key("u");
    page.assert_quiet();
}

#[test]
fn a_picture_of_ten_thousand_processes_opens() {
    let picture = draw_svg(&History::of(sample::pool(10_000)), Clock::Time);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("picture.svg");
    std::fs::write(&file, picture).expect("the picture can be written");
    let mut browser = Browser::start();
    browser.open(&file);
    assert_eq!(browser.value("document.querySelectorAll('.row').length"), json!(10_000));
    assert_eq!(browser.value("document.querySelectorAll('parsererror').length"), json!(0));
    browser.assert_quiet();
}

#[test]
fn the_page_is_the_same_for_the_same_history() {
    let draw = || {
        draw_page(
            &History::of(sample::lesson()),
            &PageSetting { title: "a<b>&\"", sources: &sample::sources(), steps: false },
        )
    };
    let page = draw();
    assert_eq!(page, draw());
    assert!(page.contains("<title>a&lt;b&gt;&amp;&quot;</title>"));
    assert!(page.contains("default-src 'none'") && !page.contains("unsafe-inline"));
    assert!(
        !page.contains("http://")
            || page.matches("http://www.w3.org/2000/svg").count() == page.matches("http://").count()
    );
    assert!(!page.contains("https://"));
}
