//! The options of `spawn`, which stand in the map after `with`.

/// A row of the table of options.
#[derive(Debug, PartialEq, Eq)]
pub struct OptionRow {
    pub option: SpawnOption,
    pub name: &'static str,
    pub expected: Expected,
    pub doc: &'static str,
}

/// What an option's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Bool,
    Str,
    Int,
    IntList,
    /// `"inherit"`, `"null"`, `"pipe"` or `{path: "…"}`.
    Input,
    /// `"inherit"`, `"capture"`, `"null"` or `{path: "…", append: true}`.
    Output,
    /// As [`Self::Output`], or `"stdout"`.
    ErrorOutput,
    /// A map from names to strings, numbers or none.
    Env,
    /// `true`, or a process.
    Group,
    /// A map with keys of [`LIMITS`].
    Limits,
}

impl Expected {
    /// Whether it is a standard stream's, whose words mean something.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Input | Self::Output | Self::ErrorOutput)
    }

    /// In words, for messages.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Str => "a string",
            Self::Int => "an int",
            Self::IntList => "a list of ints",
            Self::Input => "\"inherit\", \"null\", \"pipe\" or {path: \"…\"}",
            Self::Output => "\"inherit\", \"capture\", \"null\" or {path: \"…\", append: true}",
            Self::ErrorOutput => {
                "\"inherit\", \"capture\", \"null\", \"stdout\" or {path: \"…\", append: true}"
            }
            Self::Env => "a map from names to values (none removes a name)",
            Self::Group => "true (a new process group) or a process (its group)",
            Self::Limits => "a map of limits",
        }
    }

    /// One of the values that fit, as it is written.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Bool | Self::Group => "true",
            Self::Str => "\"…\"",
            Self::Int => "10",
            Self::IntList => "[0, 1]",
            Self::Input => "{path: \"in.txt\"}",
            Self::Output | Self::ErrorOutput => "{path: \"out.txt\"}",
            Self::Env => "{LANG: \"C\"}",
            Self::Limits => "{cpu: 10s}",
        }
    }
}

impl OptionRow {
    /// How the option is given, and what it does: for whoever has given it wrongly.
    #[must_use]
    pub fn help(&self) -> String {
        format!("as in `with {{{}: {}}}`. {}", self.name, self.expected.example(), self.doc)
    }
}

macro_rules! options {
    ($($option:ident $name:literal $expected:ident $doc:literal;)*) => {
        /// An option of `spawn`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SpawnOption { $(#[doc = $doc] $option),* }

        /// Every option with what it takes and what it does.
        pub const OPTIONS: &[OptionRow] = &[
            $(OptionRow { option: SpawnOption::$option, name: $name, expected: Expected::$expected, doc: $doc }),*
        ];
    };
}

options! {
    Name "name" Str "The process's name; else the NAME of the statement, else the name of its target with a number.";
    Daemon "daemon" Bool "Ended with SIGTERM as the main process's code ends, instead of being joined; cannot spawn.";
    Capture "capture" Bool "Captures both output streams: p.stdout and p.stderr.";
    Input "input" Str "A text that the process reads from its standard input.";
    Stdin "stdin" Input "Where standard input comes from.";
    Stdout "stdout" Output "Where standard output goes.";
    Stderr "stderr" ErrorOutput "Where standard error goes.";
    Pty "pty" Bool "Gives the process a terminal of its own; what it shows is p.stdout, p.write types.";
    Foreground "foreground" Bool "Gives the process our terminal until it ends.";
    Env "env" Env "Environment variables to add; a none value removes one.";
    Cwd "cwd" Str "The directory in which the process starts.";
    Group "group" Group "The process group: true makes a new one, a process means its group.";
    Session "session" Bool "Starts a new session (setsid): no terminal, own process group.";
    Nice "nice" Int "Added to its niceness: 1 to 19 lets others go first, -1 to -20 (for root) goes before them.";
    Cpus "cpus" IntList "The processors that it may run on.";
    Observe "observe" Bool "Records what the program and all that it starts do, as the kernel sees it: `events(p)`, `p.processes`.";
    Limits "limits" Limits "What it may use: {cpu, memory, files, processes, output, file_size}.";
}

impl SpawnOption {
    /// Its row of the table.
    #[must_use]
    pub fn row(self) -> &'static OptionRow {
        &OPTIONS[self as usize]
    }
}

/// The keys of the option `limits`, with what each means.
pub const LIMITS: &[(&str, &str)] = &[
    ("cpu", "CPU time, a duration rounded up to whole seconds: SIGXCPU, then SIGKILL a second later"),
    (
        "memory",
        "bytes: of address space for a program, whose allocations then fail; of values for a task, an error of kind memory",
    ),
    ("files", "open file descriptors"),
    ("processes", "processes and threads of its user; the kernel does not enforce it for root"),
    ("output", "bytes kept of each captured stream (16 MiB where it is not given)"),
    ("file_size", "the largest file it may write, in bytes: SIGXFSZ beyond it"),
];

/// The row of the option with this name.
#[must_use]
pub fn option(name: &str) -> Option<&'static OptionRow> {
    OPTIONS.iter().find(|row| row.name == name)
}
