//! The fuzz targets, with coverage to guide them: on the stable toolchain, and without `cargo fuzz`.

use core::time::Duration;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{Outcome, scratch::Scratch, shell, verdict};

/// What `cargo fuzz` gives to the compiler, without the sanitizers, which are what wants a nightly one.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Seconds for each target by hand and in the short form, and for a planted defect to be found.
const SECONDS: u64 = 600;
const SMOKE: u64 = 2;
const PATIENCE: u64 = 60;

/// Bounds on one input: its length in bytes, the seconds it may take, the megabytes of the whole process.
const BOUNDS: [&str; 3] = ["-max_len=2048", "-timeout=5", "-rss_limit_mb=1024"];

pub(crate) fn task(mut arguments: lexopt::Parser) -> Outcome {
    let (mut seconds, mut smoke, mut wanted) = (None, false, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("smoke") => smoke = true,
            lexopt::Arg::Long("seconds") => {
                let text = arguments.value()?;
                let number = text.to_string_lossy().parse::<u64>();
                seconds = Some(number.map_err(|_| "--seconds takes a number")?);
            }
            lexopt::Arg::Value(target) => wanted.push(target.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let seconds = seconds.unwrap_or(if smoke { SMOKE } else { SECONDS });
    let targets = chosen(targets(&shell::root().join("fuzz/fuzz_targets"))?, &wanted)?;
    let (mut table, mut findings) = (Vec::new(), Vec::new());

    let binaries = build(&targets, &[])?;
    for (target, binary) in targets.iter().zip(&binaries) {
        let ended = fuzz(target, binary, seconds)?;
        table.push(format!("{}  {:>9} inputs  {target}", shell::seconds(ended.took), ended.inputs));
        if let Some(complaint) = ended.complaint {
            findings.push(format!("{target}: {complaint}"));
        }
    }
    let planted = build(&targets, &["--features", "planted"])?;
    for (target, binary) in targets.iter().zip(&planted) {
        let ended = fuzz(target, binary, PATIENCE)?;
        table.push(format!("{}  {:>9} inputs  {target}, planted", shell::seconds(ended.took), ended.inputs));
        if ended.complaint.is_none() {
            findings.push(format!("{target}: the planted defect is not found within {PATIENCE} s"));
        }
    }
    shell::note(&format!("\n{}", table.join("\n")));
    verdict("fuzz", &findings)
}

/// The names of the targets, in order.
fn targets(directory: &Path) -> Outcome<Vec<String>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    targets.sort();
    Ok(targets)
}

fn chosen(mut targets: Vec<String>, wanted: &[String]) -> Outcome<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|wanted| !targets.contains(wanted)) {
        return Err(format!("there is no fuzz target {unknown}").into());
    }
    targets.retain(|name| wanted.is_empty() || wanted.contains(name));
    if targets.is_empty() { Err("there is no fuzz target".into()) } else { Ok(targets) }
}

/// Builds the targets into a directory for these flags, and answers where each lies.
///
/// The platform is named, for what is built for another one shares no flags with the build scripts.
fn build(targets: &[String], flags: &[&str]) -> Outcome<Vec<PathBuf>> {
    let version = shell::capture(Command::new(rustc()).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let directory = shell::target().join("fuzz");
    let mut command =
        shell::cargo(["build", "--manifest-path", "fuzz/Cargo.toml", "--release", "--target", host]);
    command.args(flags).env("RUSTFLAGS", INSTRUMENTED).env("CARGO_TARGET_DIR", &directory);
    for target in targets {
        command.args(["--bin", target]);
    }
    shell::run(&mut command)?;
    let built = directory.join(host).join("release");
    Ok(targets.iter().map(|target| built.join(target)).collect())
}

fn rustc() -> std::ffi::OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// What came of a target.
struct Ended {
    took: Duration,
    inputs: u64,
    /// The last words, when an input broke it.
    complaint: Option<String>,
}

/// Runs every seed, and then what grows out of them; what was found is kept out of the tree.
fn fuzz(target: &str, binary: &Path, seconds: u64) -> Outcome<Ended> {
    let scratch = Scratch::new("fuzz")?;
    let kept = shell::target().join("fuzz").join("artifacts").join(target);
    fs::create_dir_all(&kept)?;
    let seeds = shell::root().join("fuzz/corpus").join(target);
    if fs::read_dir(&seeds).map_or(0, Iterator::count) == 0 {
        return Err(format!("fuzz/corpus/{target} holds no seeds").into());
    }
    let began = Instant::now();
    let output = shell::command(binary)
        .args(BOUNDS)
        .arg(format!("-max_total_time={seconds}"))
        .arg("-print_final_stats=1")
        .arg(format!("-artifact_prefix={}/", kept.display()))
        .args([scratch.path(), &seeds])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let inputs = words.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let inputs = inputs.and_then(|number| number.trim().parse().ok()).unwrap_or_default();
    let complaint = (!output.status.success()).then(|| complaint(&words));
    Ok(Ended { took: began.elapsed(), inputs, complaint })
}

/// What a broken target said: the panic, or why it was stopped, and where the input lies.
fn complaint(words: &str) -> String {
    let starts = ["thread '", "SUMMARY:", "==", "Test unit written to", "artifact_prefix="];
    let mut lines = words.lines().peekable();
    let mut told = Vec::new();
    while let Some(line) = lines.next() {
        if starts.iter().any(|start| line.starts_with(start)) || line.contains("panicked at") {
            told.push(line.trim());
            // The message of a panic stands in the line below.
            if line.contains("panicked at") {
                told.extend(lines.peek().map(|line| line.trim()));
            }
        }
    }
    if told.is_empty() { "it ended without a word".to_owned() } else { told.join("\n    ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_seeds_and_a_planted_defect() {
        let fuzz = shell::root().join("fuzz");
        let targets = targets(&fuzz.join("fuzz_targets")).unwrap();
        assert!(targets.len() >= 8);
        for target in targets {
            let text = fs::read_to_string(fuzz.join(format!("fuzz_targets/{target}.rs"))).unwrap();
            // In the target, or in the conversation that targets share; whether it is found, a run tells.
            let planted = text.contains("feature = \"planted\"") || text.contains("countersign_fuzz::");
            assert!(planted, "{target} has no planted defect");
            assert!(fs::read_dir(fuzz.join("corpus").join(&target)).unwrap().count() > 0);
        }
    }

    #[test]
    fn targets_are_chosen_by_name() {
        let all = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(all(), &[]).unwrap(), all());
        assert_eq!(chosen(all(), &["b".to_owned()]).unwrap(), ["b"]);
        assert!(chosen(all(), &["c".to_owned()]).is_err());
    }

    #[test]
    fn a_panic_is_told_with_its_message_and_its_input() {
        let words =
            "INFO: x\nthread '<unnamed>' panicked at a.rs:1:2:\nit broke\nTest unit written to ./crash-1\n";
        let expected =
            "thread '<unnamed>' panicked at a.rs:1:2:\n    it broke\n    Test unit written to ./crash-1";
        assert_eq!(complaint(words), expected);
        assert_eq!(complaint("nothing of note"), "it ended without a word");
    }
}
