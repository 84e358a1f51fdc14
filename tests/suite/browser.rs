//! The HTML report in a headless Chromium, over a pipe: <https://chromedevtools.github.io/devtools-protocol/>. No complaint on its
//! console, no request to anybody, and its filters, order and keys work.

use super::stage::{GENEROUS, Stage};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    /// What the page complained of, and what it asked for.
    complaints: Vec<String>,
    requests: Vec<String>,
    loaded: bool,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("/bin/sh")
            // It speaks on the descriptors 3 and 4. timeout(1) ends it where it hangs.
            .args(["-c", "exec timeout -k 5 \"$0\" chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(GENEROUS.as_secs().to_string())
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args(["--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("/bin/sh can be started");
        let to = child.stdin.take().expect("it is piped");
        let from = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut browser = Self {
            child,
            to,
            from,
            session: None,
            last: 0,
            complaints: Vec::new(),
            requests: Vec::new(),
            loaded: false,
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", &attach)["sessionId"].as_str().map(str::to_owned);
        browser.session = session;
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Calls a method and waits for its answer.
    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("Chromium (Debian: chromium) reads");
        loop {
            let message = self.hear();
            if message["id"] == self.last {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("Chromium speaks");
        assert!(bytes.pop().is_some(), "chromium has ended: is it installed (Debian: chromium)?");
        let message: Value = serde_json::from_slice(&bytes).expect("JSON");
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => {
                self.complaints.push(message["params"].to_string());
            }
            Some("Network.requestWillBeSent") => {
                self.requests
                    .push(message["params"]["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            Some("Page.loadEventFired") => self.loaded = true,
            _ => {}
        }
        message
    }

    fn open(&mut self, file: &Path) {
        self.loaded = false;
        self.call("Page.navigate", &json!({"url": format!("file://{}", file.display())}));
        while !self.loaded {
            self.hear();
        }
    }

    fn value(&mut self, expression: &str) -> Value {
        let result = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        assert!(result.get("exceptionDetails").is_none(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    fn key(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" && key.len() == 1 { key } else { "" };
            self.call("Input.dispatchKeyEvent", &json!({"type": kind, "key": key, "text": text}));
        }
    }

    /// A picture of the page, in Base64; kept where `PICTURES` names a folder, for somebody to look at.
    fn picture(&mut self, name: &str, scheme: &str, width: u32) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &media);
        let size = json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let wide = self.value("document.documentElement.scrollWidth <= window.innerWidth");
        assert_eq!(wide, true, "{name}: nothing is wider than the screen");
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let data = picture["data"].as_str().expect("a picture");
        assert!(data.len() > 10_000, "{name}: it is not empty");
        if let Some(folder) = std::env::var_os("PICTURES") {
            std::fs::write(Path::new(&folder).join(format!("{name}.base64")), data)
                .expect("it can be written");
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FILE: &str = r#"
test "a child says how it ended" tags [processes] { spawn p { exit 3 }; join p; expect p.exitcode == 3 }
test "the order of lines" tags [output, slow] {
    spawn p sh("echo one; echo three; printf '\\033[31m</pre><script>document.title = \"forged\"</script>\\n'") with {capture: true}
    join p
    print p.stdout
    expect p.stdout == """
        one
        two
        """
}
test "a name with <b>marks</b> & \"quotes\"" { expect 1 == 2, "one is not two" }
test "takes its time" within 100ms { spawn q { sleep 100 }; join q; expect true }
test "is for later" skip "not written yet" { expect true }
test "a known fault" xfail "issue 12" { expect false }
"#;

#[test]
fn the_page_works_and_complains_of_nothing() {
    let stage = Stage::new(&[("shell.proc", FILE), ("typo.proc", "expect cuont == 1\n")]);
    let said = stage.run(&["test", "--report-html", "out.html"]);
    assert_eq!(said.code, 2, "{said:?}");
    let mut browser = Browser::start();
    browser.open(&stage.file("out.html"));
    for (name, scheme, width) in [
        ("light", "light", 1200),
        ("dark", "dark", 1200),
        ("phone", "light", 390),
        ("phone-dark", "dark", 390),
    ] {
        browser.picture(name, scheme, width);
    }
    let shown = "[...document.querySelectorAll('#list > li')].filter((item) => !item.hidden).length";
    assert_eq!(browser.value(shown), 6);
    browser.key("/");
    assert_eq!(browser.value("document.activeElement.id"), "search");
    for letter in ["s", "l", "o", "w"] {
        browser.key(letter);
    }
    assert_eq!(browser.value(shown), 1);
    browser.key("Escape");
    assert_eq!(browser.value(shown), 6);
    browser.value("document.querySelector('button[data-verdict=passed]').click()");
    assert_eq!(browser.value(shown), 5);
    let sort = "{ const sort = document.getElementById('sort'); sort.value = 'verdict'; sort.dispatchEvent(new Event('change')); }";
    browser.value(sort);
    assert_eq!(browser.value("document.querySelector('#list > li').dataset.kind"), "bad");
    assert_eq!(browser.value("document.title.includes('forged')"), false);
    assert_eq!(browser.value("document.querySelectorAll('b, main script').length"), 0);
    let complaints = std::mem::take(&mut browser.complaints);
    assert!(complaints.is_empty(), "{complaints:?}");
    assert!(browser.requests.iter().all(|url| url.starts_with("file://")), "{:?}", browser.requests);
}
