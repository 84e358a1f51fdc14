//! A child that is never joined: from its end to the end of its parent it is a zombie.

use crate::check::findings::Findings;
use crate::check::hash::FastSet;
use crate::check::resolution::DeclId;
use crate::source::{Code, Diagnostic, Span};

#[derive(Default)]
pub(in crate::check) struct UnjoinedChild {
    spawned: Vec<(DeclId, Span)>,
    /// Spawns whose process nothing has a name for, and which are no value of anything.
    nameless: Vec<Span>,
    /// Joined, or given to something that may join it.
    known: FastSet<DeclId>,
    /// Something joins children without naming them.
    any_joined: bool,
}

impl UnjoinedChild {
    /// A name whose process, or list of processes, was just spawned, is no daemon, and has a parent that does not end right behind it.
    pub fn spawned(&mut self, decl: DeclId, name: Span) {
        self.spawned.push((decl, name));
    }

    /// A spawn without a NAME, whose value goes nowhere.
    pub fn nameless(&mut self, target: Span) {
        self.nameless.push(target);
    }

    /// The process is joined, or goes where it may be.
    pub fn known(&mut self, decl: DeclId) {
        self.known.insert(decl);
    }

    /// `join all`, `wait any`, or code of another file that may do so.
    pub fn any_joined(&mut self) {
        self.any_joined = true;
    }

    pub fn report(&self, name_of: impl Fn(Span) -> String, findings: &Findings) -> Vec<Diagnostic> {
        if self.any_joined {
            return Vec::new();
        }
        let lost = self.spawned.iter().filter(|(decl, _)| !self.known.contains(decl));
        let named = lost.map(|(_, span)| {
            let name = name_of(*span);
            Diagnostic::warning(
                Code::UNJOINED_CHILD,
                format!("nothing joins `{name}`: once ended, it stays a zombie"),
            )
            .at(findings.place(*span), "never joined")
            .help(format!(
                "add `join {name}`; a parent's end joins the children that are left, but not before"
            ))
        });
        let nameless = self.nameless.iter().map(|span| {
            let message = "nothing joins this process: once ended, it stays a zombie";
            Diagnostic::warning(Code::UNJOINED_CHILD, message).at(findings.place(*span), "never joined").help(
                "give it a name and join it: `spawn p …` and `join p`, or `join all`; a parent's end joins the children \
                 that are left, but not before",
            )
        });
        named.chain(nameless).collect()
    }
}
