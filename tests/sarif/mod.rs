//! Whether a report is SARIF 2.1.0: by the schema of OASIS, and by what no schema says.

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    // One of its patterns has a bracket that nothing opens, which not every library takes for itself.
    let schema = include_str!("sarif-2.1.0.schema.json").replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::draft7::options().should_validate_formats(true).build(&schema).expect("it is a schema")
});

/// The report that a text is.
///
/// # Errors
/// What it breaks, and where.
pub fn sarif(text: &str) -> Result<Value, String> {
    let report: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let wrong = |error: jsonschema::ValidationError<'_>| format!("{error} at {}", error.instance_path());
    let wrong: Vec<String> = SCHEMA.iter_errors(&report).map(wrong).collect();
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    for run in report["runs"].as_array().into_iter().flatten() {
        let rules = run["tool"]["driver"]["rules"].as_array().ok_or("no rules")?;
        for result in run["results"].as_array().into_iter().flatten() {
            let rule = result["ruleIndex"].as_u64().and_then(|index| rules.get(index as usize));
            if rule.map(|rule| &rule["id"]) != Some(&result["ruleId"]) {
                return Err(format!("its rule is another one: {result}"));
            }
        }
    }
    Ok(report)
}

#[test]
fn what_is_no_sarif_is_found() {
    let good = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"a"}]}},"results":[{"ruleId":"a","ruleIndex":0,"message":{"text":"b"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.proc"},"region":{"startLine":1,"startColumn":1}}}]}]}]}"#;
    sarif(good).expect("it is one");
    for (from, to) in [
        ("2.1.0", "2.0.0"),
        ("\"name\":\"x\"", "\"title\":\"x\""),
        ("\"startLine\":1", "\"startLine\":0"),
        ("{\"text\":\"b\"}", "\"b\""),
        ("\"message\":", "\"massage\":"),
        ("\"ruleIndex\":0", "\"ruleIndex\":1"),
        ("\"a.proc\"", "\"a b<>.proc\""),
    ] {
        assert!(sarif(&good.replacen(from, to, 1)).is_err(), "{from} as {to}");
    }
}
