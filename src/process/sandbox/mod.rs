//! Keeping processes inside: namespaces of their own, a view of the files, a fence around a program, and groups with limits.

mod cgroup;
mod fence;
mod filter;
mod landlock;
mod probe;
mod shares;
mod space;
mod tree;
mod users;
mod view;

pub use cgroup::{Ceiling, Cgroup, Entrance, Hits};
pub use fence::{Fence, Rules};
pub use landlock::abi as landlock_abi;
pub use probe::{Space, try_fence_part, try_space, try_terminal_typing, try_trace};
pub use shares::{keep_to_shares, share};
pub use space::{
    Own, User, die_with_parent, drop_privileges, fork_into, hide_memory, is_root, map_ids, settle,
};
pub use tree::open_stranger;
pub use users::{Strangers, nobody};
pub use view::{HOME, SYSTEM, TEMPORARY, Trouble as ViewTrouble, View, WORK, own_proc};
