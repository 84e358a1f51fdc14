//! `proctor check`: what is wrong with scenarios, without running anything.

use super::args::CheckArgs;
use super::exit;
use super::files::{self, Files};
use super::output::{Output, to_stderr};
use super::refusal::complain;
use super::replace::{put, text};
use crate::check::check as check_text;
use crate::program::Program;
use crate::report::{Places, check_sarif, diagnostic_json, draw_diagnostics};
use crate::source::{Diagnostic, SourceId, SourceMap};
use std::ffi::OsStr;

/// Checks every file and shows all findings together; gives the exit code.
#[must_use]
pub fn check(args: &CheckArgs, output: Output) -> u8 {
    let mut sources = SourceMap::default();
    let mut findings = Vec::new();
    for file in &args.files {
        match files::read(&mut sources, file) {
            Ok(root) => {
                let checked = check_text(&mut sources, root, &mut Files);
                findings.extend(checked.diagnostics);
                // This process ends soon, and its memory with it.
                std::mem::forget((checked.program, checked.trees));
            }
            Err(diagnostic) => findings.push(*diagnostic),
        }
    }
    show(&findings, &sources, output);
    if let Some(path) = &args.report_sarif
        && let Err(why) = put(path, text(&check_sarif(&findings, &sources)))
    {
        complain(&format!("the report `{}` cannot be written: {why}", path.display()));
        return exit::TOOL;
    }
    if findings.iter().any(Diagnostic::is_error) { exit::WRONG } else { exit::HELD }
}

/// Reads a file and makes a program of it; None where there is an error, which is among the findings then.
pub fn read_and_check(
    sources: &mut SourceMap,
    file: &OsStr,
    findings: &mut Vec<Diagnostic>,
) -> Option<Program> {
    match files::read(sources, file) {
        Ok(root) => program(sources, root, findings),
        Err(diagnostic) => {
            findings.push(*diagnostic);
            None
        }
    }
}

/// Makes a program of a text; None where there is an error.
pub fn program(sources: &mut SourceMap, root: SourceId, findings: &mut Vec<Diagnostic>) -> Option<Program> {
    let checked = check_text(sources, root, &mut Files);
    findings.extend(checked.diagnostics);
    checked.program
}

/// Shows findings on standard error: in one write for people, in one a finding for machines.
pub fn show(findings: &[Diagnostic], sources: &SourceMap, output: Output) {
    let places = Places::new(sources);
    let text = if output.is_json() {
        findings.iter().map(|finding| diagnostic_json(finding, &places)).collect()
    } else {
        draw_diagnostics(findings, &places, output.stderr)
    };
    to_stderr(&text);
}
