//! The results of a class in one file: each is there for good as soon as it is told, whatever happens to us or the machine.

use super::class::{Class, FULL, Mark, Rubric, Student};
use super::schema::{self, Writer, trouble};
use crate::suite::standing::{Standing, weakest};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file of results that is being written.
#[derive(Debug)]
pub struct Store {
    writer: Writer,
    path: PathBuf,
    grading: i64,
    rubric: i64,
    /// Results that it has by the same rubric already, each student's last ones.
    pub before: usize,
}

/// How a grading is begun.
#[derive(Debug)]
pub struct Beginning<'a> {
    pub rubric: &'a Rubric,
    pub standing: &'a Standing,
    /// The seed; none takes that of the grading that is gone on with, or one by chance.
    pub seed: Option<u64>,
    /// Results that say something of the work are kept, and only the others are wanted.
    pub resume: bool,
}

/// A student's attempt, as far as it is in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: i64,
    /// From 1.
    pub number: u32,
    /// Of the work that was tested; none where none was.
    pub digest: Option<u64>,
    /// For each criterion: the mark that is there, if it says something of the work.
    pub marked: Vec<Option<Brief>>,
}

/// A mark in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    pub passed: bool,
    pub hundredths: u64,
}

type Said<T> = Result<T, String>;

impl Store {
    /// Opens or makes a file, and notes that a grading begins. Gives its seed too.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn begin(path: &Path, beginning: &Beginning<'_>) -> Said<(Self, u64)> {
        let writer = schema::write(path)?;
        let words = |error| trouble(path, &error);
        let (rubric, grading, seed, before) = {
            let connection = &writer.connection;
            let transaction = connection.unchecked_transaction().map_err(words)?;
            let rubric = rubric_row(&transaction, beginning.rubric, path)?;
            let last = "SELECT seed FROM grading WHERE rubric = ? ORDER BY id DESC LIMIT 1";
            let seeded = transaction
                .query_row(last, [rubric], |row| row.get::<_, i64>(0))
                .optional()
                .map_err(words)?;
            let seeded = seeded.filter(|_| beginning.resume).map(i64::cast_unsigned);
            let seed = beginning.seed.or(seeded).unwrap_or_else(|| fastrand::u64(0..1 << 32));
            let before = known(&transaction, rubric).map_err(words)?;
            let row = "INSERT INTO grading (rubric, began_ms, seed, standing) VALUES (?, ?, ?, ?)";
            let values = params![
                rubric,
                milliseconds(SystemTime::now()),
                seed.cast_signed(),
                json(beginning.standing)?
            ];
            transaction.execute(row, values).map_err(words)?;
            let grading = transaction.last_insert_rowid();
            transaction.commit().map_err(words)?;
            (rubric, grading, seed, before)
        };
        Ok((Self { writer, path: path.to_path_buf(), grading, rubric, before }, seed))
    }

    /// Enters the students, each with its path: those of the class that have no result are in the file as well. Gives the attempt
    /// of each: a new one, or where the grading goes on the last one, if that was for this rubric.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn enrol(
        &mut self,
        students: &[(String, String)],
        resume: bool,
        criteria: usize,
    ) -> Said<Vec<Attempt>> {
        let words = |error| trouble(&self.path, &error);
        let transaction = self.writer.connection.unchecked_transaction().map_err(words)?;
        let mut all = Vec::with_capacity(students.len());
        for (student, path) in students {
            let last = if resume { last(&transaction, student, self.rubric).map_err(words)? } else { None };
            all.push(match last {
                Some(attempt) => marked(&transaction, attempt, criteria).map_err(words)?,
                None => new(&transaction, student, path, self.grading, criteria).map_err(words)?,
            });
        }
        transaction.commit().map_err(words)?;
        Ok(all)
    }

    /// A new attempt of a student whose work has changed since the one before.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn anew(&mut self, student: &str, path: &str, criteria: usize) -> Said<Attempt> {
        let words = |error| trouble(&self.path, &error);
        let transaction = self.writer.connection.unchecked_transaction().map_err(words)?;
        let attempt = new(&transaction, student, path, self.grading, criteria).map_err(words)?;
        transaction.commit().map_err(words)?;
        Ok(attempt)
    }

    /// Notes which work an attempt is for, and why it was refused, if it was; with its marks then.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn found(
        &mut self,
        attempt: i64,
        digest: Option<u64>,
        refused: Option<&str>,
        marks: &[(usize, Mark)],
    ) -> Said<()> {
        let words = |error| trouble(&self.path, &error);
        let transaction = self.writer.connection.unchecked_transaction().map_err(words)?;
        let row = "UPDATE attempt SET digest = ?, refused = ? WHERE id = ?";
        transaction.execute(row, params![digest.map(u64::cast_signed), refused, attempt]).map_err(words)?;
        for (criterion, mark) in marks {
            put(&transaction, (attempt, self.grading), *criterion, mark, &self.path)?;
        }
        transaction.commit().map_err(words)
    }

    /// Keeps a result. When this returns, it is on the disk.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn mark(&mut self, attempt: i64, criterion: usize, mark: &Mark) -> Said<()> {
        put(&self.writer.connection, (attempt, self.grading), criterion, mark, &self.path)
    }

    /// Notes that the grading ends.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn finish(&mut self, elapsed: i64, interrupted: Option<i32>) -> Said<()> {
        let row = "UPDATE grading SET elapsed_ns = ?, interrupted = ? WHERE id = ?";
        let done = self.writer.connection.execute(row, params![elapsed, interrupted, self.grading]);
        done.map(drop).map_err(|error| trouble(&self.path, &error))
    }
}

/// The rubric's row; one with the same texts is the same rubric.
fn rubric_row(connection: &Connection, rubric: &Rubric, path: &Path) -> Said<i64> {
    let words = |error| trouble(path, &error);
    let texts: Vec<&str> = rubric.texts.iter().map(|text| &*text.text).collect();
    let texts = json(&texts)?;
    let found = "SELECT id FROM rubric WHERE texts = ?";
    if let Some(id) = connection.query_row(found, [&texts], |row| row.get(0)).optional().map_err(words)? {
        return Ok(id);
    }
    let row = "INSERT INTO rubric (name, texts, body) VALUES (?, ?, ?)";
    connection.execute(row, params![rubric.name, texts, json(rubric)?]).map_err(words)?;
    Ok(connection.last_insert_rowid())
}

/// The number of a student's last attempt, `a` being any of them: one counts when it has a result, so that nothing that is known is
/// hidden by a grading that came to nothing.
pub(super) const LAST: &str = "(SELECT number FROM attempt b WHERE b.student = a.student
    ORDER BY EXISTS (SELECT 1 FROM mark WHERE attempt = b.id) DESC, number DESC LIMIT 1)";

/// How many results that say something of the works there are by a rubric, in the last attempts.
fn known(connection: &Connection, rubric: i64) -> rusqlite::Result<usize> {
    let row = format!(
        "SELECT count(m.hundredths) FROM attempt a JOIN grading g ON g.id = a.grading JOIN mark m ON m.attempt = a.id
        WHERE g.rubric = ? AND a.number = {LAST}"
    );
    let count: i64 = connection.query_row(&row, [rubric], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// A student's last attempt, where that was for this rubric: its id, number and digest.
fn last(
    connection: &Connection,
    student: &str,
    rubric: i64,
) -> rusqlite::Result<Option<(i64, u32, Option<u64>)>> {
    let row = format!(
        "SELECT a.id, a.number, a.digest, g.rubric FROM attempt a JOIN grading g ON g.id = a.grading
        WHERE a.student = ? AND a.number = {LAST}"
    );
    let take = |row: &Row<'_>| {
        let digest: Option<i64> = row.get(2)?;
        Ok(((row.get(0)?, row.get(1)?, digest.map(i64::cast_unsigned)), row.get::<_, i64>(3)?))
    };
    let found = connection.prepare_cached(&row)?.query_row([student], take).optional()?;
    Ok(found.filter(|(_, other)| *other == rubric).map(|(attempt, _)| attempt))
}

fn marked(
    connection: &Connection,
    attempt: (i64, u32, Option<u64>),
    criteria: usize,
) -> rusqlite::Result<Attempt> {
    let (id, number, digest) = attempt;
    let mut marked = vec![None; criteria];
    let row = "SELECT criterion, verdict, hundredths FROM mark WHERE attempt = ? AND hundredths IS NOT NULL";
    let mut rows = connection.prepare_cached(row)?;
    let mut rows = rows.query([id])?;
    while let Some(row) = rows.next()? {
        let (criterion, verdict): (i64, String) = (row.get(0)?, row.get(1)?);
        let hundredths = row.get::<_, i64>(2)?.max(0).cast_unsigned();
        if let Some(place) = usize::try_from(criterion).ok().and_then(|criterion| marked.get_mut(criterion)) {
            *place = Some(Brief { passed: FULL.contains(&&*verdict), hundredths });
        }
    }
    Ok(Attempt { id, number, digest, marked })
}

fn new(
    connection: &Connection,
    student: &str,
    path: &str,
    grading: i64,
    criteria: usize,
) -> rusqlite::Result<Attempt> {
    let row = "INSERT INTO attempt (student, number, grading, path)
        VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM attempt WHERE student = ?1), ?2, ?3) RETURNING id, number";
    let take = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let (id, number) = connection.prepare_cached(row)?.query_row(params![student, grading, path], take)?;
    Ok(Attempt { id, number, digest: None, marked: vec![None; criteria] })
}

/// Keeps a mark of an attempt, given in a grading.
fn put(
    connection: &Connection,
    (attempt, grading): (i64, i64),
    criterion: usize,
    mark: &Mark,
    path: &Path,
) -> Said<()> {
    let row = "INSERT OR REPLACE INTO mark (attempt, criterion, verdict, hundredths, mark, grading) VALUES (?, ?, ?, ?, ?, ?)";
    let points = mark.points.map(|points| points.hundredths().cast_signed());
    let values = params![attempt, criterion as i64, mark.verdict.name(), points, json(mark)?, grading];
    let done = connection.prepare_cached(row).and_then(|mut row| row.execute(values));
    done.map(drop).map_err(|error| trouble(path, &error))
}

fn json(value: &impl Serialize) -> Said<String> {
    serde_json::to_string(value).map_err(|error| format!("a result cannot be written as JSON: {error}"))
}

fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Said<T> {
    serde_json::from_str(text).map_err(|error| {
        format!("the results file `{}` has something that cannot be read: {error}", path.display())
    })
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A file of results that is read.
#[derive(Debug)]
pub struct Results {
    connection: Connection,
    path: PathBuf,
    /// Which attempts the class is of.
    which: Which,
}

/// Which attempt of each student is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    #[default]
    Last,
    /// The one before the last, with results too; none where there is but one.
    Before,
    Number(u32),
}

impl Which {
    /// Its number, `a` being any attempt of the student.
    fn number(self) -> String {
        match self {
            Self::Last => LAST.to_owned(),
            Self::Before => format!(
                "(SELECT max(c.number) FROM attempt c WHERE c.student = a.student AND c.number < {LAST}
                AND EXISTS (SELECT 1 FROM mark WHERE attempt = c.id))"
            ),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Results {
    /// # Errors
    /// In words: the file cannot be used.
    pub fn open(path: &Path) -> Said<Self> {
        let connection = schema::read(path)?;
        // All that is read is of one moment, also while a class is being graded.
        connection.execute_batch("BEGIN").map_err(|error| trouble(path, &error))?;
        Ok(Self { connection, path: path.to_path_buf(), which: Which::Last })
    }

    /// The class is that of these attempts.
    #[must_use]
    pub fn of(self, which: Which) -> Self {
        Self { which, ..self }
    }

    /// The class, as its last grading left it: each student with the last attempt. One that was for another rubric has no marks.
    ///
    /// # Errors
    /// In words: the file cannot be used, or has no grading yet.
    pub fn class(&self) -> Said<Class> {
        let frame = self.frame()?;
        let students = self.students(&frame)?.collect::<Said<Vec<Student>>>()?;
        Ok(Class { students, ..frame })
    }

    /// The same without its students.
    ///
    /// # Errors
    /// In words: the file cannot be used, or has no grading yet.
    pub fn frame(&self) -> Said<Class> {
        let words = |error| trouble(&self.path, &error);
        let row = "SELECT g.began_ms, g.elapsed_ns, g.seed, g.interrupted, g.standing, r.body, r.id
            FROM grading g JOIN rubric r ON r.id = g.rubric ORDER BY g.id DESC LIMIT 1";
        type Last = (i64, i64, i64, Option<i32>, String, String, i64);
        let take = |row: &Row<'_>| -> rusqlite::Result<Last> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        };
        let last = self.connection.query_row(row, [], take).optional().map_err(words)?;
        let Some((began, elapsed, seed, interrupted, standing, body, id)) = last else {
            return Err(format!("the results file `{}` has no result yet", self.path.display()));
        };
        Ok(Class {
            rubric: parse(&body, &self.path)?,
            students: Vec::new(),
            standing: weakest(self.standings(id)?).map_or_else(|| parse(&standing, &self.path), Ok)?,
            seed: seed.cast_unsigned(),
            began: UNIX_EPOCH + Duration::from_millis(began.max(0).cast_unsigned()),
            elapsed,
            interrupted,
        })
    }

    /// How well works were kept inside as the results of the class were found, by a rubric: each way once, with the number of marks.
    fn standings(&self, rubric: i64) -> Said<Vec<(Standing, usize)>> {
        let words = |error| trouble(&self.path, &error);
        let known = schema::marks_have_gradings(&self.connection, "main").map_err(words)?;
        let row = format!(
            "SELECT g.standing, count(*) FROM attempt a JOIN grading b ON b.id = a.grading JOIN mark m ON m.attempt = a.id
            JOIN grading g ON g.id = {} WHERE b.rubric = ? AND a.number = {} GROUP BY 1",
            if known { "coalesce(m.grading, a.grading)" } else { "a.grading" },
            self.which.number()
        );
        let mut found = self.connection.prepare(&row).map_err(words)?;
        let take = |row: &Row<'_>| -> rusqlite::Result<(String, i64)> { Ok((row.get(0)?, row.get(1)?)) };
        let mut all = Vec::new();
        for one in found.query_map([rubric], take).map_err(words)? {
            let (standing, count) = one.map_err(words)?;
            all.push((parse(&standing, &self.path)?, usize::try_from(count).unwrap_or(0)));
        }
        Ok(all)
    }

    /// The students of the class, by name, each read as it is asked for.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn students(&self, frame: &Class) -> Said<impl Iterator<Item = Said<Student>> + '_> {
        let criteria = frame.rubric.criteria.len();
        let row = "SELECT rubric FROM grading ORDER BY id DESC LIMIT 1";
        let id: i64 = self
            .connection
            .query_row(row, [], |row| row.get(0))
            .map_err(|error| trouble(&self.path, &error))?;
        let read = move |(attempt, student, other)| -> Said<Student> {
            let marks = if other == id { self.marks(attempt, criteria)? } else { vec![None; criteria] };
            Ok(Student { marks, ..student })
        };
        Ok(self.attempts(self.which)?.into_iter().map(read))
    }

    /// The names of the students of the class, in their order.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn names(&self) -> Said<Vec<String>> {
        Ok(self.attempts(self.which)?.into_iter().map(|(_, student, _)| student.name).collect())
    }

    /// Students by name, each with one attempt and the rubric that it was for; those that have no such attempt are left out.
    ///
    /// # Errors
    /// In words: the file cannot be used.
    pub fn graded(&self, which: Which) -> Said<Vec<(Student, Rc<Rubric>)>> {
        let mut all = Vec::new();
        let mut rubrics: BTreeMap<i64, Rc<Rubric>> = BTreeMap::new();
        for (attempt, mut student, rubric) in self.attempts(which)? {
            let rubric = match rubrics.entry(rubric) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(new) => new.insert(Rc::new(self.rubric(rubric)?)).clone(),
            };
            student.marks = self.marks(attempt, rubric.criteria.len())?;
            all.push((student, rubric));
        }
        Ok(all)
    }

    fn rubric(&self, id: i64) -> Said<Rubric> {
        let row = "SELECT body FROM rubric WHERE id = ?";
        let body = self.connection.query_row(row, [id], |row| row.get::<_, String>(0));
        parse(&body.map_err(|error| trouble(&self.path, &error))?, &self.path)
    }

    /// The texts of the rubric of the last grading.
    pub(super) fn texts(&self) -> Said<Option<String>> {
        let row = "SELECT r.texts FROM grading g JOIN rubric r ON r.id = g.rubric ORDER BY g.id DESC LIMIT 1";
        self.connection
            .query_row(row, [], |row| row.get(0))
            .optional()
            .map_err(|error| trouble(&self.path, &error))
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Attempts with their students, without marks, and the ids of their rubrics.
    fn attempts(&self, which: Which) -> Said<Vec<(i64, Student, i64)>> {
        let wanted = which.number();
        let row = format!(
            "SELECT a.id, a.student, a.path, a.number, a.refused, g.rubric FROM attempt a JOIN grading g ON g.id = a.grading
            WHERE a.number = {wanted} ORDER BY a.student"
        );
        let take = |row: &Row<'_>| {
            let student = Student {
                name: row.get(1)?,
                path: row.get(2)?,
                attempt: row.get(3)?,
                refused: row.get(4)?,
                marks: Vec::new(),
            };
            Ok((row.get(0)?, student, row.get(5)?))
        };
        let all =
            || self.connection.prepare(&row)?.query_map([], take)?.collect::<rusqlite::Result<Vec<_>>>();
        let all = all().map_err(|error| trouble(&self.path, &error))?;
        match which {
            Which::Number(number) if all.is_empty() => {
                Err(format!("no student has an attempt {number} in `{}`", self.path.display()))
            }
            _ => Ok(all),
        }
    }

    fn marks(&self, attempt: i64, criteria: usize) -> Said<Vec<Option<Mark>>> {
        let words = |error| trouble(&self.path, &error);
        let row = "SELECT criterion, mark FROM mark WHERE attempt = ?";
        let mut rows = self.connection.prepare_cached(row).map_err(words)?;
        let mut rows = rows.query([attempt]).map_err(words)?;
        let mut marks = vec![None; criteria];
        while let Some(row) = rows.next().map_err(words)? {
            let (criterion, text): (i64, String) = (row.get(0).map_err(words)?, row.get(1).map_err(words)?);
            if let Some(place) =
                usize::try_from(criterion).ok().and_then(|criterion| marks.get_mut(criterion))
            {
                *place = Some(parse(&text, &self.path)?);
            }
        }
        Ok(marks)
    }
}
