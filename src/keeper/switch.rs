//! Switches that turn one protection off, so that a test can show that it would notice.

/// One protection of the keeper's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Guard and keeper adopt orphans.
    Subreaper,
    /// What is left at the end is killed.
    Clear,
    /// The keeper clears up after the guard's death.
    WatchGuard,
    /// The guard clears up after the keeper's death.
    Takeover,
    /// A request to end is carried out whatever the scenario does.
    Grace,
    /// A run that is asked to start with children of somebody else's puts a process in between.
    Proxy,
    /// The start looks for what an earlier run left.
    Sweep,
    /// A process is swept only after a second proof.
    SecondProof,
    /// The keeper of a contained run waits until it is let in, and dies with the guard.
    Gate,
    /// The guard stops when a foreground child was stopped by a key.
    Job,
    /// No signal does anything to guard and keeper but by their reading it.
    Signals,
    /// A limit of time that was hit while others had the machine says nothing.
    Doubt,
}

impl Protection {
    const fn name(self) -> &'static str {
        match self {
            Self::Subreaper => "subreaper",
            Self::Clear => "clear",
            Self::WatchGuard => "watch-guard",
            Self::Takeover => "takeover",
            Self::Grace => "grace",
            Self::Proxy => "proxy",
            Self::Sweep => "sweep",
            Self::SecondProof => "second-proof",
            Self::Gate => "gate",
            Self::Job => "job",
            Self::Signals => "signals",
            Self::Doubt => "doubt",
        }
    }

    /// Whether it is on. Only a debug build listens to `PROCTOR_DEBUG_OFF`, a list with commas.
    pub fn is_on(self) -> bool {
        if !cfg!(debug_assertions) {
            return true;
        }
        std::env::var("PROCTOR_DEBUG_OFF").map_or(true, |off| off.split(',').all(|word| word != self.name()))
    }
}
