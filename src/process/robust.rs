//! Locks in shared memory that survive the death of their owner, without a system call while nobody waits:
//! set_robust_list(2), futex(2), and the kernel's Documentation/locking/robust-futexes.rst.
//!
//! The kernel walks a list of the locks that a thread holds when it dies or executes a program, marks each
//! with `OWNER_DIED` and wakes one waiter. The links stand in the shared locks themselves: only the holder's
//! list goes through them, and every process maps them at the same address.

use super::errno::{Errno, check_long};
use rustix::thread::futex::{Flags, OWNER_DIED, WAITERS, wake};
use std::cell::Cell;
use std::sync::atomic::{
    AtomicU32, AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::SeqCst, fence,
};

const TID_MASK: u32 = 0x3fff_ffff;

/// A lock in shared memory. All zero is free.
#[repr(C)]
#[derive(Debug, Default)]
pub(in crate::process) struct RobustLock {
    /// The next lock of the holder's list, or the list's head.
    next: AtomicUsize,
    /// The holder's thread id, `WAITERS`, `OWNER_DIED`.
    word: AtomicU32,
    unused: u32,
}

/// `struct robust_list_head` of linux/futex.h.
#[repr(C)]
struct Head {
    first: AtomicUsize,
    /// From a link to its futex word.
    offset: isize,
    /// The lock that is being taken or given back just now.
    pending: AtomicUsize,
}

thread_local! {
    static HEAD: Head = const {
        Head { first: AtomicUsize::new(0), offset: std::mem::offset_of!(RobustLock, word) as isize, pending: AtomicUsize::new(0) }
    };
    /// This thread's id, 0 while its head is not known to the kernel.
    static TID: Cell<u32> = const { Cell::new(0) };
}

/// What an attempt to take a lock found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::process) enum Attempt {
    Taken,
    /// Held; wait for this word to change.
    Busy(u32),
    /// The last holder died. Nobody has it now.
    OwnerDied,
}

/// In the child after a fork: it holds nothing, whatever its parent held.
pub(in crate::process) fn after_fork_child() {
    if TID.get() == 0 {
        return;
    }
    TID.set(0);
    HEAD.with(|head| {
        head.first.store(0, Relaxed);
        head.pending.store(0, Relaxed);
    });
}

/// This thread's id, its list known to the kernel.
#[inline]
fn tid() -> u32 {
    match TID.get() {
        0 => register(),
        tid => tid,
    }
}

#[cold]
fn register() -> u32 {
    HEAD.with(|head| {
        let address = std::ptr::from_ref(head);
        head.first.store(address as usize, Relaxed);
        head.pending.store(0, Relaxed);
        // SAFETY: the head lives as long as its thread. It takes the place of the C library's list, whose robust
        // mutexes nobody uses here.
        let result =
            check_long(unsafe { libc::syscall(libc::SYS_set_robust_list, address, size_of::<Head>()) });
        debug_assert!(result.is_ok() || result == Err(Errno::ENOSYS));
    });
    // SAFETY: gettid always succeeds.
    let tid = unsafe { libc::gettid() }.cast_unsigned();
    TID.set(tid);
    tid
}

/// The ordering that the kernel's walk at our death needs is that of this thread's own program order.
fn order() {
    std::sync::atomic::compiler_fence(SeqCst);
}

impl RobustLock {
    fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// The word that waiters sleep on.
    pub(in crate::process) fn word(&self) -> &AtomicU32 {
        &self.word
    }

    /// Whether this thread holds it.
    pub(in crate::process) fn held_by_me(&self) -> bool {
        self.word.load(Relaxed) & TID_MASK == tid()
    }

    /// The thread that holds it; 0 where none does.
    pub(in crate::process) fn holder(&self) -> u32 {
        self.word.load(Relaxed) & TID_MASK
    }

    /// Whether its last holder died.
    pub(in crate::process) fn owner_died(&self) -> bool {
        self.word.load(Relaxed) & OWNER_DIED != 0
    }

    /// Takes it where it is free. `waited`: after a sleep, others may sleep too, and the word must go on saying so.
    #[inline]
    pub(in crate::process) fn attempt(&self, waited: bool) -> Attempt {
        let mine = tid() | if waited { WAITERS } else { 0 };
        self.with_pending(|| {
            let mut seen = self.word.load(Relaxed);
            loop {
                if seen & OWNER_DIED != 0 {
                    return Attempt::OwnerDied;
                }
                if seen & TID_MASK != 0 {
                    return Attempt::Busy(seen);
                }
                match self.word.compare_exchange_weak(seen, seen | mine, Acquire, Relaxed) {
                    Ok(_) => {
                        self.link();
                        return Attempt::Taken;
                    }
                    Err(now) => seen = now,
                }
            }
        })
    }

    /// Takes a lock whose holder died, to put in order what it guards. False where another one was faster.
    pub(in crate::process) fn take_over(&self) -> bool {
        let mine = tid() | WAITERS;
        self.with_pending(|| {
            let seen = self.word.load(Relaxed);
            let taken = seen & OWNER_DIED != 0
                && seen & TID_MASK == 0
                && self.word.compare_exchange(seen, mine, Acquire, Relaxed).is_ok();
            if taken {
                self.link();
            }
            taken
        })
    }

    /// Says in the word that somebody will sleep on it; the word to sleep on, or none where it changed.
    pub(in crate::process) fn announce(&self, seen: u32) -> Option<u32> {
        if seen & WAITERS != 0 {
            return Some(seen);
        }
        let marked = seen | WAITERS;
        self.word.compare_exchange(seen, marked, Relaxed, Relaxed).ok().map(|_| marked)
    }

    /// Gives it back, and wakes one waiter. False where this thread does not hold it.
    #[inline]
    pub(in crate::process) fn release(&self) -> bool {
        if !self.held_by_me() {
            return false;
        }
        self.with_pending(|| {
            self.unlink();
            let before = self.word.swap(0, SeqCst);
            if before & WAITERS != 0 {
                let _ = wake(&self.word, Flags::empty(), 1);
            }
        });
        true
    }

    /// Wakes all that sleep on it: those who will find that its holder died.
    pub(in crate::process) fn wake_all(&self) {
        let _ = wake(&self.word, Flags::empty(), i32::MAX as u32);
    }

    /// Runs with this lock named to the kernel as the one in work: where we die in between, the kernel looks at it too,
    /// also when we were woken for it and had not taken it yet.
    #[inline]
    fn with_pending<T>(&self, work: impl FnOnce() -> T) -> T {
        tid();
        HEAD.with(|head| head.pending.store(self.address(), Relaxed));
        order();
        let result = work();
        order();
        HEAD.with(|head| head.pending.store(0, Relaxed));
        result
    }

    /// Names this lock to the kernel for the time of a sleep on it; see [`RobustLock::with_pending`].
    pub(in crate::process) fn while_waiting<T>(&self, sleep: impl FnOnce() -> T) -> T {
        self.with_pending(sleep)
    }

    fn link(&self) {
        order();
        HEAD.with(|head| {
            self.next.store(head.first.load(Relaxed), Relaxed);
            order();
            head.first.store(self.address(), Relaxed);
        });
        order();
    }

    fn unlink(&self) {
        HEAD.with(|head| {
            let end = std::ptr::from_ref(head) as usize;
            let mut place = &head.first;
            loop {
                let at = place.load(Relaxed);
                if at == self.address() {
                    place.store(self.next.load(Relaxed), Relaxed);
                    break;
                }
                if at == end || at == 0 {
                    break;
                }
                // SAFETY: our list goes only through locks that this thread holds, which lie in shared memory that is never
                // unmapped while a process lives.
                place = unsafe { &(*(at as *const Self)).next };
            }
        });
        fence(SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, RobustLock};

    #[test]
    fn locks_are_given_back_in_any_order() {
        let locks = [RobustLock::default(), RobustLock::default(), RobustLock::default()];
        for lock in &locks {
            assert_eq!(lock.attempt(false), Attempt::Taken);
            assert!(matches!(lock.attempt(false), Attempt::Busy(_)));
        }
        for index in [1, 0, 2] {
            assert!(locks[index].release());
            assert!(!locks[index].release());
            assert_eq!(locks[index].attempt(false), Attempt::Taken);
            assert!(locks[index].release());
        }
    }

    #[test]
    fn a_thread_that_ends_with_a_lock_leaves_it_marked() {
        static LOCK: RobustLock = RobustLock {
            next: std::sync::atomic::AtomicUsize::new(0),
            word: std::sync::atomic::AtomicU32::new(0),
            unused: 0,
        };
        let ended = std::thread::spawn(|| assert_eq!(LOCK.attempt(false), Attempt::Taken)).join();
        assert!(ended.is_ok());
        assert_eq!(LOCK.attempt(false), Attempt::OwnerDied);
        assert!(LOCK.take_over());
        assert!(LOCK.release());
        assert_eq!(LOCK.attempt(false), Attempt::Taken);
        assert!(LOCK.release());
    }
}
