//! A list or a map that is too long for a row, one row for each part of it.

use crate::report::width;
use crate::value::{Value, text};

/// Columns that a part stands to the right of what it is part of.
const STEP: usize = 4;
/// Lists in lists that are laid out; deeper ones are a row each, however long.
const DEEPEST: usize = 8;

/// The value as it would be written, in one row of so many columns or in several; cut off behind about `most` bytes.
#[must_use]
pub fn laid_out(value: &Value, columns: usize, most: usize) -> String {
    let mut out = Layout { text: String::new(), columns, most };
    out.value(value, 0, 0);
    out.text
}

struct Layout {
    text: String,
    columns: usize,
    most: usize,
}

impl Layout {
    /// Writes a value behind what stands in its row already, `taken` columns.
    fn value(&mut self, value: &Value, depth: usize, taken: usize) {
        let row = text::brief(value, self.most.saturating_sub(self.text.len()));
        // A comma comes behind it.
        if depth > DEEPEST || taken + width(&row) < self.columns {
            self.text.push_str(&row);
            return;
        }
        match value {
            Value::List(list) if !list.0.borrow().is_empty() => {
                let list = list.0.borrow();
                self.parts(('[', ']'), depth, list.iter().map(|item| (String::new(), item)));
            }
            Value::Map(map) if !map.0.borrow().is_empty() => {
                let map = map.0.borrow();
                self.parts(('{', '}'), depth, map.iter().map(|(key, item)| (text::key(key) + ": ", item)));
            }
            _ => self.text.push_str(&row),
        }
    }

    fn parts<'v>(
        &mut self,
        (open, close): (char, char),
        depth: usize,
        parts: impl Iterator<Item = (String, &'v Value)>,
    ) {
        self.text.push(open);
        for (key, item) in parts {
            let indent = " ".repeat(STEP * (depth + 1));
            self.text.push('\n');
            self.text.push_str(&indent);
            if self.text.len() >= self.most {
                self.text.push('…');
                break;
            }
            self.text.push_str(&key);
            self.value(item, depth + 1, indent.len() + width(&key));
            self.text.push(',');
        }
        self.text.push('\n');
        self.text.push_str(&" ".repeat(STEP * depth));
        self.text.push(close);
    }
}

#[cfg(test)]
mod tests {
    use super::laid_out;
    use crate::value::{Key, Value};

    #[test]
    fn what_fits_is_one_row_and_the_rest_is_laid_out() {
        let list = |from: i64, to: i64| Value::list((from..to).map(Value::Int).collect());
        let map = Value::map(
            [(Key::str("a b"), list(0, 3)), (Key::str("xs"), list(1000, 1004))].into_iter().collect(),
        );
        assert_eq!(laid_out(&map, 80, 1000), "{\"a b\": [0, 1, 2], xs: [1000, 1001, 1002, 1003]}");
        assert_eq!(
            laid_out(&map, 24, 1000),
            "{\n    \"a b\": [0, 1, 2],\n    xs: [\n        1000,\n        1001,\n        1002,\n        1003,\n    ],\n}"
        );
        assert_eq!(laid_out(&list(0, 0), 1, 1000), "[]");
        let cut = laid_out(&list(0, 1000), 24, 50);
        assert!(cut.contains('…') && cut.len() < 80 && cut.ends_with(']'), "{cut}");
    }

    #[test]
    fn a_list_in_itself_ends() {
        let list = Value::list(vec![Value::str("a text that is longer than the row")]);
        if let Value::List(inner) = &list {
            inner.0.borrow_mut().push(list.clone());
        }
        let text = laid_out(&list, 10, 10_000);
        assert!(text.contains('…') && text.len() < 10_000, "{text}");
        if let Value::List(inner) = &list {
            inner.0.borrow_mut().clear();
        }
    }
}
