//! Annotations of GitHub Actions: `--report-github`. See
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::plain::line;
use super::subject::{Row, Subject};
use crate::report::Places;
use std::fmt::Write;

/// From here on nothing that is printed is a command, but for [`github_resume`] with the same token, which nobody can guess.
#[must_use]
pub fn github_stop(token: &str) -> String {
    format!("::stop-commands::{token}\n")
}

/// Commands are commands again.
#[must_use]
pub fn github_resume(token: &str) -> String {
    format!("::{token}::\n")
}

/// An annotation for each test that failed and each file that is wrong, and where the tests were not kept inside as well as they could be.
#[must_use]
pub fn suite_github(subject: &Subject<'_>) -> String {
    let mut text = String::new();
    for row in subject.rows().filter(|row| row.tested.verdict.is_bad()) {
        let title = format!("{} {}", row.tested.verdict.word(), row.test.name);
        let message = row.reason().unwrap_or_default();
        command(&mut text, &row.file.name, place(&row), &title, &message);
    }
    for file in subject.wrong() {
        let places = Places::new(&file.sources);
        for finding in file.findings.iter().filter(|finding| finding.is_error()) {
            let label = finding.labels.first();
            let line = label.map_or(1, |label| {
                places.place(label.location.source, label.location.span.start as usize).line
            });
            command(&mut text, &file.name, line, finding.code.name(), &finding.message);
        }
    }
    for (_, why) in &subject.standing.missing {
        let title = property(&format!("the tests ran at the level {}", subject.standing.level));
        let _ = writeln!(text, "::notice title={title}::{}", data(why));
    }
    text
}

/// Where it failed, if that is in its own file; else where it begins.
fn place(row: &Row<'_>) -> usize {
    let failure = row.decisive().and_then(|outcome| outcome.last_failure());
    match failure.filter(|failure| failure.location.source == row.test.place.source) {
        Some(failure) => {
            let places = Places::new(&row.file.sources);
            places.place(failure.location.source, failure.location.span.start as usize).line
        }
        None => row.test.line,
    }
}

fn command(text: &mut String, file: &str, line_number: usize, title: &str, message: &str) {
    let (file, title, message) = (property(file), property(title), data(message));
    let _ = writeln!(text, "::error file={file},line={line_number},title={title}::{message}");
}

fn data(text: &str) -> String {
    line(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
