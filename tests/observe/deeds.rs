//! What the processes of a tree did, in words that do not depend on pids: a process is called by the order of births, `0.1.0` is
//! the first child of the second child of the program.

use proctor::event::{Effect, Event, What};
use proctor::value::signal::signal_name;
use std::collections::BTreeMap;

/// What one process did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Deeds {
    /// What it did by itself, in its order: forks, executions, signals sent, groups changed, its end.
    pub acts: Vec<String>,
    /// The calls that waited, and what each came to.
    pub waits: Vec<String>,
    /// Signals that reached it, but for SIGCHLD, in the order of their names.
    pub signals: Vec<String>,
    /// How often SIGCHLD did.
    pub sigchld: usize,
}

/// By the processes' names.
pub type Tree = BTreeMap<String, Deeds>;

/// What one is called who has no name.
pub const NOBODY: &str = "nobody";

/// Names for pids. A pid that is used again gets the name of its new bearer.
#[derive(Debug, Default)]
pub struct Names {
    of: BTreeMap<i32, String>,
    children: BTreeMap<String, usize>,
}

impl Names {
    pub fn root(&mut self, pid: i32) {
        self.of.insert(pid, "0".to_owned());
    }

    pub fn get(&self, pid: i32) -> String {
        self.of.get(&pid).cloned().unwrap_or_else(|| NOBODY.to_owned())
    }

    pub fn knows(&self, pid: i32) -> bool {
        self.of.contains_key(&pid)
    }

    /// A child of the process that made it, whoever its parent is.
    pub fn born(&mut self, pid: i32, maker: i32) -> String {
        let maker = self.get(maker);
        let number = self.children.entry(maker.clone()).or_insert(0);
        let name = format!("{maker}.{number}");
        *number += 1;
        self.of.insert(pid, name.clone());
        name
    }
}

/// What an exec is called.
pub fn exec(path: &str, args: &[String], result: &str) -> String {
    format!("exec {path} {args:?} {result}")
}

/// Of the tracer's events.
pub fn of_events(events: &[Event]) -> Tree {
    let mut tree = Tree::new();
    let mut names = Names::default();
    let mut group: Option<(i32, String)> = None;
    for event in events {
        let own = names.get(event.pid);
        let actor = names.get(event.actor);
        let last_group = group.take();
        match &event.what {
            What::Spawned { .. } => names.root(event.pid),
            What::Forked { call, .. } => {
                let child = names.born(event.pid, event.actor);
                tree.entry(child.clone()).or_default();
                tree.entry(actor).or_default().acts.push(format!("{call} {child}"));
            }
            What::Executed { path, args, error } => {
                let result = error.as_deref().unwrap_or("ok");
                tree.entry(own).or_default().acts.push(exec(path, args, result));
            }
            What::Exited { exitcode, .. } => tree.entry(own).or_default().acts.push(end(*exitcode)),
            What::Signalled { signal, call, error } => {
                let result = error.as_deref().unwrap_or("ok");
                let whom = match call.as_str() {
                    "killpg" => "a group",
                    _ => &own,
                };
                let call = if call == "killpg" { "kill" } else { call };
                let deed = format!("{call} {whom} {} {result}", signal_name(*signal));
                // A group's members have an event each.
                let repeated = last_group.is_some_and(|last| last == (event.actor, deed.clone()));
                if whom == "a group" {
                    group = Some((event.actor, deed.clone()));
                }
                if !repeated {
                    tree.entry(actor).or_default().acts.push(deed);
                }
            }
            What::Delivered { signal, effect } => {
                assert!(matches!(effect, Effect::Handled | Effect::Ignored | Effect::Default));
                tree.entry(own).or_default().reached(&signal_name(*signal));
            }
            What::Stopped { signal } => {
                tree.entry(own).or_default().signals.push(format!("stopped by {}", signal_name(*signal)));
            }
            // Other sleeps are no calls that strace was asked for.
            What::Woken { call, result } if call.starts_with("wait") => {
                let whom = result.parse().map_or(result.clone(), |pid: i32| {
                    if pid == 0 { "0".to_owned() } else { names.get(pid) }
                });
                tree.entry(own).or_default().waits.push(format!("{call} {whom}"));
            }
            What::Regrouped { call, .. } => tree.entry(actor).or_default().acts.push(format!("{call} ok")),
            _ => {}
        }
    }
    sorted(tree)
}

pub fn end(exitcode: i32) -> String {
    if exitcode < 0 {
        format!("killed by {}", signal_name(proctor::value::Signal(exitcode.unsigned_abs() as u8)))
    } else {
        format!("exit {exitcode}")
    }
}

pub fn sorted(mut tree: Tree) -> Tree {
    for deeds in tree.values_mut() {
        deeds.signals.sort();
    }
    tree
}

impl Deeds {
    pub fn reached(&mut self, signal: &str) {
        if signal == "SIGCHLD" {
            self.sigchld += 1;
        } else {
            self.signals.push(signal.to_owned());
        }
    }
}
