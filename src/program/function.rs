//! The built-in functions.

/// A row of the table of built-in functions.
#[derive(Debug)]
pub struct BuiltinRow {
    pub builtin: Builtin,
    pub name: &'static str,
    pub fewest: u8,
    /// [`BuiltinRow::ANY`]: no upper bound.
    pub most: u8,
    pub usage: &'static str,
    pub doc: &'static str,
}

impl BuiltinRow {
    pub const ANY: u8 = u8::MAX;

    /// Whether the name stands for a value by itself and takes no call: `self`, `parent`, `main`.
    #[must_use]
    pub fn is_value(&self) -> bool {
        !self.usage.ends_with(')')
    }
}

macro_rules! builtins {
    ($($builtin:ident $name:literal $fewest:literal $most:tt $usage:literal $doc:literal;)*) => {
        /// A built-in function; its number is its place in [`BUILTINS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Builtin { $(#[doc = $doc] $builtin),* }

        /// Every built-in function with its arguments and what it gives.
        pub const BUILTINS: &[BuiltinRow] = &[
            $(BuiltinRow {
                builtin: Builtin::$builtin,
                name: $name,
                fewest: $fewest,
                most: builtins!(@most $most),
                usage: $usage,
                doc: $doc,
            }),*
        ];
    };
    (@most any) => { BuiltinRow::ANY };
    (@most $most:literal) => { $most };
}

builtins! {
    // Processes
    SelfProcess "self" 0 0 "self" "The current process.";
    ParentProcess "parent" 0 0 "parent" "The parent of the current process.";
    MainProcess "main" 0 0 "main" "The scenario's first process.";
    Pid "pid" 0 0 "pid()" "The process id of the current process, asked of the kernel.";
    Ppid "ppid" 0 0 "ppid()" "The process id of its parent, asked of the kernel.";
    Children "children" 0 0 "children()" "The children of this process that were not joined yet.";
    ActiveChildren "active_children" 0 0 "active_children()" "The children of this process that are alive.";
    Processes "processes" 0 1 "processes(text)" "The scenario's processes, or those whose name or command contains the text.";
    Fork "fork" 0 0 "fork()" "Makes a copy of this process: 0 in the child, the child's pid in the parent.";
    Exec "exec" 1 any "exec(program, …)" "Replaces this process's image by a program, as execvp(3).";
    Sh "sh" 1 1 "sh(command)" "exec(\"/bin/sh\", \"-c\", command).";
    Run "run" 1 any "run(program, …)" "Runs a program to its end: a map {exitcode, stdout, stderr, elapsed}.";
    RunScenario "run_scenario" 1 any "run_scenario(path, …)" "Runs another scenario to its end: a map {exitcode, stdout, stderr, elapsed, errors, events, processes}.";
    Events "events" 0 any "events(p, …)" "What happened so far, as maps: of all processes, or of these and all that descends from them.";
    Before "before" 2 2 "before(a, b)" "Whether a, a process or an event, was over when b began.";
    Overlaps "overlaps" 1 any "overlaps(p, q, …)" "Whether all of them were alive at one moment.";
    Serial "serial" 1 any "serial(p, q, …)" "Whether each ended before the next started.";
    Submission "submission" 0 0 "submission" "The path of the work under test, which `proctor grade` gives.";
    // Time
    Now "now" 0 0 "now()" "An instant of the monotonic clock.";
    Clock "clock" 0 0 "clock()" "The wall clock as a string in ISO 8601, in UTC.";
    // Talking between processes
    Queue "queue" 0 1 "queue(max)" "A queue between processes; without max it grows as needed.";
    Pipe "pipe" 0 0 "pipe()" "A list of two connected ends; what one sends the other receives.";
    Lock "lock" 0 0 "lock()" "A lock that one process at a time can hold.";
    Semaphore "semaphore" 1 1 "semaphore(n)" "A semaphore that n holders can acquire.";
    Event "event" 0 0 "event()" "A flag that processes can set, clear and wait for.";
    Barrier "barrier" 1 1 "barrier(n)" "A place where n processes wait for each other.";
    Shared "shared" 1 1 "shared(value)" "An int, float or bool in memory that all processes share.";
    // Values
    Len "len" 1 1 "len(x)" "How many characters, elements, entries or bytes it has.";
    Str "str" 1 1 "str(x)" "Its text, as print writes it.";
    Int "int" 1 2 "int(x, base)" "An int from a number, a bool, a signal or a text.";
    Float "float" 1 1 "float(x)" "A float from a number, a text, or a duration in seconds.";
    Bool "bool" 1 1 "bool(x)" "A bool from a bool, or from \"true\" or \"false\".";
    Type "type" 1 1 "type(x)" "The name of its type.";
    Range "range" 1 3 "range(start, end, step)" "The ints from start up to, and without, end: a range, or a list where there is a step.";
    Min "min" 1 any "min(a, b, …)" "The smallest of the arguments, or of one list.";
    Max "max" 1 any "max(a, b, …)" "The largest of the arguments, or of one list.";
    Sum "sum" 1 1 "sum(xs)" "The sum of the elements.";
    Abs "abs" 1 1 "abs(x)" "Its distance from zero.";
    Round "round" 1 2 "round(x, digits)" "The nearest int, halves to even; with digits, so many decimals; a duration to seconds.";
    Sorted "sorted" 1 2 "sorted(xs, key)" "A new list in ascending order, by key(x) where it is given.";
    Reversed "reversed" 1 1 "reversed(xs)" "A new list in reverse order.";
    Enumerate "enumerate" 1 1 "enumerate(xs)" "A list of [index, element] pairs.";
    Zip "zip" 2 any "zip(xs, ys, …)" "A list of lists that hold one element of each, as long as the shortest.";
    Any "any" 1 1 "any(xs)" "Whether an element is true.";
    All "all" 1 1 "all(xs)" "Whether every element is true.";
    AssertEq "assert_eq" 2 3 "assert_eq(a, b, why)" "Fails, with both values, where they are not equal.";
    // The world
    Env "env" 1 2 "env(name, otherwise)" "An environment variable, or otherwise, or none.";
    Args "args" 0 0 "args()" "The arguments given behind -- on the command line.";
    Cwd "cwd" 0 0 "cwd()" "The working directory.";
    ReadFile "read_file" 1 1 "read_file(path)" "The text of a file.";
    WriteFile "write_file" 2 3 "write_file(path, text, append)" "Writes a file; appends to it where append is true.";
    Exists "exists" 1 1 "exists(path)" "Whether there is a file with this path.";
    TempDir "temp_dir" 0 0 "temp_dir()" "A new directory that is removed when the scenario ends.";
    Which "which" 1 1 "which(program)" "The path at which exec would find the program, or none.";
    CpuCount "cpu_count" 0 0 "cpu_count()" "How many processors this process may use.";
    Input "input" 0 1 "input(prompt)" "A line of standard input without its newline; none at its end.";
    PrintError "print_error" 0 any "print_error(a, b, …)" "print to standard error.";
    // Chance
    Random "random" 0 0 "random()" "A float from 0 up to, and without, 1.";
    Randint "randint" 2 2 "randint(a, b)" "An int from a to b, both included.";
    Shuffle "shuffle" 1 1 "shuffle(xs)" "Puts the list in a random order.";
    Seed "seed" 1 1 "seed(n)" "Starts this process's random numbers anew from n.";
}

impl Builtin {
    /// Whether the name stands for a process.
    #[must_use]
    pub fn is_process(self) -> bool {
        matches!(self, Self::SelfProcess | Self::ParentProcess | Self::MainProcess)
    }

    #[must_use]
    pub fn row(self) -> &'static BuiltinRow {
        &BUILTINS[self as usize]
    }
}

/// The built-in function with this name.
#[must_use]
pub fn builtin(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|row| row.name == name).map(|row| row.builtin)
}
