//! "Did you mean": the nearest of the names that would have been right.

/// The candidate nearest to `name`, where one is near enough to be a slip of the fingers:
/// at most a third of its characters, and no more than three, differ (a swap of neighbours counts once).
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let length = name.chars().count();
    if length > LONGEST {
        return None;
    }
    let most = (length / 3).clamp(1, 3);
    let folded = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() <= 4 * LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most && *distance < length)
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_a_swapped_letter_and_refuses_a_stranger() {
        assert_eq!(did_you_mean("caputre", ["daemon", "capture"]), Some("capture"));
        assert_eq!(did_you_mean("sigterm", ["SIGINT", "SIGTERM"]), Some("SIGTERM"));
        assert_eq!(did_you_mean("banana", ["daemon", "capture"]), None);
        assert_eq!(did_you_mean("x", ["y"]), None);
    }
}
