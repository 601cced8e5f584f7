//! The base string of parameters that begin and end anywhere in what is read at once.

use countersign_oauth1::{Form, Target, base_string};
use countersign_wire::percent;

/// The parameters by the letter of RFC 5849 §3.4.1.3: decode, encode, sort, join.
fn normalized(query: &str) -> String {
    let decoded = |text: &str| percent::decode(&text.replace('+', " ")).unwrap();
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (percent::encode(&decoded(name)), percent::encode(&decoded(value))))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn check(query: &str) {
    let uri = format!("http://h/?{query}");
    let expected = format!("GET&http%3A%2F%2Fh%2F&{}", percent::encode(&normalized(query)));
    let target = Target::new("GET", uri.as_str(), Form::None);
    assert_eq!(base_string(target, &[]).unwrap(), expected, "{query}");
}

#[test]
fn nothing_depends_on_where_a_parameter_begins() {
    for length in 0..100 {
        let before = "a".repeat(length);
        for after in
            ["", "&", "=", "==", "&&b", "=%e2%98%83&b", "%26%3D=+%2B", "&name123=1&name123=01&name1234"]
        {
            check(&format!("{before}{after}"));
        }
    }
}

#[test]
fn the_shortest_parameters_have_room() {
    for pair in ["+&", "a&", "=&", "&", "%00&", "+=+&", "/=/&"] {
        for count in 0..100 {
            check(&pair.repeat(count));
        }
    }
}

#[test]
fn values_of_one_name_are_sorted_whole() {
    for name in ["n", "eightlet", "longer-than-eight", "longer-than-nine"] {
        for values in [["b", "a", ""], ["valuevalue2", "valuevalue1", "value"], ["%00", "a%00", "a"]] {
            let query: Vec<_> = values.iter().map(|value| format!("{name}={value}")).collect();
            check(&query.join("&"));
        }
    }
}

#[test]
fn a_name_comes_before_those_that_it_begins() {
    for length in 0..12 {
        let stem = "s".repeat(length);
        let names = ["", "%20", "%20a", "-", "%C3%A9", "a", "%", "%2", "&"].map(percent::encode);
        let ends = ["%20", "%20a", "-", "%c3%a9", "a", "%25", "%252", "%26", ""].into_iter();
        let query: Vec<_> = ends
            .clone()
            .chain(names.iter().map(String::as_str))
            .flat_map(|name| ends.clone().map(move |value| (name, value)))
            .map(|(name, value)| format!("{stem}{name}={value}"))
            .collect();
        check(&query.join("&"));
    }
}

#[test]
fn many_are_sorted_whatever_order_they_come_in() {
    for count in [15, 21, 50, 300] {
        for steps in [1, 2, 7, 100, 150, 298] {
            let query: Vec<_> =
                (0..count).map(|at| format!("n{}={}", at * steps % 307 / 2, at % 10)).collect();
            check(&query.join("&"));
        }
    }
}
