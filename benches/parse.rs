//! Parsing: bytes of a realistic script a second, into the tree.
//!
//! `cargo bench --bench parse`. With `PROCTOR_BENCH_MB=50` in the environment it parses one text of that
//! many megabytes once and prints the rate and the peak of memory instead.

use criterion::{Criterion, Throughput, criterion_group};
use proctor::source::{Source, SourceId};
use proctor::syntax::parse;
use std::hint::black_box;
use std::time::Instant;

/// A piece of an ordinary scenario; a large text repeats it.
const SCRIPT: &str = include_str!("parse/script.proc");

fn text(bytes: usize) -> String {
    SCRIPT.repeat(bytes / SCRIPT.len() + 1)
}

fn script(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for bytes in [1, 1 << 20] {
        let source = Source::new("script", text(bytes));
        group.throughput(Throughput::Bytes(source.text().len() as u64));
        group.sample_size(20);
        group.bench_function(format!("{} bytes", source.text().len()), |bencher| {
            bencher.iter(|| black_box(parse(&source, SourceId::default())));
        });
    }
    group.finish();
}

criterion_group!(benches, script);

/// Peak resident memory in KiB, as the kernel counts it: proc_pid_status(5).
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}

fn once(megabytes: usize) {
    let source = Source::new("script", text(megabytes << 20));
    let bytes = source.text().len();
    let before = peak();
    let start = Instant::now();
    let parsed = parse(&source, SourceId::default());
    let seconds = start.elapsed().as_secs_f64();
    let memory = (peak() - before) * 1024;
    println!(
        "{bytes} bytes in {seconds:.3} s: {:.1} MB/s, {:.1} bytes of memory a byte, {} statements, {} diagnostics",
        bytes as f64 / 1e6 / seconds,
        memory as f64 / bytes as f64,
        parsed.file.statements.len(),
        parsed.diagnostics.len(),
    );
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
