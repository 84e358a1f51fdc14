//! A named child that is never joined: from its end to the end of its parent it is a zombie.

use crate::check::findings::Findings;
use crate::check::hash::FastSet;
use crate::check::resolution::DeclId;
use crate::source::{Code, Diagnostic, Span};

#[derive(Default)]
pub(in crate::check) struct UnjoinedChild {
    spawned: Vec<(DeclId, Span)>,
    /// Joined, or given to something that may join it.
    known: FastSet<DeclId>,
    /// Something joins children without naming them.
    any_joined: bool,
}

impl UnjoinedChild {
    /// A spawn with a NAME whose process is no daemon, and whose parent does not end right behind it.
    pub fn spawned(&mut self, decl: DeclId, name: Span) {
        self.spawned.push((decl, name));
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
        lost.map(|(_, span)| {
            let name = name_of(*span);
            Diagnostic::warning(
                Code::UNJOINED_CHILD,
                format!("nothing joins `{name}`: once ended, it stays a zombie"),
            )
            .at(findings.place(*span), "never joined")
            .help(format!(
                "add `join {name}`; a parent's end joins the children that are left, but not before"
            ))
        })
        .collect()
    }
}
