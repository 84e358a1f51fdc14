//! A link from a report to a page: relative, so that both can be moved together.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::Path;

/// What may stand in a path of a link as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The link to a page for a report in the folder `home`; both paths are absolute.
#[must_use]
pub fn link(page: &Path, home: &Path) -> String {
    let path = pathdiff::diff_paths(page, home).unwrap_or_else(|| page.to_path_buf());
    let path = path.to_string_lossy();
    // What looks like a scheme, as in `a:b/c.html`, does not behind the dot.
    let dot = if path.starts_with(['.', '/']) { "" } else { "./" };
    format!("{dot}{}", utf8_percent_encode(&path, ESCAPED))
}

#[cfg(test)]
mod tests {
    use super::link;
    use std::path::Path;

    #[test]
    fn links_are_relative_and_hold_nothing_but_a_path() {
        for (page, home, expected) in [
            ("/a/b/t/x-1.html", "/a/b", "./t/x-1.html"),
            ("/a/t/x.html", "/a/b", "../t/x.html"),
            ("/a/b/x.html", "/a/b", "./x.html"),
            ("/a/java script:1/\u{e4}#?%.html", "/a", "./java%20script%3A1/%C3%A4%23%3F%25.html"),
            ("/a/\"><script>.html", "/a", "./%22%3E%3Cscript%3E.html"),
        ] {
            assert_eq!(link(Path::new(page), Path::new(home)), expected);
        }
    }
}
