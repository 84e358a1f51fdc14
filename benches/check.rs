//! Parsing and checking: bytes of a realistic script a second, into a program.
//!
//! `cargo bench --bench check`. With `PROCTOR_BENCH_MB=50` in the environment it checks one text of that
//! many megabytes once and prints the rate and the peak of memory instead.

use criterion::{Criterion, Throughput, criterion_group};
use proctor::check::{Checked, Loader, check};
use proctor::source::{Source, SourceMap};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// A part of an ordinary scenario; `@` stands for its number, so that no part declares a name of another.
const PART: &str = include_str!("check/script.proc");

struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _: &str, _: Option<&Path>) -> Result<Source, String> {
        Err("there are no files here".to_owned())
    }
}

fn text(bytes: usize) -> String {
    let mut text = String::new();
    let mut part = 0;
    while text.len() < bytes {
        text.push_str(&PART.replace('@', &part.to_string()));
        part += 1;
    }
    text
}

fn run(text: &str) -> Checked {
    let mut sources = SourceMap::default();
    let root = sources.add(Source::new("script", text));
    check(&mut sources, root, &mut NoFiles)
}

fn script(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    for bytes in [1, 1 << 20] {
        let text = text(bytes);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.sample_size(20);
        group.bench_function(format!("{} bytes", text.len()), |bencher| {
            bencher.iter(|| black_box(run(&text)));
        });
    }
    group.finish();
}

criterion_group!(benches, script);

/// Peak resident memory in bytes, as the kernel counts it: proc_pid_status(5).
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    1024 * line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap_or(0)
}

fn once(megabytes: usize) {
    let text = text(megabytes << 20);
    let mut sources = SourceMap::default();
    let root = sources.add(Source::new("script", text.as_str()));
    let before = peak();
    let start = Instant::now();
    drop(black_box(proctor::syntax::parse(sources.get(root), root)));
    let parsing = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let checked = check(&mut sources, root, &mut NoFiles);
    let seconds = start.elapsed().as_secs_f64();
    let memory = peak() - before;
    let instructions: usize = checked
        .program
        .iter()
        .flat_map(|program| &program.functions)
        .map(|function| function.code.len())
        .sum();
    println!(
        "{} bytes in {seconds:.3} s (parsing {parsing:.3} of it): {:.1} MB/s, {:.1} bytes of memory a byte, {instructions} instructions, {} diagnostics",
        text.len(),
        text.len() as f64 / 1e6 / seconds,
        memory as f64 / text.len() as f64,
        checked.diagnostics.len(),
    );
    checked.diagnostics.first().inspect(|finding| println!("the first: {finding:?}"));
}

fn main() {
    match std::env::var("PROCTOR_BENCH_MB").ok().and_then(|megabytes| megabytes.parse().ok()) {
        Some(megabytes) => once(megabytes),
        None => {
            benches();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}
