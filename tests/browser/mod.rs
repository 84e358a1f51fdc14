//! A headless Chromium, driven over a pipe by the DevTools protocol: <https://chromedevtools.github.io/devtools-protocol/>.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The machine may be busy, and Chromium draws without a graphics card.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// One browser with one page. It ends with its value.
pub struct Browser {
    pid: Pid,
    to: Option<ChildStdin>,
    /// What it says; it is over when the browser has ended and was waited for.
    from: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// What the page complained of.
    troubles: Vec<String>,
    /// What the page asked for.
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
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-extensions", "--disable-sync", "--mute-audio"])
            .arg("--password-store=basic")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("/bin/sh can be started");
        let (pid, to) = (Pid::from_child(&child), child.stdin.take());
        let mut messages = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while matches!(messages.read_until(0, &mut message), Ok(length) if length > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                // Nobody listens any more where it is to end; but what it says must be taken from it.
                let _ = sender.send(value);
                message.clear();
            }
            child.wait()
        });
        let (troubles, requests) = (Vec::new(), Vec::new());
        let session = None;
        let mut browser =
            Self { pid, to, from, session, last: 0, troubles, requests, loaded: false, _profile: profile };
        browser.attach();
        browser
    }

    /// Makes the page that everything goes to from here on.
    fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            self.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Calls a method of the protocol; gives its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let text = format!("{message}\0");
        let sent = self.to.as_mut().map(|to| to.write_all(text.as_bytes()));
        assert!(
            matches!(sent, Some(Ok(()))),
            "chromium cannot be spoken to: these tests need Debian's package chromium"
        );
        loop {
            let answer = self.receive();
            if answer["id"] == self.last {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    /// The next message, after what it says of the page was written down.
    #[track_caller]
    fn receive(&mut self) -> Value {
        let message = match self.from.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("chromium does not answer within {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("chromium has ended, or is not there: these tests need Debian's package chromium")
            }
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

    /// Nothing was complained of since it was asked last, and nothing was asked of the network: only the page itself and what is in it.
    #[track_caller]
    pub fn assert_quiet(&mut self) {
        let troubles = std::mem::take(&mut self.troubles);
        assert!(troubles.is_empty(), "the page complained: {troubles:#?}");
        let own = |url: &str| url.starts_with("file://") || url.starts_with("data:") || url == "about:blank";
        let foreign: Vec<&String> = self.requests.iter().filter(|url| !own(url)).collect();
        assert!(foreign.is_empty(), "the page asked the network for {foreign:?}");
    }

    /// The value of an expression in the page; of a promise, what it comes to.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until everything that was asked for is drawn.
    pub fn settle(&mut self) {
        self.value("new Promise((done) => { let left = 3; const next = () => (left -= 1) ? requestAnimationFrame(next) : done(); next(); })");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends when its pipe does, with all its processes.
        drop(self.to.take());
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            match self.from.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                // It has not been waited for, so that the number is its own.
                Err(RecvTimeoutError::Timeout) => {
                    let _ = kill_process(self.pid, Signal::KILL);
                    return;
                }
            }
        }
    }
}
