//! `proctor explain`: the page of a code, or the list of all.

use super::args::ExplainArgs;
use super::exit;
use super::output::{Output, to_stderr, to_stdout};
use crate::report::{cut, missing, visible_line};
use crate::source::{all_codes, did_you_mean, find_code};

/// Columns of the longest name, for the list and for quoting what was asked.
const NAME: usize = 40;

/// Prints to standard output; gives the exit code.
#[must_use]
pub fn explain(args: &ExplainArgs, output: Output) -> u8 {
    let Some(asked) = args.code.as_deref().filter(|_| !args.list) else {
        to_stdout(&list(output));
        return exit::HELD;
    };
    // As it stands in a diagnostic: error[undefined_name].
    let name =
        asked.trim().trim_start_matches("error[").trim_start_matches("warning[").trim_end_matches([']', ':']);
    if let Some(code) = find_code(&name.to_lowercase()) {
        to_stdout(code.page());
        return exit::HELD;
    }
    let shown = cut(&visible_line(name), NAME, output.stderr.ellipsis());
    let help = match did_you_mean(name, all_codes().iter().map(|code| code.name())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`proctor explain --list` shows every code".to_owned(),
    };
    let style = output.stderr;
    to_stderr(&format!(
        "{} no code is called `{shown}`\n  {} {help}\n",
        style.red("error:"),
        style.cyan("help:")
    ));
    exit::WRONG
}

fn list(output: Output) -> String {
    let columns = all_codes().iter().map(|code| code.name().len()).max().unwrap_or(0);
    all_codes()
        .iter()
        .map(|code| {
            let name = code.name();
            format!("{}{}  {}\n", output.stdout.bold(name), missing(name, columns), code.title())
        })
        .collect()
}
