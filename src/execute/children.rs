//! The children of this process that it has not reaped yet.

use crate::value::ProcessRef;
use indexmap::IndexMap;
use std::rc::Rc;

/// One child.
#[derive(Debug, Clone)]
pub(super) struct Child {
    pub process: Rc<ProcessRef>,
    pub daemon: bool,
    /// How many children this process had started before.
    pub number: u64,
    /// The process group that had the terminal before this child got it, and gets it back.
    pub lent: Option<i32>,
}

/// By pid: a pid stays taken until its child is reaped, so it names one child here.
#[derive(Debug, Default)]
pub(super) struct Children {
    unreaped: IndexMap<i32, Child>,
    started: u64,
}

impl Children {
    pub(super) fn add(&mut self, process: Rc<ProcessRef>, daemon: bool) {
        let child = Child { process: process.clone(), daemon, number: self.started, lent: None };
        self.started += 1;
        self.unreaped.insert(process.pid, child);
    }

    /// The child has the terminal of this process group until it ends.
    pub(super) fn lend_terminal(&mut self, pid: i32, owner: i32) {
        if let Some(child) = self.unreaped.get_mut(&pid) {
            child.lent = Some(owner);
        }
    }

    pub(super) fn remove(&mut self, pid: i32) -> Option<Child> {
        self.unreaped.swap_remove(&pid)
    }

    pub(super) fn get(&self, pid: i32) -> Option<&Child> {
        self.unreaped.get(&pid)
    }

    /// The child that is this very process.
    pub(super) fn find(&self, process: &ProcessRef) -> Option<&Child> {
        self.get(process.pid).filter(|child| *child.process == *process)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unreaped.is_empty()
    }

    /// How many were started so far, reaped or not.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// All, in the order in which they were started.
    pub(super) fn in_order(&self) -> Vec<Child> {
        let mut all: Vec<Child> = self.unreaped.values().cloned().collect();
        all.sort_unstable_by_key(|child| child.number);
        all
    }

    /// In a new process: it has none. The table itself is left where it is, since freeing it would
    /// copy every page of it that is still shared with the parent.
    pub(super) fn forget(&mut self) {
        std::mem::forget(std::mem::take(self));
    }
}
