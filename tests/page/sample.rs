//! Histories to draw: a small lesson in which everything happens, a run of thousands, and one with hostile texts.

use proctor::event::{Effect, Event, Place, What};
use proctor::source::{Source, SourceMap};
use proctor::value::signal::signal_named;

const MILLISECOND: i64 = 1_000_000;

/// The scenario that the lesson's events come from, as far as a page shows it.
const LESSON: &str = r#"# A shop at noon: who waits, who is stopped, who is forgotten.
def task(name, second) {
    sleep second
    print "{name} is running"
}

def clerk(orders) {
    on SIGTERM { print "closing"; exit 0 }
    while true { print "served", orders.get() }
}

let orders = queue()
spawn p1 task("alex", 0.4)
spawn p2 task("任务二", 0.9)
spawn counter clerk(orders)
spawn cook exec("python3", "cook.py", "--oven", "2")

orders.put("soup")
stop p2
sleep 0.3
resume p2
join p1, p2

terminate counter
expect counter.exitcode == 0 within 1s
kill cook
expect cook.exitcode == 0
join counter, cook
"#;

/// The texts of a run.
pub fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(Source::new("shop.proc", LESSON));
    sources
}

/// Events with a clock.
pub struct Record {
    pub events: Vec<Event>,
    now: i64,
}

impl Record {
    pub fn new() -> Self {
        Self { events: Vec::new(), now: 5_000_000_000 }
    }

    /// Lets time go by.
    pub fn after(&mut self, nanoseconds: i64) -> &mut Self {
        self.now += nanoseconds;
        self
    }

    fn ms(&mut self, milliseconds: i64) -> &mut Self {
        self.after(milliseconds * MILLISECOND)
    }

    /// `line` 0 is nowhere.
    pub fn push(&mut self, pid: i32, actor: i32, line: u32, what: What) -> &mut Self {
        let place = (line > 0).then_some(Place { source: 0, line });
        self.events.push(Event { time: self.now, pid, actor, place, what });
        self
    }

    pub fn spawn(&mut self, pid: i32, parent: i32, line: u32, name: &str) -> &mut Self {
        self.push(pid, parent, line, What::Spawned { name: name.to_owned(), daemon: false })
    }

    pub fn print(&mut self, pid: i32, line: u32, stream: &str, text: &str) -> &mut Self {
        let (stream, bytes) = (stream.to_owned(), text.len() as u64);
        self.push(pid, pid, line, What::Printed { stream, text: text.to_owned(), bytes })
    }

    fn wait(&mut self, pid: i32, line: u32, call: &str, on: &str) -> &mut Self {
        self.push(pid, pid, line, What::Blocked { call: call.to_owned(), on: on.to_owned() })
    }

    fn wake(&mut self, pid: i32, call: &str, result: &str) -> &mut Self {
        self.push(pid, pid, 0, What::Woken { call: call.to_owned(), result: result.to_owned() })
    }

    fn signal(&mut self, pid: i32, actor: i32, line: u32, name: &str) -> &mut Self {
        let signal = signal_named(name).expect("a signal");
        self.push(pid, actor, line, What::Signalled { signal, call: "kill".to_owned(), error: None })
    }

    pub fn exit(&mut self, pid: i32, exitcode: i32) -> &mut Self {
        self.push(pid, pid, 0, What::Exited { exitcode, core: false })
    }

    pub fn reap(&mut self, pid: i32, by: i32, line: u32, exitcode: i32) -> &mut Self {
        self.push(pid, by, line, What::Reaped { exitcode })
    }

    fn exec(&mut self, pid: i32, line: u32, args: &[&str], error: Option<&str>) -> &mut Self {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let path = format!("/usr/bin/{}", args[0]);
        self.push(pid, pid, line, What::Executed { path, args, error: error.map(str::to_owned) })
    }
}

/// A scenario of 3 seconds in which nearly every kind of event happens: signals, stops, an orphan, a zombie, a failure.
pub fn lesson() -> Vec<Event> {
    let mut record = Record::new();
    let (main, alex, second, counter, cook, oven, helper) = (400, 401, 402, 403, 404, 405, 406);
    let stop = signal_named("SIGSTOP").expect("a signal");
    let term = signal_named("SIGTERM").expect("a signal");
    record
        .push(main, 0, 0, What::Found { parent: 399, name: "main".to_owned() })
        .ms(60)
        .spawn(alex, main, 13, "alex")
        .ms(40)
        .wait(alex, 3, "sleep", "0.4 s")
        .ms(30)
        .spawn(second, main, 14, "任务二")
        .ms(40)
        .wait(second, 3, "sleep", "0.9 s")
        .ms(60)
        .spawn(counter, main, 15, "counter")
        .ms(30)
        .wait(counter, 9, "get", "orders")
        .ms(50)
        .spawn(cook, main, 16, "cook")
        .ms(30)
        .exec(cook, 16, &["python3", "cook.py", "--oven", "2"], None)
        .ms(70)
        .wake(counter, "get", "")
        .print(counter, 9, "stdout", "served soup\n")
        .ms(10)
        .wait(counter, 9, "get", "orders")
        .ms(60)
        .signal(second, main, 19, "SIGSTOP")
        .ms(1)
        .push(second, main, 0, What::Stopped { signal: stop })
        .wait(main, 20, "sleep", "0.3 s")
        .ms(70)
        .wake(alex, "sleep", "")
        .print(alex, 4, "stdout", "alex is running\n")
        .ms(30)
        .exit(alex, 0);
    lesson_of_the_cook(&mut record, (cook, oven, helper));
    record
        .ms(90)
        .wake(main, "sleep", "")
        .signal(second, main, 21, "SIGCONT")
        .push(second, main, 0, What::Continued)
        .ms(30)
        .reap(alex, main, 22, 0)
        .ms(2)
        .wait(main, 22, "join", "任务二")
        .ms(420)
        .wake(second, "sleep", "")
        .print(second, 4, "stdout", "任务二 is running\n")
        .ms(20)
        .exit(second, 0)
        .ms(12)
        .wake(main, "join", "402")
        .reap(second, main, 22, 0)
        .ms(70)
        .signal(counter, main, 24, "SIGTERM")
        .ms(6)
        .push(counter, main, 8, What::Delivered { signal: term, effect: Effect::Handled })
        .print(counter, 8, "stdout", "closing\n")
        .ms(30)
        .exit(counter, 0)
        .ms(20)
        .push(main, main, 25, What::Expected { held: true, condition: "counter.exitcode == 0".to_owned() })
        .ms(60)
        .signal(cook, main, 26, "SIGKILL")
        .ms(8)
        .exit(cook, -9)
        .ms(2)
        .push(helper, 1, 0, What::Adopted { from: cook, by: "init".to_owned() })
        .ms(40)
        .push(main, main, 27, What::Expected { held: false, condition: "cook.exitcode == 0".to_owned() })
        .ms(120)
        .reap(counter, main, 28, 0)
        .reap(cook, main, 28, -9)
        .ms(200)
        .exit(helper, 0)
        .ms(60)
        .exit(main, 1);
    record.events.clone()
}

/// An external program that forks, fails, and leaves a zombie and an orphan.
fn lesson_of_the_cook(record: &mut Record, (cook, oven, helper): (i32, i32, i32)) {
    record
        .ms(35)
        .push(oven, cook, 0, What::Forked { parent: cook, call: "vfork".to_owned() })
        .ms(12)
        .exec(oven, 0, &["oven", "--hot"], Some("ENOENT"))
        .print(oven, 0, "stderr", "sh: 1: oven: not found\n")
        .ms(20)
        .exit(oven, 127)
        .ms(40)
        .push(helper, cook, 0, What::Forked { parent: cook, call: "fork".to_owned() })
        .ms(20)
        .exec(helper, 0, &["sleep", "2"], None);
}

/// A pool: `count` workers start, print, are signalled, end and are waited for; six events each. Every 700th fails.
pub fn pool(count: i32) -> Vec<Event> {
    let mut record = Record::new();
    record.spawn(1000, 0, 0, "main");
    for number in 0..count - 1 {
        let pid = 1001 + number;
        record.after(40_000).spawn(pid, 1000, 13, &format!("worker-{}", number + 1));
        record.after(1_000).wait(pid, 3, "sleep", "0.4 s");
        if number >= 64 {
            let old = pid - 64;
            let code = i32::from(number % 700 == 0);
            record.after(3_000).wake(old, "sleep", "").after(1_000);
            record.print(old, 4, "stdout", &format!("worker {} is done\n", number - 63));
            record.after(2_000).exit(old, code).after(9_000).reap(old, 1000, 22, code);
        }
    }
    for pid in 1001 + (count - 65).max(0)..1000 + count {
        record.after(20_000).exit(pid, 0).after(9_000).reap(pid, 1000, 22, 0);
    }
    record.after(MILLISECOND).exit(1000, 0);
    record.events
}

/// Texts that would break out of the page, of a line, or of their direction.
pub const HOSTILE: &[&str] = &[
    "</script><script>window.broken = 1</script>",
    "<!--<script>",
    "<img src=x onerror=\"window.broken = 1\">",
    "{{data}}{{nonce}}",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "abc\u{202e}txt.exe\u{2066}",
    "a\u{2028}b\u{2029}c\0d",
    "\"; window.broken = 1; //",
    "__proto__",
    "שלום עולם",
    "👩\u{200d}🔬 任务",
];

/// A process for each hostile text, which prints it and waits for it, and one with a line of a megabyte.
pub fn hostile() -> Vec<Event> {
    let mut record = Record::new();
    record.spawn(1, 0, 0, "main");
    for (pid, text) in (10..).zip(HOSTILE) {
        record.after(100_000).spawn(pid, 1, 1, text).print(pid, 2, "stdout", text);
        record.after(50_000).wait(pid, 2, text, text).exec(pid, 2, &[text, text], Some(text));
        record.push(pid, 77, 0, What::Adopted { from: 1, by: (*text).to_owned() });
        record.push(pid, pid, 0, What::Expected { held: false, condition: (*text).to_owned() });
    }
    let huge = "x".repeat(1 << 20);
    record.after(1000).spawn(90, 1, 1, &huge).print(90, 1, "stderr", &huge);
    record.push(91, -5, u32::MAX, What::Exited { exitcode: i32::MIN, core: true });
    record.push(-1, 0, 0, What::Dropped { events: u64::MAX });
    record.events.push(Event {
        time: i64::MAX,
        pid: 92,
        actor: 0,
        place: Some(Place { source: 9, line: 1 }),
        what: What::Continued,
    });
    record.events
}
