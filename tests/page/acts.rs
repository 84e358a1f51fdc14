//! What somebody does on a page, and what is asked of it.

use crate::browser::{Browser, PATIENCE};
use serde_json::{Value, json};
use std::time::Instant;

impl Browser {
    #[track_caller]
    pub fn number(&mut self, expression: &str) -> f64 {
        let value = self.value(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} is no number but {value}"))
    }

    #[track_caller]
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().map_or_else(|| panic!("{expression} is no text but {value}"), str::to_owned)
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < until, "it did not come true: {expression}");
            self.settle();
        }
    }

    /// Types a text into what has the focus.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
        self.settle();
    }

    pub fn move_to(&mut self, x: f64, y: f64) {
        self.call("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y}));
        self.settle();
    }

    pub fn wheel(&mut self, x: f64, y: f64, down: f64, modifiers: u32) {
        let params = json!({"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down, "modifiers": modifiers});
        self.call("Input.dispatchMouseEvent", params);
        self.settle();
    }

    /// Presses the left button at one place, moves to another, and lets it go there.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        let mut mouse = |kind: &str, (x, y): (f64, f64), buttons: u32| {
            let params =
                json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1});
            self.call("Input.dispatchMouseEvent", params);
        };
        mouse("mousePressed", from, 1);
        for step in 1..=5 {
            let share = f64::from(step) / 5.0;
            mouse("mouseMoved", (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share), 1);
        }
        mouse("mouseReleased", to, 0);
        self.settle();
    }

    pub fn click(&mut self, x: f64, y: f64) {
        self.drag((x, y), (x, y));
    }

    /// Two clicks, however long the machine takes for them.
    pub fn double_click(&mut self, x: f64, y: f64) {
        for count in 1..=2 {
            for (kind, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
                let params = json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": count});
                self.call("Input.dispatchMouseEvent", params);
            }
        }
        self.settle();
    }

    /// Clicks the middle of the element that a selector finds.
    #[track_caller]
    pub fn click_on(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const box = document.querySelector({selector:?}).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        self.click(place[0].as_f64().expect("a place"), place[1].as_f64().expect("a place"));
    }

    /// Puts fingers down, or moves them; none lifts them.
    pub fn touch(&mut self, kind: &str, fingers: &[(f64, f64)]) {
        let points: Vec<Value> =
            fingers.iter().enumerate().map(|(id, (x, y))| json!({"x": x, "y": y, "id": id})).collect();
        self.call("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
    }
}
