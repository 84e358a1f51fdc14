//! The reports of a run, each in its file: written whole or not at all.

use super::super::output::to_stdout;
use super::super::refusal::complain;
use super::super::replace;
use super::args::ReportArgs;
use crate::report::suite::{
    Subject, github_resume, github_stop, suite_ctrf, suite_github, suite_html, suite_json, suite_junit,
    suite_sarif, suite_tap,
};
use std::path::PathBuf;

/// The reports that were asked for.
pub struct Reports<'a> {
    args: &'a ReportArgs,
    /// What nobody who prints something can guess.
    token: String,
}

impl<'a> Reports<'a> {
    /// Before anything is printed.
    pub fn new(args: &'a ReportArgs, stable: bool) -> Self {
        let mut chance = fastrand::Rng::new();
        let token =
            if stable { "0".repeat(32) } else { format!("{:016x}{:016x}", chance.u64(..), chance.u64(..)) };
        if args.report_github {
            to_stdout(&github_stop(&token));
        }
        Self { args, token }
    }

    /// Writes all of them; gives whether all could be written.
    pub fn write(&self, subject: &Subject<'_>) -> bool {
        let args = self.args;
        let mut good = true;
        let mut one = |path: &Option<PathBuf>, text: &dyn Fn(&Subject<'_>) -> Result<String, String>| {
            let Some(path) = path else { return };
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let subject = &Subject { home: whole.parent().unwrap_or(&whole), ..*subject };
            let written = text(subject).and_then(|text| replace::put(path, replace::text(&text)));
            if let Err(why) = written {
                complain(&format!("the report `{}` cannot be written: {why}", path.display()));
                good = false;
            }
        };
        one(&args.report_json, &|subject| Ok(suite_json(subject)));
        one(&args.report_junit, &suite_junit);
        one(&args.report_tap, &|subject| Ok(suite_tap(subject)));
        one(&args.report_html, &|subject| suite_html(subject, &self.token));
        one(&args.report_ctrf, &|subject| Ok(suite_ctrf(subject)));
        one(&args.report_sarif, &|subject| Ok(suite_sarif(subject)));
        if args.report_github {
            to_stdout(&github_resume(&self.token));
            to_stdout(&suite_github(subject));
        }
        good
    }
}
