//! The attributes of a process: what `p.name` can ask.

/// A row of the table of attributes.
#[derive(Debug)]
pub struct AttributeRow {
    pub attribute: Attribute,
    pub name: &'static str,
    /// The type of its value.
    pub gives: &'static str,
    pub doc: &'static str,
}

macro_rules! attributes {
    ($($attribute:ident $name:literal $gives:literal $doc:literal;)*) => {
        /// An attribute of a process.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Attribute { $(#[doc = $doc] $attribute),* }

        /// Every attribute with the type of its value and what it says.
        pub const ATTRIBUTES: &[AttributeRow] = &[
            $(AttributeRow { attribute: Attribute::$attribute, name: $name, gives: $gives, doc: $doc }),*
        ];
    };
}

attributes! {
    Pid "pid" "int" "Its process id.";
    Ppid "ppid" "int" "The process id of its parent now; none once it is reaped.";
    Pgid "pgid" "int" "The id of its process group.";
    Sid "sid" "int" "The id of its session.";
    Name "name" "string" "The name it was spawned with.";
    Daemon "daemon" "bool" "Whether it is a daemon.";
    Alive "alive" "bool" "Whether it has not ended yet; a zombie is not alive. Reaps nothing.";
    State "state" "string" "running, sleeping, blocked, stopped, traced, zombie or dead.";
    Exitcode "exitcode" "int or none" "None while alive, N after exit N, -N after death by signal N. Reaps nothing.";
    Signaled "signaled" "signal or none" "The signal that ended it.";
    Elapsed "elapsed" "duration" "From its start to its end, or to now.";
    Started "started" "instant" "When it was started.";
    Ended "ended" "instant or none" "When it ended.";
    Ending "ending" "string" "How it ended, in words; \"running\" or \"stopped by …\" before that.";
    CpuTime "cpu_time" "duration" "Processor time used, in user and system mode.";
    Rss "rss" "int" "Resident memory in bytes.";
    Threads "threads" "int" "Number of threads.";
    Children "children" "list" "Its children now, as the kernel lists them.";
    Descendants "descendants" "list" "Its children, their children and so on.";
    Processes "processes" "list" "It and all that it started, as maps that say what became of each.";
    Parent "parent" "process" "Its parent now.";
    Cmdline "cmdline" "list" "The program and arguments it runs; empty for a zombie.";
    Cwd "cwd" "string" "Its working directory.";
    Fds "fds" "map" "Its open file descriptors, each with what it is.";
    Foreground "foreground" "bool" "Whether its process group is its terminal's foreground group; none once it is reaped.";
    Pending "pending" "list" "Signals that wait to be delivered.";
    Blocked "blocked" "list" "Signals that it has blocked.";
    Ignored "ignored" "list" "Signals that it ignores.";
    Caught "caught" "list" "Signals that it has handlers for.";
    Stdout "stdout" "string" "What was captured of its standard output so far.";
    Stderr "stderr" "string" "What was captured of its standard error so far.";
}

/// The attribute with this name.
#[must_use]
pub fn attribute(name: &str) -> Option<Attribute> {
    ATTRIBUTES.iter().find(|row| row.name == name).map(|row| row.attribute)
}
