//! The program's allocator: the C library's, but for what a running scenario has of small pieces, which lie close together.
//!
//! After a fork, each page that parent or child writes is copied. The C library hands out again whatever was freed while the
//! program was read and checked, here a piece and there a piece; so that a few hundred bytes, written with each spawn, lie on
//! as many pages. Here they come from an area of their own, which begins with the machine: the pieces of one size behind one
//! another, the last one freed first.
//!
//! An area belongs to one thread, and to the processes forked from it. What another thread frees of it is let lie.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The largest small piece, and the steps of their sizes.
const LARGEST: usize = 1024;
const STEP: usize = 16;
/// Pieces are cut from blocks of so many bytes, aligned as large, which are never given back.
const BLOCK: usize = 64 << 10;
/// So many blocks can be told from other memory, those of 8 GiB, a quarter of it before the first block: more than a scenario may use.
const BLOCKS: usize = 131_072;

const BLOCK_LAYOUT: Layout = match Layout::from_size_align(BLOCK, BLOCK) {
    Ok(layout) => layout,
    Err(_) => panic!("a block is a power of two"),
};

/// The allocator of every program that links this library.
#[derive(Debug, Clone, Copy)]
pub struct Small;

#[global_allocator]
static ALLOCATOR: Small = Small;

/// What is known of the area. It lies at the beginning of its first block: so it is on the page of the first pieces.
struct Area {
    /// For each size the piece that was freed last; each begins with the address of the one before.
    free: [*mut u8; LARGEST / STEP],
    /// What of the last block is not handed out yet.
    fresh: *mut u8,
    fresh_end: *mut u8,
    /// The bytes of all pieces that are free.
    unused: usize,
}

/// The area, once there is one; its memory stays.
static AREA: AtomicPtr<Area> = AtomicPtr::new(null_mut());
/// Where the places for blocks begin, and which of them are blocks. Any thread may look.
static BASE: AtomicUsize = AtomicUsize::new(usize::MAX);
static IS_BLOCK: [AtomicU64; BLOCKS / 64] = [const { AtomicU64::new(0) }; BLOCKS / 64];

/// Whether [`begin`] was called.
static BEGUN: AtomicBool = AtomicBool::new(false);
/// The block that [`reserve`] took.
static RESERVED: AtomicPtr<u8> = AtomicPtr::new(null_mut());

thread_local! {
    /// Whether the area is this thread's.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Takes the first block of the area to come, before the heap is moved on: so it lies near what the C library writes to, and the
/// kernel needs no further table for its page.
pub(super) fn reserve() {
    if RESERVED.load(Relaxed).is_null()
        && let Some(block) = new_block()
    {
        RESERVED.store(block, Relaxed);
    }
}

/// From now on what this thread asks for in small pieces comes from one area. The first call counts, in the whole program.
pub fn begin() {
    if BEGUN.swap(true, Relaxed) {
        return;
    }
    reserve();
    let block = RESERVED.load(Relaxed);
    if block.is_null() {
        return;
    }
    let area = block.cast::<Area>();
    // SAFETY: the block is new, nobody else's, and larger and more strictly aligned than an area.
    unsafe {
        area.write(Area {
            free: [null_mut(); LARGEST / STEP],
            fresh: block.add(size_of::<Area>().next_multiple_of(STEP)),
            fresh_end: block.add(BLOCK),
            unused: 0,
        });
    }
    BASE.store((block as usize).saturating_sub(BLOCKS / 4 * BLOCK), Relaxed);
    note_block(block);
    AREA.store(area, Relaxed);
    OURS.set(true);
}

/// The bytes that are taken from the C library and hold nothing.
#[must_use]
pub(super) fn unused() -> usize {
    ours().map_or(0, |area| area.unused + (area.fresh_end as usize - area.fresh as usize))
}

fn new_block() -> Option<*mut u8> {
    // SAFETY: the layout is not empty.
    let block = unsafe { System.alloc(BLOCK_LAYOUT) };
    (!block.is_null()).then_some(block)
}

/// This thread's area.
#[inline]
fn ours<'a>() -> Option<&'a mut Area> {
    if !OURS.get() {
        return None;
    }
    // SAFETY: the area is valid for ever once it is there, and only this thread uses it: no other reference to it lives, for
    // each lives within one call of the functions here, and none of them calls another with it in hand.
    unsafe { AREA.load(Relaxed).as_mut() }
}

/// The number of a layout's size among the small ones.
#[inline]
fn class_of(layout: Layout) -> Option<usize> {
    let size = layout.size();
    (size <= LARGEST && layout.align() <= STEP && size > 0).then(|| (size - 1) / STEP)
}

impl Area {
    #[inline]
    fn take(&mut self, class: usize) -> *mut u8 {
        let piece = self.free[class];
        if piece.is_null() {
            return self.cut(class);
        }
        // SAFETY: a free piece begins with the address of the one that was freed before it.
        self.free[class] = unsafe { piece.cast::<*mut u8>().read() };
        self.unused -= (class + 1) * STEP;
        piece
    }

    #[inline]
    fn put(&mut self, class: usize, piece: *mut u8) {
        // SAFETY: the piece is nobody's any more, and at least as large and as strictly aligned as an address.
        unsafe { piece.cast::<*mut u8>().write(self.free[class]) };
        self.free[class] = piece;
        self.unused += (class + 1) * STEP;
    }

    fn cut(&mut self, class: usize) -> *mut u8 {
        let size = (class + 1) * STEP;
        if size > self.fresh_end as usize - self.fresh as usize && !self.extend() {
            return null_mut();
        }
        let piece = self.fresh;
        // SAFETY: so many bytes were left of the block.
        self.fresh = unsafe { piece.add(size) };
        piece
    }

    /// Another block; what was left of the last is lost. False where there is no memory, or it lies too far away.
    #[cold]
    fn extend(&mut self) -> bool {
        let Some(block) = new_block() else { return false };
        if !note_block(block) {
            // SAFETY: the block was just taken, by this layout.
            unsafe { System.dealloc(block, BLOCK_LAYOUT) };
            return false;
        }
        self.fresh = block;
        // SAFETY: the end of the block.
        self.fresh_end = unsafe { block.add(BLOCK) };
        true
    }
}

#[inline]
fn place_of(address: usize) -> Option<usize> {
    let at = address.wrapping_sub(BASE.load(Relaxed)) / BLOCK;
    (at < BLOCKS).then_some(at)
}

/// False where there is no place for the block.
fn note_block(block: *mut u8) -> bool {
    let Some(at) = place_of(block as usize) else { return false };
    IS_BLOCK[at / 64].fetch_or(1 << (at % 64), Relaxed);
    true
}

/// Whether a piece is of the area.
#[inline]
fn is_ours(piece: *mut u8) -> bool {
    place_of(piece as usize).is_some_and(|at| IS_BLOCK[at / 64].load(Relaxed) >> (at % 64) & 1 != 0)
}

// SAFETY: every piece comes from this thread's own area or from `System`, and goes back to where it came from: pieces of the
// area are told by their address, for its blocks are handed out by nobody else. None is inlined: so many copies of them would make
// the program a tenth larger.
unsafe impl GlobalAlloc for Small {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(class) = class_of(layout)
            && let Some(area) = ours()
        {
            let piece = area.take(class);
            if !piece.is_null() {
                return piece;
            }
        }
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if let Some(class) = class_of(layout)
            && is_ours(piece)
        {
            if let Some(area) = ours() {
                area.put(class, piece);
            }
            return;
        }
        // SAFETY: it is not of the area, so `System` gave it.
        unsafe { System.dealloc(piece, layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if class_of(layout).is_some() && OURS.get() {
            // SAFETY: the caller's promises are the same.
            let piece = unsafe { self.alloc(layout) };
            if !piece.is_null() {
                // SAFETY: the piece has at least so many bytes.
                unsafe { piece.write_bytes(0, layout.size()) };
            }
            return piece;
        }
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let class = class_of(layout);
        if class.is_none() || !is_ours(piece) {
            // SAFETY: it is not of the area, so `System` gave it; the caller's promises are the same.
            return unsafe { System.realloc(piece, layout, size) };
        }
        // SAFETY: the caller promises that the size is valid for this alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if class == class_of(wanted) {
            return piece;
        }
        // SAFETY: the new piece is another one, and both have at least so many bytes; the old one is given back once.
        unsafe {
            let new = self.alloc(wanted);
            if !new.is_null() {
                new.copy_from_nonoverlapping(piece, layout.size().min(size));
                self.dealloc(piece, layout);
            }
            new
        }
    }
}
