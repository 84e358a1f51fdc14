//! The reference says what the code does: its tables are those of `program`. UPDATE=1 rewrites them.

use proctor::program::{ATTRIBUTES, BUILTINS, LIMITS, METHODS, OPTIONS, SIGNALS, STATES, VERBS};
use proctor::source::{RESERVED, all_codes};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A table: the name in its marker, its titles, and its rows.
struct Table {
    name: &'static str,
    titles: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// As code in a cell.
fn code(text: &str) -> String {
    format!("`{text}`")
}

fn tables() -> Vec<Table> {
    let table = |name, titles, rows| Table { name, titles, rows };
    vec![
        table(
            "verbs",
            &["verb", "is written", "what it does"],
            VERBS.iter().map(|row| vec![code(row.name), code(row.usage), row.doc.into()]).collect(),
        ),
        table(
            "functions",
            &["function", "is written", "what it gives"],
            BUILTINS.iter().map(|row| vec![code(row.name), code(row.usage), row.doc.into()]).collect(),
        ),
        table(
            "methods",
            &["method", "of", "is written", "what it does"],
            METHODS
                .iter()
                .map(|row| vec![code(row.name), row.receiver.name().into(), code(row.usage), row.doc.into()])
                .collect(),
        ),
        table(
            "attributes",
            &["attribute", "type", "what it says"],
            ATTRIBUTES.iter().map(|row| vec![code(row.name), row.gives.into(), row.doc.into()]).collect(),
        ),
        table(
            "options",
            &["option", "takes", "what it does"],
            OPTIONS
                .iter()
                .map(|row| vec![code(row.name), row.expected.words().into(), row.doc.into()])
                .collect(),
        ),
        table(
            "limits",
            &["limit", "what it limits"],
            LIMITS.iter().map(|(name, doc)| vec![code(name), (*doc).into()]).collect(),
        ),
        table(
            "signals",
            &["signal", "number", "meaning"],
            SIGNALS.iter().map(|row| vec![code(row.name), row.number.to_string(), row.doc.into()]).collect(),
        ),
        table(
            "states",
            &["state", "meaning"],
            STATES.iter().map(|row| vec![code(row.name), row.doc.into()]).collect(),
        ),
    ]
}

impl Table {
    fn marker(&self) -> String {
        format!("<!-- table:{} -->\n", self.name)
    }

    /// In Markdown, from the marker to the end's marker.
    fn draw(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let titles: Vec<String> = self.titles.iter().map(|title| (*title).to_owned()).collect();
        let rule = vec!["---".to_owned(); titles.len()];
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{}{}{rows}{END}", self.marker(), line(&titles), line(&rule))
    }

    /// Where the table stands in a page.
    fn place(&self, page: &str) -> Result<std::ops::Range<usize>, String> {
        let marker = self.marker();
        let start = page.find(&marker).ok_or(format!("the page has no {}", marker.trim_end()))?;
        let end = page[start..].find(END).ok_or(format!("{} has no end", marker.trim_end()))?;
        Ok(start..start + end + END.len())
    }

    /// The first line that is not as the code has it.
    fn check(&self, page: &str) -> Result<(), String> {
        let written = &page[self.place(page)?];
        let right = self.draw();
        if written == right {
            return Ok(());
        }
        let extra = written.lines().find(|line| !right.lines().any(|other| other == *line));
        let missing = right.lines().find(|line| !written.lines().any(|other| other == *line));
        Err(format!("the table of {} differs: written {extra:?}, in the code {missing:?}", self.name))
    }

    fn update(&self, page: &mut String) -> Result<(), String> {
        let place = self.place(page)?;
        page.replace_range(place, &self.draw());
        Ok(())
    }
}

const END: &str = "<!-- end -->";

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_code() {
    let mut page = std::fs::read_to_string(reference()).expect("the reference is there");
    if std::env::var_os("UPDATE").is_some() {
        for table in tables() {
            table.update(&mut page).expect("the page has a place for the table");
        }
        std::fs::write(reference(), &page).expect("the reference can be written");
    }
    let wrong: Vec<String> = tables().iter().filter_map(|table| table.check(&page).err()).collect();
    assert!(wrong.is_empty(), "UPDATE=1 cargo test --test docs rewrites the tables\n{}", wrong.join("\n"));
}

#[test]
fn a_row_that_is_missing_or_too_much_is_found() {
    let tables = tables();
    let table = &tables[0];
    let right = table.draw();
    assert_eq!(table.check(&right), Ok(()));
    let missing = right.lines().filter(|line| !line.starts_with("| `kill`")).collect::<Vec<_>>().join("\n");
    assert!(table.check(&missing).unwrap_err().contains("kill"));
    let extra = right.replace("| `kill`", "| `nudge` | `nudge p` | Nothing. |\n| `kill`");
    assert!(table.check(&extra).unwrap_err().contains("nudge"));
    assert!(table.check("").unwrap_err().contains("no <!-- table:verbs -->"));
    let mut page = format!("before\n{missing}\nafter\n");
    table.update(&mut page).unwrap();
    assert_eq!(page, format!("before\n{right}\nafter\n"));
}

/// The first example of a page and whether it is to be run: ```` ```proc ```` is, ```` ```proc,ignore-run ```` is not.
fn first_example(page: &str) -> Option<(&str, bool)> {
    let (fence, rest) = page.split_once("\n```proc")?.1.split_once('\n')?;
    Some((rest.split_once("\n```")?.0, fence.is_empty()))
}

#[test]
fn every_page_of_a_code_says_what_it_means_and_what_to_do() {
    // What no text of a scenario can show.
    let without_example = ["internal", "not_utf8", "nul_byte"];
    for code in all_codes() {
        let page = code.page();
        let lines = page.lines().count();
        assert!((10..=30).contains(&lines), "{code} has {lines} lines");
        assert!(page.contains("What to do: "), "{code} does not say what to do");
        assert!(page.contains(&format!("[{code}]: ")), "{code} does not show what is printed");
        assert!(page.lines().all(|line| line.chars().count() <= 120), "{code} has a line that is too long");
        assert_eq!(first_example(page).is_none(), without_example.contains(&code.name()), "{code}");
    }
}

#[test]
fn the_first_example_of_a_page_is_found() {
    let page = "# a\n\n```sh\nls\n```\n\n```proc\nlet = 3\n```\n\n```proc\nno\n```\n";
    assert_eq!(first_example(page), Some(("let = 3", true)));
    assert_eq!(first_example("# a\n```proc,ignore-run\nx\ny\n```\n"), Some(("x\ny", false)));
    assert_eq!(first_example("# a\n"), None);
}

/// Runs a text as a scenario and gives what is said on standard error. A deadline ends what hangs.
fn said_of(text: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
        .args(["run", "--color", "never", "--timeout", "60s", "-e", text])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .expect("proctor can be started");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The line of a page that shows what is printed: `error[code]: message`.
fn shown<'a>(page: &'a str, code: &str) -> Option<&'a str> {
    let heads = [format!("error[{code}]: "), format!("warning[{code}]: ")];
    page.lines().find(|line| heads.iter().any(|head| line.starts_with(head)))
}

#[test]
fn the_first_example_of_each_page_gives_its_code_and_prints_what_the_page_shows() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for code in all_codes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/codes/{code}.md"));
        let page = std::fs::read_to_string(&path).expect("the page is there");
        let Some((example, true)) = first_example(&page) else { continue };
        let said = said_of(example);
        match (shown(&said, code.name()), shown(&page, code.name())) {
            (Some(said), Some(shown)) if said == shown => {}
            (Some(said), Some(shown)) if update => {
                std::fs::write(&path, page.replacen(shown, said, 1)).expect("the page can be written");
            }
            (said_line, shown) => {
                wrong.push(format!(
                    "{code}: the page shows {shown:?}, the example gives {said_line:?} in\n{said}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "UPDATE=1 rewrites what the pages show\n{}", wrong.join("\n"));
}

/// Every test and control that the contract's table names is a test; and no control is left out.
#[test]
fn the_contract_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/reliability.md")).expect("the page");
    let table = page.split("## The contract, row by row").nth(1).and_then(|rest| rest.split("\n## ").next());
    let table = table.expect("the section");
    let is_test = |word: &str| word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named: Vec<&str> = table.split('`').skip(1).step_by(2).filter(|word| is_test(word)).collect();
    assert!(named.len() > 50, "{named:?}");
    let mut tests = String::new();
    for folder in ["keeper", "contain", "process", "hostile", "grade", "grading", "suite"] {
        let files = std::fs::read_dir(root.join("tests").join(folder)).expect("the tests").flatten();
        for file in files.filter(|file| file.path().is_file()) {
            tests.push_str(&std::fs::read_to_string(file.path()).expect("a test"));
        }
    }
    tests.push_str(&std::fs::read_to_string(root.join("tests/trial.rs")).expect("the tests of trials"));
    for name in &named {
        let exists = [format!("(\"{name}\","), format!("fn {name}()")].iter().any(|way| tests.contains(way));
        assert!(exists, "docs/reliability.md names `{name}`, and there is no such test");
    }
    let controls = tests.split("(\"control_").skip(1).filter_map(|rest| rest.split('"').next());
    for control in controls.map(|rest| format!("control_{rest}")) {
        assert!(named.contains(&control.as_str()), "docs/reliability.md does not name `{control}`");
    }
}

#[test]
fn the_reserved_words_are_those_of_the_table() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md"))
        .expect("the reference");
    let list = text.split("These words are reserved:\n`").nth(1).and_then(|rest| rest.split('`').next());
    let mut listed: Vec<&str> = list.expect("the list").split_whitespace().collect();
    let mut words = RESERVED.to_vec();
    listed.sort_unstable();
    words.sort_unstable();
    assert_eq!(listed, words);
}

/// The scenarios that a page shows.
fn scenarios(page: &str) -> Vec<&str> {
    page.split("```proc\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_scenario_of_the_reference_and_the_readme_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, least) in [("docs/language.md", 16), ("README.md", 1)] {
        let page = std::fs::read_to_string(root.join(name)).expect("a page");
        let all = scenarios(&page);
        assert!(all.len() >= least, "{name}: {}", all.len());
        for text in all {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("example.proc"), text).expect("it can be written");
            let output = Command::new(env!("CARGO_BIN_EXE_proctor"))
                .args(["run", "example.proc"])
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .output()
                .expect("proctor runs");
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && complaint.is_empty(), "{name}:\n{text}\n{complaint}");
        }
    }
}
