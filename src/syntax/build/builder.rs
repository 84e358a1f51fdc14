//! The builder: where it is in the text, what it found wrong, how tall a tree may grow.

use crate::source::{Code, Diagnostic, Location, SourceId, Span};
use crate::syntax::grammar::{Node, Rule};
use crate::syntax::layout::DEEPEST;
use crate::syntax::tree::{BinaryOp, Block, Expr, ExprKind, Name, Stmt, UnaryOp};
use crate::syntax::words;

/// The tallest expression, in nodes from the top to the deepest leaf.
pub(crate) const TALLEST: u16 = 256;
/// The longest chain of `else if`.
pub(crate) const MOST_BRANCHES: usize = 256;

pub(crate) struct Builder<'s> {
    /// The source, not the logical text: letters are read here.
    pub(super) text: &'s str,
    pub(super) source: SourceId,
    /// Where the parsed slice begins in the text.
    pub(super) base: usize,
    /// The height of the tallest tree built since the mark of [`Builder::measured`].
    pub(super) tall: u16,
    pub(super) too_deep_told: bool,
    /// The stacks of [`climb`], shared by all nested expressions.
    pub(super) operands: Vec<Built>,
    pub(super) pending: Vec<Pending>,
    pub diagnostics: Vec<Diagnostic>,
}

/// An expression with what only the building needs.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) expr: Expr,
    /// The span with the parentheses around it.
    pub(super) outer: Span,
    pub(super) height: u16,
}

impl Built {
    pub(super) fn leaf(span: Span, kind: ExprKind) -> Self {
        Self { expr: Expr { span, kind }, outer: span, height: 1 }
    }

    /// Parenthesised expressions are closed: a suffix or a comma does not reach into them.
    pub(super) fn is_bare(&self) -> bool {
        self.outer == self.expr.span
    }
}

/// An operator that waits for its right operand.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) level: u8,
    pub(super) span: Span,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Binary(BinaryOp),
    Range { closed: bool },
    Unary(UnaryOp),
    Join,
    Function(Vec<Name>),
}

impl<'s> Builder<'s> {
    pub(crate) fn new(text: &'s str, source: SourceId) -> Self {
        Self {
            text,
            source,
            base: 0,
            tall: 0,
            too_deep_told: false,
            operands: Vec::new(),
            pending: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Builds one statement of the top level, which was parsed from the slice that begins at `base`.
    pub(crate) fn top(&mut self, node: Node<'_>, base: usize) -> Stmt {
        self.base = base;
        self.tall = 0;
        self.too_deep_told = false;
        self.statement(node)
    }

    /// The span of a node, without the blanks that its last token ate.
    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        let text = node.as_str();
        let start = self.base + node.as_span().start();
        Span::new(start, start + text.trim_end_matches(' ').len())
    }

    pub(super) fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub(super) fn location(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    pub(super) fn error(
        &self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::error(code, message).at(self.location(span), label)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Runs a part of the building and gives the height of the tallest expression in it too.
    pub(super) fn measured<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> (T, u16) {
        let outside = std::mem::take(&mut self.tall);
        let built = build(self);
        let inside = std::mem::replace(&mut self.tall, outside);
        (built, inside)
    }

    /// Takes the expression out; its height counts for the construct that is being measured.
    pub(super) fn place(&mut self, built: Built) -> Expr {
        self.tall = self.tall.max(built.height);
        built.expr
    }

    /// Gives the node back, or a placeholder where it would be too tall.
    pub(super) fn limit(&mut self, built: Built) -> Built {
        if built.height <= TALLEST {
            return built;
        }
        self.tell_too_deep(built.outer);
        Built { expr: Expr { span: built.expr.span, kind: ExprKind::None }, outer: built.outer, height: 1 }
    }

    pub(super) fn tell_too_deep(&mut self, span: Span) {
        if self.too_deep_told {
            return;
        }
        self.too_deep_told = true;
        // A caret under megabytes of text says less than one under its beginning.
        let shown = self.slice(span).char_indices().take(40).last().map_or(0, |(at, c)| at + c.len_utf8());
        let span = Span::new(span.start as usize, span.start as usize + shown);
        let finding = self
            .error(Code::TOO_DEEP, span, "this expression is nested too deeply", "it begins here")
            .help(format!(
                "at most {TALLEST} operators and {DEEPEST} brackets may nest: name parts of it with `let`"
            ));
        self.report(finding);
    }

    pub(super) fn block(&mut self, node: Node<'_>) -> Block {
        let span = self.span(&node);
        let statements = node.into_inner().map(|inner| self.statement(inner)).collect();
        Block { span, statements }
    }

    /// A word that is declared here, so it must not be a reserved one.
    pub(super) fn bound(&mut self, node: &Node<'_>) -> Name {
        let span = self.span(node);
        let word = self.slice(span);
        if words::is_reserved(word) {
            let finding = self
                .error(Code::SYNTAX, span, format!("`{word}` is a reserved word"), "it cannot be a name")
                .help(format!("choose another name, such as `{word}_` or `my_{word}`"));
            self.report(finding);
        }
        Name { span }
    }
}

/// Is this a node of the given rule?
pub(super) fn is(node: &Node<'_>, rule: Rule) -> bool {
    node.as_rule() == rule
}
