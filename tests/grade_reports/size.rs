//! Large classes: a page stays of a size that a browser opens, however much everybody printed.

use super::browser::Browser;
use super::sample;
use proctor::event::{Message, Verdict};
use proctor::report::grade::ClassReport;
use proctor::suite::grade::{Class, Criterion, Student};
use std::time::Instant;

/// So many students with so many tests, a third of them failed with this output.
pub fn large(students: usize, tests: usize, printed: &str) -> Class {
    let mut class = sample::class();
    class.rubric.criteria = (0..tests)
        .map(|number| Criterion {
            name: format!("what is asked for in part {number}"),
            line: number + 1,
            worth: sample::worth(2),
            hidden: number % 7 == 6,
            ..Criterion::default()
        })
        .collect();
    let student = |number: usize| {
        let marks = (0..tests).map(|test| {
            let hard = (number * 31 + test * 17 + number * test) % 10 < test % 5 + number % 3;
            if !hard {
                return sample::mark(Verdict::Passed, 2, sample::outcome(Verdict::Passed, vec![], &[]));
            }
            let failure = sample::failure("expected run.children == 3", sample::place("run.children == 3"));
            let messages = vec![Message::Broken(failure)];
            let verdict =
                if (number + test).is_multiple_of(11) { Verdict::LimitHit } else { Verdict::Failed };
            let outcome = sample::outcome(verdict.clone(), messages, &[("python3", printed)]);
            sample::mark(verdict, (number % 4 / 3) as u64, outcome)
        });
        Student { ..sample::student(&format!("student {number:04}"), marks.collect()) }
    };
    class.students = (0..students).map(student).collect();
    class
}

#[test]
fn five_hundred_students_with_twenty_tests_open() {
    let class = large(500, 20, &"worker 1 is done\n".repeat(20));
    let begun = Instant::now();
    let page = ClassReport::Html { nonce: "word" }.text(&class).expect("a page");
    let drawn = begun.elapsed();
    assert!(page.len() < 26 << 20, "{} bytes", page.len());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("class.html");
    std::fs::write(&file, &page).expect("it can be written");
    let mut browser = Browser::start();
    browser.resize(1280, 1000, false);
    browser.prefer("light");
    browser.open(&file);
    let loaded = browser.value("performance.getEntriesByType('navigation')[0].loadEventEnd");
    println!("500 x 20: {} KiB, drawn in {drawn:?}, loaded in {loaded} ms", page.len() / 1024);
    browser.picture("class-large");
    assert_eq!(browser.value("matrix.numbers.length"), 500);
    // Those at the end are made when they are scrolled to.
    let rows = "document.querySelectorAll('#rows tr').length";
    let few = browser.value(rows).as_u64().expect("a number");
    assert!(few < 500, "{few} rows at once");
    // A page that makes no more of them fails, and is not asked for ever.
    for _ in 0..200 {
        if browser.value(rows) == 500 {
            break;
        }
        browser.value("scrollTo(0, document.body.scrollHeight)");
        browser.settle();
    }
    assert_eq!(browser.value(rows), 500);
    browser.assert_quiet();
}

#[test]
fn a_class_that_prints_without_end_has_a_page_too() {
    let class = large(300, 20, &("x".repeat(290) + "\n").repeat(150));
    let page = ClassReport::Html { nonce: "word" }.text(&class).expect("a page");
    assert!(page.len() < 30 << 20, "{} bytes", page.len());
    assert!(page.contains("\"cut\":true"));
}
