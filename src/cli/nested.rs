//! `proctor scenario`, which `run_scenario` starts: runs what stands on a sheet, and writes on it what happened.

use super::check::{read_and_check, show};
use super::console::Console;
use super::ending::tell;
use super::exit;
use super::output::Output;
use super::recording::history;
use super::run::not_started;
use crate::event::{Header, write_lines};
use crate::execute::{self, Order, RECORD, Setting, Told, Work};
use crate::keeper::{Ended, GuardOptions, guard};
use crate::process::sandbox::Fence;
use crate::process::{Run, Sheet, clock};
use crate::program::Program;
use crate::report::{Places, Style, draw_diagnostic};
use crate::source::{Diagnostic, SourceMap, Sources};
use std::ffi::OsStr;
use std::rc::Rc;

/// Bytes of an order: a path and arguments.
const ORDER: u64 = 16 << 20;

/// Runs it; gives the exit code, which is as `proctor run` has it.
#[must_use]
pub fn nested(output: Output) -> u8 {
    let taken = Sheet::take().map_err(|errno| errno.to_string());
    let ordered = taken.and_then(|mut sheet| {
        let bytes = sheet.read(ORDER).map_err(|errno| errno.to_string())?;
        let order: Order = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        Ok((sheet, order))
    });
    match ordered {
        Ok((sheet, order)) => run(sheet, &order, output),
        Err(why) => not_started(output, &format!("this command is for `run_scenario` alone: {why}")),
    }
}

fn run(mut sheet: Sheet, order: &Order, output: Output) -> u8 {
    let (mut sources, mut findings) = (SourceMap::default(), Vec::new());
    let program = read_and_check(&mut sources, OsStr::new(&order.path), &mut findings);
    show(&findings, &sources, output);
    let mut told = Told { errors: errors(&findings, &sources), ..Told::default() };
    let Some(program) = program else { return write(&mut sheet, &told, None, output, exit::WRONG) };
    crate::process::fds::mark_inherited_close_on_exec();
    crate::process::heap::prepare();
    let sources = Rc::new(sources);
    let quoted = Sources::new(sources.clone());
    let console = || Console::new(quoted.clone(), output, false);
    let options = GuardOptions { max_processes: order.processes, nested: true, ..GuardOptions::default() };
    let ended =
        guard(&options, |run| scenario(run, order, &sheet, program, sources.clone(), console(), output));
    match ended {
        Ok(ended) => {
            told.unobserved = ended.memory.has_unobserved();
            told.ran_out = ended.memory.has_run_out();
            let record = record(&ended, &quoted);
            let code = tell(ended, console());
            write(&mut sheet, &told, Some(record), output, code)
        }
        Err(fault) => not_started(output, &fault.to_string()),
    }
}

/// The scenario's own process.
fn scenario(
    run: &Run,
    order: &Order,
    sheet: &Sheet,
    program: Program,
    sources: Rc<SourceMap>,
    console: Console,
    output: Output,
) -> u8 {
    sheet.close_here();
    let fence = order.fence.as_ref().map(Fence::new).transpose().map_err(|errno| errno.to_string());
    let fence = match order.stand_apart().and(fence) {
        Ok(fence) => fence,
        Err(why) => return not_started(output, &why),
    };
    let work = Work { fence: fence.map(Rc::new), rules: order.fence.clone(), ..Work::default() };
    let setting = Setting {
        sources,
        args: order.args.clone(),
        seed: Some(order.seed),
        reporter: Box::new(console),
        prompt: None,
        relay: None,
        alone: None,
        work,
    };
    execute::run(program, *run, setting)
}

/// The errors in the text, each as it would be drawn.
fn errors(findings: &[Diagnostic], sources: &SourceMap) -> Vec<String> {
    let places = Places::new(sources);
    let style = Style { unicode: true, ..Style::PLAIN };
    let errors = findings.iter().filter(|finding| finding.is_error());
    errors.map(|finding| draw_diagnostic(finding, &places, style).trim_end().to_owned()).collect()
}

/// The lines of its record, as many as are kept.
fn record(ended: &Ended, quoted: &Sources) -> Vec<u8> {
    let history = history(ended);
    let started = history.started();
    let names = quoted.now().iter().map(|(_, source)| source.name().to_owned()).collect();
    let header = Header::new(ended.run.clone(), started, clock::wall_at(started), names);
    let mut lines = Vec::new();
    // What goes into memory is written.
    let _ = write_lines(&mut lines, &header, &history);
    lines.truncate(RECORD);
    lines
}

/// Gives the exit code, unless nobody can be told what it belongs to.
fn write(sheet: &mut Sheet, told: &Told, record: Option<Vec<u8>>, output: Output, code: u8) -> u8 {
    let mut text = serde_json::to_vec(told).unwrap_or_default();
    text.push(b'\n');
    text.extend(record.unwrap_or_default());
    match sheet.write(&text) {
        Ok(()) => code,
        Err(errno) => not_started(output, &format!("the record of the scenario cannot be told: {errno}")),
    }
}
