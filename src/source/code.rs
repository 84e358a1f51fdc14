//! The register of codes: every error and warning that proctor can give has one row here, and a page under `docs/codes/`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A stable name for one kind of error or warning. It is what `e.kind` holds, what `# allow(CODE)`
/// names and what `proctor explain CODE` explains.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    name: &'static str,
    title: &'static str,
    page: &'static str,
}

impl Code {
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One line: what the code means.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The page that `proctor explain` prints, in Markdown.
    #[must_use]
    pub fn page(&self) -> &'static str {
        self.page
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A code is its name.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        find_code(&name).ok_or_else(|| D::Error::custom(format!("there is no code {name}")))
    }
}

/// Every code, in the order of the register.
#[must_use]
pub fn all_codes() -> &'static [Code] {
    ALL
}

/// The codes of warnings, which `# allow(CODE)` silences.
#[must_use]
pub fn warning_codes() -> &'static [Code] {
    &[
        Code::UNKNOWN_CODE,
        Code::UNUSED_NAME,
        Code::UNREACHABLE,
        Code::UNJOINED_CHILD,
        Code::UNBOUNDED_SPAWN,
        Code::DAEMON_SPAWNS,
        Code::ALWAYS_FALSE,
        Code::TEST_WITHOUT_EXPECT,
        Code::DUPLICATE_KEY,
    ]
}

/// The code with this name.
#[must_use]
pub fn find_code(name: &str) -> Option<Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

macro_rules! register {
    ($($constant:ident $name:literal $title:literal;)*) => {
        impl Code {
            $(
                #[doc = $title]
                pub const $constant: Self = Self {
                    name: $name,
                    title: $title,
                    page: include_str!(concat!("../../docs/codes/", $name, ".md")),
                };
            )*
        }
        const ALL: &[Code] = &[$(Code::$constant),*];
    };
}

register! {
    // The text cannot be read.
    CANNOT_READ "cannot_read" "a file cannot be read";
    NOT_UTF8 "not_utf8" "the bytes are not UTF-8 text";
    NUL_BYTE "nul_byte" "the text holds a NUL byte";
    // The text is not a program.
    SYNTAX "syntax" "the text does not follow the grammar";
    UNCLOSED "unclosed" "a bracket is never closed";
    MISMATCHED "mismatched" "a closing bracket does not match";
    UNTERMINATED_STRING "unterminated_string" "a string has no closing quote";
    BAD_ESCAPE "bad_escape" "a string has an unknown escape";
    BAD_NUMBER "bad_number" "a number that cannot be";
    BAD_FORMAT "bad_format" "an interpolation's format is unknown";
    BAD_REGEX "bad_regex" "a regular expression cannot be compiled";
    TOO_DEEP "too_deep" "the text is nested too deeply";
    TOO_LONG "too_long" "a literal, or the text itself, is too long";
    // The program cannot mean anything.
    UNDEFINED_NAME "undefined_name" "a name that nothing declares";
    ARGUMENT_COUNT "argument_count" "a call with the wrong number of arguments";
    UNKNOWN_OPTION "unknown_option" "spawn has no such option";
    OPTION_TYPE "option_type" "an option's value has the wrong type";
    OPTION_CONFLICT "option_conflict" "two options that contradict each other";
    UNKNOWN_ATTRIBUTE "unknown_attribute" "no such attribute";
    UNKNOWN_METHOD "unknown_method" "no such method";
    UNKNOWN_STATE "unknown_state" "no process state has this name";
    UNKNOWN_SIGNAL "unknown_signal" "no signal has this name";
    UNCATCHABLE_SIGNAL "uncatchable_signal" "SIGKILL and SIGSTOP cannot be caught, ignored or reset";
    BAD_ASSIGNMENT "bad_assignment" "this cannot be assigned to";
    OUTSIDE_LOOP "outside_loop" "break or continue outside a loop";
    OUTSIDE_FUNCTION "outside_function" "return outside a function";
    LEAVES_PROCESS "leaves_process" "a jump cannot leave the process that it is in";
    USE_CYCLE "use_cycle" "files that use each other";
    DUPLICATE_NAME "duplicate_name" "a name that is declared twice in one place";
    DUPLICATE_TEST "duplicate_test" "two tests with one name";
    UNKNOWN_TEST "unknown_test" "needs names a test that is not there";
    MISPLACED "misplaced" "a statement that cannot stand here";
    // The program is suspicious.
    UNKNOWN_CODE "unknown_code" "allow names a code that no warning has";
    UNUSED_NAME "unused_name" "a name that nothing uses";
    UNREACHABLE "unreachable" "statements that can never run";
    UNJOINED_CHILD "unjoined_child" "a child that is never joined: a zombie until the end";
    UNBOUNDED_SPAWN "unbounded_spawn" "a spawn in a loop with no join and no bound";
    DAEMON_SPAWNS "daemon_spawns" "a daemon's target that spawns";
    ALWAYS_FALSE "always_false" "a comparison that is always false";
    TEST_WITHOUT_EXPECT "test_without_expect" "a test that expects nothing";
    DUPLICATE_KEY "duplicate_key" "a key that stands twice in one map literal";
    // Something went wrong at run time.
    TYPE "type" "a value of the wrong type";
    VALUE "value" "a value of the right type that cannot be used";
    UNSET "unset" "a name that is used before its let has run";
    OVERFLOW "overflow" "a number too large for its type";
    DIVISION_BY_ZERO "division_by_zero" "a division by zero";
    INDEX "index" "an index outside the list, string or range";
    KEY "key" "a key that the map does not have";
    RECURSION "recursion" "calls or values nested too deeply";
    TOO_LARGE "too_large" "a value larger than the limit";
    MEMORY "memory" "the scenario's memory limit is reached";
    EXEC "exec" "a program could not be executed";
    SPAWN "spawn" "a process could not be started";
    PROCESS_LIMIT "process_limit" "more processes, alive or not joined yet, than --max-procs allows";
    DAEMON_CHILD "daemon_child" "daemonic processes are not allowed to have children";
    NOT_RECORDED "not_recorded" "the record is asked for what it does not have";
    NOT_OBSERVED "not_observed" "a program cannot be observed on this machine";
    NO_SUBMISSION "no_submission" "the scenario was given no work to test";
    AWARD "award" "points that cannot be awarded";
    NOT_A_CHILD "not_a_child" "only a child of this process can be joined";
    NO_PROCESS "no_process" "no process of this scenario is meant";
    NOT_CAPTURED "not_captured" "the output was not captured";
    PERMISSION "permission" "the kernel does not permit it";
    TIMEOUT "timeout" "the time given by within is over";
    DEADLOCK "deadlock" "every process of the scenario waits for another";
    OWNER_DIED "owner_died" "a process died with the lock held";
    BROKEN_BARRIER "broken_barrier" "a process left the barrier before it was full";
    CLOSED "closed" "the other end is closed";
    NOT_OWNER "not_owner" "the lock is not held by this process";
    IO "io" "reading or writing failed";
    ASSERT "assert" "assert_eq found two different values";
    EXPECTATION "expectation" "an expectation did not hold";
    INTERNAL "internal" "a mistake in proctor itself";
}

#[cfg(test)]
mod tests {
    use super::{ALL, find_code};
    use std::collections::HashSet;

    #[test]
    fn every_code_is_once_in_the_register_and_has_a_page_with_its_name() {
        let names: HashSet<_> = ALL.iter().map(super::Code::name).collect();
        assert_eq!(names.len(), ALL.len());
        for code in ALL {
            assert_eq!(find_code(code.name()), Some(*code));
            assert!(code.page().starts_with(&format!("# {}\n", code.name())), "{code}");
        }
    }
}
