//! What the checks after resolving ask about an expression.

use super::resolution::{DeclId, DeclKind, Meaning, Resolution};
use crate::program::Builtin;
use crate::source::{Source, Span};
use crate::syntax::tree::{Expr, ExprKind, MapKey, Name, UnaryOp};

/// A file and what its names mean.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub source: &'a Source,
    pub found: &'a Resolution,
}

/// The type of a value that the text itself shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    None,
    Bool,
    Int,
    Float,
    Duration,
    Str,
    List,
    Map,
    Range,
    Regex,
    Function,
    Signal,
}

impl Shown {
    /// With its article, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bool => "a bool",
            Self::Int => "an int",
            Self::Float => "a float",
            Self::Duration => "a duration",
            Self::Str => "a string",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Range => "a range",
            Self::Regex => "a regex",
            Self::Function => "a function",
            Self::Signal => "a signal",
        }
    }
}

impl<'a> Context<'a> {
    pub fn text(&self, name: Name) -> &'a str {
        self.source.slice(name.span)
    }

    pub fn decl(&self, value: &Expr) -> Option<DeclId> {
        matches!(value.kind, ExprKind::Name).then(|| self.found.decl(value.span)).flatten()
    }

    /// Whether the expression is one process for sure: a NAME that only ever is one spawned process, or `self` and its like.
    pub fn is_process(&self, value: &Expr) -> bool {
        if !matches!(value.kind, ExprKind::Name) {
            return false;
        }
        match self.found.meaning(value.span) {
            Meaning::Decl(decl) => {
                let decl = &self.found.decls[decl as usize];
                decl.kind == DeclKind::Spawn && !decl.assigned && !decl.pipeline
            }
            Meaning::Builtin(builtin) => builtin.is_process(),
            _ => false,
        }
    }

    /// The type that the text shows, also by the name of a signal.
    pub fn shown(&self, value: &Expr) -> Option<Shown> {
        let is_name = matches!(value.kind, ExprKind::Name);
        let is_signal = is_name && matches!(self.found.meaning(value.span), Meaning::Signal(_));
        if is_signal { Some(Shown::Signal) } else { shown(value) }
    }

    /// Whether it is a name that means nothing, which was reported.
    pub fn is_missing(&self, value: &Expr) -> bool {
        matches!(value.kind, ExprKind::Name) && self.found.meaning(value.span) == Meaning::Missing
    }

    /// The built-in function that a callee is.
    pub fn builtin(&self, callee: &Expr) -> Option<Builtin> {
        match callee.kind {
            ExprKind::Name => match self.found.meaning(callee.span) {
                Meaning::Builtin(builtin) => Some(builtin),
                _ => None,
            },
            _ => None,
        }
    }

    /// The key of a map literal, where it is a name or a string.
    pub fn key(&self, key: &MapKey) -> Option<(&'a str, Span)> {
        match key {
            MapKey::Name(name) => Some((self.text(*name), name.span)),
            MapKey::Literal(Expr { kind: ExprKind::Str(_), span }) => {
                Some((self.source.slice(*span).trim_matches(['"', '\'']), *span))
            }
            MapKey::Literal(_) => None,
        }
    }
}

/// The type that the text shows.
pub(super) fn shown(value: &Expr) -> Option<Shown> {
    Some(match &value.kind {
        ExprKind::None => Shown::None,
        ExprKind::Bool(_) => Shown::Bool,
        ExprKind::Int(_) => Shown::Int,
        ExprKind::Float(_) => Shown::Float,
        ExprKind::Duration(_) => Shown::Duration,
        ExprKind::Str(_) => Shown::Str,
        ExprKind::List(_) => Shown::List,
        ExprKind::Map(_) => Shown::Map,
        ExprKind::Range { .. } => Shown::Range,
        ExprKind::Regex(_) => Shown::Regex,
        ExprKind::Function { .. } => Shown::Function,
        ExprKind::Unary { op: UnaryOp::Negate, operand } => {
            shown(operand).filter(|kind| matches!(kind, Shown::Int | Shown::Float | Shown::Duration))?
        }
        ExprKind::Unary { op: UnaryOp::Not, .. } => Shown::Bool,
        _ => return None,
    })
}

/// Whether it is a literal with a minus before it that is not zero.
pub(super) fn is_negative(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Unary { op: UnaryOp::Negate, operand } => match operand.kind {
            ExprKind::Int(number) | ExprKind::Duration(number) => number > 0,
            ExprKind::Float(number) => number > 0.0,
            _ => false,
        },
        _ => false,
    }
}

/// The int that a literal is.
pub(super) fn int_literal(value: &Expr) -> Option<i64> {
    match &value.kind {
        ExprKind::Int(int) => Some(*int),
        ExprKind::Unary { op: UnaryOp::Negate, operand } => int_literal(operand)?.checked_neg(),
        _ => None,
    }
}
