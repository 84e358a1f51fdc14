//! What a browser's window is like, its keyboard, and pictures of it.

use super::browser::Browser;
use serde_json::json;
use std::path::Path;

impl Browser {
    /// Presses and releases a key, as `a`, `ArrowLeft` or `Shift+ArrowLeft`.
    pub fn key(&mut self, key: &str) {
        let (shift, name) = key.strip_prefix("Shift+").map_or((0, key), |name| (8, name));
        let text = if name.chars().count() == 1 { name } else { "" };
        let code = match name {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let mut params =
            json!({"type": "keyDown", "key": name, "modifiers": shift, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            params["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", params);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": name, "modifiers": shift}));
        self.settle();
    }

    /// The size of the page in its own pixels; a phone has fingers.
    pub fn resize(&mut self, width: u32, height: u32, phone: bool) {
        let scale = if phone { 2 } else { 1 };
        let params = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone});
        self.call("Emulation.setDeviceMetricsOverride", params);
        self.call("Emulation.setTouchEmulationEnabled", json!({"enabled": phone}));
        self.settle();
    }

    /// What the system prefers: `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
        self.settle();
    }

    /// A picture of what can be seen; kept as NAME.png where `PICTURES` names a folder, to be looked at.
    #[track_caller]
    pub fn picture(&mut self, name: &str) {
        let wide = self.value("document.documentElement.scrollWidth - innerWidth");
        assert!(
            wide.as_f64().is_some_and(|wide| wide <= 0.0),
            "{name}: something is wider than the screen by {wide}"
        );
        self.settle();
        let picture = self.call("Page.captureScreenshot", json!({"format": "png"}));
        let picture = base64(picture["data"].as_str().expect("a picture"));
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000, "{name} is empty");
        if let Some(folder) = std::env::var_os("PICTURES") {
            std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture)
                .expect("it can be written");
        }
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
