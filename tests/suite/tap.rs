//! A reader of TAP 14, as strict as its text: <https://testanything.org/tap-version-14-specification.html>.

/// One test point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub ok: bool,
    pub description: String,
    /// Its word, in capitals, and why.
    pub directive: Option<(String, String)>,
    /// The lines of its YAML block, without its marks.
    pub block: Vec<String>,
}

/// The points of a stream, and whether it bails out.
///
/// # Errors
/// The line that is none of TAP, and why.
pub fn parse(text: &str) -> Result<(Vec<Point>, bool), String> {
    let mut lines = text.lines().enumerate().peekable();
    let wrong = |number: usize, why: &str| Err(format!("line {}: {why}", number + 1));
    if lines.next().map(|(_, line)| line) != Some("TAP version 14") {
        return wrong(0, "no version");
    }
    let plan = lines.next().and_then(|(_, line)| line.strip_prefix("1..")?.parse::<usize>().ok());
    let Some(plan) = plan else { return wrong(1, "no plan") };
    let mut points: Vec<Point> = Vec::new();
    let mut bails = false;
    while let Some((number, line)) = lines.next() {
        if bails {
            return wrong(number, "something stands behind the bail out");
        }
        // A comment, which may stand anywhere.
        if line.starts_with('#') {
            continue;
        }
        if line.strip_prefix("Bail out!").is_some() {
            bails = true;
            continue;
        }
        let (ok, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return wrong(number, &format!("neither a test point nor anything else: {line:?}")),
        };
        let (id, rest) =
            rest.split_once(" - ").ok_or_else(|| format!("line {}: no description", number + 1))?;
        if id.parse() != Ok(points.len() + 1) {
            return wrong(number, "the numbers do not count up");
        }
        let (description, directive) = divide(rest);
        let mut block = Vec::new();
        if lines.peek().is_some_and(|(_, line)| *line == "  ---") {
            lines.next();
            loop {
                match lines.next() {
                    Some((_, "  ...")) => break,
                    Some((number, line)) => match line.strip_prefix("  ") {
                        Some(inner) => block.push(inner.to_owned()),
                        None => return wrong(number, "a line of a block that is not indented"),
                    },
                    None => return wrong(number, "a block without an end"),
                }
            }
        }
        points.push(Point { ok, description, directive, block });
    }
    if points.len() != plan && !bails {
        return wrong(1, &format!("{plan} are planned, {} came", points.len()));
    }
    Ok((points, bails))
}

/// The description, and the directive behind a `#` that no `\` stands before.
fn divide(text: &str) -> (String, Option<(String, String)>) {
    let mut description = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => description.extend(characters.next().map(|(_, c)| c)),
            '#' => {
                let rest = text[at + 1..].trim();
                let (word, why) = rest.split_once(' ').unwrap_or((rest, ""));
                let word = word.to_uppercase();
                if ["SKIP", concat!("TO", "DO")].contains(&word.as_str()) {
                    return (description.trim_end().to_owned(), Some((word, divide(why).0)));
                }
                description.push('#');
            }
            c => description.push(c),
        }
    }
    (description, None)
}

#[test]
fn the_reader_is_strict() {
    let good = "TAP version 14\n1..3\nok 1 - a \\# b # SKIP c\nnot ok 2 - d\n  ---\n  m: \"x\"\n  ...\nok 3 - e # f\n";
    let (points, bails) = parse(good).expect("it is TAP");
    assert!(!bails && points.len() == 3);
    assert_eq!(points[0].directive, Some(("SKIP".into(), "c".into())));
    assert_eq!((points[0].description.as_str(), points[1].block.len()), ("a # b", 1));
    for bad in [
        "1..0\n",
        "TAP version 14\n",
        "TAP version 14\n1..1\n",
        "TAP version 14\n1..1\nok 2 - a\n",
        "TAP version 14\n1..1\nok 1 - a\nhello\n",
        "TAP version 14\n1..1\nok 1 - a\n  ---\n  x\n",
        "TAP version 14\n1..1\nok 1 - a\n  ---\nok 2 - b\n  ...\n",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
