//! What strace saw: its log, read line by line.

use crate::deeds::{NOBODY, Names, Tree, end, exec, sorted};
use std::collections::HashMap;

/// The calls that strace is to show: those of the tracer.
pub const CALLS: &str = "trace=fork,vfork,clone,clone3,execve,execveat,wait4,waitid,kill,tkill,tgkill,rt_sigqueueinfo,\
    rt_tgsigqueueinfo,pidfd_send_signal,setpgid,setsid";

/// A call's line may be in two parts, with others between.
struct Reader {
    tree: Tree,
    names: Names,
    /// The process of each thread.
    process: HashMap<i32, i32>,
    begun: HashMap<i32, String>,
    /// In a fork whose child's lines may come before its result: they are kept until then.
    unborn: HashMap<i32, Vec<String>>,
    /// What stopped last, of each process: all its threads say it.
    stopped: HashMap<i32, bool>,
    /// Waits that gave a child whose maker, another than who waited, had not come back from its fork: whose they are, which of
    /// them, and whom they gave.
    nameless: Vec<(String, usize, i32)>,
}

/// Reads what `strace -f -q -s 256 -o FILE` wrote.
pub fn read(log: &str) -> Tree {
    let mut reader = Reader {
        tree: Tree::new(),
        names: Names::default(),
        process: HashMap::new(),
        begun: HashMap::new(),
        unborn: HashMap::new(),
        stopped: HashMap::new(),
        nameless: Vec::new(),
    };
    for (number, line) in log.lines().enumerate() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let Ok(pid) = pid.parse::<i32>() else { panic!("{line}") };
        if number == 0 {
            reader.names.root(pid);
            reader.process.insert(pid, pid);
        }
        reader.line(pid, rest.trim_start());
    }
    reader.name_the_nameless();
    sorted(reader.tree)
}

impl Reader {
    fn line(&mut self, tid: i32, line: &str) {
        let Some(process) = self.process.get(&tid).copied() else {
            self.unborn.entry(tid).or_default().push(line.to_owned());
            return;
        };
        if let Some(by) = line.strip_prefix("+++ superseded by execve in pid ") {
            // The thread goes on with the process's number, in the middle of its call, whose end is not shown.
            let by: i32 = by.trim_end_matches(" +++").parse().expect("a thread");
            if let Some(begun) = self.begun.remove(&by) {
                self.whole(by, process, &(begun + ") = 0"));
            }
            return;
        }
        if let Some(begun) = line.strip_suffix("<unfinished ...>") {
            self.begun.insert(tid, begun.to_owned());
            return;
        }
        if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|line| line.split_once(" resumed>")) {
            let whole = self.begun.remove(&tid).unwrap_or_default() + rest;
            return self.whole(tid, process, &whole);
        }
        self.whole(tid, process, line);
    }

    fn whole(&mut self, tid: i32, process: i32, line: &str) {
        let own = self.names.get(process);
        if let Some(rest) = line.strip_prefix("--- ") {
            let signal = rest.split_whitespace().next().unwrap_or_default();
            let deeds = self.tree.entry(own).or_default();
            match rest.strip_prefix("stopped by ") {
                Some(by) if !self.stopped.insert(process, true).unwrap_or(false) => {
                    deeds.signals.push(format!("stopped by {}", by.trim_end_matches(" ---")));
                }
                Some(_) => {}
                None => {
                    if signal == "SIGCONT" {
                        self.stopped.insert(process, false);
                    }
                    deeds.reached(&normal(signal));
                }
            }
        } else if let Some(rest) = line.strip_prefix("+++ ") {
            self.ended(tid, process, rest);
        } else if let Some((call, rest)) = line.split_once('(') {
            self.call(tid, process, call, rest);
        }
    }

    fn ended(&mut self, tid: i32, process: i32, rest: &str) {
        if tid != process {
            self.process.remove(&tid);
            return;
        }
        let own = self.names.get(process);
        let how = match rest.strip_prefix("exited with ").and_then(|rest| rest.split(' ').next()) {
            Some(code) => end(code.parse().expect("a code")),
            None => {
                let signal = rest.strip_prefix("killed by ").and_then(|rest| rest.split(' ').next());
                format!("killed by {}", normal(signal.expect("a signal")))
            }
        };
        self.tree.entry(own).or_default().acts.push(how);
        self.process.remove(&tid);
    }

    fn call(&mut self, tid: i32, process: i32, call: &str, rest: &str) {
        let Some((arguments, result)) = rest.rsplit_once(" = ") else {
            // A thread that was killed in the call: only signals that it sent have happened.
            return self.sent(process, call, rest, "0");
        };
        match call {
            "fork" | "vfork" | "clone" | "clone3" => self.born(process, call, arguments, result),
            "execve" | "execveat" => {
                let own = self.names.get(process);
                let (path, rest) = quoted(&arguments[arguments.find('"').unwrap_or(0)..]);
                let args = list(rest);
                let result = outcome(result);
                if result != "?" {
                    // In a thread: strace goes on with the process's number.
                    self.tree.entry(own).or_default().acts.push(exec(&path, &args, &result));
                }
                if result == "ok" {
                    self.process.insert(process, process);
                    if tid != process {
                        self.process.remove(&tid);
                    }
                }
            }
            "wait4" | "waitid" => {
                let own = self.names.get(process);
                let pid = match call {
                    "wait4" => result.split(' ').next().and_then(|pid| pid.parse::<i32>().ok()),
                    // Without a place to tell, it is the one that it waits for.
                    _ => field(arguments, "si_pid=").or_else(|| {
                        field(arguments.trim_end().strip_suffix("NULL, WEXITED, NULL)")?, "P_PID, ")
                    }),
                };
                let failed = result.starts_with(['-', '?']);
                let waits = &mut self.tree.entry(own.clone()).or_default().waits;
                let whom = match pid {
                    _ if failed => interrupted(result),
                    Some(pid) if pid > 0 => {
                        if !self.names.knows(pid) {
                            self.nameless.push((own, waits.len(), pid));
                        }
                        self.names.get(pid)
                    }
                    _ => "0".to_owned(),
                };
                waits.push(format!("{call} {whom}"));
            }
            "setpgid" | "setsid" => {
                if !result.starts_with('-') {
                    let own = self.names.get(process);
                    self.tree.entry(own).or_default().acts.push(format!("{call} ok"));
                }
            }
            _ => self.sent(process, call, arguments, result),
        }
    }

    fn name_the_nameless(&mut self) {
        for (whose, which, pid) in std::mem::take(&mut self.nameless) {
            let name = self.names.get(pid);
            let wait = &mut self.tree.entry(whose).or_default().waits[which];
            *wait = wait.replace(NOBODY, &name);
        }
    }

    fn sent(&mut self, process: i32, call: &str, arguments: &str, result: &str) {
        if !["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"]
            .contains(&call)
        {
            return;
        }
        let words: Vec<&str> =
            arguments.trim_end().trim_end_matches(')').split(", ").map(str::trim).collect();
        let at = if matches!(call, "tgkill" | "rt_tgsigqueueinfo") { 2 } else { 1 };
        let signal = words.get(at).copied().unwrap_or_default();
        if signal == "0" {
            return;
        }
        let target = words[0].parse::<i32>().unwrap_or(0);
        let whom = match call {
            "pidfd_send_signal" if !matches!(words.last(), Some(&"0")) => "a group".to_owned(),
            "pidfd_send_signal" => {
                // `3<pid:42>`, `3</proc/42>`, or a number that stands for itself.
                let held = ["<pid:", "</proc/"].iter().find_map(|before| field(words[0], before));
                self.names.get(held.unwrap_or(process))
            }
            "kill" if target <= 0 => "a group".to_owned(),
            _ => self.names.get(target),
        };
        // Who kills itself does not come back from it.
        let result = if result.starts_with('?') { "0" } else { result };
        let call = if whom == "a group" { "kill" } else { call };
        let deed = format!("{call} {whom} {} {}", normal(signal), outcome(result));
        let own = self.names.get(process);
        self.tree.entry(own).or_default().acts.push(deed);
    }

    fn born(&mut self, process: i32, call: &str, arguments: &str, result: &str) {
        let Some(pid) =
            result.split(' ').next().and_then(|pid| pid.parse::<i32>().ok()).filter(|pid| *pid > 0)
        else {
            return;
        };
        if arguments.contains("CLONE_THREAD") {
            self.process.insert(pid, process);
        } else {
            let name = self.names.born(pid, process);
            self.process.insert(pid, pid);
            self.tree.entry(name.clone()).or_default();
            let own = self.names.get(process);
            self.tree.entry(own).or_default().acts.push(format!("{call} {name}"));
        }
        self.stopped.remove(&pid);
        for line in self.unborn.remove(&pid).unwrap_or_default() {
            self.line(pid, &line);
        }
    }
}

/// strace calls the first real-time signal that is free `SIGRTMIN`, or `SIGRT_2` by the kernel's count.
fn normal(signal: &str) -> String {
    match signal.strip_prefix("SIGRT_").and_then(|number| number.parse::<u8>().ok()) {
        Some(number) => proctor::value::signal::signal_name(proctor::value::Signal(32 + number)),
        None => match signal {
            "SIGRTMIN" => "SIG32".to_owned(),
            other => other.to_owned(),
        },
    }
}

fn outcome(result: &str) -> String {
    match result.strip_prefix("-1 ") {
        Some(error) => error.split(' ').next().unwrap_or_default().to_owned(),
        None if result.starts_with('?') => "?".to_owned(),
        None => "ok".to_owned(),
    }
}

fn interrupted(result: &str) -> String {
    if result.starts_with("? ERESTART") { "interrupted".to_owned() } else { outcome(result) }
}

fn field(text: &str, name: &str) -> Option<i32> {
    let rest = &text[text.find(name)? + name.len()..];
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A string in quotes at the beginning, and what follows. Bytes that are no UTF-8 become what they become elsewhere.
fn quoted(text: &str) -> (String, &str) {
    let mut bytes = Vec::new();
    let raw = text.as_bytes();
    let mut at = 1;
    while at < raw.len() && raw[at] != b'"' {
        if raw[at] != b'\\' {
            bytes.push(raw[at]);
            at += 1;
            continue;
        }
        at += 1;
        let digits = raw[at..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        if digits > 0 {
            let octal = std::str::from_utf8(&raw[at..at + digits]).expect("digits");
            bytes.push(u16::from_str_radix(octal, 8).expect("octal") as u8);
            at += digits;
            continue;
        }
        bytes.push(match raw[at] {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 11,
            b'f' => 12,
            other => other,
        });
        at += 1;
    }
    (String::from_utf8_lossy(&bytes).into_owned(), &text[(at + 1).min(text.len())..])
}

/// The arguments of an exec: `, ["a", "b"…], …`.
fn list(text: &str) -> Vec<String> {
    let Some(mut rest) = text.strip_prefix(", [") else { return Vec::new() };
    let mut all = Vec::new();
    while rest.starts_with('"') {
        let (mut word, after) = quoted(rest);
        rest = after;
        if let Some(cut) = rest.strip_prefix("...") {
            word.push('…');
            rest = cut;
        }
        all.push(word);
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    if rest.starts_with("...") {
        all.push("…".to_owned());
    }
    all
}
