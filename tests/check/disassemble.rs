//! A program as text: one instruction a line, with what its operands mean.

use proctor::program::{FunctionCode, Op, Program};
use proctor::value::Value;
use std::fmt::Write;

pub fn disassemble(program: &Program) -> String {
    let mut text = String::new();
    if !program.globals.is_empty() {
        let _ = writeln!(text, "globals {}", program.globals.join(" "));
    }
    for (index, function) in program.functions.iter().enumerate() {
        let (name, params, registers) = (&function.name, function.params, function.registers);
        let _ = writeln!(text, "function {index} {name} params={params} registers={registers}");
        for capture in &function.captures {
            let _ = writeln!(text, "  capture {capture:?}");
        }
        for (at, op) in function.code.iter().enumerate() {
            let note = note(program, function, op);
            let _ = writeln!(text, "{at:4} {}{note}", compact(op));
        }
        sites(function, &mut text);
    }
    text
}

/// `Move { dst: 1, src: 2 }` as `Move dst=1 src=2`.
fn compact(op: &Op) -> String {
    format!("{op:?}").replace(" {", "").replace(" }", "").replace(": ", "=").replace(',', "")
}

fn note(program: &Program, function: &FunctionCode, op: &Op) -> String {
    match *op {
        Op::Const { at, .. } => format!(" ; {}", constant(&function.constants[at as usize])),
        Op::Format { format, .. } => format!(" ; {}", constant(&function.constants[usize::from(format)])),
        Op::GetGlobal { at, .. } | Op::SetGlobal { at, .. } | Op::AddToGlobal { at, .. } => {
            format!(" ; {}", program.globals[at as usize])
        }
        Op::GetField { name, .. } | Op::SetField { name, .. } | Op::CallMethod { name, .. } => {
            format!(" ; {}", program.names[usize::from(name)])
        }
        Op::CallBuiltin { builtin, .. } => {
            format!(" ; {}", proctor::program::BUILTINS[usize::from(builtin)].name)
        }
        Op::CallFunction { function, .. } => format!(" ; {}", program.functions[usize::from(function)].name),
        _ => String::new(),
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{text:?}"),
        Value::Regex(regex) => format!("re{:?}", regex.pattern),
        other => format!("{other:?}"),
    }
}

fn sites(function: &FunctionCode, text: &mut String) {
    for (index, site) in function.spawns.iter().enumerate() {
        let _ = writeln!(text, "  spawn {index} name={:?} end={}", site.name, site.end);
        for target in &site.targets {
            let (body, options, exec) = (target.body, target.options, target.exec);
            let _ = writeln!(text, "    target body={body} options={options} exec={exec:?}");
        }
    }
    for (index, site) in function.expects.iter().enumerate() {
        let parts: Vec<_> = site.parts.iter().map(|part| part.reg).collect();
        let _ = writeln!(
            text,
            "  expect {index} {:?} condition={} since={} why={} parts={parts:?} kind={:?}",
            site.moment, site.condition, site.since, site.why, site.kind
        );
    }
    for (index, site) in function.tests.iter().enumerate() {
        let _ = writeln!(
            text,
            "  test {index} {:?} worth={} within={} tags={:?} needs={:?} hidden={} skip={:?} xfail={:?}",
            site.name, site.worth, site.within, site.tags, site.needs, site.hidden, site.skip, site.xfail
        );
    }
}
