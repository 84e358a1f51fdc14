//! A reader of TAP 14 with subtests: those of a student are read as a stream of their own.

use super::tap::{Point, parse};

/// Each outer point with those inside it, and whether the stream bails out.
///
/// # Errors
/// The line that is none of TAP, and why.
pub fn parse_nested(text: &str) -> Result<(Vec<(Point, Vec<Point>)>, bool), String> {
    let mut outer: Vec<&str> = Vec::new();
    let mut inner: Vec<Vec<Point>> = Vec::new();
    let mut plan = None;
    let mut lines = text.lines().peekable();
    if lines.next() != Some("TAP version 14") {
        return Err("no version".to_owned());
    }
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("1..") {
            if plan.replace(rest).is_some() {
                return Err(format!("a second plan: {line}"));
            }
        } else if let Some(name) = line.strip_prefix("# Subtest: ") {
            let mut stream = "TAP version 14\n".to_owned();
            while let Some(line) = lines.next_if(|line| line.starts_with("    ")) {
                stream.push_str(&line[4..]);
                stream.push('\n');
            }
            inner.push(parse(&stream).map_err(|why| format!("in {name:?}: {why}"))?.0);
            let next = lines.peek().ok_or("a subtest without its point")?;
            if !next.ends_with(&format!("- {name}")) {
                return Err(format!("the point of another subtest: {next}"));
            }
        } else if line.starts_with("    ") {
            return Err(format!("a line of no subtest: {line}"));
        } else {
            outer.push(line);
        }
    }
    let plan = plan.ok_or("no plan")?;
    let (points, bails) =
        parse(&format!("TAP version 14\n1..{plan}\n{}\n", outer.join("\n")).replace("\n\n", "\n"))?;
    if points.len() != inner.len() {
        return Err(format!("{} points, {} subtests", points.len(), inner.len()));
    }
    Ok((points.into_iter().zip(inner).collect(), bails))
}

#[test]
fn the_reader_of_subtests_is_strict() {
    let good = "TAP version 14\n# Subtest: a\n    1..1\n    not ok 1 - x\n      ---\n      m: \"y\"\n      ...\nnot ok 1 - a\n1..1\n";
    let (points, bails) = parse_nested(good).expect("it is TAP");
    assert!(!bails && points.len() == 1 && points[0].1.len() == 1 && !points[0].0.ok);
    for (from, to) in [
        ("    1..1\n", ""),
        ("\n1..1\n", "\n"),
        ("\n1..1\n", "\n1..2\n"),
        ("not ok 1 - a", "ok 1 - b"),
        ("# Subtest: a\n", ""),
        ("    not ok 1 - x", "    not ok 2 - x"),
        ("      m:", "  m:"),
    ] {
        assert!(good.contains(from));
        assert!(parse_nested(&good.replace(from, to)).is_err(), "{from:?} as {to:?}");
    }
}
