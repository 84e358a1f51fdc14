//! Operands: names, collections, functions, `if`, and the suffixes behind them.

use super::builder::{Builder, Built, MOST_BRANCHES, is};
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Rule};
use crate::syntax::tree::{Expr, ExprKind, FunctionBody, MapKey, Name, UnaryOp};

impl Builder<'_> {
    pub(super) fn primary(&mut self, node: Node<'_>) -> Built {
        match node.as_rule() {
            Rule::name => self.variable(&node),
            Rule::number => self.number(&node),
            Rule::string => self.string(node),
            Rule::parens => self.parens(node),
            Rule::list => {
                self.collection(node, |builder, inner| ExprKind::List(builder.value_list(inner.into_inner())))
            }
            Rule::map => self.collection(node, |builder, inner| ExprKind::Map(builder.pairs(inner))),
            Rule::spawn => self.collection(node, Self::spawn),
            Rule::if_expression => self.collection(node, Self::if_expression),
            Rule::function => self.collection(node, Self::function),
            Rule::wait_any => Built::leaf(self.span(&node), ExprKind::WaitAny),
            // The grammar has no other operand.
            _ => Built::leaf(self.span(&node), ExprKind::None),
        }
    }

    /// An operand that holds expressions.
    fn collection<'i>(
        &mut self,
        node: Node<'i>,
        build: impl FnOnce(&mut Self, Node<'i>) -> ExprKind,
    ) -> Built {
        let span = self.span(&node);
        let (kind, inside) = self.measured(|builder| build(builder, node));
        let built = Built { expr: Expr { span, kind }, outer: span, height: inside.saturating_add(1) };
        self.limit(built)
    }

    fn parens(&mut self, node: Node<'_>) -> Built {
        let outer = self.span(&node);
        let mut inner = node.into_inner();
        match self.one_value(&mut inner) {
            Some(built) => Built { outer, ..built },
            None => {
                let finding = self
                    .error(
                        Code::SYNTAX,
                        outer,
                        "expected an expression in the parentheses",
                        "nothing is in them",
                    )
                    .help("`none` is the value that says nothing; an empty list is `[]`");
                self.report(finding);
                Built::leaf(outer, ExprKind::None)
            }
        }
    }

    fn pairs(&mut self, node: Node<'_>) -> Vec<(MapKey, Expr)> {
        let mut inner = node.into_inner().peekable();
        let mut pairs = Vec::new();
        while let Some(key) = inner.next() {
            let key = self.key(key);
            let Some(value) = inner.next() else { break };
            let value = self.expression(value);
            let value = match inner.next_if(|next| is(next, Rule::within_suffix)) {
                Some(suffix) => self.within(value, suffix),
                None => value,
            };
            pairs.push((key, self.place(value)));
        }
        pairs
    }

    fn key(&mut self, node: Node<'_>) -> MapKey {
        match node.as_rule() {
            // Any word may be a key, reserved or not.
            Rule::bound => {
                let name = self.name(&node).expr;
                if name.kind == ExprKind::Name {
                    MapKey::Name(Name { span: name.span })
                } else {
                    MapKey::Literal(name)
                }
            }
            Rule::negative => {
                let span = self.span(&node);
                let operand = node.into_inner().next().map(|number| self.number(&number));
                let operand = Box::new(operand.unwrap_or_else(|| Built::leaf(span, ExprKind::Int(0))).expr);
                MapKey::Literal(Expr { span, kind: ExprKind::Unary { op: UnaryOp::Negate, operand } })
            }
            _ => {
                let built = self.primary(node);
                MapKey::Literal(self.place(built))
            }
        }
    }

    fn function(&mut self, node: Node<'_>) -> ExprKind {
        let mut params = Vec::new();
        let mut body = None;
        for inner in node.into_inner() {
            match inner.as_rule() {
                Rule::block => body = Some(self.block(inner)),
                _ => params.push(self.bound(&inner)),
            }
        }
        ExprKind::Function { params, body: FunctionBody::Block(body.unwrap_or_else(empty_block)) }
    }

    fn if_expression(&mut self, node: Node<'_>) -> ExprKind {
        let whole = self.span(&node);
        let mut branches = Vec::new();
        let mut otherwise = None;
        let mut inner = node.into_inner().peekable();
        while let Some(first) = inner.next() {
            if is(&first, Rule::block) {
                otherwise = Some(self.block(first));
                continue;
            }
            if branches.len() >= MOST_BRANCHES {
                self.too_many_branches(whole);
                break;
            }
            let condition = self.expression(first);
            let condition = match inner.next_if(|next| is(next, Rule::within_suffix)) {
                Some(suffix) => self.within(condition, suffix),
                None => condition,
            };
            let condition = self.place(condition);
            let block = inner.next().map_or_else(empty_block, |block| self.block(block));
            branches.push((condition, block));
        }
        ExprKind::If { branches, otherwise }
    }

    fn too_many_branches(&mut self, whole: Span) {
        let word = Span::new(whole.start as usize, whole.start as usize + "if".len());
        let finding = self
            .error(Code::TOO_DEEP, word, format!("more than {MOST_BRANCHES} branches"), "of this `if`")
            .help("look the answer up in a map, or loop over a list of cases");
        self.report(finding);
    }

    /// `(args)`, `.name` or `[index]` behind an expression.
    pub(super) fn suffix(&mut self, receiver: Built, node: Node<'_>) -> Built {
        let span = receiver.outer.to(self.span(&node));
        let mut height = receiver.height;
        let bare = receiver.is_bare();
        let kind = match node.as_rule() {
            Rule::call => {
                let (args, inside) = self.measured(|builder| builder.value_list(node.into_inner()));
                height = height.max(inside);
                match receiver.expr {
                    Expr { kind: ExprKind::Field { receiver, name }, .. } if bare => {
                        // The field's own node goes away.
                        height = height.max(2) - 1;
                        ExprKind::Method { receiver, name, args }
                    }
                    callee => ExprKind::Call { callee: Box::new(callee), args },
                }
            }
            Rule::member => {
                // Any word may name a field, reserved or not: `list.join(", ")`.
                let name = node.into_inner().next().map_or(span, |name| self.span(&name));
                ExprKind::Field { receiver: Box::new(receiver.expr), name: Name { span: name } }
            }
            _ => {
                let (index, inside) = self.measured(|builder| builder.index(node));
                height = height.max(inside);
                ExprKind::Index { receiver: Box::new(receiver.expr), index: Box::new(index) }
            }
        };
        Built { expr: Expr { span, kind }, outer: span, height: height.saturating_add(1) }
    }

    /// What stands in the brackets: a value, or a range that may be open at either side.
    fn index(&mut self, node: Node<'_>) -> Expr {
        let whole = self.span(&node);
        let mut start: Option<Built> = None;
        let mut end: Option<Built> = None;
        let mut dots: Option<(Span, bool)> = None;
        for inner in node.into_inner() {
            match inner.as_rule() {
                Rule::dots => dots = Some((self.span(&inner), inner.as_str().starts_with("..="))),
                Rule::within_suffix => start = start.map(|value| self.within(value, inner)),
                _ if dots.is_some() => end = Some(self.expression(inner)),
                _ => start = Some(self.expression(inner)),
            }
        }
        let Some((dots, closed)) = dots else {
            let built = start.unwrap_or_else(|| Built::leaf(whole, ExprKind::None));
            return self.place(built);
        };
        let span =
            start.as_ref().map_or(dots, |start| start.outer).to(end.as_ref().map_or(dots, |end| end.outer));
        let height = start.iter().chain(&end).map(|built| built.height).max().unwrap_or(0) + 1;
        let start = start.map(|built| Box::new(built.expr));
        let end = end.map(|built| Box::new(built.expr));
        self.tall = self.tall.max(height);
        Expr { span, kind: ExprKind::Range { start, end, closed } }
    }
}

/// Stands in where the grammar promises a block, so this is never seen.
pub(super) fn empty_block() -> crate::syntax::tree::Block {
    crate::syntax::tree::Block { span: Span::default(), statements: Vec::new() }
}
