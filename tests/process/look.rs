//! Reading what the kernel knows of processes, and a heap that forks cheaply.

use crate::{World, far, in_process, sleep_for_ever};
use proctor::process::{
    Captured, Errno, ExitStatus, Pidfd, ProcessEvents, Reach, Setup, Stream, Waited, fds, heap, pid, pipe,
    proc_file, renew, signals, small, text, wait,
};
use proctor::value::Signal;
use std::os::unix::fs::FileExt;

#[test]
fn a_zombie_is_read_as_one() {
    in_process(|| {
        let mut world = World::new(4);
        let (child, row) = world.task("zombie", |_| 42);
        assert!(matches!(world.waiter.child_ended(child, Some(row), far()), Ok(Waited::Done(_))));
        let stat = proc_file::stat(child).expect("a zombie is still there");
        assert_eq!((stat.state, stat.ppid, stat.rss), ('Z', pid(), 0));
        assert_eq!(ExitStatus::of_wait_status(stat.exit_word), Some(ExitStatus::Exited(42)));
        assert_eq!(proc_file::command_line(child), Ok(Vec::new()));
        assert_eq!(proc_file::children(pid()), Ok(vec![child]));
        world.reap(child);
        assert_eq!(proc_file::stat(child), Err(Errno::ENOENT));
        assert_eq!(proc_file::children(pid()), Ok(Vec::new()));
    });
}

#[test]
fn a_process_whose_first_thread_ended_is_alive() {
    in_process(|| {
        let mut world = World::new(4);
        let (child, row) = world.task("two threads", |_| {
            std::thread::spawn(|| sleep_for_ever());
            // SAFETY: ends only this thread, whose stack nobody needs.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
            1
        });
        while proc_file::stat(child).expect("our child").state != 'Z' {
            std::thread::yield_now();
        }
        assert_eq!(world.run.has_ended(row), Ok(false), "its letter is Z all the same");
        world.run.signal(row, Signal(9), Reach::Process).expect("a signal");
        assert_eq!(world.join(child).code(), -9);
    });
}

#[test]
fn names_signals_directories_and_descriptors_are_read() {
    in_process(|| {
        let mut world = World::new(4);
        let usr1 = Signal(libc::SIGUSR1 as u8);
        let (child, row) = world.task("odd", |_| {
            let name = c") Z 1 (\nx";
            // SAFETY: the name is NUL-terminated.
            unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
            signals::catch(usr1).expect("SIGUSR1");
            signals::ignore(Signal(libc::SIGINT as u8)).expect("SIGINT");
            std::env::set_current_dir("/").expect("a directory");
            sleep_for_ever()
        });
        while proc_file::current_directory(child).is_ok_and(|path| path.as_os_str() != "/") {
            std::thread::yield_now();
        }
        let stat = proc_file::stat(child).expect("our child");
        assert_eq!((stat.name.as_str(), stat.ppid), (") Z 1 (\nx", pid()));
        let masks = proc_file::signal_masks(child).expect("our child");
        // Signals 32 and 33 are the C library's own.
        assert_eq!(masks.ignored & !(3 << 31), 1 << (libc::SIGINT - 1));
        assert_eq!(masks.caught & 1 << (libc::SIGUSR1 - 1), 1 << (libc::SIGUSR1 - 1));
        let open = proc_file::descriptors(child).expect("our child");
        assert!(
            open.iter().map(|(number, _)| *number).is_sorted() && open.iter().any(|(number, _)| *number == 2)
        );
        assert!(proc_file::all_pids().is_ok_and(|pids| pids.contains(&child)));
        world.run.signal(row, Signal(9), Reach::Process).expect("a signal");
        world.join(child);
        let program = world.program(&["sleep", "1000"], Setup::default()).pid;
        let cookie = format!("{:032x}", world.run.cookie());
        // The start is over as soon as our memory is free again: a little before the kernel shows the program's own.
        while proc_file::environment_has(program, "PROCTOR_RUN", &cookie) != Ok(true) {
            assert_eq!(wait::peek(program), Ok(None));
        }
        assert_eq!(proc_file::environment_has(program, "PROCTOR_RUN", &cookie[1..]), Ok(false));
        Pidfd::open(program).and_then(|held| held.send(Signal(9), Reach::Process)).expect("a signal");
        world.join(program);
    });
}

#[test]
fn what_a_captured_program_prints_is_an_event() {
    in_process(|| {
        let mut world = World::new(4);
        let (reading, writing) = pipe().expect("a pipe");
        let id = world.waiter.captures.add(Captured::new(reading, 100).expect("a stream"));
        let setup = Setup { stdout: Stream::Fd(writing), ..Setup::default() };
        let child = world.program(&["sh", "-c", "echo said; exec sleep 1000"], setup).pid;
        let mut events = ProcessEvents::watch();
        while world.waiter.captures.get(id).is_some_and(|stream| stream.bytes() != b"said\n") {
            assert_eq!(world.waiter.process_event(&mut events, far()), Ok(Waited::Done(())));
        }
        Pidfd::open(child).and_then(|held| held.send(Signal(9), Reach::Process)).expect("a signal");
        world.join(child);
    });
}

#[test]
fn closed_standard_streams_are_opened_and_nothing_is_inherited() {
    in_process(|| {
        // SAFETY: close has no memory preconditions; nothing in this process uses stdin.
        assert_eq!(unsafe { libc::close(0) }, 0);
        assert_eq!(fds::open_standard_streams(), Ok(()));
        let open = proc_file::descriptors(pid()).expect("ourselves");
        assert_eq!(open.first(), Some(&(0, "/dev/null".to_owned())));
        // SAFETY: dup has no memory preconditions. The copy is not close-on-exec.
        assert!(unsafe { libc::dup(2) } > 2);
        fds::mark_inherited_close_on_exec();
        let mut world = World::new(4);
        let child =
            world.program(&["sh", "-c", "test $(ls /proc/self/fd | wc -l) = 4"], Setup::default()).pid;
        assert_eq!(world.join(child), ExitStatus::Exited(0));
    });
}

/// The bytes of huge pages in our memory.
fn huge_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("AnonHugePages:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}

#[test]
fn a_large_heap_is_made_of_huge_pages_and_stays_what_it_was() {
    in_process(|| {
        heap::prepare();
        let mut world = World::new(4);
        // The C library has this thread of the test harness use memory elsewhere: so take from the heap's area itself.
        const BYTES: usize = 21 << 20;
        // SAFETY: sbrk gives new memory of this size, which nobody else uses.
        let filled: &mut [u8] =
            unsafe { std::slice::from_raw_parts_mut(libc::sbrk(BYTES as isize).cast(), BYTES) };
        filled.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at / 100) as u8);
        let whole = |filled: &[u8]| filled.iter().enumerate().all(|(at, byte)| *byte == (at / 100) as u8);
        for _ in 0..3 {
            let (child, _) = world.task("reader", |_| u8::from(!whole(filled)));
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
        assert!(whole(filled));
        let setting =
            std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
        if !setting.is_empty() && !setting.contains("[never]") {
            assert!(huge_bytes() >= 16 << 20, "{} bytes", huge_bytes());
        }
    });
}

/// Whether this page of ours is nobody else's: bit 56 of its word; see proc(5), pagemap.
fn is_ours_alone(address: usize) -> bool {
    let pages = std::fs::File::open("/proc/self/pagemap").expect("ourselves");
    let mut word = [0; 8];
    pages.read_exact_at(&mut word, (address / 4096 * 8) as u64).expect("a mapped page");
    u64::from_le_bytes(word) >> 56 & 1 == 1
}

#[test]
fn a_heap_that_children_share_is_moved_to_fresh_pages_and_stays_what_it_was() {
    in_process(|| {
        heap::prepare();
        let mut world = World::new(8);
        const BYTES: usize = 9 << 20;
        // SAFETY: sbrk gives new memory of this size, which nobody else uses.
        let filled: &mut [u8] =
            unsafe { std::slice::from_raw_parts_mut(libc::sbrk(BYTES as isize).cast(), BYTES) };
        let (empty, full) = filled.split_at_mut(1 << 20);
        full.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at / 100) as u8);
        let whole = |full: &[u8]| full.iter().enumerate().all(|(at, byte)| *byte == (at / 100) as u8);
        let middle = full.as_ptr() as usize + (5 << 20);
        // The first children are there before the heap is made of huge pages, the last after it.
        for round in 0..3 {
            assert!(is_ours_alone(middle));
            let (child, _) = world.task("sharer", |_| sleep_for_ever());
            assert!(!is_ours_alone(middle), "the test does not see that a page is shared");
            let bytes = renew::renew().expect("a heap that is moved");
            assert!(bytes >= BYTES && is_ours_alone(middle));
            assert!(whole(full) && empty.iter().all(|byte| *byte == 0));
            full[round] = full[round].wrapping_add(1);
            // It grows on, and a new child has a true copy.
            // SAFETY: as above.
            let more: &mut [u8] =
                unsafe { std::slice::from_raw_parts_mut(libc::sbrk(1 << 20).cast(), 1 << 20) };
            more.fill(7);
            let (reader, _) = world.task("reader", |_| {
                let mut seen = full.to_vec();
                seen[round] = seen[round].wrapping_sub(1);
                u8::from(!whole(&seen) || more.iter().any(|byte| *byte != 7))
            });
            full[round] = full[round].wrapping_sub(1);
            assert_eq!(world.join(reader), ExitStatus::Exited(0));
            Pidfd::open(child).and_then(|held| held.send(Signal(9), Reach::Process)).expect("a signal");
            world.join(child);
        }
    });
}

#[test]
fn code_that_was_moved_to_huge_pages_goes_on() {
    in_process(|| {
        let setting =
            std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/shmem_enabled").unwrap_or_default();
        match text::move_to_huge_pages() {
            Ok(bytes) => {
                assert!(bytes >= 2 << 20, "{bytes} bytes");
                let maps = std::fs::read_to_string("/proc/self/maps").expect("ourselves");
                let moved = maps.lines().find(|line| line.contains("/memfd:proctor-code"));
                assert!(moved.is_some_and(|line| line.contains(" r-xp ")), "{maps}");
            }
            // No huge pages here, or no code that fills one: nothing has changed.
            Err(errno) => assert!(errno == Errno::ENOEXEC || !setting.contains("[always]"), "{errno}"),
        }
        let mut world = World::new(4);
        for code in [0, 7] {
            let (child, _) = world.task("moved", |world| {
                let (grandchild, _) = world.task("again", |_| code);
                u8::from(world.join(grandchild) != ExitStatus::Exited(code))
            });
            assert_eq!(world.join(child), ExitStatus::Exited(0));
        }
    });
}

#[test]
fn small_pieces_keep_what_is_in_them() {
    in_process(|| {
        // Pieces from before and after, of all sizes, in both directions over the border between small and large.
        let mut old: Vec<Vec<u8>> = (0..1500).map(|size| vec![size as u8; size]).collect();
        small::begin();
        small::begin();
        let mut new: Vec<Vec<u8>> = (0..1500).map(|size| vec![size as u8; size]).collect();
        for pieces in [&mut old, &mut new] {
            for (size, piece) in pieces.iter_mut().enumerate().filter(|(size, _)| size % 3 == 0) {
                piece.resize(1500 - size, size as u8);
                piece.shrink_to_fit();
            }
        }
        for (size, (one, other)) in old.iter().zip(&new).enumerate() {
            assert_eq!(one.len(), if size % 3 == 0 { 1500 - size } else { size });
            assert!(one == other && one.iter().all(|byte| *byte == size as u8), "{size}");
        }
        // What is given back is taken again before anything new, and more than a block holds is no trouble.
        let piece = Box::new([1u64; 5]);
        let first = std::ptr::from_ref(&*piece) as usize;
        drop(piece);
        assert_eq!(std::ptr::from_ref(&*Box::new([2u64; 5])) as usize, first);
        let many: Vec<Box<[u64; 100]>> = (0..1000).map(|number| Box::new([number; 100])).collect();
        assert!(many.iter().enumerate().all(|(number, piece)| piece[99] == number as u64));
        // Another thread has none of it, and may free it all the same.
        let words: Vec<String> = (0..100).map(|number| format!("word {number}")).collect();
        let joined = std::thread::spawn(move || words.concat()).join().expect("a thread");
        assert_eq!(joined.len(), 690);
    });
}
