//! Colours on a real prompt, as the emulator draws them.

use super::terminal::Terminal;
use vt100::Color;

/// The colours of the letters of a text in the cursor's row or above.
#[track_caller]
fn colours(terminal: &Terminal, text: &str) -> Vec<Color> {
    let sight = terminal.sight();
    let row = sight.rows.iter().rposition(|row| row.contains(text)).expect("it is on the screen");
    let column = super::terminal::width(&sight.rows[row][..sight.rows[row].find(text).expect("it is there")]);
    terminal.screen(|screen| {
        let columns = column..column + super::terminal::width(text);
        let cell = |column| screen.cell(u16::try_from(row).ok()?, u16::try_from(column).ok()?);
        let cells = columns.map(|column| cell(column).expect("a cell"));
        cells.filter(|cell| !cell.is_wide_continuation()).map(vt100::Cell::fgcolor).collect()
    })
}

#[track_caller]
fn is_all(terminal: &Terminal, text: &str, colour: u8) {
    let found = colours(terminal, text);
    assert!(found.iter().all(|found| *found == Color::Idx(colour)), "{text}: {found:?}");
}

#[test]
fn what_is_typed_has_colours() {
    let terminal = Terminal::repl();
    terminal.type_keys("print \"text\", 42, p.state # why");
    is_all(&terminal, "print", 6);
    is_all(&terminal, "\"text\"", 2);
    is_all(&terminal, "42", 3);
    is_all(&terminal, "state", 6);
    assert!(colours(&terminal, ", p").iter().all(|colour| *colour == Color::Default));
    // It changes as one types: what was a name becomes a string.
    terminal.keys("\x03");
    terminal.prompt();
    terminal.type_keys("name");
    assert!(colours(&terminal, "name").iter().all(|colour| *colour == Color::Default));
    terminal.keys("\x1b[H\"\x1b[F\"");
    terminal.wait_for("a string", |sight| sight.is_typed("\"name\""));
    is_all(&terminal, "\"name\"", 2);
}

#[test]
fn brackets_that_belong_together_are_marked() {
    let terminal = Terminal::repl();
    terminal.type_keys("f([1], (2))");
    let marked = || {
        let row = terminal.sight().cursor.0;
        terminal.screen(|screen| {
            let cell = |column| screen.cell(u16::try_from(row).ok()?, column);
            (0..40)
                .filter(|column| cell(*column).is_some_and(|cell| cell.bold() && cell.underline()))
                .collect::<Vec<u16>>()
        })
    };
    let begins = 9;
    assert_eq!(marked(), [begins + 1, begins + 10]);
    terminal.keys("\x1b[D");
    terminal.wait_for("one to the left", |sight| sight.cursor.1 == usize::from(begins) + 10);
    assert_eq!(marked(), [begins + 1, begins + 10]);
    terminal.keys("\x1b[D");
    terminal.wait_for("two to the left", |sight| sight.cursor.1 == usize::from(begins) + 9);
    assert_eq!(marked(), [begins + 7, begins + 9]);
    terminal.keys("\x1b[H");
    terminal.wait_for("the beginning", |sight| sight.is_typed(""));
    assert_eq!(marked(), [0_u16; 0]);
}

#[test]
fn each_process_has_a_colour_of_its_own() {
    let terminal = Terminal::repl();
    let names = ["ab", "ag", "task", "worker", "任务", "x"];
    for name in names {
        terminal.entry(&format!("spawn {name} {{ print 'says', 1; sleep 1000 }}"));
        terminal.see_row(&format!("[{name}] says 1"));
    }
    terminal.prompt();
    let mut seen: Vec<Color> = Vec::new();
    for name in names {
        let found = colours(&terminal, &format!("[{name}]"));
        assert!(
            found[0] != Color::Default && found.iter().all(|colour| *colour == found[0]),
            "{name}: {found:?}"
        );
        assert!(!seen.contains(&found[0]), "{name}: {found:?} of {seen:?}");
        seen.push(found[0]);
        assert_eq!(colours(&terminal, &format!("[{name}] says")).last(), Some(&Color::Default));
    }
}
