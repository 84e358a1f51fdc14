//! Names that mean nothing: what to say of them.

use super::resolver::Resolver;
use crate::check::resolution::Meaning;
use crate::program::{BUILTINS, SIGNALS, builtin};
use crate::source::{Code, did_you_mean};
use crate::syntax::tree::{Expr, ExprKind, Name};

/// Names of other languages, and what is written here instead.
const HABITS: &[(&str, &str)] = &[
    ("null", "no value is written `none`"),
    ("nil", "no value is written `none`"),
    ("None", "no value is written `none`"),
    ("NULL", "no value is written `none`"),
    ("undefined", "no value is written `none`"),
    ("True", "it is written `true`"),
    ("False", "it is written `false`"),
    ("Process", "a process is started by a statement: `spawn p task(\"alex\")`"),
    ("Thread", "there are only processes here: `spawn p task(\"alex\")`"),
    ("Queue", "a queue is made by `queue()`"),
    ("Lock", "a lock is made by `lock()`"),
    ("RLock", "a lock is made by `lock()`"),
    ("Semaphore", "a semaphore is made by `semaphore(n)`"),
    ("Event", "an event is made by `event()`"),
    ("Barrier", "a barrier is made by `barrier(n)`"),
    ("Value", "a number in shared memory is made by `shared(0)`"),
    ("Pipe", "a pipe is made by `pipe()`: `let a, b = pipe()`"),
    ("getpid", "write `pid()`"),
    ("getppid", "write `ppid()`"),
    ("execvp", "write `exec(\"program\", args…)`"),
    ("execlp", "write `exec(\"program\", args…)`"),
    ("system", "write `run(\"/bin/sh\", \"-c\", \"…\")`, or `spawn p sh(\"…\")`"),
    ("waitpid", "write `join p`, or `wait any`"),
    ("printf", "write `print \"{n:.2}\"`"),
    ("println", "write `print`"),
    ("echo", "write `print`"),
    ("elif", "write `else if`"),
    ("var", "a variable is declared by `let x = 1`"),
    ("const", "a variable is declared by `let x = 1`"),
    ("function", "a function is declared by `def f(x) { … }`"),
    ("func", "a function is declared by `def f(x) { … }`"),
    ("fn", "a function is declared by `def f(x) { … }`"),
    ("lambda", "a function value is written `|x| x + 1`"),
    ("raise", "`exit 1` ends the process; `assert_eq(a, b)` fails where they differ"),
    ("throw", "`exit 1` ends the process; `assert_eq(a, b)` fails where they differ"),
    ("pass", "an empty block is written `{ }`"),
    ("quit", "`exit` ends the process; a prompt is left by `:quit` or Ctrl-D"),
    ("help", "`proctor explain CODE` tells about an error; at a prompt `:help` does about anything"),
    ("open", "write `read_file(path)` or `write_file(path, text)`"),
    ("length", "write `len(x)`"),
    ("size", "write `len(x)`"),
    ("list", "a list is written `[1, 2]`"),
    ("dict", "a map is written `{key: value}`"),
    ("set", "there are lists `[1, 2]` and maps `{key: value}`"),
];

/// The same for `module.name`; an empty name stands for all others of the module.
const MODULES: &[(&str, &str, &str)] = &[
    ("os", "getpid", "write `pid()`"),
    ("os", "getppid", "write `ppid()`"),
    ("os", "fork", "write `fork()`"),
    ("os", "kill", "write `kill p` for SIGKILL, `signal p SIGTERM` for another signal"),
    ("os", "killpg", "write `signal group p SIGTERM`"),
    ("os", "wait", "write `wait any`"),
    ("os", "waitpid", "write `join p`"),
    ("os", "_exit", "write `exit 0`"),
    ("os", "getcwd", "write `cwd()`"),
    ("os", "environ", "write `env(\"NAME\")`"),
    ("os", "getenv", "write `env(\"NAME\")`"),
    ("os", "system", "write `run(\"/bin/sh\", \"-c\", \"…\")`, or `spawn p sh(\"…\")`"),
    ("os", "pipe", "write `pipe()`, or connect two targets: `spawn a() | b()`"),
    ("os", "cpu_count", "write `cpu_count()`"),
    ("os", "", "what Python's `os` does is built in: `pid()`, `fork()`, `exec(…)`, `env(…)`"),
    ("time", "sleep", "write `sleep 1.5`"),
    ("time", "time", "write `now()`, or `clock()` for the wall clock"),
    ("time", "monotonic", "write `now()`"),
    ("time", "perf_counter", "write `now()`"),
    ("time", "", "write `sleep 1.5`, `now()` or `clock()`"),
    ("sys", "exit", "write `exit 1`"),
    ("sys", "argv", "write `args()`"),
    ("sys", "", "write `exit 1`, `args()` or `print_error(…)`"),
    ("signal", "", "signals are known by their names: `on SIGTERM { … }`, `ignore SIGINT`"),
    ("random", "", "write `random()`, `randint(a, b)` or `shuffle(xs)`"),
    ("subprocess", "", "write `run(\"program\", args…)`, or `spawn p exec(\"program\", args…)`"),
    ("multiprocessing", "", "processes are built in: `spawn p task(\"alex\")`, `queue()`, `lock()`"),
    ("mp", "", "processes are built in: `spawn p task(\"alex\")`, `queue()`, `lock()`"),
    ("threading", "", "there are only processes here: `spawn p task(\"alex\")`"),
    ("math", "", "there are `abs`, `round`, `min`, `max` and `**`"),
];

/// How many names get a suggestion: looking for one costs time, and nobody reads on.
const SUGGESTIONS: usize = 20;
/// How many visible names are compared.
const CANDIDATES: usize = 5_000;

impl<'a> Resolver<'a> {
    /// The callee of a call: helps where it is a habit of another language.
    pub(super) fn callee(&mut self, callee: &'a Expr, args: &'a [Expr]) {
        let ExprKind::Name = callee.kind else { return self.expression(callee) };
        let name = Name { span: callee.span };
        if self.meaning_of(name) == Meaning::Missing && !self.process_verb(name, args) {
            self.undefined(name);
        }
    }

    /// `is_alive(p)` and the like: attributes written as functions.
    fn process_verb(&mut self, name: Name, args: &[Expr]) -> bool {
        let text = self.text(name);
        let [argument] = args else { return false };
        let attribute = if text == "is_alive" { "alive" } else { text };
        if crate::program::attribute(attribute).is_none() || self.is_lost(text) {
            return false;
        }
        let help = format!("write `{}.{attribute}`", self.source.slice(argument.span));
        self.report(name, Some(help));
        true
    }

    /// The receiver of a field or a method: helps where it is a module of Python.
    pub(super) fn receiver(&mut self, receiver: &'a Expr, whole: &'a Expr) {
        let ExprKind::Name = receiver.kind else { return self.expression(receiver) };
        let name = Name { span: receiver.span };
        if self.meaning_of(name) != Meaning::Missing {
            return;
        }
        let member = match &whole.kind {
            ExprKind::Field { name, .. } | ExprKind::Method { name, .. } => self.text(*name),
            _ => "",
        };
        let module = self.text(name);
        let row = MODULES.iter().find(|row| row.0 == module && (row.1 == member || row.1.is_empty()));
        match row {
            Some((.., help)) if !self.is_lost(module) => self.report(name, Some((*help).to_owned())),
            _ => self.undefined(name),
        }
    }

    pub(super) fn undefined(&mut self, name: Name) {
        let text = self.text(name);
        if self.is_lost(text) {
            return;
        }
        if text.starts_with("SIG") && text.len() > 3 {
            return self.unknown_signal(name);
        }
        let help = self.habit(text).or_else(|| self.suggestion(text));
        self.report(name, help);
    }

    fn report(&mut self, name: Name, help: Option<String>) {
        let message = format!("nothing is named `{}`", self.text(name));
        self.findings.error(Code::UNDEFINED_NAME, name.span, message, "not declared", help);
    }

    fn is_lost(&self, text: &str) -> bool {
        self.lost.as_ref().is_none_or(|lost| lost.contains(text))
    }

    fn habit(&self, text: &str) -> Option<String> {
        HABITS.iter().find(|row| row.0 == text).map(|row| row.1.to_owned())
    }

    fn unknown_signal(&mut self, name: Name) {
        let text = self.text(name);
        let help = match did_you_mean(text, SIGNALS.iter().map(|row| row.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "signal(7) lists the signals".to_owned(),
        };
        let message = format!("no signal is named `{text}`");
        self.findings.error(Code::UNKNOWN_SIGNAL, name.span, message, "", Some(help));
    }

    /// "Did you mean", over all that could stand here.
    fn suggestion(&self, text: &str) -> Option<String> {
        if self.findings.len() > SUGGESTIONS {
            return None;
        }
        let near = |name: &&str| name.len().abs_diff(text.len()) <= 4;
        let visible = self.scopes.visible().filter(near).take(CANDIDATES);
        let builtins = BUILTINS.iter().map(|row| row.name);
        let signals = SIGNALS.iter().map(|row| row.name);
        did_you_mean(text, visible.chain(builtins).chain(signals))
            .map(|near| format!("did you mean `{near}`?"))
    }

    /// An assignment to a name that is not declared.
    pub(super) fn unknown_target(&mut self, name: Name) {
        let text = self.text(name);
        if builtin(text).is_some() || crate::program::signal_named(text).is_some() {
            let message = format!("`{text}` is built in and cannot be assigned to");
            let help = format!("declare a variable of your own: `let {text} = …`");
            self.findings.error(Code::BAD_ASSIGNMENT, name.span, message, "", Some(help));
            return;
        }
        if self.is_lost(text) {
            return;
        }
        let help = self.suggestion(text).unwrap_or_else(|| format!("declare it first: `let {text} = …`"));
        self.report(name, Some(help));
    }
}
