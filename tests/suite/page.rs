//! The HTML report in a browser: no complaint on its console, no request to anybody, and its filters, order and keys work.

use super::browser::Browser;
use super::stage::Stage;

const FILE: &str = r#"
test "a child says how it ended" tags [processes] { spawn p { exit 3 }; join p; expect p.exitcode == 3 }
test "the order of lines" tags [output, slow] {
    spawn p sh("echo one; echo three; printf '\\033[31m</pre><script>document.title = \"forged\"</script>\\n'") with {capture: true}
    join p
    print p.stdout
    expect p.stdout == """
        one
        two
        """
}
test "a name with <b>marks</b> & \"quotes\"" { expect 1 == 2, "one is not two" }
test "takes its time" within 100ms { spawn q { sleep 100 }; join q; expect true }
test "is for later" skip "not written yet" { expect true }
test "a known fault" xfail "issue 12" { expect false }
"#;

#[test]
fn the_page_works_and_complains_of_nothing() {
    let stage = Stage::new(&[("shell.proc", FILE), ("typo.proc", "expect cuont == 1\n")]);
    let said = stage.run(&["test", "--report-html", "out.html"]);
    assert_eq!(said.code, 2, "{said:?}");
    let mut browser = Browser::start();
    browser.open(&stage.file("out.html"));
    for (name, scheme, width) in [
        ("light", "light", 1200),
        ("dark", "dark", 1200),
        ("phone", "light", 390),
        ("phone-dark", "dark", 390),
    ] {
        browser.resize(width, 1000, width < 600);
        browser.prefer(scheme);
        browser.picture(&format!("report-{name}"));
    }
    let shown = "[...document.querySelectorAll('#list > li')].filter((item) => !item.hidden).length";
    assert_eq!(browser.value(shown), 6);
    browser.key("/");
    assert_eq!(browser.value("document.activeElement.id"), "search");
    for letter in ["s", "l", "o", "w"] {
        browser.key(letter);
    }
    assert_eq!(browser.value(shown), 1);
    browser.key("Escape");
    assert_eq!(browser.value(shown), 6);
    browser.value("document.querySelector('button[data-verdict=passed]').click()");
    assert_eq!(browser.value(shown), 5);
    let sort = "{ const sort = document.getElementById('sort'); sort.value = 'verdict'; sort.dispatchEvent(new Event('change')); }";
    browser.value(sort);
    assert_eq!(browser.value("document.querySelector('#list > li').dataset.kind"), "bad");
    assert_eq!(browser.value("document.title.includes('forged')"), false);
    assert_eq!(browser.value("document.querySelectorAll('b, main script').length"), 0);
    browser.assert_quiet();
}

/// Each test's timeline is a page of its own, which the report leads to, wherever the two lie together.
#[test]
fn the_report_leads_to_the_timeline_of_each_test() {
    let name = "waits \u{4e2d}\u{6587} #1 ?a=\\\"b\\\" %41 </a> ../..";
    let text = format!(
        "test \"{name}\" {{ spawn sleeper {{ sleep 1ms }}; join sleeper }}\ntest \"fails\" {{ spawn loser {{ exit 1 }}; join loser; expect loser.exitcode == 0 }}"
    );
    let stage = Stage::new(&[("odd %20#.proc", &text)]);
    let args = ["test", "--report-html", "out/r/out.html", "--report-json", "out/r/out.json", "--timelines"];
    std::fs::create_dir_all(stage.file("out/r")).expect("a folder");
    let said = stage.run(&[&args[..], &["out/time lines/#1"]].concat());
    assert_eq!(said.code, 1, "{said:?}");
    std::fs::rename(stage.file("out"), stage.file("moved")).expect("it can be moved");
    let report: serde_json::Value = serde_json::from_str(&stage.read("moved/r/out.json")).expect("JSON");
    let mut browser = Browser::start();
    for (number, process) in ["sleeper", "loser"].into_iter().enumerate() {
        browser.open(&stage.file("moved/r/out.html"));
        let link =
            browser.value(&format!("document.querySelectorAll('#list a')[{number}].getAttribute('href')"));
        assert_eq!(link, report["tests"][number]["trials"][0]["timeline"]);
        // As a part of an address: no byte of it is anything but the path.
        let path =
            browser.value(&format!("new URL(document.querySelectorAll('#list a')[{number}].href).pathname"));
        browser.open(std::path::Path::new(path.as_str().expect("a path")));
        assert_eq!(
            browser.value(&format!("document.documentElement.textContent.includes('{process}')")),
            true
        );
    }
    browser.assert_quiet();
}

#[test]
fn a_timeline_that_cannot_be_written_is_told_and_is_not_the_fault_of_the_test() {
    let stage = Stage::new(&[("a.proc", "test \"one\" { expect true }")]);
    stage.write("folder", "");
    let said = stage.run(&["test", "--timelines", "folder"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("the folder `folder` for timelines cannot be made"), "{said:?}");
    let stage = Stage::new(&[("a.proc", "test \"one\" { expect run(\"rmdir\", \"lines\").exitcode == 0 }")]);
    let said = stage.run(&["test", "--timelines", "lines"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("ok       a.proc: one"), "{said:?}");
    assert!(said.stderr.contains("the timeline of `a.proc: one` cannot be written: "), "{said:?}");
}
