//! Rust source text without what is no code: comments, strings and characters are blanked, line by line as it was.

/// The text with comments and the insides of literals replaced by spaces; newlines stay where they are.
pub fn code_of(text: &str) -> String {
    let mut blank = Blank { bytes: text.as_bytes(), at: 0, code: Vec::with_capacity(text.len()) };
    while blank.at < blank.bytes.len() {
        blank.step();
    }
    String::from_utf8(blank.code).expect("only whole characters are kept or replaced")
}

/// The code above the tests of a file, which stand at its end.
pub fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod ").map_or(code, |tests| &code[..tests])
}

/// Whether a byte can be part of a name.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The byte offsets at which a whole word stands.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).map(|before| code.as_bytes()[before]);
        let after = code.as_bytes().get(at + word.len());
        !before.is_some_and(is_word) && !after.copied().is_some_and(is_word)
    })
}

/// The line of an offset, counted from 1.
pub fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Where the bracket that opens at `open` is closed.
pub fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

struct Blank<'a> {
    bytes: &'a [u8],
    at: usize,
    code: Vec<u8>,
}

impl Blank<'_> {
    fn step(&mut self) {
        let rest = &self.bytes[self.at..];
        let in_word = self.at > 0 && is_word(self.bytes[self.at - 1]);
        match rest {
            [b'/', b'/', ..] => self.drop(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())),
            [b'/', b'*', ..] => self.drop(block_comment(rest)),
            [b'"', ..] => self.drop(quoted(rest)),
            [b'r' | b'b' | b'c', ..] if !in_word => match raw_string(rest) {
                Some(length) => self.drop(length),
                None => self.keep(),
            },
            [b'\'', b'\\', ..] => {
                self.drop(3 + rest[3..].iter().position(|byte| *byte == b'\'').unwrap_or(0) + 1)
            }
            // A character, not a lifetime: one character and a quote.
            [b'\'', first, ..] => {
                let length = 1 + utf8_length(*first);
                if rest.get(length) == Some(&b'\'') { self.drop(length + 1) } else { self.keep() }
            }
            _ => self.keep(),
        }
    }

    fn keep(&mut self) {
        self.code.push(self.bytes[self.at]);
        self.at += 1;
    }

    fn drop(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        let blanked = self.bytes[self.at..end].iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' });
        self.code.extend(blanked);
        self.at = end;
    }
}

fn utf8_length(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// The length of `r"…"`, `br#"…"#`, `b"…"` and the like, where one stands here.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = rest.iter().take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    if prefix > 2 || rest.get(prefix + hashes) != Some(&b'"') {
        return None;
    }
    if !rest[..prefix].contains(&b'r') {
        return (hashes == 0).then(|| prefix + quoted(&rest[prefix..]));
    }
    let end = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let start = prefix + hashes + 1;
    let found = rest[start..].windows(end.len()).position(|window| window == end)?;
    Some(start + found + end.len())
}
