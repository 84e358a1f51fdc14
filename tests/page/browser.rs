//! A headless Chromium, driven over a pipe by the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The machine may be busy, and Chromium draws without a graphics card.
const DEADLINE: Duration = Duration::from_secs(120);

/// One browser with one page. It ends with its value.
pub struct Browser {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    session: String,
    last: u64,
    /// What the page complained of.
    troubles: Vec<String>,
    /// What the page asked the network for.
    requests: Vec<String>,
    loaded: bool,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts Chromium.
    pub fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        // Chromium speaks on descriptors 3 and 4; the shell moves the pipes there.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "chromium"])
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--disable-extensions", "--disable-sync", "--mute-audio", "--password-store=basic"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("/bin/sh can be started");
        let to = child.stdin.take();
        let mut messages = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while matches!(messages.read_until(0, &mut message), Ok(length) if length > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                if sender.send(value).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let mut browser = Self {
            child,
            to,
            from,
            session: String::new(),
            last: 0,
            troubles: Vec::new(),
            requests: Vec::new(),
            loaded: false,
            _profile: profile,
        };
        browser.attach();
        browser
    }

    /// Makes the page that everything goes to from here on.
    fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            self.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        self.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Calls a method of the protocol; gives its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let text = format!("{message}\0");
        let sent = self.to.as_mut().map(|to| to.write_all(text.as_bytes()));
        assert!(
            matches!(sent, Some(Ok(()))),
            "chromium cannot be spoken to: these tests need Debian's package chromium ({})",
            self.how_it_ended(),
        );
        loop {
            let answer = self.receive();
            if answer["id"] == json!(self.last) {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn how_it_ended(&mut self) -> String {
        self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    /// The next message, after what it says of the page was written down.
    fn receive(&mut self) -> Value {
        let received = self.from.recv_timeout(DEADLINE);
        let Ok(message) = received else {
            panic!("chromium does not answer, or is not there: these tests need Debian's package chromium");
        };
        let params = &message["params"];
        match message["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => self.troubles.push(params["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" => self.troubles.push(params["args"].to_string()),
            "Log.entryAdded" => self.troubles.push(params["entry"].to_string()),
            "Network.requestWillBeSent" => {
                self.requests.push(params["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            "Page.loadEventFired" => self.loaded = true,
            _ => {}
        }
        message
    }

    /// Opens a file and waits until it is loaded and drawn.
    pub fn open(&mut self, file: &Path) {
        self.loaded = false;
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while !self.loaded {
            self.receive();
        }
        self.settle();
    }

    /// What the page complained of since it was asked last.
    pub fn troubles(&mut self) -> Vec<String> {
        std::mem::take(&mut self.troubles)
    }

    /// What was asked of the network, but for the page itself and data that is in it.
    pub fn foreign_requests(&self) -> Vec<&str> {
        let own =
            |url: &&str| !url.starts_with("file://") && !url.starts_with("data:") && *url != "about:blank";
        self.requests.iter().map(String::as_str).filter(own).collect()
    }

    /// The value of an expression in the page; of a promise, what it comes to.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

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

    /// Waits until everything that was asked for is drawn.
    pub fn settle(&mut self) {
        self.value("new Promise((done) => { let left = 3; const next = () => (left -= 1) ? requestAnimationFrame(next) : done(); next(); })");
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let until = Instant::now() + DEADLINE;
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < until, "it did not come true: {expression}");
            self.settle();
        }
    }

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

    /// A picture of what can be seen, as base64 of a PNG.
    pub fn picture(&mut self) -> String {
        let picture = self.call("Page.captureScreenshot", json!({"format": "png"}));
        picture["data"].as_str().expect("a picture").to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends when its pipe does, with all its processes.
        drop(self.to.take());
        let until = Instant::now() + Duration::from_secs(20);
        while matches!(self.child.try_wait(), Ok(None)) {
            if self.from.recv_timeout(Duration::from_millis(50)).is_err() && Instant::now() > until {
                let _ = self.child.kill();
            }
        }
    }
}
