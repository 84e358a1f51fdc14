//! A scenario file and the tests in it.

use super::find::Found;
use super::trial::Text;
use crate::check::{Loader, check};
use crate::program::TestSite;
use crate::source::{Diagnostic, Location, Source, SourceId, SourceMap, Span};
use crate::value::Points;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that was read and checked.
#[derive(Debug, Default)]
pub struct File {
    /// As it was named or found.
    pub path: PathBuf,
    /// The same as text.
    pub name: String,
    /// It and what it uses, for whoever quotes them.
    pub sources: SourceMap,
    /// The same, for its trials.
    pub texts: Arc<[Text]>,
    /// Errors and warnings.
    pub findings: Vec<Diagnostic>,
    /// None where there is an error among them.
    pub tests: Vec<Test>,
}

/// A test of a file, or the whole of a file that has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Test {
    /// Its number in the file; none for the whole file.
    pub number: Option<u16>,
    pub name: String,
    pub place: Location,
    /// Counted from 1.
    pub line: usize,
    pub tags: Vec<String>,
    pub needs: Vec<String>,
    pub hidden: bool,
    pub skip: Option<String>,
    pub xfail: Option<String>,
    /// What `within` says, in nanoseconds.
    pub limit: Option<i64>,
    /// None where what it is worth is not a number written out. Without a clause it is one point.
    pub worth: Option<Points>,
    /// Own words for those who passed it, and for those who did not.
    pub pass: Option<String>,
    pub fail: Option<String>,
}

/// Reads a file into the map.
pub type Read = fn(&mut SourceMap, &Path) -> Result<SourceId, Box<Diagnostic>>;

/// Reads and checks what was found. A file without tests that another one uses, and that was not named itself, is no test.
pub fn open(found: &[Found], read: Read, loader: &mut dyn Loader) -> Vec<File> {
    let mut files: Vec<File> = found.iter().map(|found| File::open(&found.path, read, loader)).collect();
    let used: HashSet<PathBuf> = files
        .iter()
        .flat_map(|file| file.texts.iter().skip(1).filter_map(|text| text.path.as_deref()))
        .map(same)
        .collect();
    let mut named = found.iter().map(|found| found.named);
    files.retain(|file| {
        let named = named.next().unwrap_or(true);
        named || file.has_tests() || file.is_wrong() || !used.contains(&same(&file.path))
    });
    files
}

/// The same for all ways to write the path of one file.
fn same(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

impl File {
    fn open(path: &Path, read: Read, loader: &mut dyn Loader) -> Self {
        let mut sources = SourceMap::default();
        let (findings, tests) = match read(&mut sources, path) {
            Ok(root) => {
                let checked = check(&mut sources, root, loader);
                let sites = checked.program.as_ref().and_then(|program| program.functions.first());
                let tests = sites.map(|main| tests(&main.tests, root, &sources, path));
                (checked.diagnostics, tests.unwrap_or_default())
            }
            Err(diagnostic) => (vec![*diagnostic], Vec::new()),
        };
        let text = |source: &Source| Text {
            name: source.name().to_owned(),
            path: source.path().map(Path::to_path_buf),
            text: source.text().to_owned(),
        };
        let texts = sources.iter().map(|(_, source)| text(source)).collect();
        let name = path.to_string_lossy().into_owned();
        Self { path: path.to_path_buf(), name, sources, texts, findings, tests }
    }

    /// Its text has an error, so that nothing of it can be run.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.findings.iter().any(Diagnostic::is_error)
    }

    fn has_tests(&self) -> bool {
        self.tests.iter().any(|test| test.number.is_some())
    }
}

fn tests(sites: &[TestSite], root: SourceId, sources: &SourceMap, path: &Path) -> Vec<Test> {
    if sites.is_empty() {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let place = Location::new(root, Span::default());
        return vec![Test { name, place, line: 1, worth: Some(Points::ONE), ..Test::default() }];
    }
    // The line is counted on from test to test: a file may have thousands.
    let text = sources.get(root).text();
    let (mut at, mut line) = (0, 1);
    let test = |(number, site): (u16, &TestSite)| {
        let start = (site.span.start as usize).max(at);
        line +=
            text.as_bytes().get(at..start).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        at = start;
        let owned = |texts: &[std::rc::Rc<str>]| texts.iter().map(|text| text.to_string()).collect();
        Test {
            number: Some(number),
            name: site.name.to_string(),
            place: Location::new(root, site.span),
            line,
            tags: owned(&site.tags),
            needs: owned(&site.needs),
            hidden: site.hidden,
            skip: site.skip.as_ref().map(ToString::to_string),
            xfail: site.xfail.as_ref().map(ToString::to_string),
            limit: site.limit,
            worth: site.points,
            pass: site.pass.as_ref().map(ToString::to_string),
            fail: site.fail.as_ref().map(ToString::to_string),
        }
    };
    (0..).zip(sites).map(test).collect()
}
