//! `oauth1 explain`: the seven steps, and why another side comes to another signature.

use countersign_oauth1::Mistake;
use countersign_token::json::Value;

use crate::support::{Home, Run, fed, finish, get, rsa, text};

const URL: &str = "http://localhost:4567/fun?foo=first%2Csecond";

const RIGHT: &str = "cdQQuXon1opN/3wj5APnIF5NAMg=";

/// What a client signs that encodes the query without decoding it.
const WRONG: &str = "1tyKsJRLaTvpnCwKGayL4YgHmLM=";

const BASE_STRING: &str = "GET&http%3A%2F%2Flocalhost%3A4567%2Ffun&foo%3Dfirst%252Csecond\
                           %26oauth_consumer_key%3Da%26oauth_nonce%3D3%26oauth_signature_method%3DHMAC-SHA1\
                           %26oauth_timestamp%3D123%26oauth_token%3D123%26oauth_version%3D1.0";

const STAMP: [&str; 4] = ["--timestamp", "123", "--nonce", "3"];

fn run(home: &Home, command: &str, url: &str, more: &[&str]) -> Run {
    let by = ["--consumer-key", "a", "--consumer-secret", "env:CS", "--token", "123"];
    let args = [&["oauth1", command, "GET", url], &by[..], &["--token-secret", "env:TS"], more].concat();
    finish(home.command(&args).env("CS", "b").env("TS", "abc"))
}

fn explain(more: &[&str]) -> Run {
    run(&Home::new(), "explain", URL, &[&STAMP[..], more].concat())
}

/// Explains as JSON; the exit code, and the document that is printed in any case.
fn json(more: &[&str], code: i32) -> Value {
    let run = explain(&[more, &["--json"]].concat());
    run.check(more, code, &[]);
    let document = Value::parse(run.out.as_bytes()).unwrap();
    assert_eq!(get(&document, "v").as_integer(), Some(1));
    document
}

fn ids(diagnosis: &Value) -> Vec<Vec<&str>> {
    let ids = |found: &'_ Value| -> Vec<String> {
        found.as_array().unwrap().iter().map(|id| id.as_text().unwrap().to_owned()).collect()
    };
    let found: Vec<Vec<String>> = get(diagnosis, "found").as_array().unwrap().iter().map(ids).collect();
    let known = |id: String| Mistake::from_id(&id).unwrap().id();
    found.into_iter().map(|ids| ids.into_iter().map(known).collect()).collect()
}

/// The signature of the example's request with these options instead.
fn signature(url: &str, more: &[&str]) -> String {
    let run = run(&Home::new(), "sign", url, &[more, &["--json"]].concat());
    run.check(more, 0, &[]);
    text(&Value::parse(run.out.as_bytes()).unwrap(), "signature").to_owned()
}

#[test]
fn the_steps_are_seven() {
    let document = json(&[], 0);
    let steps = get(&document, "steps").as_array().unwrap();
    let names: Vec<&str> = steps.iter().map(|step| text(step, "step")).collect();
    assert_eq!(names, ["collect", "decode", "encode", "sort", "join", "base-string", "sign"]);
    let parameters = |step: usize| get(&steps[step], "parameters").as_array().unwrap();
    let foo = &parameters(0)[0];
    assert_eq!((text(foo, "source"), text(foo, "written")), ("query", "foo=first%2Csecond"));
    let at = |name| usize::try_from(get(foo, name).as_integer().unwrap()).unwrap();
    assert_eq!(&URL[at("start")..at("end")], "foo=first%2Csecond");
    assert_eq!(text(&parameters(1)[0], "value"), "first,second");
    assert_eq!(text(&parameters(2)[0], "value"), "first%2Csecond");
    assert_eq!(parameters(3).len(), 7);
    assert!(text(&steps[4], "text").starts_with("foo=first%2Csecond&oauth_consumer_key=a&"));
    assert_eq!((text(&steps[5], "method"), text(&steps[5], "text")), ("GET", BASE_STRING));
    assert!(matches!(get(&steps[6], "key"), Value::Null));
    assert_eq!((text(&document, "base_string"), text(&document, "signature")), (BASE_STRING, RIGHT));
    assert!(text(&document, "authorization").starts_with("OAuth oauth_consumer_key=\"a\""));
    assert!(matches!(get(&document, "diagnosis"), Value::Null));
    assert!(matches!(get(&document, "difference"), Value::Null));
}

#[test]
fn a_person_reads_the_same() {
    let run = explain(&[]);
    run.check(&["explain"], 0, &[]);
    for line in [
        "1. collect: ",
        "   query      26..44  foo=first%2Csecond\n",
        "2. decode: ",
        "   foo = first,second\n",
        "3. encode: ",
        "   foo = first%2Csecond\n",
        "4. sort: ",
        "5. join: ",
        "6. base-string: ",
        &format!("   {BASE_STRING}\n"),
        "7. sign: ",
        "   key        (hidden; --show-key shows it)\n",
        &format!("   signature  {RIGHT}\n"),
    ] {
        assert!(run.out.contains(line), "{line:?} is not in {}", run.out);
    }
    assert_eq!(run.err, "");
    assert!(explain(&["--show-key"]).out.contains("   key        b&abc\n"));
    let document = json(&["--show-key"], 0);
    assert_eq!(text(&get(&document, "steps").as_array().unwrap()[6], "key"), "b&abc");
}

#[test]
fn a_mistake_is_named() {
    let document = json(&["--expect", WRONG], 0);
    let diagnosis = get(&document, "diagnosis");
    assert_eq!(ids(diagnosis), [["query-double-encoded"]]);
    assert!(get(diagnosis, "tried").as_integer().unwrap() > 1);
    assert!(matches!(get(diagnosis, "gave_up"), Value::Bool(false)));
    let run = explain(&["--expect", WRONG]);
    run.check(&["explain"], 0, &[]);
    let mistake = Mistake::from_id("query-double-encoded").unwrap();
    for words in ["comes of this mistake", mistake.id(), mistake.description(), mistake.advice()] {
        assert!(run.out.contains(words), "{words:?} is not in {}", run.out);
    }
}

#[test]
fn two_mistakes_are_named_together_and_those_that_cannot_be_told_apart_too() {
    // No token in the request, nor its secret in the key.
    let home = Home::new();
    let args = ["oauth1", "sign", "GET", URL, "--consumer-key", "a", "--consumer-secret", "b", "--json"];
    let two_legged = home.ok(&[&args[..], &STAMP, &["--quiet"]].concat());
    let two_legged = Value::parse(two_legged.as_bytes()).unwrap();
    let document = json(&["--expect", text(&two_legged, "signature")], 0);
    let pairs = ids(get(&document, "diagnosis"));
    assert!(pairs.iter().all(|ids| ids.len() == 2) && !pairs.is_empty(), "{pairs:?}");
    assert!(pairs.iter().any(|ids| ids.contains(&"token-secret-omitted")), "{pairs:?}");
    let run = explain(&["--expect", text(&two_legged, "signature")]);
    assert!(run.out.contains(" together with "), "{}", run.out);

    let theirs = BASE_STRING.replace("foo%3Dfirst%252Csecond", "foo%3D*");
    let more = [&STAMP[..], &["--server-base-string", &theirs]].concat();
    let run = self::run(&Home::new(), "explain", "http://localhost:4567/fun?foo=*", &more);
    run.check(&more, 0, &[]);
    for words in ["cannot tell apart", "   asterisk-unescaped\n", "   javascript-encoding\n"] {
        assert!(run.out.contains(words), "{words:?} is not in {}", run.out);
    }
}

#[test]
fn what_is_right_and_what_is_unknown_is_told() {
    let document = json(&["--expect", RIGHT], 0);
    let diagnosis = get(&document, "diagnosis");
    assert!(ids(diagnosis).is_empty() && matches!(get(diagnosis, "agrees"), Value::Bool(true)));
    assert!(explain(&["--expect", RIGHT]).out.contains("signature is the right one"));

    let document = json(&["--expect", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="], 9);
    let diagnosis = get(&document, "diagnosis");
    assert!(ids(diagnosis).is_empty() && matches!(get(diagnosis, "agrees"), Value::Bool(false)));
    assert_eq!(text(&document, "signature"), RIGHT);
    explain(&["--expect", "nonsense"]).check(
        &["nonsense"],
        9,
        &["no mistake that is known", "--other-nonce", "--server-base-string"],
    );
    let run = run(&Home::new(), "explain", URL, &["--expect", RIGHT]);
    run.check(&["no stamp"], 9, &["warning: without --timestamp and --nonce"]);
}

#[test]
fn another_nonce_and_another_time_are_searched_for_when_they_are_given() {
    for (option, stamp, id) in [
        ("--other-nonce", ["--timestamp", "123", "--nonce", "4"], "other-nonce"),
        ("--other-timestamp", ["--timestamp", "4", "--nonce", "3"], "other-timestamp"),
    ] {
        let signature = signature(URL, &stamp);
        let document = json(&["--expect", &signature, option, "4"], 0);
        assert_eq!(ids(get(&document, "diagnosis")), [[id]]);
        explain(&["--expect", &signature]).check(&["without"], 9, &[option]);
        explain(&[option, "4"]).check(&["alone"], 2, &["--expect"]);
    }
}

#[test]
fn the_first_difference_of_two_base_strings_is_shown() {
    let theirs = BASE_STRING.replace("first%252C", "first%25252C");
    let document = json(&["--server-base-string", &format!(" {theirs}\n")], 0);
    let difference = get(&document, "difference");
    assert_eq!((text(difference, "segment"), text(difference, "parameter")), ("parameters", "foo"));
    let offset = usize::try_from(get(difference, "offset").as_integer().unwrap()).unwrap();
    assert_eq!(offset, BASE_STRING.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count());
    assert!(text(difference, "reason").contains("encoded once more"));
    assert_eq!(
        (text(difference, "ours"), text(difference, "theirs")),
        ("foo=first%2Csecond", "foo=first%252Csecond")
    );
    assert_eq!(ids(get(&document, "diagnosis")), [["query-double-encoded"]]);

    let run = explain(&["--server-base-string", &BASE_STRING.replace("http%3A", "https%3A")]);
    run.check(&["https"], 0, &[]);
    for words in ["At byte 8, in the URI: ", "ours    http://localhost", "theirs  https://", "scheme-swapped"]
    {
        assert!(run.out.contains(words), "{words:?} is not in {}", run.out);
    }
    let run = explain(&["--server-base-string", &BASE_STRING.replace("%2Ffun", "%2Fpun")]);
    run.check(&["pun"], 0, &[]);
    assert!(run.out.contains("No known mistake leads to the other side's base string"), "{}", run.out);
    assert!(explain(&["--server-base-string", BASE_STRING]).out.contains("Both base strings are the same"));
    let both = json(&["--server-base-string", &theirs, "--expect", WRONG], 0);
    assert!(get(&both, "difference").as_object().is_some());
    assert_eq!(ids(get(&both, "diagnosis")), [["query-double-encoded"]]);
}

#[test]
fn a_key_of_its_own_is_explained_too() {
    let home = Home::new();
    home.write("key.pem", &rsa::private_key());
    let [_, public, signature] = rsa::published();
    home.write("wiki.pem", &public);
    let by = ["oauth1", "explain", "GET", URL, "--consumer-key", "a", "--quiet"];
    let run = home.check(&[&by[..], &["--private-key", "key.pem", "--show-key"]].concat(), 0, &[]);
    assert!(run.out.contains("method     RSA-SHA1\n   key        (the RSA key)\n"), "{}", run.out);

    let url = "http://photos.example.net/photos?file=vacaction.jpg&size=original";
    let verifies = |url: &str, code: i32| {
        let args = ["oauth1", "explain", "GET", url, "--consumer-key", "dpf43f3p2l4k3l03", "--quiet"];
        let stamp = ["--timestamp", "1196666512", "--nonce", "13917289812797014437"];
        let args =
            [&args[..], &stamp, &["--public-key", "wiki.pem", "--expect", &signature, "--json"]].concat();
        let document = home.check(&args, code, &[]).out;
        Value::parse(document.as_bytes()).unwrap()
    };
    let document = verifies(url, 0);
    assert!(matches!(get(get(&document, "diagnosis"), "agrees"), Value::Bool(true)));
    assert!(matches!(get(&document, "signature"), Value::Null));
    assert_eq!(get(&document, "steps").as_array().unwrap().len(), 7);
    let document = verifies(&url.replace("http:", "https:"), 0);
    assert_eq!(ids(get(&document, "diagnosis")), [["scheme-swapped"]]);
    verifies(&url.replace("size=original", "size=small"), 9);
    let args = [&by[..], &["--public-key", "wiki.pem", "--signature-method", "HMAC-SHA1"]].concat();
    home.check(&args, 2, &["takes no public key"]);
}

#[test]
fn plaintext_shows_its_signature_only_with_its_key() {
    let home = Home::new();
    let url = "https://api.example/";
    let run =
        |more: &[&str]| run(&home, "explain", url, &[&["--signature-method", "PLAINTEXT"], more].concat());
    let masked = run(&["--json"]).out;
    assert!(!masked.contains("b&abc") && !masked.contains("b%26abc"), "{masked}");
    let document = Value::parse(masked.as_bytes()).unwrap();
    assert!(matches!(get(&document, "signature"), Value::Null));
    let masked = run(&[]).out;
    assert!(masked.contains("signature  (hidden") && !masked.contains("b%26abc"), "{masked}");
    let shown = run(&["--show-key"]).out;
    assert!(shown.contains("signature  b&abc") && shown.contains("b%26abc"), "{shown}");
    let run = run(&["--expect", "babc"]);
    run.check(&["PLAINTEXT"], 0, &[]);
    assert!(run.out.contains("ampersand-omitted"), "{}", run.out);
}

#[test]
fn a_body_that_is_no_form_may_have_been_signed() {
    let form = signature(URL, &[&STAMP[..], &["-d", "a=1"]].concat());
    let json_body = ["-d", "a=1", "-H", "Content-Type: application/json", "--expect", &form];
    let run = explain(&json_body);
    run.check(&json_body, 0, &[]);
    assert!(run.out.contains("body-"), "{}", run.out);
}

#[test]
fn the_words_of_a_request_do_not_command_the_terminal() {
    let run = run(&Home::new(), "explain", "https://api.example/?a=%1b%5b31m%0afake", &[]);
    run.check(&["explain"], 0, &[]);
    assert!(!run.out.contains('\u{1b}') && run.out.contains("   a = \\u{1b}[31m\\nfake\n"), "{}", run.out);
    let text = "GET&x&a%3D%1b[31m\u{1b}[31m";
    let run = explain(&["--server-base-string", text]);
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
}

#[test]
fn the_command_that_verify_names_finds_the_mistake() {
    let home = Home::new();
    let message = format!(
        "GET {URL} HTTP/1.1\n\
         Authorization: OAuth oauth_consumer_key=\"a\", oauth_token=\"123\", oauth_timestamp=\"123\", \
         oauth_nonce=\"3\", oauth_signature_method=\"HMAC-SHA1\", oauth_version=\"1.0\", \
         oauth_signature=\"{}\"\n\n",
        WRONG.replace('=', "%3D")
    );
    let by = ["--consumer-key", "a", "--consumer-secret", "env:CS", "--token", "123"];
    let args = [&["oauth1", "verify", "--any-time"], &by[..], &["--token-secret", "env:TS"]].concat();
    let run = fed(home.command(&args).env("CS", "b").env("TS", "abc"), message.as_bytes());
    run.check(&args, 9, &["which names the mistake"]);
    let command = run.err.lines().find_map(|line| line.split_once("next: countersign ")).unwrap().1;
    let command = command.split_once(", which").unwrap().0;
    let command = command
        .replace("--consumer-secret SECRET", "--consumer-secret env:CS")
        .replace("--token TOKEN", "--token 123")
        .replace("--token-secret SECRET", "--token-secret env:TS");
    let script = format!("exec {} {command} --json", env!("CARGO_BIN_EXE_countersign"));
    let mut shell = std::process::Command::new("/bin/sh");
    let run = finish(shell.args(["-c", &script]).current_dir(home.path("")).env("CS", "b").env("TS", "abc"));
    run.check(&[&script], 0, &[]);
    let document = Value::parse(run.out.as_bytes()).unwrap();
    assert_eq!(ids(get(&document, "diagnosis")), [["query-double-encoded"]]);
}

#[test]
fn every_mistake_is_listed() {
    let home = Home::new();
    let listed = home.ok(&["help", "oauth1-mistakes"]);
    let document = home.json(&["help", "oauth1-mistakes"]);
    let mistakes = get(&document, "mistakes").as_array().unwrap();
    assert_eq!(mistakes.len(), Mistake::ALL.len());
    for (mistake, one) in Mistake::ALL.iter().zip(mistakes) {
        assert!(listed.contains(&format!("\n\n{}\n    ", mistake.id())), "{mistake}");
        assert_eq!(text(one, "id"), mistake.id());
        assert_eq!(text(one, "description"), mistake.description());
        assert_eq!(text(one, "advice"), mistake.advice());
    }
    assert!(listed.lines().all(|line| line.len() <= 100));
}
