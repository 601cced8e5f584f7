use std::fs;

use countersign_store::ErrorKind;

use super::aside;
use crate::replace::{
    System,
    tests::{Recorder, setting},
};

#[test]
fn each_failure_leaves_the_damaged_file_under_one_name() {
    let mut seen = Vec::new();
    for call in 1.. {
        let (folder, files) = setting("quarantine");
        let target = files.quarantine(1);
        let mut disk = Recorder { fail: Some(call), ..Recorder::default() };
        let result = aside(&mut disk, &files).map_err(|error| error.kind());
        let holder = if result == Err(ErrorKind::Unavailable) { &files.record } else { &target };
        assert_eq!(fs::read_to_string(holder).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "call {call} left a second file");
        fs::remove_dir_all(folder).unwrap();
        seen.push(result.map(|moved| moved == Some(target)));
        if seen.last() == Some(&Ok(true)) {
            assert_eq!(disk.calls, ["create", "rename", "sync directory"]);
            break;
        }
    }
    let (refused, unconfirmed) = (Err(ErrorKind::Unavailable), Err(ErrorKind::NotConfirmed));
    assert_eq!(seen, [refused, refused, unconfirmed, Ok(true)]);
}

#[test]
fn a_record_that_goes_meanwhile_leaves_no_name_taken() {
    let (folder, files) = setting("gone");
    fs::remove_file(&files.record).unwrap();
    assert_eq!(aside(&mut System, &files).map_err(|error| error.kind()), Ok(None));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::remove_dir_all(folder).unwrap();
}
