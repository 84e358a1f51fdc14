//! The environment of this process, environ(7), and the arguments that it was started with.

use super::proc_file;

/// Replaces all of the environment. This process must have one thread.
pub fn replace(variables: &[(String, String)]) {
    // SAFETY: no other thread reads the environment meanwhile, for there is none.
    unsafe {
        libc::clearenv();
        for (name, value) in variables {
            if !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0') {
                std::env::set_var(name, value);
            }
        }
    }
}

/// Lets nobody read in `/proc/PID/cmdline` what this process was started with: proc_pid_cmdline(5) shows its own memory. Nobody
/// may ask for the arguments after it.
pub fn forget_arguments() {
    if let Some((start, end)) = proc_file::argument_memory() {
        wipe(start, end);
    }
}

/// The same of `/proc/PID/environ`; the environment must have been replaced, which puts the new one elsewhere.
pub fn forget_first_environment() {
    if let Some((start, end)) = proc_file::environment_memory() {
        wipe(start, end);
    }
}

fn wipe(start: usize, end: usize) {
    if start == 0 || end <= start {
        return;
    }
    // SAFETY: the kernel has told that these bytes at the bottom of our stack hold the strings; by the callers' word nobody reads them
    // any more, and they are written one by one because nothing here owns them.
    unsafe { std::ptr::write_bytes(std::ptr::with_exposed_provenance_mut::<u8>(start), 0, end - start) };
}
