//! Whether a report is what its format says: JUnit by a schema and xmllint(1), CTRF by the rules of its schema, written down in
//! our own words.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is wrong with a text as JUnit's XML.
///
/// # Errors
/// What xmllint says.
pub fn junit(text: &str) -> Result<(), String> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/junit.xsd");
    let mut child = Command::new("xmllint")
        .args(["--noout", "--huge", "--nonet", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("xmllint (Debian: libxml2-utils) cannot be started: {error}"))?;
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// What is wrong with a text as a CTRF report.
///
/// # Errors
/// The place, and the rule that it breaks.
pub fn ctrf(text: &str) -> Result<Value, String> {
    let rules =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/ctrf.rules.json"))
            .map_err(|error| error.to_string())?;
    let rules: Value = serde_json::from_str(&rules).map_err(|error| error.to_string())?;
    let report: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    object(&report, "", &rules)?;
    let summary = &report["results"]["summary"];
    let tests = report["results"]["tests"].as_array().map_or(0, Vec::len);
    let sum: u64 = ["passed", "failed", "skipped", "pending", "other"]
        .iter()
        .filter_map(|name| summary[name].as_u64())
        .sum();
    if summary["tests"] != tests || sum != tests as u64 {
        return Err(format!("the summary does not add up: {summary}"));
    }
    Ok(report)
}

fn object(value: &Value, place: &str, rules: &Value) -> Result<(), String> {
    let Some(rule) = rules.get(place) else { return Ok(()) };
    let fields = value.as_object().ok_or_else(|| format!("{place}: no object"))?;
    for (name, _) in rule["must"].as_object().into_iter().flatten() {
        if !fields.contains_key(name) {
            return Err(format!("{place}: `{name}` is missing"));
        }
    }
    for (name, value) in fields {
        let kind = rule["must"].get(name).or_else(|| rule["may"].get(name)).and_then(Value::as_str);
        let kind = kind.ok_or_else(|| format!("{place}: `{name}` is no field of CTRF"))?;
        let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        if !is(value, kind) {
            return Err(format!("{inner}: {value} is no {kind}"));
        }
        match kind {
            "object" => object(value, &inner, rules)?,
            "list" => {
                for item in value.as_array().into_iter().flatten() {
                    object(item, &format!("{inner}[]"), rules)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    match kind {
        "object" => value.is_object(),
        "list" => value.is_array(),
        "bool" => value.is_boolean(),
        "count" => value.is_u64(),
        "string" => text.is_some(),
        "text" => text.is_some_and(|text| !text.is_empty()),
        "strings" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        "status" => {
            text.is_some_and(|text| ["passed", "failed", "skipped", "pending", "other"].contains(&text))
        }
        "version" => text.is_some_and(|text| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() == 3
                && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
        }),
        "time" => {
            text.is_some_and(|text| text.len() == 24 && text.as_bytes()[10] == b'T' && text.ends_with('Z'))
        }
        exactly => text == Some(exactly),
    }
}

#[test]
fn what_is_no_report_is_found() {
    assert!(junit("<testsuites/>").is_ok());
    for wrong in ["", "<testsuites>", "<testsuites><hello/></testsuites>", "<testsuites a=\"\u{1}\"/>"] {
        assert!(junit(wrong).is_err(), "{wrong}");
    }
    let good = r#"{"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tool":{"name":"x"},"summary":{"tests":1,"passed":1,"failed":0,"skipped":0,"pending":0,"other":0,"start":0,"stop":1},"tests":[{"name":"a","status":"passed","duration":1}]}}"#;
    ctrf(good).expect("it is one");
    for (from, to) in [
        ("\"CTRF\"", "\"other\""),
        ("0.0.0", "1.0"),
        ("\"passed\":1", "\"passed\":2"),
        ("\"name\":\"a\"", "\"name\":\"\""),
        ("\"status\":\"passed\"", "\"status\":\"ok\""),
        ("\"duration\":1", "\"duration\":1.5"),
        ("\"duration\":1", "\"duration\":1,\"more\":1"),
        (",\"duration\":1", ""),
    ] {
        assert!(ctrf(&good.replace(from, to)).is_err(), "{from} as {to}");
    }
}
