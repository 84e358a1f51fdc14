//! Students, points and tests as text on a screen.

use crate::report::{Style, cut, missing, visible_line, wrap};
use crate::suite::Standing;
use crate::suite::grade::{Change, Graded, Kind, Rubric, Side, Submission, Summary, Went};
use crate::value::Points;

/// Columns of the longest name of a student, and of a test.
const NAME: usize = 32;
const TEST: usize = 60;
/// So many students have a distribution that is worth a picture.
const MANY: usize = 5;
/// Columns that the second line of a long sentence stands further in.
const FURTHER: usize = 4;

/// A name as it can be shown, no wider than others.
fn name(text: &str, columns: usize, style: Style) -> String {
    cut(&visible_line(text), columns, style.ellipsis())
}

/// Columns that names take.
pub fn columns<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|one| crate::report::width(&visible_line(one))).max().unwrap_or(0).min(NAME)
}

/// `ada   7/10   not passed: …`.
pub fn draw_line(line: &Graded<'_>, columns: usize, style: Style) -> String {
    let student = name(line.student, columns, style);
    let space = missing(&student, columns);
    let points = format!("{}/{}", line.points, line.worth);
    let gap = missing(&points, 8);
    let coloured = match () {
        () if line.open > 0 => style.yellow(&points),
        () if line.points >= line.worth => style.green(&points),
        () if line.points == Points::ZERO => style.red(&points),
        () => points.clone(),
    };
    let mut notes = Vec::new();
    if let Some(why) = line.refused {
        notes.push(format!("refused: {}", visible_line(why)));
    } else if !line.failed.is_empty() {
        let failed: Vec<String> = line.failed.iter().map(|test| name(test, TEST, style)).collect();
        notes.push(format!("not passed: {}", failed.join(", ")));
    }
    if line.open > 0 {
        notes.push(style.yellow(&format!("{} without a result", tests(line.open))));
    }
    let text = format!("{student}{space}  {gap}{coloured}  {}", notes.join("; "));
    // Below the first note.
    wrap(&format!("{}\n", text.trim_end()), style.columns, columns + 12)
}

fn tests(count: usize) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

fn students(count: usize) -> String {
    if count == 1 { "1 student".to_owned() } else { format!("{count} students") }
}

/// The class at a glance.
pub fn draw_summary(summary: &Summary, rubric: &Rubric, style: Style) -> String {
    let worth = rubric.worth().hundredths();
    let known: Vec<u64> =
        summary.students.iter().filter(|(_, _, open)| *open == 0).map(|(_, points, _)| *points).collect();
    let mut text = format!("{} of {} graded", known.len(), students(summary.students.len()));
    if !known.is_empty() {
        let mut sorted = known.clone();
        sorted.sort_unstable();
        let mean =
            Points::from_hundredths((sorted.iter().sum::<u64>() as f64 / sorted.len() as f64).round() as u64);
        let median = Points::from_hundredths((sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2);
        text.push_str(&format!(": mean {mean}, median {median}, of {} points", rubric.worth()));
    }
    text.push('\n');
    if known.len() >= MANY && worth > 0 {
        text.push_str(&histogram(&known, worth, style));
    }
    let hardest = rubric.criteria.iter().zip(&summary.tests).rev().max_by_key(|(_, share)| share.not_passed);
    if let Some((criterion, share)) = hardest.filter(|(_, share)| share.not_passed > 0) {
        let test = name(&criterion.name, TEST, style);
        text.push_str(&format!("most failed: {test} ({} of {})\n", share.not_passed, summary.students.len()));
    }
    if !summary.open.is_empty() {
        let open: usize = summary.open.iter().map(|(_, count)| count).sum();
        text.push_str(&style.yellow(&format!("{} without a result, which is not 0 points:", tests(open))));
        text.push('\n');
        for (why, count) in &summary.open {
            text.push_str(&format!("  {}: {}\n", tests(*count), visible_line(why)));
        }
        if summary.is_wrong() {
            text.push_str(
                "  the rubric is to be mended, and the works graded again with it: the reports say where\n",
            );
        }
        if summary.is_to_be_resumed() {
            text.push_str("  `--resume` runs them again\n");
        }
    }
    if summary.others > 0 {
        let many = students(summary.others);
        text.push_str(&format!("{many} more in the file, graded last by another rubric\n"));
    }
    text
}

/// How many students have how many points, in tenths of all points.
fn histogram(points: &[u64], worth: u64, style: Style) -> String {
    const BINS: u64 = 10;
    const WIDEST: usize = 40;
    let mut bins = [0usize; BINS as usize];
    for points in points {
        bins[(points.min(&worth) * BINS / worth).min(BINS - 1) as usize] += 1;
    }
    let most = bins.iter().max().copied().unwrap_or(1).max(1);
    let mark = if style.unicode { "█" } else { "#" };
    let line = |(bin, count): (usize, &usize)| {
        let edge = |bin: u64| Points::from_hundredths(worth * bin / BINS).to_string();
        let (from, to) = (edge(bin as u64), edge(bin as u64 + 1));
        let bar = mark.repeat((count * WIDEST).div_ceil(most.max(WIDEST)));
        format!("{from:>8} to {to:<8} {count:>5} {bar}").trim_end().to_owned() + "\n"
    };
    bins.iter().enumerate().map(line).collect()
}

/// How well works are kept inside.
pub fn draw_standing(standing: &Standing, style: Style) -> String {
    let parts = if standing.parts.is_empty() {
        "nothing but guard and keeper".to_owned()
    } else {
        standing.parts.join(", ")
    };
    let mut text = format!("kept inside: {} ({parts})\n", standing.level);
    for (part, why) in &standing.missing {
        text.push_str(&format!("{} {part}: {}\n", style.yellow("missing:"), visible_line(why)));
    }
    wrap(&text, style.columns, FURTHER)
}

/// What lay among the works and is none: nobody is left out unseen.
pub fn draw_left_out(names: &[String], style: Style) -> String {
    const NAMED: usize = 10;
    if names.is_empty() {
        return String::new();
    }
    let mut named: Vec<String> = names.iter().take(NAMED).map(|one| name(one, NAME, style)).collect();
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    wrap(&format!("left out, for they are no student's work: {}\n", named.join(", ")), style.columns, FURTHER)
}

/// Whose works those are, and which tests there are.
pub fn draw_works(works: &[Submission], rubric: &Rubric, style: Style) -> String {
    let mut text = String::new();
    let width = columns(works.iter().map(|work| &*work.name));
    for work in works {
        let student = name(&work.name, width, style);
        let space = missing(&student, width);
        let path = work.path.to_string_lossy();
        let word = match work.kind {
            Kind::Odd(_) | Kind::Sealed(_) => style.yellow(work.kind.name()),
            _ => work.kind.name().to_owned(),
        };
        text.push_str(&format!("{student}{space}  {word:<8} {}\n", visible_line(&path)));
    }
    text.push_str(&format!("{}, {} points:\n", students(works.len()), rubric.worth()));
    for criterion in &rubric.criteria {
        let hidden = if criterion.hidden { " (hidden)" } else { "" };
        text.push_str(&format!(
            "{:>8}  {}{hidden}\n",
            criterion.worth.to_string(),
            visible_line(&criterion.name)
        ));
    }
    text
}

/// Whose points changed.
pub fn draw_changes(changes: &[Change], style: Style) -> String {
    if changes.is_empty() {
        return "nobody's points changed\n".to_owned();
    }
    let width = columns(changes.iter().map(|change| &*change.student));
    let mut text = String::new();
    for change in changes {
        let student = name(&change.student, width, style);
        let space = missing(&student, width);
        let side = |side: Option<Side>| {
            side.map_or("nothing".to_owned(), |side| {
                let open = if side.open > 0 {
                    format!(" ({} without a result)", tests(side.open))
                } else {
                    String::new()
                };
                format!("{}/{}{open}", side.points, side.worth)
            })
        };
        let (before, after) = (side(change.before), side(change.after));
        let arrow = if style.unicode { "→" } else { "->" };
        text.push_str(&format!("{student}{space}  {before} {arrow} {after}\n"));
        for test in &change.tests {
            let (before, after) = (went(test.before), went(test.after));
            text.push_str(&format!("    {}: {before} {arrow} {after}\n", name(&test.name, TEST, style)));
        }
    }
    text.push_str(&format!("{} changed\n", students(changes.len())));
    text
}

fn went(went: Went) -> String {
    match went {
        Went::Absent => "not in the rubric".to_owned(),
        Went::Open => "no result".to_owned(),
        Went::Marked(word, Some(points)) => format!("{word} ({points})"),
        Went::Marked(word, None) => format!("{word} (no points known)"),
    }
}

/// The students of a file.
pub fn draw_students(summary: &Summary, worth: Points, style: Style) -> String {
    let width = columns(summary.students.iter().map(|(student, _, _)| &**student));
    let line = |(student, hundredths, open): &(String, u64, usize)| {
        let points = Points::from_hundredths(*hundredths);
        let graded = Graded { student, points, worth, open: *open, refused: None, failed: Vec::new() };
        draw_line(&graded, width, style)
    };
    summary.students.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::width;

    #[test]
    fn sentences_keep_within_the_terminal_and_lines_of_a_file_stay_whole() {
        let standing = Standing {
            level: "limited".to_owned(),
            parts: vec!["namespaces of its own".to_owned(), "a filter of system calls".to_owned()],
            missing: vec![("observation".to_owned(), "nobody may trace anybody on this machine".to_owned())],
            ..Standing::default()
        };
        let graded = Graded {
            student: "ada",
            points: Points::ZERO,
            worth: Points::ZERO,
            open: 0,
            refused: Some("it is a .rar archive, which cannot be unpacked here"),
            failed: Vec::new(),
        };
        let drawn = |columns| {
            let style = Style::PLAIN.within(columns);
            draw_standing(&standing, style) + &draw_line(&graded, 3, style)
        };
        assert!(drawn(40).lines().all(|line| width(line) <= 40), "{}", drawn(40));
        assert_eq!(drawn(0).lines().count(), 3);
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(drawn(40)), words(drawn(0)));
    }
}
