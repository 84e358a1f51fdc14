//! Runs tests in a few threads, as the standard harness would: a filter, `--exact`, `--list`, `--test-threads N`.

use std::panic::catch_unwind;
use std::process::exit;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Instant;

pub type Test = (&'static str, fn());

/// Parts of tests that could not be done here.
static LEFT_OUT: AtomicUsize = AtomicUsize::new(0);

/// Says, and counts, that a test or a part of one cannot be done here.
pub fn left_out(why: &str) {
    LEFT_OUT.fetch_add(1, SeqCst);
    println!("  left out: {why}");
}

/// What the command line asks for.
struct Wanted {
    filters: Vec<String>,
    exact: bool,
    list: bool,
    threads: usize,
}

impl Wanted {
    fn parse() -> Self {
        let mut wanted = Self { filters: Vec::new(), exact: false, list: false, threads: 2 };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--exact" => wanted.exact = true,
                "--list" => wanted.list = true,
                "--test-threads" => {
                    wanted.threads = args.next().and_then(|n| n.parse().ok()).unwrap_or(wanted.threads);
                }
                flag if flag.starts_with("--") => {}
                filter => wanted.filters.push(filter.to_owned()),
            }
        }
        wanted
    }

    fn wants(&self, name: &str) -> bool {
        let fits = |filter: &String| if self.exact { name == filter } else { name.contains(filter.as_str()) };
        self.filters.is_empty() || self.filters.iter().any(fits)
    }
}

pub fn run(tests: &[Test]) -> ! {
    exit(run_all(tests))
}

/// The same for one who has something to do afterwards. Gives the exit code.
pub fn run_all(tests: &[Test]) -> i32 {
    let wanted = Wanted::parse();
    let tests: Vec<&Test> = tests.iter().filter(|(name, _)| wanted.wants(name)).collect();
    if wanted.list {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return 0;
    }
    println!("\nrunning {} tests", tests.len());
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..wanted.threads.max(1) {
            scope.spawn(|| {
                while let Some((name, test)) = tests.get(next.fetch_add(1, SeqCst)) {
                    let began = Instant::now();
                    let passed = catch_unwind(test).is_ok();
                    failed.fetch_add(usize::from(!passed), SeqCst);
                    let word = if passed { "ok" } else { "FAILED" };
                    println!("test {name} ... {word} ({:.1} s)", began.elapsed().as_secs_f64());
                }
            });
        }
    });
    let failed = failed.load(SeqCst);
    let (passed, took) = (tests.len() - failed, began.elapsed().as_secs_f64());
    println!("\n{passed} passed; {failed} failed; {} parts left out; {took:.1} s\n", LEFT_OUT.load(SeqCst));
    i32::from(failed > 0) * 101
}
