//! Pictures of the page, to be looked at.

use crate::event;
use crate::open::{Opened, open};
use crate::sample;

/// With `PICTURES=FOLDER` they are kept, to be looked at.
#[test]
fn pictures_in_light_and_dark_on_a_desk_and_a_phone() {
    let mut page = open(sample::lesson());
    for (size, width, height, phone) in [("desk", 1360, 820, false), ("phone", 390, 844, true)] {
        page.resize(width, height, phone);
        for scheme in ["light", "dark"] {
            page.prefer(scheme);
            page.key("Escape");
            page.key("End");
            page.key("0");
            keep(&mut page, &format!("{size}-{scheme}"));
            page.value(&format!("app.reveal(app.model.process[{0}], {0})", event("signal", "任务二")));
            page.settle();
            keep(&mut page, &format!("{size}-{scheme}-event"));
            page.key("v");
            page.key("0");
            page.value(&format!("app.player.jump({})", event("adopt", "sleep")));
            page.wait_for("app.player.motion() === 1");
            keep(&mut page, &format!("{size}-{scheme}-tree"));
            page.key("v");
            assert!(
                page.number("document.documentElement.scrollWidth - innerWidth") <= 0.0,
                "{size} is too wide"
            );
        }
    }
    page.assert_quiet();
}

#[track_caller]
fn keep(page: &mut Opened, name: &str) {
    page.settle();
    let picture = base64(&page.picture());
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000);
    if let Some(folder) = std::env::var_os("PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), picture)
            .expect("a picture");
    }
}

/// Bytes of their text in base 64.
fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => u32::from(letter - b'A'),
        b'a'..=b'z' => u32::from(letter - b'a') + 26,
        b'0'..=b'9' => u32::from(letter - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'=').collect();
    let mut bytes = Vec::with_capacity(text.len());
    for four in letters.chunks(4) {
        let bits = four.iter().fold(0, |bits, letter| bits << 6 | value(*letter)) << (6 * (4 - four.len()));
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}
