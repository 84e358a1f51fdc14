//! The environment of this process: environ(7).

/// Replaces all of it. This process must have one thread.
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
