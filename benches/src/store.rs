//! Saves and loads of one credential, beside what no store can do without: a synced write, a transaction.
//!
//! A sync takes what the disk takes, which is never the same; so all take turns, and what counts is the ratio
//! of turns that followed each other. Then SQLite with a hundred to a hundred thousand credentials.

use std::{
    env,
    fs::{self, File},
    hint,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use countersign_store::{Lease, Store};
use countersign_store_file::FileStore;
use countersign_store_sealed::{Cost, SealedStore, Unlock};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{
    AccessToken, Client, Credential, Key, RefreshToken, Revision, Secret, Timestamp, TokenSet,
};
use rusqlite::{Connection, params};

/// How often each has its turn; what is printed is the median of them.
const TURNS: usize = 21;

/// How many times in a turn.
const SAVES: u64 = 20;
const LOADS: u64 = 500;

const SIZES: [u64; 3] = [100, 10_000, 100_000];

/// How much longer a load may take among the most credentials than among the fewest.
const FLAT: f64 = 2.0;

type Job<'a> = Box<dyn FnMut() + 'a>;

/// Contenders and what each of their turns took, for one call.
struct Contest<'a> {
    calls: u64,
    contenders: Vec<(String, Job<'a>, Vec<f64>)>,
}

impl<'a> Contest<'a> {
    fn new(calls: u64) -> Self {
        Self { calls, contenders: Vec::new() }
    }

    fn with(mut self, name: impl Into<String>, job: impl FnMut() + 'a) -> Self {
        self.contenders.push((name.into(), Box::new(job), Vec::new()));
        self
    }

    /// Prints the median, the fastest and the slowest turn of each, and its ratio to the contenders `beside`.
    fn run(mut self, beside: &[usize]) -> Self {
        // The first turn finds out what the others know.
        for turn in 0..=TURNS {
            for (_, job, turns) in &mut self.contenders {
                let began = Instant::now();
                (0..self.calls).for_each(|_| job());
                if turn > 0 {
                    turns.push(began.elapsed().as_secs_f64() * 1e6 / self.calls as f64);
                }
            }
        }
        for number in 0..self.contenders.len() {
            let (name, _, turns) = &self.contenders[number];
            let [least, median, most] = spread(turns.clone());
            let ratios: String =
                beside.iter().map(|other| format!("  {:>6.2} x", self.ratio(number, *other))).collect();
            println!("  {median:>9.1} us  ({least:.1} to {most:.1}){ratios}  {name}");
        }
        self
    }

    /// The median of the ratios of turns that followed each other.
    fn ratio(&self, one: usize, other: usize) -> f64 {
        let turns = |number: usize| self.contenders[number].2.iter();
        spread(turns(one).zip(turns(other)).map(|(one, other)| one / other).collect())[1]
    }
}

fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

fn main() {
    let place = Place::new(&env::temp_dir());
    save(&place.0);
    load(&place.0);
    let met = grow();
    println!("{}", if met { "every target is met" } else { "not every target is met" });
}

/// A directory of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(parent: &Path) -> Self {
        let path = parent.join(format!("countersign-bench-{}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(number: u64) -> Key {
    Key::new("https://issuer.example", "client", format!("account {number}"))
}

/// A credential as most are, which is stored in about 700 bytes.
fn credential(number: u64) -> Credential {
    let access = AccessToken::bearer(
        Secret::new(format!("access-{number:>010}-{}", "a".repeat(120))),
        Timestamp::from_unix(1_800_000_000),
    );
    let mut set = TokenSet::new(access);
    set.refresh = Some(RefreshToken::new(format!("refresh-{number:>010}-{}", "r".repeat(60))));
    Credential::oauth2(Client::new("client"), set)
}

fn stores(place: &Path) -> [(&'static str, Box<dyn Store>); 4] {
    let file = |name| FileStore::open(place.join(name)).unwrap();
    let sqlite = |name| SqliteStore::open(place.join(name).join("credentials.db")).unwrap();
    let unlock = || Unlock::passphrase("correct horse").with_cost(Cost::new(8, 1, 1).unwrap());
    [
        ("file", Box::new(file("file"))),
        ("sqlite", Box::new(sqlite("sqlite"))),
        ("sealed over file", Box::new(SealedStore::open(file("sealed-file"), unlock()).unwrap())),
        ("sealed over sqlite", Box::new(SealedStore::open(sqlite("sealed-sqlite"), unlock()).unwrap())),
    ]
}

/// The next revision, as a refresh saves it: lease, load, save, release.
fn save_next(store: &dyn Store, number: u64) {
    let key = key(number);
    let mut lease = store.lock(&key, Duration::from_secs(60)).unwrap();
    let revision = lease.load().unwrap().map_or(Revision::ABSENT, |record| record.revision);
    lease.save(&credential(revision.number()), revision).unwrap();
}

fn bare_database(place: &Path) -> Connection {
    let connection = Connection::open(place.join("bare.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS t (key TEXT PRIMARY KEY, form TEXT NOT NULL) STRICT;",
        )
        .unwrap();
    connection
}

fn bytes() -> String {
    let record = countersign_token::Record::new(key(1), credential(1), Revision::new(1));
    record.to_json().expose().to_owned()
}

fn save(place: &Path) {
    let bytes = bytes();
    println!("a save of {} bytes, beside a synced write and beside a transaction:", bytes.len());
    let stores = stores(place);
    let (mut plain, database) = (File::create(place.join("plain")).unwrap(), bare_database(place));
    let mut contest = Contest::new(SAVES)
        .with("bare: write and sync a file", || {
            plain.write_all(bytes.as_bytes()).unwrap();
            plain.sync_all().unwrap();
        })
        .with("bare: SQLite transaction", || {
            let sql = "INSERT OR REPLACE INTO t (key, form) VALUES (?1, ?2)";
            database.prepare_cached(sql).unwrap().execute(params!["1", bytes]).unwrap();
        })
        .with("bare: temporary file, sync, rename, sync directory", || {
            let temporary = place.join("replaced.tmp");
            let mut file = File::create(&temporary).unwrap();
            file.write_all(bytes.as_bytes()).unwrap();
            file.sync_all().unwrap();
            fs::rename(&temporary, place.join("replaced")).unwrap();
            File::open(place).unwrap().sync_all().unwrap();
        });
    for (name, store) in &stores {
        contest = contest.with(*name, || save_next(&**store, 1));
    }
    contest.run(&[0, 1]);
}

fn load(place: &Path) {
    println!("a load, beside a read of a file and beside a query:");
    let (stores, database) = (stores(place), bare_database(place));
    let mut contest = Contest::new(LOADS)
        .with("bare: read a file", || {
            hint::black_box(fs::read(place.join("replaced")).unwrap());
        })
        .with("bare: SQLite query", || {
            let mut query = database.prepare_cached("SELECT form FROM t WHERE key = ?1").unwrap();
            hint::black_box(query.query_row(["1"], |row| row.get::<_, String>(0)).unwrap());
        });
    for (name, store) in &stores {
        contest = contest.with(*name, || {
            hint::black_box(store.load(&key(1)).unwrap().unwrap());
        });
    }
    contest.run(&[0, 1]);
}

/// Loads from SQLite among ever more credentials; filled in memory, because a sync has no part in it.
fn grow() -> bool {
    let memory = Path::new("/dev/shm");
    let place = Place::new(if memory.is_dir() { memory } else { Path::new(".") });
    let stores: Vec<SqliteStore> = SIZES
        .iter()
        .map(|size| {
            let store = SqliteStore::open(place.0.join(size.to_string()).join("credentials.db")).unwrap();
            let began = Instant::now();
            for number in 0..*size {
                let mut lease = store.lock(&key(number), Duration::ZERO).unwrap();
                lease.save(&credential(number), Revision::ABSENT).unwrap();
            }
            println!("{size} credentials saved in {:.1} s", began.elapsed().as_secs_f64());
            store
        })
        .collect();
    println!("a load from SQLite among so many, beside one among {}:", SIZES[0]);
    let mut contest = Contest::new(LOADS);
    for (size, store) in SIZES.iter().zip(&stores) {
        let mut number = 1;
        contest = contest.with(size.to_string(), move || {
            // Scattered over all of them, and the same in every run.
            number = (number * 7_919 + 1) % size;
            hint::black_box(store.load(&key(number)).unwrap().unwrap());
        });
    }
    let contest = contest.run(&[0]);
    let mut met = true;
    for (number, size) in SIZES.iter().enumerate().skip(1) {
        let ratio = contest.ratio(number, 0);
        met &= ratio <= FLAT;
        let verdict = if ratio <= FLAT { "met    " } else { "NOT MET" };
        println!(
            "  {ratio:>6.2}  at most {FLAT:.2}  {verdict}  a load among {size} beside one among {}",
            SIZES[0]
        );
    }
    met
}
