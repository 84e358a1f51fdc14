//! What a function does itself or through those that it calls: does it expect something, does it spawn?

use crate::check::hash::FastMap;

/// A function, the body of a test, or the body of a daemon.
pub(in crate::check) type Node = u32;

#[derive(Default, Clone, Copy)]
struct Does {
    /// Expects something, or calls what cannot be looked into.
    expects: bool,
    spawns: bool,
}

/// Who calls whom. The first nodes are the functions of the file.
#[derive(Default)]
pub(in crate::check) struct Reach {
    does: Vec<Does>,
    callers: FastMap<Node, Vec<Node>>,
}

impl Reach {
    pub fn new(functions: usize) -> Self {
        Self { does: vec![Does::default(); functions], callers: FastMap::default() }
    }

    pub fn node(&mut self) -> Node {
        self.does.push(Does::default());
        (self.does.len() - 1) as Node
    }

    pub fn calls(&mut self, caller: Node, called: Node) {
        self.callers.entry(called).or_default().push(caller);
    }

    pub fn expects(&mut self, node: Node) {
        self.does[node as usize].expects = true;
    }

    pub fn spawns(&mut self, node: Node) {
        self.does[node as usize].spawns = true;
    }

    /// Tells every caller what those that it calls do.
    pub fn spread(&mut self) {
        let mut changed: Vec<Node> = (0..self.does.len() as Node).collect();
        while let Some(node) = changed.pop() {
            let does = self.does[node as usize];
            for caller in self.callers.get(&node).into_iter().flatten() {
                let before = self.does[*caller as usize];
                let after =
                    Does { expects: before.expects || does.expects, spawns: before.spawns || does.spawns };
                if (after.expects, after.spawns) != (before.expects, before.spawns) {
                    self.does[*caller as usize] = after;
                    changed.push(*caller);
                }
            }
        }
    }

    pub fn does_expect(&self, node: Node) -> bool {
        self.does[node as usize].expects
    }

    pub fn does_spawn(&self, node: Node) -> bool {
        self.does[node as usize].spawns
    }
}
