//! The page of a class and that of a student in a browser: no complaint, no request to anybody; filters, orders, keys and sections work.

use super::browser::Browser;
use super::sample;
use super::size::large;
use proctor::report::grade::{ClassReport, student_html};
use std::path::Path;

fn open(browser: &mut Browser, folder: &Path, name: &str, page: &str) {
    let file = folder.join(name);
    std::fs::write(&file, page).expect("it can be written");
    browser.open(&file);
}

const ROWS: &str =
    "[...document.querySelectorAll('#rows tr')].map((row) => row.querySelector('a').textContent)";

#[test]
fn the_page_of_a_class_works_and_complains_of_nothing() {
    let class = sample::class();
    let folder = tempfile::tempdir().expect("a folder");
    let mut browser = Browser::start();
    let page = ClassReport::Html { nonce: "word" }.text(&class).expect("a page");
    open(&mut browser, folder.path(), "class.html", &page);
    let looks = [
        ("light", "light", 1280),
        ("dark", "dark", 1280),
        ("phone", "light", 390),
        ("phone-dark", "dark", 390),
    ];
    for (name, scheme, width) in looks {
        browser.resize(width, 1000, width < 600);
        browser.prefer(scheme);
        browser.picture(&format!("class-{name}"));
        browser.value("location.hash = '#s1'");
        browser.settle();
        browser.picture(&format!("class-student-{name}"));
        browser.value("document.querySelector('details[data-test=\"2\"]').scrollIntoView()");
        browser.picture(&format!("class-broken-{name}"));
        browser.value("location.hash = ''");
        browser.settle();
    }
    browser.resize(1280, 1000, false);
    assert_eq!(browser.value(&format!("{ROWS}.length")), 7);
    assert_eq!(browser.value("document.title"), "workers");
    filters(&mut browser);
    keys(&mut browser);
    section(&mut browser);
    browser.assert_quiet();
}

/// Search, kinds, orders, a test and a bar, each alone and undone.
fn filters(browser: &mut Browser) {
    browser.key("/");
    assert_eq!(browser.value("document.activeElement.id"), "search");
    for letter in ["j", "a", "n", "e"] {
        browser.key(letter);
    }
    assert_eq!(browser.value(&format!("{ROWS}.join()")), "Doe, Jane");
    browser.key("Escape");
    assert_eq!(browser.value(&format!("{ROWS}.length")), 7);
    let select = |name: &str, value: &str| {
        format!(
            "{{ const one = document.getElementById('{name}'); one.value = '{value}'; one.dispatchEvent(new Event('change')); }}"
        )
    };
    for (kind, names) in [
        ("full", "Ada Lovelace"),
        ("limit", "王小明"),
        ("open", "not yet|no marks"),
        ("refused", "\"two\\nlines\""),
    ] {
        browser.value(&select("kind", kind));
        assert_eq!(browser.value(&format!("{ROWS}.join('|')")), names);
    }
    browser.value(&select("kind", "all"));
    browser.value(&select("order", "best"));
    assert_eq!(browser.value(&format!("{ROWS}[0]")), "Ada Lovelace");
    browser.value(&select("order", "worst"));
    assert_eq!(browser.value(&format!("{ROWS}[6]")), "Ada Lovelace");
    browser.value(&select("order", "given"));
    browser.value("document.querySelector('button[data-test=\"0\"]').click()");
    assert_eq!(browser.value(&format!("{ROWS}.length")), 3);
    assert_eq!(browser.value("document.activeElement.dataset.test"), "0");
    browser.value("document.getElementById('clear').click()");
    browser.value("document.querySelector('button[data-bucket=\"9\"]').click()");
    assert_eq!(browser.value(&format!("{ROWS}.join('|')")), "Ada Lovelace");
    browser.value("document.querySelector('button[data-bucket=\"9\"]').click()");
    assert_eq!(browser.value(&format!("{ROWS}.length")), 7);
    assert_eq!(
        browser.value("document.getElementById('hardest').textContent.includes('three workers are started')"),
        true
    );
}

/// The list by keys, into a student, along, and back to where one was.
fn keys(browser: &mut Browser) {
    browser.value("document.activeElement.blur()");
    assert_eq!(browser.value("document.querySelector('#rows tr .share').childElementCount"), 1);
    browser.key("j");
    browser.key("j");
    assert_eq!(browser.value("document.activeElement.textContent"), "Doe, Jane");
    browser.value("document.activeElement.click()");
    browser.settle();
    assert_eq!(browser.value("document.getElementById('who').textContent"), "Doe, Jane");
    assert_eq!(browser.value("document.title"), "Doe, Jane · workers");
    browser.key("j");
    assert_eq!(browser.value("document.getElementById('who').textContent"), "王小明");
    assert_eq!(
        browser.value("document.querySelector('.hit').textContent.includes('p2 waits in read()')"),
        true
    );
    browser.key("ArrowLeft");
    let open = "[...document.querySelectorAll('#student details')].filter((one) => one.open).length";
    assert_eq!(browser.value(open), 3);
    browser.key("e");
    assert_eq!(browser.value(open), 4);
    browser.key("Escape");
    assert_eq!(browser.value("document.getElementById('class').hidden"), false);
    assert_eq!(browser.value("document.activeElement.textContent"), "Doe, Jane");
}

/// What there is to read of a student; and hostile texts, which are texts.
fn section(browser: &mut Browser) {
    browser.value("location.hash = '#s1'");
    browser.settle();
    let text = |selector: &str| format!("document.querySelector('#student {selector}').textContent");
    assert_eq!(browser.value(&text("mark")), "run.children == 3");
    assert_eq!(browser.value(&text(".values")), "run.children2");
    assert_eq!(browser.value(&text(".diff .less")), "- worker 2 is done");
    assert_eq!(browser.value(&text(".awards")), "+1the program runs");
    let processes =
        "[...document.querySelectorAll('#student .process')].map((one) => one.textContent).join()";
    assert_eq!(browser.value(processes), "main,python3,worker-3,main");
    browser.value("location.hash = '#s3'");
    browser.settle();
    assert_eq!(browser.value("document.title.includes('forged')"), false);
    assert_eq!(browser.value("document.querySelectorAll('main script, main img, main iframe').length"), 0);
    assert_eq!(
        browser.value("document.querySelector('#student .output').textContent.includes('</script>')"),
        true
    );
    browser.value("location.hash = '#s99'");
    browser.settle();
    assert_eq!(browser.value("document.getElementById('class').hidden"), false);
}

#[test]
fn a_students_page_needs_no_script() {
    let class = sample::class();
    let folder = tempfile::tempdir().expect("a folder");
    let mut browser = Browser::start();
    for (name, scheme, width) in [("light", "light", 1100), ("phone-dark", "dark", 390)] {
        browser.resize(width, 1000, width < 600);
        browser.prefer(scheme);
        let page = student_html(&class, &class.students[1]).expect("a page");
        open(&mut browser, folder.path(), "student.html", &page);
        browser.picture(&format!("student-{name}"));
    }
    assert_eq!(browser.value("document.querySelectorAll('article').length"), 3);
    let page = student_html(&class, &class.students[3]).expect("a page");
    open(&mut browser, folder.path(), "forged.html", &page);
    assert_eq!(browser.value("document.title.includes('forged')"), false);
    assert_eq!(browser.value("document.scripts.length"), 0);
    browser.assert_quiet();
}

#[test]
fn a_class_of_a_usual_size_looks_well() {
    let class = large(48, 9, "worker 1 is done\nworker 3 is done\n");
    let folder = tempfile::tempdir().expect("a folder");
    let mut browser = Browser::start();
    let page = ClassReport::Html { nonce: "word" }.text(&class).expect("a page");
    open(&mut browser, folder.path(), "class.html", &page);
    for (name, scheme, width) in [("light", "light", 1280), ("dark", "dark", 1280), ("phone", "light", 390)] {
        browser.resize(width, 1100, width < 600);
        browser.prefer(scheme);
        browser.picture(&format!("usual-{name}"));
    }
    assert_eq!(browser.value("document.querySelectorAll('#rows tr').length"), 48);
    browser.assert_quiet();
}
