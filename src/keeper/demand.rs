//! How much a run of untrusted work is to be kept inside, and what of it this machine can do: found by doing it.

use super::budget::{Bounds, Budget};
use super::contain::{Contain, Level};
use super::ended::Outcome;
use super::guard::guard;
use super::options::GuardOptions;
use crate::process::limits::Resource;
use crate::process::sandbox::{
    Ceiling, Cgroup, HOME, Rules, TEMPORARY, View, WORK, share, try_fence_part, try_trace,
};
use crate::process::{Errno, Limits, Run};

/// What is asked for: `--sandbox`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// All that needs no root; where a part of it is missing, nothing is run.
    Required,
    /// What is there, and what is missing is told.
    #[default]
    Auto,
    /// Nothing: for work of one's own.
    None,
}

/// A part of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Namespaces: pids, mounts, users, System V objects, names, network, and a view of the files.
    Namespaces,
    /// Landlock with its scope for signals.
    Landlock,
    /// The filter of system calls.
    Filter,
    /// A control group with limits on memory and processes.
    Group,
}

impl Part {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Namespaces, Self::Landlock, Self::Filter, Self::Group];

    /// In a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces of its own",
            Self::Landlock => "Landlock with a scope for signals",
            Self::Filter => "a filter of system calls",
            Self::Group => "limits of a control group",
        }
    }
}

/// What this machine can do: for each part whether it works, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer([Result<(), String>; 4]);

impl Offer {
    /// Tries each part. The calling process must have one thread, and becomes a guard for a moment.
    #[must_use]
    pub fn look() -> Self {
        let said = |result: Result<(), Errno>| result.map_err(|errno| errno.to_string());
        Self(Part::ALL.map(|part| match part {
            Part::Namespaces => try_run(Contain::untrusted(View { room: 1 << 20, ..View::default() })),
            Part::Landlock => said(try_fence_part(&Rules { apart: true, ..Rules::default() })),
            Part::Filter => said(try_fence_part(&Rules { filter: true, ..Rules::default() })),
            Part::Group => said(try_group()),
        }))
    }

    /// Whether a part works, or why not.
    ///
    /// # Errors
    /// The reason.
    pub fn of(&self, part: Part) -> Result<(), &str> {
        let at = Part::ALL.iter().position(|one| *one == part).unwrap_or(0);
        match &self.0[at] {
            Ok(()) => Ok(()),
            Err(why) => Err(why),
        }
    }
}

/// A contained run of nothing. A signal that ends it ends this process too: it says nothing of the machine, and whoever sent it
/// wants no run that is kept inside less well.
///
/// # Errors
/// Why it could not be.
pub fn try_run(contain: Contain) -> Result<(), String> {
    let options = GuardOptions { contain: Some(contain), probe: true, ..GuardOptions::default() };
    match guard(&options, |_| 0) {
        Ok(ended) if ended.exit_code() == 0 => Ok(()),
        Ok(ended) => Err(ended.message().unwrap_or_else(|| format!("{:?}", ended.outcome))),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Whether programs can be observed in a run that is kept inside like this. As for [`try_run`], a signal ends this process.
///
/// # Errors
/// Why not.
pub fn try_observe(contain: Option<Contain>) -> Result<(), String> {
    let options = GuardOptions { contain, probe: true, ..GuardOptions::default() };
    let traced = |_: &Run| try_trace().err().map_or(0, |errno| u8::try_from(errno.0).unwrap_or(u8::MAX));
    match guard(&options, traced) {
        Ok(ended) if ended.exit_code() == 0 => Ok(()),
        Ok(ended) => Err(match ended.outcome {
            Outcome::Exited(errno) => Errno(errno.into()).to_string(),
            _ => ended.message().unwrap_or_else(|| format!("{:?}", ended.outcome)),
        }),
        Err(fault) => Err(fault.to_string()),
    }
}

fn try_group() -> Result<(), Errno> {
    let ceiling = Ceiling { memory: Some(64 << 20), processes: Some(16) };
    Cgroup::create(&format!("proctor-try-{}", std::process::id()), ceiling).map(Cgroup::remove)
}

/// What untrusted work may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance {
    pub budget: Budget,
    /// Bytes of private memory of a process; and of all together, by a control group or the keeper.
    pub memory: Option<u64>,
    /// Bytes of a file.
    pub file_size: Option<u64>,
    /// Open files of a process.
    pub files: Option<u64>,
    /// Works that run at once: each has its share of what the kernel counts for all of them together.
    pub at_once: usize,
}

/// How untrusted work is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// For the guard: `GuardOptions::contain`.
    pub contain: Option<Contain>,
    /// For the guard, where it is not contained: `GuardOptions::bounds`.
    pub bounds: Bounds,
    /// For every program that is not trusted: `Setup::fence`.
    pub fence: Option<Rules>,
    /// How far it goes, as long as nothing changes.
    pub level: Level,
    /// What is missing, and why.
    pub missing: Vec<(Part, String)>,
}

/// Message queues are shared by so many works at most: with less, none of them could make one of the usual size.
const QUEUES: usize = 4;

/// More processes than the budget has are let be, so that the keeper sees that it is spent.
const MORE_PROCESSES: u32 = 16;

/// How to run untrusted work with these files and this allowance, on a machine that offers this.
///
/// # Errors
/// What is missing and why, where it is required: all but the control group, which needs root or a delegation.
pub fn plan(
    demand: Demand,
    offer: &Offer,
    view: View,
    allowance: &Allowance,
) -> Result<Plan, Vec<(Part, String)>> {
    let most = allowance.budget.alive.map(|alive| alive.saturating_add(MORE_PROCESSES));
    let limits = Limits {
        cpu: allowance.budget.cpu.map(|cpu| cpu.as_secs().saturating_add(1)),
        memory: allowance.memory,
        files: allowance.files,
        processes: most.map(u64::from),
        file_size: allowance.file_size,
        queued_signals: share(Resource::QueuedSignals, allowance.at_once as u64),
        queue_bytes: share(Resource::QueueBytes, allowance.at_once.min(QUEUES) as u64),
    };
    // Limits hold at each level.
    let bounds =
        Bounds { limits, budget: Budget { started: None, memory: allowance.memory, ..allowance.budget } };
    if demand == Demand::None {
        return Ok(Plan { contain: None, bounds, fence: None, level: Level::Host, missing: Vec::new() });
    }
    let missing: Vec<(Part, String)> =
        Part::ALL.into_iter().filter_map(|part| Some((part, offer.of(part).err()?.to_owned()))).collect();
    let needed: Vec<_> = missing.iter().filter(|(part, _)| *part != Part::Group).cloned().collect();
    if demand == Demand::Required && !needed.is_empty() {
        return Err(needed);
    }
    let has = |part| offer.of(part).is_ok();
    let contain = has(Part::Namespaces).then(|| {
        let mut contain = Contain::untrusted(view);
        contain.budget = allowance.budget;
        // Where the kernel does not count it.
        contain.budget.memory = allowance.memory.filter(|_| !has(Part::Group));
        contain.limits = limits;
        contain.ceiling = has(Part::Group).then_some(Ceiling { memory: allowance.memory, processes: most });
        contain
    });
    let level = match contain {
        Some(_) if has(Part::Group) => Level::Limited,
        Some(_) => Level::Contained,
        None => Level::Host,
    };
    // In a view of its own there is nothing to write to but what is meant for it.
    let write = [WORK, TEMPORARY, HOME, "/dev", "/dev/mqueue", "/proc"].map(Into::into).to_vec();
    let in_view = contain.is_some();
    let fence = Rules {
        apart: has(Part::Landlock),
        no_network: has(Part::Landlock),
        read: if in_view { vec!["/".into()] } else { Vec::new() },
        write: if in_view { write } else { Vec::new() },
        filter: has(Part::Filter),
    };
    let bounds = if in_view { Bounds::default() } else { bounds };
    Ok(Plan { contain, bounds, fence: Some(fence), level, missing })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(missing: &[Part]) -> Offer {
        Offer(Part::ALL.map(|part| if missing.contains(&part) { Err("why".to_owned()) } else { Ok(()) }))
    }

    fn planned(demand: Demand, missing: &[Part]) -> Result<Plan, Vec<(Part, String)>> {
        let budget = Budget { alive: Some(10), ..Budget::default() };
        let allowance = Allowance { budget, memory: Some(1 << 20), ..Allowance::default() };
        plan(demand, &offer(missing), View::default(), &allowance)
    }

    #[test]
    fn what_is_required_must_be_there_but_for_the_group() {
        for part in Part::ALL {
            let plan = planned(Demand::Required, &[part]);
            assert_eq!(plan.is_ok(), part == Part::Group, "{part:?}");
        }
        assert_eq!(planned(Demand::Required, &[]).unwrap().level, Level::Limited);
        assert_eq!(planned(Demand::Required, &[Part::Group]).unwrap().level, Level::Contained);
    }

    #[test]
    fn what_is_missing_is_told() {
        let plan = planned(Demand::Auto, &[Part::Namespaces, Part::Filter]).unwrap();
        assert_eq!((plan.contain.is_some(), plan.level), (false, Level::Host));
        let fence = plan.fence.unwrap();
        assert!(fence.apart && !fence.filter && fence.read.is_empty());
        assert_eq!(
            plan.missing.iter().map(|(part, _)| *part).collect::<Vec<_>>(),
            [Part::Namespaces, Part::Filter]
        );
    }

    #[test]
    fn the_kernels_limit_of_processes_lies_above_the_budget() {
        let contain = planned(Demand::Auto, &[]).unwrap().contain.unwrap();
        assert_eq!(contain.limits.processes, Some(26));
        assert_eq!(contain.ceiling, Some(Ceiling { memory: Some(1 << 20), processes: Some(26) }));
    }

    #[test]
    fn limits_hold_at_each_level() {
        for (demand, missing) in [(Demand::None, &[][..]), (Demand::Auto, &[Part::Namespaces])] {
            let bounds = planned(demand, missing).unwrap().bounds;
            assert_eq!((bounds.limits.processes, bounds.limits.memory), (Some(26), Some(1 << 20)));
            assert_eq!(bounds.budget, Budget { alive: Some(10), memory: Some(1 << 20), ..Budget::default() });
        }
        assert_eq!(
            planned(Demand::Auto, &[]).unwrap().bounds,
            Bounds::default(),
            "the contained run has its own"
        );
    }

    #[test]
    fn nothing_but_limits_is_nothing() {
        let plan = planned(Demand::None, &Part::ALL).unwrap();
        assert_eq!((plan.contain, plan.fence, plan.missing), (None, None, Vec::new()));
    }
}
