//! The hint behind the cursor: how what is typed would go on.

use super::complete::Candidate;

/// The rest of the newest of the entries (the newest first) that begins with what is typed, up to the end of its
/// line; else the rest of the only completion, which is asked for only then. Nothing where the cursor is not at
/// the end, or where nothing is typed.
pub fn hint<'h>(
    text: &str,
    pos: usize,
    mut entries: impl Iterator<Item = &'h str>,
    completion: impl FnOnce() -> (usize, Vec<Candidate>),
) -> Option<String> {
    if pos != text.len() || text.trim().is_empty() {
        return None;
    }
    let rest = entries.find_map(|entry| entry.strip_prefix(text).filter(|rest| !rest.is_empty()));
    let line = |rest: &str| rest.split('\n').next().unwrap_or_default().to_owned();
    if let Some(rest) = rest.map(line).filter(|rest| !rest.trim().is_empty()) {
        return Some(rest);
    }
    let (start, found) = completion();
    let [only] = &found[..] else { return None };
    let typed = text.get(start..).filter(|typed| !typed.is_empty())?;
    let rest = only.text.strip_prefix(typed)?.trim_end();
    (!rest.is_empty()).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Candidate, hint};

    fn hinted(text: &str, completions: &[&str]) -> Option<String> {
        let entries = ["spawn p {\n    print 1\n}", "join p", "join all", "任务.pid"];
        let candidate = |text: &&str| Candidate {
            text: (*text).to_owned(),
            shown: (*text).to_owned(),
            doc: String::new(),
        };
        let start = text.rfind(' ').map_or(0, |at| at + 1);
        hint(text, text.len(), entries.into_iter(), || (start, completions.iter().map(candidate).collect()))
    }

    #[test]
    fn the_newest_entry_goes_before_the_only_completion() {
        for (text, completions, expected) in [
            ("jo", &["join "][..], Some("in p")),
            ("join a", &[], Some("ll")),
            ("spawn", &[], Some(" p {")),
            ("spawn p {", &[], None),
            ("spawn p {\n", &[], Some("    print 1")),
            ("任", &[], Some("务.pid")),
            ("print ter", &["terminate "], Some("minate")),
            ("print ter", &["terminate ", "test "], None),
            ("print ", &["x"], None),
            ("print x", &["x"], None),
            ("sigt", &["SIGTERM"], None),
            ("", &["x"], None),
            ("  ", &["x"], None),
        ] {
            assert_eq!(hinted(text, completions).as_deref(), expected, "{text:?}");
        }
        assert_eq!(hint("jo", 1, ["join p"].into_iter(), || (0, Vec::new())), None);
    }
}
