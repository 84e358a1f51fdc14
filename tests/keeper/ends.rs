//! A run that ends, in every way that it can end by itself or be asked to: nothing is left (rows 1, 4 and 5).

use super::awkward::ALL;
use super::runner::Test;
use super::stage::{SECOND, Stage};

pub const TESTS: [Test; 1] = [("an_ended_run_leaves_nothing", an_ended_run_leaves_nothing)];

fn an_ended_run_leaves_nothing() {
    for (way, code) in [("return", 0), ("7", 7), ("panic", 134), ("abort", 134), ("overflow", 139)] {
        let mut run = Stage::new(&format!("herd {way}")).start();
        let output = run.finish();
        assert_eq!(output.code, Some(code), "{way}: {output:?}");
        assert_eq!(run.herd.members.len(), ALL, "{way}");
        assert!(run.herd.is_gone(SECOND), "{way}: {:?}", run.herd.left());
    }
}
