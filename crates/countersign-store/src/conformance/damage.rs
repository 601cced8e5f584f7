use countersign_token::{Record, Revision};

use super::{Fault, Place, ensure, refused, sample};
use crate::ErrorKind;

pub(super) fn corrupt(place: &Place) -> Result<(), Fault> {
    let whole = Record::new(sample::key("ann"), sample::credential("ann"), Revision::new(1)).to_json();
    let whole = whole.expose();
    let half = whole.get(..whole.len() / 2).unwrap_or_default();
    for form in ["", "{}", half, &format!("{whole}{whole}")] {
        stays(place, form, ErrorKind::Corrupt)?;
    }
    Ok(())
}

pub(super) fn too_new(place: &Place) -> Result<(), Fault> {
    let form = Record::new(sample::key("ann"), sample::credential("ann"), Revision::new(1))
        .to_json()
        .expose()
        .replacen("\"v\": 1", "\"v\": 99", 1);
    stays(place, &form, ErrorKind::TooNew)
}

pub(super) fn misplaced(place: &Place) -> Result<(), Fault> {
    let form = Record::new(sample::key("ben"), sample::credential("ben"), Revision::new(1)).to_json();
    stays(place, form.expose(), ErrorKind::Corrupt)
}

/// That a planted form is reported as `kind` by everything, and still is after everything was tried.
fn stays(place: &Place, form: &str, kind: ErrorKind) -> Result<(), Fault> {
    let Some(plant) = &place.plant else {
        return Ok(());
    };
    let key = sample::key("ann");
    let store = place.open();
    plant(&key, form);
    refused(store.load(&key), kind, "a load")?;
    let mut lease = sample::try_lock(&store, &key)?;
    refused(lease.load(), kind, "a load under a lease")?;
    for expected in [Revision::ABSENT, Revision::new(1)] {
        refused(lease.save(&sample::credential("new"), expected), kind, "a save")?;
        refused(lease.delete(expected), kind, "a deletion")?;
    }
    refused(place.open().load(&key), kind, "a load after a refused save")?;
    ensure(store.list()? == [key], "a record that cannot be read is not listed")
}

pub(super) fn unknown_members(place: &Place) -> Result<(), Fault> {
    let Some(plant) = &place.plant else {
        return Ok(());
    };
    let key = sample::key("ann");
    let form = Record::new(key.clone(), sample::credential("ann"), Revision::new(1))
        .to_json()
        .expose()
        .replacen('{', "{\"from_the_future\": {\"a\": [1, null]},", 1);
    plant(&key, &form);
    let store = place.open();
    let mut lease = sample::try_lock(&store, &key)?;
    let Some(record) = lease.load()? else {
        return Err(Fault(String::from("a planted record is absent")));
    };
    lease.save(&record.credential, record.revision)?;
    let kept = place.open().load(&key)?;
    ensure(
        kept.is_some_and(|record| record.to_json().expose().contains("from_the_future")),
        "an unknown member was lost in a rewrite",
    )
}
