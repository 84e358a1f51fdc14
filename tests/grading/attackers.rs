//! The works of `tests/grading/hostile`, each with the verdicts that it has to get, whoever else is in the class.

use super::desk::{Desk, Graded};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

/// What no work may find: in a work of somebody else, and among the results. The rubric has its own.
const OTHERS: &str = "# WORK-SECRET-4712\n";

/// A desk, somebody who listens outside, and what the works are told of both.
pub struct Attackers {
    pub desk: Desk,
    folder: PathBuf,
    port: TcpListener,
    name: String,
    /// Held, so that it is listened to.
    _socket: UnixListener,
    /// Where they search.
    pub searched: String,
}

impl Attackers {
    pub fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grading/hostile");
        let desk = Desk::new();
        let port = TcpListener::bind("127.0.0.1:0").expect("a port");
        let name = format!("proctor-grading-{}", port.local_addr().expect("an address").port());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixListener::bind_addr(&address).expect("a socket");
        // In the view that they have, these are all the folders that are not the system's.
        let searched =
            format!("{}:/work:/tmp:/home:/root:/run:/var:/opt:/mnt:/srv:/dev/shm", desk.path("").display());
        std::fs::write(desk.path("home/notes"), "RESULTS-SECRET-4713\n").expect("it can be written");
        Self { desk, folder, port, name, _socket: socket, searched }
    }

    pub fn rubric(&self) -> PathBuf {
        self.folder.join("rubric.proc")
    }

    /// Hands in one of the works, under a name.
    pub fn hand_in(&self, work: &str, student: &str) {
        let path = self.file(work);
        let ending = path.extension().and_then(|ending| ending.to_str()).expect("an ending");
        let text = std::fs::read_to_string(&path).expect("a work");
        let port = self.port.local_addr().expect("an address").port().to_string();
        let target = self.desk.path("home/notes").display().to_string();
        let words = [
            ("@PORT@", &port),
            ("@NAME@", &self.name),
            ("@SEARCHED@", &self.searched),
            ("@TARGET@", &target),
        ];
        let text = words.iter().fold(text, |text, (word, what)| text.replace(word, what));
        self.desk.hand_in(&format!("{student}.{ending}"), &text);
    }

    /// One that is there to be found.
    pub fn hand_in_secret(&self, student: &str) {
        let text = std::fs::read_to_string(self.file("honest-python")).expect("a work");
        self.desk.hand_in(&format!("{student}.py"), &format!("{OTHERS}{text}"));
    }

    fn file(&self, work: &str) -> PathBuf {
        let files = std::fs::read_dir(self.folder.join("works")).expect("works").flatten();
        let mut paths = files.map(|entry| entry.path());
        paths.find(|path| path.file_stem().is_some_and(|stem| stem == work)).expect("a work of this name")
    }
}

/// Each work with its verdicts.
pub fn table() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grading/hostile/expected.csv");
    let mut table = csv::Reader::from_path(path).expect("a table");
    let row = |row: csv::Result<csv::StringRecord>| {
        let row = row.expect("a row");
        (row[0].to_owned(), row.iter().skip(1).map(str::to_owned).collect())
    };
    table.records().map(row).collect()
}

/// What a row of the table says: `A/B` is A where a control group limits the memory of all together, and B where none does.
fn wanted<'a>(cells: &'a [String], level: &str) -> Vec<&'a str> {
    let choose = |cell: &'a String| match cell.split_once('/') {
        Some((limited, _)) if level == "limited" => limited,
        Some((_, contained)) => contained,
        None => cell,
    };
    cells.iter().map(choose).collect()
}

/// Each student has the verdicts of the work that was handed in under that name; gives those who have not, in words.
pub fn different(graded: &Graded, handed_in: &BTreeMap<String, String>) -> Vec<String> {
    let table = table();
    assert!(
        graded.students.keys().eq(handed_in.keys()),
        "each student is there, once: {:?}",
        graded.students.keys()
    );
    let line = |(student, work): (&String, &String)| {
        let (found, wanted) = (graded.students[student].verdicts(), wanted(&table[work], &graded.level));
        (found != wanted).then(|| format!("{student} ({work}): {found:?}, not {wanted:?}"))
    };
    handed_in.iter().filter_map(line).collect()
}
