//! The file of results as SQLite sees it: its tables, what marks it as ours, and how it is opened. docs/grading.md describes it.

use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// `PRAGMA application_id`: the letters "prct".
const APPLICATION: i32 = 0x7072_6374;
/// `PRAGMA user_version`.
const VERSION: i32 = 1;
/// How long a reader or a writer may keep us waiting.
const BUSY: Duration = Duration::from_secs(10);
/// A grader that was killed may be held open for a moment by what it was about to start.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);

const TABLES: &str = "
CREATE TABLE rubric (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    texts TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE grading (
    id INTEGER PRIMARY KEY,
    rubric INTEGER NOT NULL REFERENCES rubric,
    began_ms INTEGER NOT NULL,
    elapsed_ns INTEGER NOT NULL DEFAULT 0,
    seed INTEGER NOT NULL,
    interrupted INTEGER,
    standing TEXT NOT NULL
) STRICT;
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    number INTEGER NOT NULL,
    grading INTEGER NOT NULL REFERENCES grading,
    path TEXT NOT NULL,
    digest INTEGER,
    refused TEXT,
    UNIQUE (student, number)
) STRICT;
CREATE TABLE mark (
    attempt INTEGER NOT NULL REFERENCES attempt,
    criterion INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    hundredths INTEGER,
    mark TEXT NOT NULL,
    grading INTEGER REFERENCES grading,
    PRIMARY KEY (attempt, criterion)
) STRICT, WITHOUT ROWID;
";

/// A file of results that is open for writing, by nobody else.
#[derive(Debug)]
pub struct Writer {
    // In this order: closing any descriptor of a file ends the locks that SQLite has on it, see fcntl(2).
    pub connection: Connection,
    lock: File,
}

/// Opens a file of results to write to it; makes it where there is none.
///
/// # Errors
/// In words: it is another's, or is written to by somebody else, or cannot be written.
pub fn write(path: &Path) -> Result<Writer, String> {
    let made = !path.exists();
    let writer = claim(path, true)?;
    // One fsync(2) for each result; a journal of its own would take three.
    settle(&writer.connection, "WAL").map_err(|error| trouble(path, &error))?;
    if made && let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // That its name is kept is as important as what is in it. Where a folder cannot be synchronised, it need not be.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(writer)
}

/// Opens a file of results that is there to take something out of it: what is deleted is overwritten, and stands in no other file.
///
/// # Errors
/// In words: it is not there, or another's, or somebody else writes to it or reads it, or cannot be written.
pub fn rewrite(path: &Path) -> Result<Writer, String> {
    if !path.exists() {
        return Err(missing(path));
    }
    let writer = claim(path, false)?;
    let settled = settle(&writer.connection, "DELETE")
        .and_then(|()| writer.connection.pragma_update(None, "secure_delete", true));
    settled.map_err(|error| trouble(path, &error))?;
    Ok(writer)
}

fn settle(connection: &Connection, journal: &str) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", journal)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Opens a file of results for nobody else to write to. An empty one gets its tables where that is wanted.
fn claim(path: &Path, make: bool) -> Result<Writer, String> {
    let name = path.display();
    let wrong = |error: std::io::Error| format!("the results file `{name}` cannot be written: {error}");
    let lock =
        File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(wrong)?;
    let began = Instant::now();
    while lock.try_lock().is_err() {
        if began.elapsed() > PATIENCE {
            return Err(format!(
                "the results file `{name}` is in use by another `proctor grade`: wait for it, or name another one with --results"
            ));
        }
        std::thread::sleep(PAUSE);
    }
    let words = |error| trouble(path, &error);
    let connection =
        Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE)).map_err(words)?;
    connection.busy_timeout(BUSY).map_err(words)?;
    check(&connection, path, make)?;
    if !marks_have_gradings(&connection, "main").map_err(words)? {
        connection
            .execute_batch("ALTER TABLE mark ADD COLUMN grading INTEGER REFERENCES grading")
            .map_err(words)?;
    }
    Ok(Writer { connection, lock })
}

/// Whether each mark says in which grading it was given. In files of earlier proctors it was that in which its attempt began, as far as
/// anybody knows.
///
/// # Errors
/// What SQLite says.
pub fn marks_have_gradings(connection: &Connection, schema: &str) -> rusqlite::Result<bool> {
    let row = "SELECT count(*) FROM pragma_table_info('mark', ?) WHERE name = 'grading'";
    connection.query_row(row, [schema], |row| row.get::<_, i64>(0)).map(|count| count > 0)
}

impl Writer {
    /// Whether these bytes stand anywhere in the file, be it where nothing is kept any more. To be asked outside of a transaction.
    ///
    /// # Errors
    /// What the system says.
    pub fn holds(&self, bytes: &[u8]) -> io::Result<bool> {
        let mut buffer = vec![0; (64 << 10) + bytes.len()];
        let (mut at, mut kept) = (0, 0);
        loop {
            // By the one descriptor that stays open.
            let read = match self.lock.read_at(&mut buffer[kept..], at) {
                Ok(0) => return Ok(false),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let filled = kept + read;
            if memchr::memmem::find(&buffer[..filled], bytes).is_some() {
                return Ok(true);
            }
            at += read as u64;
            // They may begin here and end in what comes next.
            kept = filled.min(bytes.len().saturating_sub(1));
            buffer.copy_within(filled - kept..filled, 0);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // A file alone again, which can be copied and read from where nothing can be written. Where somebody reads it just now, it
        // stays as it is, which is as good for everybody else.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self.connection.pragma_update(None, "journal_mode", "DELETE");
    }
}

/// Opens a file of results to read it.
///
/// # Errors
/// In words: it is not there, is another's, or cannot be read.
pub fn read(path: &Path) -> Result<Connection, String> {
    if !path.exists() {
        return Err(missing(path));
    }
    let words = |error| trouble(path, &error);
    let connection =
        Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_ONLY)).map_err(words)?;
    connection.busy_timeout(BUSY).map_err(words)?;
    check(&connection, path, false)?;
    Ok(connection)
}

fn missing(path: &Path) -> String {
    format!("there is no results file `{}`: `proctor grade` makes it, --results names it", path.display())
}

/// Without those by which a path may mean something else.
fn flags(mode: OpenFlags) -> OpenFlags {
    mode | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Sees that the file is whole and ours. An empty one gets its tables where that is wanted.
fn check(connection: &Connection, path: &Path, make: bool) -> Result<(), String> {
    let name = path.display();
    let words = |error| trouble(path, &error);
    let number =
        |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0)).map_err(words);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(words)?;
    if tables == 0 && make {
        let text = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {TABLES} COMMIT;"
        );
        return connection.execute_batch(&text).map_err(words);
    }
    if number("application_id")? != APPLICATION {
        return Err(format!(
            "`{name}` is no results file of proctor, and is not touched: name another one with --results"
        ));
    }
    let version = number("user_version")?;
    if version != VERSION {
        return Err(format!(
            "`{name}` was written by another proctor: its version is {version}, and this one knows {VERSION}"
        ));
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(words)?;
    if found == "ok" { Ok(()) } else { Err(damaged(path, &found)) }
}

fn damaged(path: &Path, why: &str) -> String {
    format!(
        "the results file `{}` is damaged, and is not touched: {why}; `sqlite3 FILE .recover` may save what is in it",
        path.display()
    )
}

/// In words for people.
pub fn trouble(path: &Path, error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode::{
        DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, ReadOnly,
    };
    let name = path.display();
    match error.sqlite_error_code() {
        Some(NotADatabase) => format!(
            "`{name}` is no results file of proctor, or a damaged one, and is not touched: name another one with --results"
        ),
        Some(DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(ReadOnly) => {
            format!("the results file `{name}` cannot be written: it, or its folder, is for reading only")
        }
        Some(DiskFull) => format!("the results file `{name}` cannot be written: the disk is full"),
        Some(DatabaseBusy | DatabaseLocked) => {
            format!("the results file `{name}` is in use by another program")
        }
        _ => format!("the results file `{name}`: {error}"),
    }
}
