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
