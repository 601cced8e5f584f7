//! Names are injective where case is ignored, lead back to their keys, and fit.

use std::collections::HashSet;

use countersign_store::name;
use countersign_token::{Key, Scopes};
use proptest::prelude::*;

fn keys() -> impl Strategy<Value = Key> {
    // Few letters, so that neighbours that a careless name would join are met often.
    let part = prop_oneof!["[aA./%+~_ ]{0,4}", "[aA/]{190,210}", "[aA/]{60,75}", "\\PC{0,80}"];
    let scopes = proptest::option::of("[aB ]{0,3}");
    let resource = proptest::collection::vec("[a/]{0,3}", 0..3);
    (part.clone(), part.clone(), part, scopes, resource).prop_map(
        |(issuer, client, account, scopes, resource)| {
            let mut key = Key::new(issuer, client, account).with_resource(resource);
            key.scopes = scopes.map(Scopes::from);
            key
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn names_are_injective_where_case_is_ignored(keys in proptest::collection::hash_set(keys(), 2..24)) {
        let names: HashSet<String> =
            keys.iter().map(|key| name::pieces(key).join("/").to_lowercase()).collect();
        prop_assert_eq!(names.len(), keys.len());
    }

    #[test]
    fn names_lead_back_and_fit(key in keys()) {
        let pieces = name::pieces(&key);
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        prop_assert_eq!(name::key_of(&pieces), Some(key));
        let (own, directories) = pieces.split_last().unwrap();
        // A backend's own files, such as "write.lock", have neither.
        prop_assert!(own.contains(['+', '~']), "{}", own);
        prop_assert!(!name::is_piece(own) && directories.iter().all(|piece| name::is_piece(piece)));
        prop_assert!(pieces.iter().all(|piece| piece.len() <= 202));
    }
}

#[test]
fn foreign_names_are_no_keys() {
    for name in ["notes", "a+b", "a+b+c~", "~a+b+c", "a+b+C", "a+b+c.json", ""] {
        assert_eq!(name::key_of(&[name]), None, "{name}");
    }
    assert_eq!(name::key_of(&["a+b+c"]), Some(Key::new("a", "b", "c")));
    assert_eq!(name::key_of(&["a+b~", "~+c"]), None);
}

#[test]
fn no_piece_of_a_long_name_is_a_whole_one() {
    // What is left after the cut would be a name that Windows reserves.
    let pieces = name::pieces(&Key::new("a".repeat(180), "b".repeat(18), "con"));
    assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [201, 4]);
    assert_eq!(pieces[1], "~con");
}
