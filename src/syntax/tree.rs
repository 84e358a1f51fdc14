//! The tree: what a text says, before anything is known about its names.
//!
//! Names are spans: their letters are read from the source. Trivia (comments, blank lines) stands
//! beside the tree, in [`File::comments`]. Each variant is documented by its concrete syntax.

use crate::source::Span;

/// A whole text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    pub statements: Vec<Stmt>,
    /// Every comment with its `#`, without its newline, in order; a `#!` line too.
    pub comments: Vec<Span>,
}

/// An identifier; its letters are `source.slice(span)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Name {
    pub span: Span,
}

/// `{ … }`; the span covers the braces.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub span: Span,
    pub statements: Vec<Stmt>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// `let a = e`; `let a, b = e` takes a list apart.
    Let {
        names: Vec<Name>,
        value: Expr,
    },
    /// `def f(a, b) { … }`
    Def {
        name: Name,
        params: Vec<Name>,
        body: Block,
    },
    /// `a = e`, `a += e`, `xs[0] = e`, `m.key = e`
    Assign {
        target: Expr,
        op: Option<BinaryOp>,
        op_span: Span,
        value: Expr,
    },
    /// `print a, b`; also `print(a, b)`
    Print(Vec<Expr>),
    /// `sleep 1.5`
    Sleep(Expr),
    /// `exit`, `exit 3`
    Exit(Option<Expr>),
    /// `terminate p, q` and its like; each with one or more targets.
    Verb {
        verb: SignalVerb,
        targets: Vec<Expr>,
    },
    /// `signal p, q SIGUSR1`, `signal group p SIGINT`
    Signal {
        group: bool,
        targets: Vec<Expr>,
        signal: Expr,
    },
    /// `on SIGTERM { … }`
    On {
        signal: Expr,
        body: Block,
    },
    /// `ignore SIGINT`
    Ignore(Expr),
    /// `default SIGINT`
    Default(Expr),
    /// `expect …`
    Expect(Box<Expect>),
    /// `test "name" clauses { … }`
    Test(Box<Test>),
    /// `within 5s { … } else { … }`
    Within {
        limit: Expr,
        body: Block,
        otherwise: Option<Block>,
    },
    /// `with l { … }`: a lock or a semaphore is held while the block runs. `with l within 1s { … } else { … }`: where it is not to be
    /// had in that time, the other block is run.
    With {
        lock: Expr,
        limit: Option<Expr>,
        body: Block,
        otherwise: Option<Block>,
    },
    /// `for x in xs { … }`, `for k, v in m { … }`
    For {
        names: Vec<Name>,
        iterable: Expr,
        body: Block,
    },
    /// `while c { … }`
    While {
        condition: Expr,
        body: Block,
    },
    Break,
    Continue,
    /// `return`, `return e`
    Return(Option<Expr>),
    /// `try { … } catch e { … }`; the name may be left out.
    Try {
        body: Block,
        error: Option<Name>,
        handler: Block,
    },
    /// `use "lib.proc"`; the expression is a string literal without interpolation.
    Use(Expr),
    /// `ps`, `ps "alex"`, `ps all`
    Ps(Listing),
    /// `award 2, "why"`
    Award {
        points: Expr,
        why: Expr,
    },
    /// `feedback "look at join again"`
    Feedback(Expr),
    /// `tree`, `tree p`
    Tree(Option<Expr>),
    Expr(Expr),
}

/// The verbs that send one fixed signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalVerb {
    Terminate,
    Kill,
    Stop,
    Resume,
}

/// What `ps` lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    Scenario,
    Machine,
    Matching(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// `expect COND`, with `within D` or `for D`, and `, "why"` last.
    Condition { condition: Expr, timing: Timing, why: Option<Expr> },
    /// `expect error KIND { … }`
    Error { kind: Name, body: Block },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    Now,
    /// `within D`: must become true in that time.
    Within(Expr),
    /// `for D`: must stay true all that time.
    For(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// A string literal.
    pub name: Expr,
    pub clauses: Vec<Clause>,
    pub body: Block,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub span: Span,
    pub kind: ClauseKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// `worth 4`
    Worth(Expr),
    /// `within 10s`
    Within(Expr),
    /// `tags [slow, signals]`
    Tags(Vec<Name>),
    /// `needs "other test"`
    Needs(Expr),
    /// `hidden`
    Hidden,
    /// `skip "why"`
    Skip(Expr),
    /// `xfail "why"`
    Xfail(Expr),
    /// `pass "well done"`: own words for those who passed.
    Pass(Expr),
    /// `fail "look at join again"`
    Fail(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

/// The text of a string literal that holds no interpolation.
#[must_use]
pub fn literal_text(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    None,
    Bool(bool),
    /// `42`, `0xff`, `64KiB`
    Int(i64),
    Float(f64),
    /// `250ms`, in nanoseconds
    Duration(i64),
    /// `"…{e:.2}…"`, `'…'`, `"""…"""`
    Str(Vec<StrPart>),
    /// `re"…"`: the pattern as it is written
    Regex(String),
    /// `x`, `SIGTERM`, `self`, `parent`, `main`
    Name,
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{name: e, "any key": e}`
    Map(Vec<(MapKey, Expr)>),
    /// `-e`, `not e`
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a..b`, `a..=b`; inside an index either side may be left out: `xs[1..]`
    Range {
        start: Option<Box<Expr>>,
        end: Option<Box<Expr>>,
        closed: bool,
    },
    /// `if a { x } else if b { y } else { z }`: flat, however long the chain
    If {
        branches: Vec<(Expr, Block)>,
        otherwise: Option<Block>,
    },
    /// `|x, y| e`, `|x| { … }`
    Function {
        params: Vec<Name>,
        body: FunctionBody,
    },
    /// `f(a, b)`
    Call {
        callee: Box<Expr>,
        args: Vec<Expr>,
    },
    /// `e.name(a, b)`
    Method {
        receiver: Box<Expr>,
        name: Name,
        args: Vec<Expr>,
    },
    /// `e.name`
    Field {
        receiver: Box<Expr>,
        name: Name,
    },
    /// `e[i]`
    Index {
        receiver: Box<Expr>,
        index: Box<Expr>,
    },
    /// `spawn [NAME] A | B with {…}`
    Spawn(Box<Spawn>),
    /// `join p, q`; without targets it is `join all`
    Join {
        targets: Vec<Expr>,
    },
    /// `wait any`
    WaitAny,
    /// `never a between b, c [in xs]`, behind `expect`: the patterns, and the list where it is given
    Never(Vec<Expr>),
    /// `e within 3s [else { … }]`
    Within {
        value: Box<Expr>,
        limit: Box<Expr>,
        otherwise: Option<Block>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum FunctionBody {
    Expr(Box<Expr>),
    Block(Block),
}

#[derive(Debug, Clone, PartialEq)]
pub enum StrPart {
    /// Escapes resolved, indentation removed.
    Text(String),
    /// `{e}`, `{e:>8}`: the format's span is without the colon.
    Value { value: Expr, format: Option<Span> },
}

#[derive(Debug, Clone, PartialEq)]
pub enum MapKey {
    /// `name:`
    Name(Name),
    /// `"any key":`, `1:`, any literal
    Literal(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Spawn {
    pub name: Option<Name>,
    /// One, or several joined by `|`.
    pub targets: Vec<Target>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub span: Span,
    pub kind: TargetKind,
    /// After `with`.
    pub options: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TargetKind {
    /// A call or a method call.
    Call(Expr),
    Block(Block),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Contains,
    Matches,
    InAnyOrder,
    ContainsSequence,
    And,
    Or,
}
