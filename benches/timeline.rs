//! Pictures: from the events of a run of many processes to its history, and from there to each picture.
//!
//! `cargo bench --bench timeline`. The time a process must not grow with the number of processes.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use proctor::event::{Event, History, What};
use proctor::report::Style;
use proctor::report::timeline::{Canvas, Clock, chrome_trace, draw_growth, draw_svg, draw_timeline};
use proctor::value::Signal;
use std::hint::black_box;

/// Processes below each child of the first.
const FAMILY: i32 = 100;

/// What happens to one process in its life, which begins at a time in nanoseconds: 14 events.
fn life(events: &mut Vec<Event>, pid: i32, parent: i32, name: &str, start: i64) {
    let mut at = start;
    let mut happens = |pid, actor, what| {
        events.push(Event { time: at, pid, actor, place: None, what });
        at += 150_000;
    };
    happens(pid, parent, What::Spawned { name: name.into(), daemon: false });
    let args = vec![String::from("sh"), String::from("-c"), format!("work {name}")];
    happens(pid, pid, What::Executed { path: "/bin/sh".into(), args, error: None });
    for round in 0..3 {
        happens(pid, pid, What::Blocked { call: "sleep".into(), on: "100us".into() });
        happens(pid, pid, What::Woken { call: "sleep".into(), result: String::new() });
        let text = format!("{name} in round {round}");
        happens(pid, pid, What::Printed { stream: "stdout".into(), bytes: text.len() as u64, text });
    }
    let signal = Signal(15);
    happens(pid, parent, What::Signalled { signal, call: "kill".into(), error: None });
    happens(pid, 0, What::Exited { exitcode: -15, core: false });
    happens(pid, parent, What::Reaped { exitcode: -15 });
}

/// A first process, its children, and theirs: so many in all, some of which run at the same time.
fn events(processes: i32) -> Vec<Event> {
    let mut events = vec![Event {
        time: 0,
        pid: 1,
        actor: 0,
        place: None,
        what: What::Spawned { name: "main".into(), daemon: false },
    }];
    for number in 0..processes {
        let pid = number + 2;
        let parent = if number % FAMILY == 0 { 1 } else { pid - number % FAMILY };
        life(&mut events, pid, parent, &format!("任务-{number}"), i64::from(number) * 50_000);
    }
    events.sort_by_key(|event| event.time);
    events
}

fn pictures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("timeline");
    group.sample_size(10);
    for processes in [1_000, 10_000, 100_000] {
        let events = events(processes);
        let history = History::of(events.clone());
        let canvas = Canvas {
            style: Style { color: true, unicode: true, columns: 0 },
            columns: Some(120),
            clock: Clock::Time,
        };
        group.throughput(Throughput::Elements(processes.unsigned_abs().into()));
        let mut bench = |name: &str, draw: &dyn Fn() -> usize| {
            group.bench_function(BenchmarkId::new(name, processes), |bencher| {
                bencher.iter(|| black_box(draw()));
            });
        };
        bench("history", &|| History::of(events.clone()).lives().len());
        bench("svg", &|| draw_svg(&history, Clock::Time).len());
        bench("json", &|| chrome_trace(&history).len());
        bench("terminal", &|| draw_timeline(&history, canvas).len());
        bench("tree", &|| draw_growth(&history, canvas).len());
    }
    group.finish();
}

criterion_group!(benches, pictures);
criterion_main!(benches);
