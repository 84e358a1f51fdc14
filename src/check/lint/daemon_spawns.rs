//! A daemon whose target spawns or forks: it will get the error `daemon_child`.

use super::reach::{Node, Reach};
use crate::check::findings::Findings;
use crate::source::{Code, Diagnostic, Span};

#[derive(Default)]
pub(in crate::check) struct DaemonSpawns {
    daemons: Vec<(Span, Node)>,
}

impl DaemonSpawns {
    /// A target that is spawned as a daemon and does what `node` does.
    pub fn daemon(&mut self, target: Span, node: Node) {
        self.daemons.push((target, node));
    }

    pub fn report(&self, reach: &Reach, findings: &Findings) -> Vec<Diagnostic> {
        let wrong = self.daemons.iter().filter(|(_, node)| reach.does_spawn(*node));
        wrong
            .map(|(target, _)| {
                Diagnostic::warning(
                    Code::DAEMON_SPAWNS,
                    "this daemon's target starts a process, which a daemon cannot",
                )
                .at(findings.place(*target), "daemonic processes are not allowed to have children")
                .help("leave out `daemon: true`, or let another process start the child")
            })
            .collect()
    }
}
