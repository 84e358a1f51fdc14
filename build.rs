//! Has the linker lay out the program so that its code can be moved into huge pages: see `src/process/text.rs`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("x86_64") {
        // What is only read lies with the code, from the beginning of the first huge page on; what is written begins at another.
        for flag in ["--no-rosegment", "-z,max-page-size=2097152"] {
            println!("cargo::rustc-link-arg-bins=-Wl,{flag}");
        }
    }
}
