//! Reading a parameter out of a callback.

use countersign_loopback::Callback;

fn check(query: &str, name: &str, expected: Option<&str>) {
    let callback = Callback::from_query(query);
    assert_eq!(callback.parameter(name).as_deref(), expected, "{name} of {query}");
}

#[test]
fn a_parameter_is_decoded() {
    check("code=a&state=b", "code", Some("a"));
    check("code=a&state=b", "state", Some("b"));
    check("code=4%2F0A%2b", "code", Some("4/0A+"));
    check("code=a+b", "code", Some("a b"));
    check("code=a=b==", "code", Some("a=b=="));
    check("c%6Fde=a", "code", Some("a"));
    check("code=%C3%A4", "code", Some("ä"));
}

#[test]
fn a_parameter_without_one_clear_value_is_none() {
    check("", "code", None);
    check("code", "code", None);
    check("code=", "code", None);
    check("xcode=a&codex=b&CODE=c", "code", None);
    check("code=a&code=b", "code", None);
    check("code=a&code=a", "code", None);
    check("code=a&c%6fde=b", "code", None);
    for broken in ["%", "%2", "%zz", "%+1", "%ff", "%c3"] {
        check(&format!("code={broken}"), "code", None);
        check(&format!("code={broken}&code=a"), "code", None);
    }
}
