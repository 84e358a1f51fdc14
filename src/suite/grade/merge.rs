//! Files of results of parts of a class become one.

use super::schema::{self, trouble};
use super::store::Results;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes all that is in the files into a new one. Gives how many students there are.
///
/// # Errors
/// In words: a file cannot be used, the new one is there already, the rubrics are not the same, a student is in two files.
pub fn merge(files: &[&Path], into: &Path) -> Result<usize, String> {
    if into.exists() {
        return Err(format!("`{}` is there already: merge writes a new file", into.display()));
    }
    let opened = files.iter().map(|file| Results::open(file)).collect::<Result<Vec<_>, _>>()?;
    let students = check(&opened)?;
    let done = write(&opened, into);
    if done.is_err() {
        let _ = std::fs::remove_file(into);
    }
    done.map(|()| students)
}

fn check(files: &[Results]) -> Result<usize, String> {
    let mut rubric: Option<(String, &Path)> = None;
    let mut owners: BTreeMap<String, &Path> = BTreeMap::new();
    for file in files {
        let Some(texts) = file.texts()? else {
            return Err(format!("the results file `{}` has no result yet", file.path().display()));
        };
        match &rubric {
            Some((other, path)) if *other != texts => {
                let (path, here) = (path.display(), file.path().display());
                return Err(format!("`{path}` and `{here}` were graded by different rubrics"));
            }
            Some(_) => {}
            None => rubric = Some((texts, file.path())),
        }
        for student in file.class()?.students {
            if let Some(other) = owners.insert(student.name.clone(), file.path()) {
                let (name, other, here) =
                    (student.name.escape_debug(), other.display(), file.path().display());
                return Err(format!(
                    "the student `{name}` is in `{other}` and in `{here}`: no student may stand twice"
                ));
            }
        }
    }
    Ok(owners.len())
}

/// Rows keep what they say; their ids are counted anew.
fn write(files: &[Results], into: &Path) -> Result<(), String> {
    let words = |error| trouble(into, &error);
    let writer = schema::write(into)?;
    let connection = &writer.connection;
    for file in files {
        let path = file.path().to_string_lossy();
        connection.execute("ATTACH ? AS part", [&path]).map_err(|error| trouble(file.path(), &error))?;
        let copied = copy(connection).map_err(words);
        connection.execute("DETACH part", []).map_err(words)?;
        copied?;
    }
    Ok(())
}

fn copy(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    let top = |table: &str| {
        let row = format!("SELECT coalesce(max(id), 0) FROM main.{table}");
        transaction.query_row(&row, [], |row| row.get::<_, i64>(0))
    };
    let (rubrics, gradings, attempts) = (top("rubric")?, top("grading")?, top("attempt")?);
    let new =
        "INSERT INTO main.rubric (id, name, texts, body) SELECT id + ?, name, texts, body FROM part.rubric
        WHERE texts NOT IN (SELECT texts FROM main.rubric)";
    transaction.execute(new, [rubrics])?;
    let new = "INSERT INTO main.grading (id, rubric, began_ms, elapsed_ns, seed, interrupted, standing)
        SELECT g.id + ?, m.id, began_ms, elapsed_ns, seed, interrupted, standing
        FROM part.grading g JOIN part.rubric r ON r.id = g.rubric JOIN main.rubric m ON m.texts = r.texts ORDER BY g.id";
    transaction.execute(new, [gradings])?;
    let new = "INSERT INTO main.attempt (id, student, number, grading, path, digest, refused)
        SELECT id + ?1, student, number, grading + ?2, path, digest, refused FROM part.attempt";
    transaction.execute(new, params![attempts, gradings])?;
    let own = if schema::marks_have_gradings(connection, "part")? { "m.grading" } else { "NULL" };
    let new = format!(
        "INSERT INTO main.mark (attempt, criterion, verdict, hundredths, mark, grading)
        SELECT attempt + ?1, criterion, verdict, hundredths, mark, coalesce({own}, a.grading) + ?2
        FROM part.mark m JOIN part.attempt a ON a.id = m.attempt"
    );
    transaction.execute(&new, params![attempts, gradings])?;
    transaction.commit()
}
