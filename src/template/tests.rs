use serde_json::json;

use super::*;

fn scope() -> Scope {
    let values = json!({
        "request": {"method": "POST", "headers": {"x-id": "7"}, "body": {"name": "Ann \"<b>\"", "tags": ["a", "b"]}},
        "path": {"id": 5},
        "query": {},
        "token": null,
    });
    Scope { values: values.as_object().unwrap().clone(), now_ms: 784_111_777_123, seed: 1 }
}

fn filled(form: Form, value: Value) -> Result<Value, String> {
    let pattern = Pattern::compile(&value, form).map_err(|faults| {
        faults.iter().map(|fault| format!("{}: {}", fault.at, fault.message)).collect::<Vec<_>>().join("\n")
    })?;
    pattern.fill(&scope()).map(|filled| filled.value).map_err(|fault| format!("{}: {}", fault.at, fault.message))
}

#[track_caller]
fn check(template: Value, expected: Value) {
    assert_eq!(filled(Form::Data, template), Ok(expected));
}

#[track_caller]
fn refused(template: &str, expected: &str) {
    assert_eq!(filled(Form::Data, json!({"a": template})), Err(format!("/a: {expected}")));
}

#[test]
fn one_expression_keeps_its_type() {
    check(json!("{{ path.id }}"), json!(5));
    check(json!("{{path.id+1}}"), json!(6));
    check(json!("{{- path.id / 2 -}}"), json!(2.5));
    check(json!("{{ request.body.tags }}"), json!(["a", "b"]));
    check(json!("{{ request.body }}"), json!({"name": "Ann \"<b>\"", "tags": ["a", "b"]}));
    check(json!("{{ token }}"), json!(null));
    check(json!("{{ {'a': 1} }}"), json!({"a": 1}));
    check(json!("{{ '}}' }}"), json!("}}"));
    check(json!("{{ '%}' }}"), json!("%}"));
    check(json!("{{ query.page | default(1) }}"), json!(1));
    check(json!("{{ path.id == 5 }}"), json!(true));
    check(json!("{{ range(3) }}"), json!([0, 1, 2]));
}

#[test]
fn all_else_is_text() {
    check(json!("{{ path.id }}-{{ path.id }}"), json!("5-5"));
    check(json!(" {{ path.id }}"), json!(" 5"));
    check(json!("no {{ request.body.name }}"), json!("no Ann \"<b>\""));
    check(json!("{% for tag in request.body.tags %}{{ tag }},{% endfor %}"), json!("a,b,"));
    check(json!("{% if query.x %}x{% else %}y{% endif %}\n"), json!("y\n"));
    check(
        json!({"{{ key }}": [1, "plain", null, {"b": "{{ path.id }}"}]}),
        json!({"{{ key }}": [1, "plain", null, {"b": 5}]}),
    );
    let markup = filled(Form::Markup, json!("<a>{{ request.body.name }}</a>"));
    assert_eq!(markup, Ok(json!("<a>Ann &quot;&lt;b&gt;&quot;</a>")));
    assert_eq!(filled(Form::Text, json!("{{ path.id }}")), Ok(json!("5")));
}

#[test]
fn time() {
    check(json!("{{ now() }}"), json!(784_111_777_123_u64));
    check(json!("{{ now('+5m') | unix_seconds }}"), json!(784_112_077));
    check(json!("{{ now('-1s') | date_time }}"), json!("1994-11-06T08:49:36.123Z"));
    check(json!("{{ now() | http_date }}"), json!("Sun, 06 Nov 1994 08:49:37 GMT"));
    refused(
        "{{ now('soon') }}",
        "the template `{{ now('soon') }}` cannot be filled in: invalid operation: \
         `soon` is no shift of time: write `+5m`, `-1h30m` or the like",
    );
}

#[test]
fn chance_follows_from_the_seed() {
    let pattern = Pattern::compile(&json!(["{{ uuid() }}", "{{ random(1, 7) }}", "{{ fake('email') }}"]), Form::Data);
    let pattern = pattern.unwrap();
    let one = pattern.fill(&scope()).unwrap();
    assert_eq!(one, pattern.fill(&scope()).unwrap());
    assert_ne!(one, pattern.fill(&Scope { seed: 2, ..scope() }).unwrap());
    assert!(one.drew);
    assert!((1..7).contains(&one.value[1].as_u64().unwrap()) && one.value[2].as_str().unwrap().contains('@'));
    assert!(!Pattern::compile(&json!("{{ now() }}"), Form::Data).unwrap().fill(&scope()).unwrap().drew);
    refused(
        "{{ random(0) }}",
        "the template `{{ random(0) }}` cannot be filled in: invalid operation: \
         there is no number from 0 up to, not including, 0",
    );
}

#[test]
fn faults() {
    refused(
        "{{ path. }}",
        "the template `{{ path. }}` cannot be read: syntax error: unexpected end of variable block, expected identifier or integer",
    );
    refused("{{ pat.id }}", "templates know no `pat`");
    refused("{% set a = 1 %}", "`{% set %}` is not done in templates");
    refused("{{ query.nothing }}", "the template `{{ query.nothing }}` cannot be filled in: undefined value");
    refused("a {{ query.nothing }}", "the template `a {{ query.nothing }}` cannot be filled in: undefined value");
    refused("{{ token.claims }}", "the template `{{ token.claims }}` cannot be filled in: undefined value");
    refused(
        "{{ 1 | nothing }}",
        "the template `{{ 1 | nothing }}` cannot be filled in: unknown filter: filter nothing is unknown",
    );
    let both = filled(Form::Data, json!(["{{", "{{ a.b }}", "{% if %}"])).unwrap_err();
    assert_eq!(both.lines().count(), 3, "{both}");
}

#[test]
fn bounds() {
    let steps = "the template `{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}` cannot be filled in: \
                 it takes more than 100000 steps";
    refused("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", steps);
    let bytes = format!("cannot be filled in: all together yield more than {} bytes", limit::TEMPLATE_BYTES_MAX);
    refused("{{ 'x' * 2000000 }}", &format!("the template `{{{{ 'x' * 2000000 }}}}` {bytes}"));
    refused("-{{ 'x' * 2000000 }}", &format!("the template `-{{{{ 'x' * 2000000 }}}}` {bytes}"));
    refused("{{ [1] * 2000000 }}", &format!("the template `{{{{ [1] * 2000000 }}}}` {bytes}"));
    let many: Vec<&str> = vec!["{% for a in range(9999) %}{% endfor %}"; 20];
    assert!(filled(Form::Data, json!(many)).unwrap_err().contains("steps"));
    let long = "{{ 1 }}".repeat(limit::TEMPLATE_SOURCE_MAX);
    assert!(filled(Form::Data, json!(long)).unwrap_err().contains("bytes"));
}
