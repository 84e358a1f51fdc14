//! Pages from templates: whatever is put into one is text in it, and it loads and runs nothing that is not its own.

use super::markup::push_text;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error};
use serde::Serialize;

/// Whether a page has a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    None,
    Own,
}

/// The template filled from the fields of `data`, and from two more: `head`, with which its head begins, and `nonce`, the word that
/// the page's style has, and its script where it has one.
///
/// # Errors
/// Where the template does not fit the data.
pub(super) fn page(
    template: &str,
    nonce: &str,
    script: Script,
    data: &impl Serialize,
) -> Result<String, Error> {
    // All is escaped that is put into what has such a name.
    let name = "page.html";
    let mut environment = Environment::new();
    environment.add_global("nonce", nonce);
    environment.add_global("head", Value::from_safe_string(head(nonce, script)));
    environment.add_template(name, template)?;
    environment.get_template(name)?.render(Value::from(Serde(data)))
}

/// What a page is, and what it may load and run.
fn head(nonce: &str, script: Script) -> String {
    let mut own = "'nonce-".to_owned();
    push_text(&mut own, nonce);
    own.push('\'');
    let scripts = match script {
        Script::None => String::new(),
        Script::Own => format!(" script-src {own};"),
    };
    format!(
        "<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {own};{scripts} base-uri 'none'; form-action 'none'\">"
    )
}

#[cfg(test)]
mod tests {
    use super::{Script, page};
    use serde_json::json;

    #[test]
    fn a_page_runs_its_own_script_or_none() {
        let data = json!({ "text": "<b>&\"'" });
        let template =
            "<!DOCTYPE html>\n{{ head }}<style nonce=\"{{ nonce }}\"></style><title>{{ text }}</title>";
        let drawn = |script| page(template, "word", script, &data).expect("it fits");
        let (none, own) = (drawn(Script::None), drawn(Script::Own));
        for page in [&none, &own] {
            assert!(page.starts_with("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"), "{page}");
            assert!(page.contains("<style nonce=\"word\">"), "{page}");
            assert!(page.contains("\"default-src 'none'; style-src 'nonce-word'; "), "{page}");
            assert!(page.ends_with("<title>&lt;b&gt;&amp;&quot;&#x27;</title>"), "{page}");
        }
        assert!(!none.contains("script"), "{none}");
        assert!(own.contains("; script-src 'nonce-word'; base-uri 'none'"), "{own}");
    }
}
