//! A student is taken out of a file of results, so that nothing of them is in it.

use super::schema::{self, Writer, trouble};
use crate::source::did_you_mean;
use rusqlite::Connection;
use std::path::Path;

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// None where an earlier try had taken them out, but could not clear the file behind it.
    pub attempts: usize,
    pub results: usize,
}

/// Takes a student out, with each attempt and result: at once or not at all. Then the file is written anew, for a page of it keeps
/// bytes of what it had.
///
/// # Errors
/// In words: there is no such student, and who may be meant; somebody else writes to the file or reads it; what the system says.
pub fn forget(path: &Path, student: &str) -> Result<Forgotten, String> {
    let writer = schema::rewrite(path)?;
    let words = |error| trouble(path, &error);
    let names = names(&writer.connection).map_err(words)?;
    if names.iter().any(|name| name == student) {
        let forgotten = remove(&writer.connection, student).map_err(words)?;
        clear(&writer).map_err(|error| {
            format!(
                "`{}` is no longer among the students, but bytes of the results may still be in the file, for it cannot be written anew: {}; the same command once more does that",
                student.escape_debug(),
                words(error)
            )
        })?;
        return Ok(forgotten);
    }
    let holds = |writer: &Writer| {
        let found = writer.holds(student.as_bytes());
        found.map_err(|error| format!("the results file `{}` cannot be read: {error}", path.display()))
    };
    // Where an earlier try got no further.
    if holds(&writer)? {
        clear(&writer).map_err(words)?;
        if !holds(&writer)? {
            return Ok(Forgotten { attempts: 0, results: 0 });
        }
    }
    let near = did_you_mean(student, names.iter().map(String::as_str));
    let near = near.map(|name| format!(": did you mean `{}`?", name.escape_debug())).unwrap_or_default();
    Err(format!("there is no student `{}` in `{}`{near}", student.escape_debug(), path.display()))
}

fn names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut rows = connection.prepare("SELECT DISTINCT student FROM attempt ORDER BY student")?;
    rows.query_map([], |row| row.get(0))?.collect()
}

fn remove(connection: &Connection, student: &str) -> rusqlite::Result<Forgotten> {
    let transaction = connection.unchecked_transaction()?;
    let marks = "DELETE FROM mark WHERE attempt IN (SELECT id FROM attempt WHERE student = ?)";
    let results = transaction.execute(marks, [student])?;
    let attempts = transaction.execute("DELETE FROM attempt WHERE student = ?", [student])?;
    transaction.commit()?;
    Ok(Forgotten { attempts, results })
}

fn clear(writer: &Writer) -> rusqlite::Result<()> {
    writer.connection.execute_batch("VACUUM")
}
