//! The verbs: statements that do something with processes, signals, time or the screen.

/// A row of the table of verbs.
#[derive(Debug)]
pub struct VerbRow {
    pub verb: Verb,
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it does: one sentence.
    pub doc: &'static str,
}

macro_rules! verbs {
    ($($verb:ident $name:literal $usage:literal $doc:literal;)*) => {
        /// A verb, as [`super::Op::Verb`] carries it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Verb { $(#[doc = $doc] $verb),* }

        /// Every verb with its usage and what it does.
        pub const VERBS: &[VerbRow] = &[
            $(VerbRow { verb: Verb::$verb, name: $name, usage: $usage, doc: $doc }),*
        ];
    };
}

verbs! {
    Join "join" "join p, q [within 2s [else { … }]]"
        "Waits for children and reaps them; its value is the exit code, a list for several.";
    JoinAll "join all" "join all [within 2s [else { … }]]"
        "Joins every child of this process that was not joined yet; its value is the list of their exit codes.";
    WaitAny "wait any" "wait any [within 2s [else { … }]]"
        "Waits for the next child to end, reaps it and gives its process; none where there is no child.";
    Terminate "terminate" "terminate p, q" "Sends SIGTERM.";
    Kill "kill" "kill p, q" "Sends SIGKILL, which cannot be caught.";
    Stop "stop" "stop p, q" "Sends SIGSTOP: the process stands still until it is resumed.";
    Resume "resume" "resume p, q" "Sends SIGCONT: a stopped process goes on.";
    Signal "signal" "signal p, q SIGUSR1" "Sends any signal.";
    SignalGroup "signal group" "signal group p SIGINT" "Sends a signal to every process of p's process group.";
    On "on" "on SIGTERM { … }" "Runs the block whenever the signal arrives, at the next statement boundary.";
    Ignore "ignore" "ignore SIGINT" "Lets the signal pass without effect.";
    Default "default" "default SIGINT" "Gives the signal its default action back.";
    Sleep "sleep" "sleep 1.5" "Waits that long; a plain number counts seconds.";
    Print "print" "print a, b" "Writes the values with a space between and a newline after, in one write.";
    Exit "exit" "exit 3" "Ends this process with an exit code from 0 to 255.";
    Ps "ps" "ps" "Prints a table of the scenario's processes.";
    PsMatching "ps matching" "ps \"alex\"" "Prints those whose name or command contains the text.";
    PsAll "ps all" "ps all" "Prints every process of the machine.";
    Award "award" "award 2, \"why\"" "Gives a part of the test's worth, which stays earned where the test fails.";
    Feedback "feedback" "feedback \"…\"" "Says a line to whoever did the work that is tested.";
    Tree "tree" "tree [p]" "Draws the process tree of the scenario, or below p.";
}
