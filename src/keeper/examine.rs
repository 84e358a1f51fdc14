//! What this machine offers for keeping processes inside, found by trying, and what to do for the rest: `proctor doctor`.

use super::contain::{Contain, Level};
use super::demand::{Offer, Part, try_run};
use crate::process::limits::{Resource, get};
use crate::process::sandbox::{
    Rules, Space, landlock_abi, try_fence_part, try_space, try_terminal_typing, try_trace,
};
use crate::process::{Errno, Pidfd, pid};
use std::fs;
use std::time::Duration;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub what: &'static str,
    /// The level that needs it; none: nothing does, it is good to know.
    pub needed: Option<Level>,
    /// It works, or is as it should be.
    pub good: bool,
    /// What was found: a number, or why it does not work.
    pub found: String,
    /// What to do where it is not good.
    pub advice: Option<&'static str>,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The best that this machine reaches for this user.
    pub level: Level,
    pub findings: Vec<Finding>,
}

const NAMESPACES: &str = "allow namespaces to all users: `sysctl -w user.max_user_namespaces=10000`, and on Debian \
    `kernel.unprivileged_userns_clone=1`, on Ubuntu `kernel.apparmor_restrict_unprivileged_userns=0`; in a container, allow \
    unshare(2), mount(2) and an unmasked /proc (for docker: `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`)";
const LANDLOCK: &str =
    "needs Linux 6.12 with `landlock` in the kernel's list of security modules (boot with `lsm=landlock,…`)";
const FILTER: &str = "needs a kernel with CONFIG_SECCOMP_FILTER, on x86_64, aarch64 or riscv64";
const GROUP: &str =
    "run as root, or in a delegated group: `systemd-run --user --scope -p Delegate=yes proctor …`";
const OLD: &str = "needs a newer kernel: Linux 5.3 for pidfd_open(2), 3.4 for subreapers";
const TRACE: &str =
    "needed for `observe: true`: `sysctl -w kernel.yama.ptrace_scope=1`, or allow ptrace(2) in the container";
const TYPING: &str = "a child that has your terminal can type into your shell: `sysctl -w dev.tty.legacy_tiocsti=0` ends that; \
    what is graded never has it";
const FEW: &str = "`ulimit` before proctor is started, or limits.conf(5), raises it";

/// Looks at everything. The calling process must have one thread, and becomes a guard for a moment.
#[must_use]
pub fn examine() -> Examination {
    let offer = Offer::look();
    let mut findings = vec![
        trial("pidfd", Some(Level::Host), Pidfd::open(pid()).map(drop), OLD),
        trial("subreaper", Some(Level::Host), subreaper(), OLD),
    ];
    let spaces = [
        ("user namespaces", Space::User),
        ("pid namespaces", Space::Pid),
        ("mount namespaces", Space::Mount),
        ("ipc namespaces", Space::Ipc),
        ("uts namespaces", Space::Uts),
        ("network namespaces", Space::Network),
    ];
    findings.extend(
        spaces.map(|(what, space)| trial(what, Some(Level::Contained), try_space(space), NAMESPACES)),
    );
    let contained = try_run(Contain::own());
    let has_level = contained.is_ok();
    findings.push(finding("a contained run", Some(Level::Contained), contained, NAMESPACES));
    let part = |part| offer.of(part).map_err(str::to_owned);
    findings.push(finding("a view of the files", Some(Level::Contained), part(Part::Namespaces), NAMESPACES));
    let abi = landlock_abi();
    findings.push(Finding {
        found: if abi == 0 { "none".to_owned() } else { format!("version {abi}") },
        ..finding(
            "Landlock",
            Some(Level::Contained),
            if abi > 0 { Ok(()) } else { Err(String::new()) },
            LANDLOCK,
        )
    });
    findings.push(finding(
        "Landlock's scope for signals",
        Some(Level::Contained),
        part(Part::Landlock),
        LANDLOCK,
    ));
    findings.push(finding("filters of system calls", Some(Level::Contained), part(Part::Filter), FILTER));
    let network = try_fence_part(&Rules { no_network: true, ..Rules::default() });
    findings.push(trial("Landlock's rules for TCP", None, network.and(at_least(abi, 4)), LANDLOCK));
    findings.push(finding("control groups", Some(Level::Limited), part(Part::Group), GROUP));
    findings.push(trial("tracing a child", None, try_trace(), TRACE));
    findings.push(typing());
    findings.extend(numbers());
    let level = match (has_level, offer.of(Part::Group).is_ok()) {
        (false, _) => Level::Host,
        (true, false) => Level::Contained,
        (true, true) => Level::Limited,
    };
    Examination { level, findings }
}

fn finding(
    what: &'static str,
    needed: Option<Level>,
    result: Result<(), String>,
    advice: &'static str,
) -> Finding {
    let good = result.is_ok();
    let found = result.err().unwrap_or_else(|| "works".to_owned());
    Finding { what, needed, good, found, advice: (!good).then_some(advice) }
}

fn trial(
    what: &'static str,
    needed: Option<Level>,
    result: Result<(), Errno>,
    advice: &'static str,
) -> Finding {
    finding(what, needed, result.map_err(|errno| errno.to_string()), advice)
}

fn at_least(abi: i32, wanted: i32) -> Result<(), Errno> {
    if abi >= wanted { Ok(()) } else { Err(Errno::ENOSYS) }
}

/// prctl(2), PR_SET_CHILD_SUBREAPER: harmless here, for this process ends soon.
fn subreaper() -> Result<(), Errno> {
    rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1)).map_err(Errno::from)
}

/// That it is refused is the good news.
fn typing() -> Finding {
    let refused = try_terminal_typing();
    Finding {
        found: if refused.is_err() { "refused" } else { "possible" }.to_owned(),
        ..finding("typing into a terminal", None, refused.err().map(drop).ok_or_else(String::new), TYPING)
    }
}

/// What limits how much can be run. What is plenty is good.
fn numbers() -> Vec<Finding> {
    const PLENTY_OF_PIDS: u64 = 4096;
    const PLENTY_OF_FILES: u64 = 256;
    let number = |what, value: Option<u64>, plenty: u64| {
        let good = value.is_none_or(|value| value >= plenty);
        let found = value.map_or("unlimited".to_owned(), |value| value.to_string());
        Finding { found, ..finding(what, None, if good { Ok(()) } else { Err(String::new()) }, FEW) }
    };
    let setting = |name: &str| fs::read_to_string(name).ok()?.trim().parse().ok();
    let limit = |resource| get(resource).ok().and_then(|pair| pair.soft);
    let tick =
        Duration::from_secs(1) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100).max(1);
    let resolution = rustix::time::clock_getres(rustix::time::ClockId::Monotonic);
    let clock = format!("{} ns; starts of processes are told to {tick:?}", resolution.tv_nsec);
    vec![
        number("pid_max", setting("/proc/sys/kernel/pid_max"), PLENTY_OF_PIDS),
        number("threads-max", setting("/proc/sys/kernel/threads-max"), PLENTY_OF_PIDS),
        number("limit of processes (ulimit -u)", limit(Resource::Processes), PLENTY_OF_PIDS),
        number("limit of files (ulimit -n)", limit(Resource::Files), PLENTY_OF_FILES),
        Finding { found: clock, ..finding("monotonic clock", None, Ok(()), FEW) },
    ]
}
