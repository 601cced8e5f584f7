//! A home of one's own, the program in it, a person, and servers that misbehave.

mod person;
pub(crate) mod rsa;
mod server;

pub(crate) use person::{Person, query};
pub(crate) use server::{Asked, Misbehaving, json, page};

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    env, fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
};

use countersign_provider_axum::embedded::Server;
use countersign_token::json::Value;

/// Longer than anything here takes, so that a test which waits in vain fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A directory that goes with the test.
pub(crate) struct Home(PathBuf);

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("countersign-cli-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The program, alone in this home: nothing of whoever runs the tests is in its environment.
    pub(crate) fn command<S: AsRef<str>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(args.iter().map(AsRef::as_ref)).env_clear().stdin(Stdio::null()).current_dir(&self.0);
        command
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("COUNTERSIGN_HOME", self.path("home"))
            // No keyring is there for tests, and the choice without one has to be made.
            .env("COUNTERSIGN_STORE_ENCRYPTION", "none");
        command
    }

    /// The same, where nobody has chosen how credentials are kept.
    pub(crate) fn undecided<S: AsRef<str>>(&self, args: &[S]) -> Command {
        let mut command = self.command(args);
        command.env_remove("COUNTERSIGN_STORE_ENCRYPTION");
        command
    }

    /// Runs the program undecided; it must end with this code and say these things on standard error.
    pub(crate) fn check_undecided(&self, args: &[&str], code: i32, said: &[&str]) -> Run {
        let run = finish(&mut self.undecided(args));
        run.check(args, code, said);
        run
    }

    pub(crate) fn run<S: AsRef<str>>(&self, args: &[S]) -> Run {
        finish(&mut self.command(args))
    }

    /// Runs the program, which must end with this code and say these things on standard error.
    pub(crate) fn check(&self, args: &[&str], code: i32, said: &[&str]) -> Run {
        let run = self.run(args);
        run.check(args, code, said);
        run
    }

    /// Runs the program, which must end well, and returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        self.check(args, 0, &[]).out
    }

    /// The JSON document that the program prints.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        let document = Value::parse(self.ok(&args).as_bytes()).unwrap();
        assert_eq!(get(&document, "v").as_integer(), Some(1), "{args:?}");
        document
    }

    /// Signs alice in as the account of this name.
    pub(crate) fn login(&self, server: &Server, account: &str) {
        let url = server.url();
        let args = [
            "login",
            url,
            "--client-id",
            "demo-public",
            "--account",
            account,
            "--scope",
            "files.read profile",
        ];
        let run = self.login_with(&args, &Person::approving());
        run.check(&args, 0, &[]);
    }

    /// Runs a login whose address this person visits.
    pub(crate) fn login_with(&self, args: &[&str], person: &Person) -> Run {
        let mut child = Running::start(self.command(args).arg("--no-input"));
        let url = child.url();
        person.visit(&url);
        child.end()
    }

    /// Keeps an access token under this name.
    pub(crate) fn import(&self, name: &str, token: &str) {
        self.write("t", token);
        self.ok(&["account", "import", "--name", name, "--access-token", "@t"]);
    }

    /// The file in which choices are remembered.
    pub(crate) fn configuration(&self) -> String {
        fs::read_to_string(self.path("home").join("config.toml")).unwrap_or_default()
    }

    /// How often the text is in the files below `name`, their names included.
    pub(crate) fn remains(&self, name: &str, text: &str) -> usize {
        let mut files = Vec::new();
        collect(&self.path(name), &mut files);
        let count = |bytes: &[u8]| bytes.windows(text.len()).filter(|part| *part == text.as_bytes()).count();
        files.iter().map(|(path, bytes)| count(bytes) + count(path.as_os_str().as_encoded_bytes())).sum()
    }

    /// Every byte that is kept in the store of this home.
    pub(crate) fn stored(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.path("home").join("store"), &mut files);
        files
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Run {
    pub(crate) fn check<S: AsRef<str>>(&self, args: &[S], code: i32, said: &[&str]) {
        let args: Vec<&str> = args.iter().map(AsRef::as_ref).collect();
        assert_eq!(self.code, Some(code), "{args:?} ended so: {self:#?}");
        for words in said {
            assert!(self.err.contains(words), "{args:?} does not say {words:?}: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        // What clap says of a misuse has its own way to name what to type.
        let is_told =
            self.err.contains("next:") || self.err.contains("try '--help'") || self.err.contains("Usage:");
        assert!(is_told || matches!(code, 0 | 130), "{args:?} does not say what to type next: {}", self.err);
    }
}

/// A program that runs, and what it has said so far.
pub(crate) struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    out: thread::JoinHandle<String>,
    err: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in std::io::BufRead::lines(std::io::BufReader::new(stderr)).map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let out = thread::spawn(move || {
            let mut text = String::new();
            let _ = stdout.read_to_string(&mut text);
            text
        });
        Self { child, lines, out, err: String::new() }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the authorization URL, which stands on a line of its own.
    pub(crate) fn url(&mut self) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                let run = Self::gather(&mut self.child, &self.lines, &mut self.err);
                panic!("there is no authorization URL, and the end is {run:?}: {}", self.err);
            };
            self.err.push_str(&line);
            self.err.push('\n');
            if line.starts_with("http://") || line.starts_with("https://") {
                return line;
            }
        }
    }

    pub(crate) fn stdin(&mut self) -> impl Write + use<> {
        self.child.stdin.take().unwrap()
    }

    pub(crate) fn end(mut self) -> Run {
        let status = Self::gather(&mut self.child, &self.lines, &mut self.err);
        let out = self.out.join().unwrap();
        Run { code: status.code(), out, err: self.err }
    }

    fn gather(child: &mut Child, lines: &mpsc::Receiver<String>, err: &mut String) -> ExitStatus {
        let status = wait(child);
        // The reader has ended with the program, so that the channel ends as well.
        for line in lines.iter() {
            err.push_str(&line);
            err.push('\n');
        }
        status
    }
}

/// Runs a program that is given this on standard input.
pub(crate) fn fed(command: &mut Command, text: &[u8]) -> Run {
    let mut child = Running::start(command.stdin(Stdio::piped()));
    // A program that does not want it has ended already.
    let _ = child.stdin().write_all(text);
    child.end()
}

/// Runs a program to its end, which must come in time.
pub(crate) fn finish(command: &mut Command) -> Run {
    Running::start(command).end()
}

pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let begun = std::time::Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("the program does not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The member of a document.
pub(crate) fn get<'a>(value: &'a Value, name: &str) -> &'a Value {
    value
        .as_object()
        .and_then(|object| object.get(name))
        .unwrap_or_else(|| panic!("there is no member {name}"))
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    get(value, name).as_text().unwrap_or_else(|| panic!("{name} is no text"))
}

pub(crate) fn flag(value: &Value, name: &str) -> Option<bool> {
    match get(value, name) {
        Value::Bool(flag) => Some(*flag),
        _ => None,
    }
}

pub(crate) fn demo() -> Server {
    Server::start_demo(0).unwrap()
}

/// An address of this machine where nobody listens.
pub(crate) fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn collect(directory: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    if directory.is_file() {
        files.push((directory.to_owned(), fs::read(directory).unwrap()));
    }
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.clone(), fs::read(path).unwrap()));
        }
    }
}
