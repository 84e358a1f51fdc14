//! What this process does with signals: sigaction(2), sigprocmask(2). A caught signal is only noted here;
//! the interpreter asks for it between statements.

use super::clock;
use super::errno::{Errno, check};
use crate::value::Signal;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

/// Caught signals that no one took yet, a bit each: signal n is bit n-1.
static PENDING: AtomicU64 = AtomicU64::new(0);
/// The signals that `catch` installed for the program.
static CAUGHT: AtomicU64 = AtomicU64::new(0);
/// The signals that `ignore` made ignored for the program.
static IGNORED: AtomicU64 = AtomicU64::new(0);
/// The signals whose disposition is not the default. Rust's start makes SIGPIPE ignored.
static CHANGED: AtomicU64 = AtomicU64::new(bit(libc::SIGPIPE as u8));
/// Grows with each caught signal: what a blocking futex waits on, so that no signal is lost before it sleeps.
static SEQUENCE: AtomicU32 = AtomicU32::new(0);
/// Grows with each SIGCHLD while somebody watches children.
static CHILD_CHANGES: AtomicU32 = AtomicU32::new(0);
/// How many watch children now.
static CHILD_WATCHERS: AtomicU32 = AtomicU32::new(0);

/// Who is told which child a SIGCHLD names: a `fn(i32)`, or null.
static TOLD: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

const fn bit(number: u8) -> u64 {
    if number >= 1 && number <= 64 { 1 << (number - 1) } else { 0 }
}

/// A signal handler: notes the signal; touches only atomics, see signal-safety(7).
extern "C" fn note(number: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    let mask = bit(number as u8);
    // SAFETY: with SA_SIGINFO the kernel gives a valid siginfo_t.
    let from_kernel = unsafe { (*info).si_code } > 0;
    let fault = matches!(number, libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL);
    if fault && from_kernel {
        // A real fault would come again for ever: let it kill, as it does where it is not caught.
        let _ = install(number as u8, libc::SIG_DFL);
        return;
    }
    if number == libc::SIGCHLD {
        CHILD_CHANGES.fetch_add(1, SeqCst);
        if from_kernel {
            // SAFETY: the kernel's siginfo_t of a SIGCHLD has a pid; the place of errno is this thread's. Whoever was interrupted has
            // perhaps not read it yet.
            unsafe {
                let errno = *libc::__errno_location();
                tell_of_child((*info).si_pid());
                *libc::__errno_location() = errno;
            }
        }
    }
    if CAUGHT.load(Relaxed) & mask != 0 {
        PENDING.fetch_or(mask, SeqCst);
        SEQUENCE.fetch_add(1, SeqCst);
    }
}

/// sigaction(2) without SA_RESTART: what blocks must come back when a signal comes.
fn install(number: u8, handler: libc::sighandler_t) -> Result<(), Errno> {
    install_with(number, handler, 0)
}

fn install_with(number: u8, handler: libc::sighandler_t, flags: libc::c_int) -> Result<(), Errno> {
    // SAFETY: an all-zero sigaction is valid: an empty mask and no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = if handler > libc::SIG_IGN { libc::SA_SIGINFO | flags } else { 0 };
    // SAFETY: `action` is valid, and its handler is async-signal-safe or a constant.
    check(unsafe { libc::sigaction(i32::from(number), &raw const action, std::ptr::null_mut()) }).map(drop)
}

fn handler() -> libc::sighandler_t {
    note as *const () as libc::sighandler_t
}

/// Notes this signal from now on instead of its usual effect.
///
/// # Errors
/// `EINVAL` for SIGKILL, SIGSTOP, and numbers that are no signal or belong to the C library (32, 33).
pub fn catch(signal: Signal) -> Result<(), Errno> {
    IGNORED.fetch_and(!bit(signal.0), SeqCst);
    CAUGHT.fetch_or(bit(signal.0), SeqCst);
    let installed = install(signal.0, handler());
    match installed {
        Ok(()) => _ = CHANGED.fetch_or(bit(signal.0), SeqCst),
        Err(_) => _ = CAUGHT.fetch_and(!bit(signal.0), SeqCst),
    }
    installed
}

/// Ignores this signal from now on.
///
/// # Errors
/// As [`catch`].
pub fn ignore(signal: Signal) -> Result<(), Errno> {
    if signal.0 == libc::SIGCHLD as u8 {
        // Ignoring it would have the kernel reap our children by itself, see wait(2): its default does nothing either.
        return default(signal);
    }
    install(signal.0, libc::SIG_IGN)?;
    CHANGED.fetch_or(bit(signal.0), SeqCst);
    forget(signal);
    IGNORED.fetch_or(bit(signal.0), SeqCst);
    Ok(())
}

/// Gives this signal its usual effect again.
///
/// # Errors
/// As [`catch`].
pub fn default(signal: Signal) -> Result<(), Errno> {
    forget(signal);
    if signal.0 == libc::SIGCHLD as u8 {
        settle_sigchld();
        return Ok(());
    }
    install(signal.0, libc::SIG_DFL)?;
    CHANGED.fetch_and(!bit(signal.0), SeqCst);
    Ok(())
}

fn forget(signal: Signal) {
    IGNORED.fetch_and(!bit(signal.0), SeqCst);
    CAUGHT.fetch_and(!bit(signal.0), SeqCst);
    PENDING.fetch_and(!bit(signal.0), SeqCst);
}

/// Holds these signals back from this thread and those that it starts, but where [`super::Watch::wait_with`] lets them through;
/// see pthread_sigmask(3).
pub fn hold(signals: &[Signal]) {
    block(&set_of(signals.iter().fold(0, |mask, signal| mask | bit(signal.0))));
}

/// This thread's mask, but with these signals let through.
pub(super) fn mask_without(signals: &[Signal]) -> SignalSet {
    let mut mask = block(&empty_set());
    for signal in signals {
        // SAFETY: the set is valid.
        unsafe { libc::sigdelset(&raw mut mask, i32::from(signal.0)) };
    }
    mask
}

/// Takes one caught signal that is pending, the lowest number first.
#[must_use]
pub fn take_pending() -> Option<Signal> {
    let pending = PENDING.load(SeqCst);
    if pending == 0 {
        return None;
    }
    let number = pending.trailing_zeros();
    PENDING.fetch_and(!(1 << number), SeqCst);
    Some(Signal(number as u8 + 1))
}

/// Whether a caught signal waits to be taken: one load.
#[inline]
#[must_use]
pub fn any_pending() -> bool {
    PENDING.load(Relaxed) != 0
}

/// The signals that are caught by [`catch`], a bit each: signal n is bit n-1.
#[inline]
#[must_use]
pub fn caught() -> u64 {
    CAUGHT.load(Relaxed)
}

/// The state in which a run starts, whatever the shell left: nothing blocked, everything default. SIGPIPE
/// too, so that a task that writes to a closed pipe dies as any Unix program does.
pub fn initial_state() {
    for number in 1..=64 {
        // SIGKILL and SIGSTOP cannot be set, and need not.
        let _ = install(number, libc::SIG_DFL);
    }
    // The C library keeps its own two to itself, but its posix_spawn(3) starts programs, us too, with 32 ignored: so ask the
    // kernel. They serve threads only.
    for number in [32, 33] {
        let default = [0u64; 4];
        // SAFETY: zeroes are a valid sigaction of the kernel: the default, no flags, an empty mask of 8 bytes.
        unsafe {
            libc::syscall(libc::SYS_rt_sigaction, number, default.as_ptr(), std::ptr::null_mut::<u64>(), 8)
        };
    }
    CAUGHT.store(0, SeqCst);
    PENDING.store(0, SeqCst);
    CHANGED.store(0, SeqCst);
    set_mask(&empty_set());
    give_up_alternate_stack();
}

/// Rust's start gives the main thread a second stack for the handler that tells of an overflow of the first. That handler is gone
/// by now, so that no child needs the stack: two mappings less to copy at each fork. See sigaltstack(2), madvise(2).
fn give_up_alternate_stack() {
    const GUARD: usize = 4096;
    // SAFETY: all zero bytes are a valid stack_t, and the first call only asks. The advice is about a mapping that is there, for a
    // stack that a child lacks is not named any more; nothing uses it. Where no page lies before it, all of it is copied as before.
    unsafe {
        let mut stack: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(std::ptr::null(), &raw mut stack) == 0 && stack.ss_flags & libc::SS_DISABLE == 0
        {
            let begin = (stack.ss_sp as usize).saturating_sub(GUARD);
            let bytes = stack.ss_size + GUARD;
            stack.ss_flags = libc::SS_DISABLE;
            if libc::sigaltstack(&raw const stack, std::ptr::null_mut()) == 0 {
                libc::madvise(begin as *mut libc::c_void, bytes, libc::MADV_DONTFORK);
            }
        }
    }
}

/// In the child after a fork: what was pending was its parent's. Handlers stay, as the language says.
pub fn after_fork_child() {
    // Only looks, as a rule: a page that is written is a page copied.
    if PENDING.load(SeqCst) != 0 {
        PENDING.store(0, SeqCst);
    }
    if CHILD_WATCHERS.load(SeqCst) > 0 {
        CHILD_WATCHERS.store(0, SeqCst);
        settle_sigchld();
    }
}

/// The word that grows with each caught signal.
pub(super) fn sequence() -> &'static AtomicU32 {
    &SEQUENCE
}

/// The count that grows with each change of a child, while watched.
pub(super) fn child_changes() -> u32 {
    CHILD_CHANGES.load(SeqCst)
}

/// Has SIGCHLD noted until [`unwatch_children`].
pub(super) fn watch_children() {
    if CHILD_WATCHERS.fetch_add(1, SeqCst) == 0 {
        let _ = install(libc::SIGCHLD as u8, handler());
        CHANGED.fetch_or(bit(libc::SIGCHLD as u8), SeqCst);
    }
}

pub(super) fn unwatch_children() {
    // A child of the watcher starts with no watchers of its own: never below zero.
    let before = CHILD_WATCHERS.fetch_update(SeqCst, SeqCst, |count| count.checked_sub(1));
    if before == Ok(1) {
        settle_sigchld();
    }
}

/// Whether SIGCHLD means something beside waking who waits: to a handler of the program, or to who watches.
pub(super) fn child_signal_is_noted() -> bool {
    CHILD_WATCHERS.load(Relaxed) > 0 || caught() & bit(libc::SIGCHLD as u8) != 0
}

/// Sleeps until the SIGCHLD that the caller has blocked has come, a handler ran, or it is time. Takes that signal, and gives the
/// pid that it names: as a rule of a child that ended. See sigtimedwait(2).
pub(super) fn await_child_signal(until: i64) -> Option<i32> {
    let set = set_of(bit(libc::SIGCHLD as u8));
    let left = (until != i64::MAX).then(|| clock::timespec(until.saturating_sub(clock::monotonic())));
    let left = left.map(|left| libc::timespec { tv_sec: left.tv_sec, tv_nsec: left.tv_nsec });
    let left = left.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the set is valid, the time valid or null; all zero bytes are a valid siginfo_t, and so is what is written, whose pid
    // is set for every SIGCHLD.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        (libc::sigtimedwait(&raw const set, &raw mut info, left) > 0).then(|| {
            if info.si_code > 0 {
                tell_of_child(info.si_pid());
            }
            info.si_pid()
        })
    }
}

/// From now on this is told of each SIGCHLD. It must be async-signal-safe.
pub(super) fn note_children_by(told: fn(i32)) {
    TOLD.store(told as *mut (), SeqCst);
    settle_sigchld();
}

fn are_children_noted() -> bool {
    !TOLD.load(Relaxed).is_null()
}

fn tell_of_child(pid: i32) {
    let told = TOLD.load(SeqCst);
    if !told.is_null() {
        // SAFETY: nothing but such functions is stored there.
        let told = unsafe { std::mem::transmute::<*mut (), fn(i32)>(told) };
        told(pid);
    }
}

/// SIGCHLD to what the program, and those who watch children or note their ends, want of it.
fn settle_sigchld() {
    let number = libc::SIGCHLD as u8;
    if CAUGHT.load(Relaxed) & bit(number) != 0 || CHILD_WATCHERS.load(Relaxed) > 0 {
        return;
    }
    if are_children_noted() {
        // It wakes nobody who does not wait for it.
        let _ = install_with(number, handler(), libc::SA_RESTART);
        CHANGED.fetch_or(bit(number), SeqCst);
    } else {
        let _ = install(number, libc::SIG_DFL);
        CHANGED.fetch_and(!bit(number), SeqCst);
    }
}

/// For a program about to be executed: every disposition default, but what the scenario ignores stays ignored, as
/// execve(2) has it. Async-signal-safe, and correct in a child
/// that shares our memory: the notes of what we changed stay. The kernel resets handlers by itself upon
/// exec, but not ignored signals, and our handlers must not run in the child before.
pub(super) fn reset_for_program() {
    let mut changed = CHANGED.load(Relaxed) & !IGNORED.load(Relaxed);
    while changed != 0 {
        let number = changed.trailing_zeros() as u8 + 1;
        changed &= changed - 1;
        let _ = install(number, libc::SIG_DFL);
    }
}

/// Our own dispositions again, after an exec in place that failed.
pub(super) fn restore_after_failed_exec() {
    let changed = CHANGED.load(Relaxed);
    for number in (1..=64).filter(|number| changed & bit(*number) != 0) {
        let noted = CAUGHT.load(Relaxed) & bit(number) != 0
            || (number == libc::SIGCHLD as u8 && (CHILD_WATCHERS.load(Relaxed) > 0 || are_children_noted()));
        let _ = install(number, if noted { handler() } else { libc::SIG_IGN });
    }
}

/// A set of signals as the kernel's calls take it.
pub(super) type SignalSet = libc::sigset_t;

pub(super) fn empty_set() -> SignalSet {
    // SAFETY: sigset_t is plain data; sigemptyset fills it wholly.
    unsafe {
        let mut set: SignalSet = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        set
    }
}

/// The set of a mask: signal n is bit n-1.
pub(super) fn set_of(mask: u64) -> SignalSet {
    let mut set = empty_set();
    for number in (1..=64).filter(|number| mask & bit(*number) != 0) {
        // SAFETY: `set` is a valid set, and the number is a signal's.
        unsafe { libc::sigaddset(&raw mut set, i32::from(number)) };
    }
    set
}

/// The bit of a signal in a mask.
pub(super) const fn mask_of(number: i32) -> u64 {
    bit(number as u8)
}

pub(super) fn full_set() -> SignalSet {
    let mut set = empty_set();
    // SAFETY: `set` is valid for writing.
    unsafe { libc::sigfillset(&raw mut set) };
    set
}

/// Sets this thread's mask and gives the one before; see pthread_sigmask(3). Async-signal-safe.
pub(super) fn set_mask(set: &SignalSet) -> SignalSet {
    let mut before = empty_set();
    // SAFETY: both sets are valid; it cannot fail with SIG_SETMASK and valid pointers.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, set, &raw mut before) };
    before
}

/// Adds to this thread's mask and gives the one before.
pub(super) fn block(set: &SignalSet) -> SignalSet {
    let mut before = empty_set();
    // SAFETY: as in `set_mask`.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, set, &raw mut before) };
    before
}
