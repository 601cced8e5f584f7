use testkit::directory::Directory;

pub(crate) fn absent() -> Directory {
    Directory::absent_in(env!("CARGO_TARGET_TMPDIR"))
}
