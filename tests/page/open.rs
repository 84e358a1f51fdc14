//! A browser with a page of a history in it.

use crate::browser::Browser;
use crate::sample;
use proctor::event::{Event, History};
use proctor::report::{PageSetting, draw_page};
use std::ops::{Deref, DerefMut};

/// The browser, and the file that it shows.
pub struct Opened {
    browser: Browser,
    _folder: tempfile::TempDir,
}

impl Deref for Opened {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }
}

/// Opens the page of these events at the size of a desk's screen, in light.
pub fn open(events: Vec<Event>) -> Opened {
    let sources = sample::sources();
    let setting = PageSetting { title: "shop.proc", sources: &sources, steps: false };
    open_page(&draw_page(&History::of(events), &setting))
}

pub fn open_page(page: &str) -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("timeline.html");
    std::fs::write(&file, page).expect("the page can be written");
    let mut browser = Browser::start();
    browser.resize(1280, 800, false);
    browser.prefer("light");
    browser.open(&file);
    Opened { browser, _folder: folder }
}

impl Opened {
    /// Where a time (in nanoseconds from the begin) of a process's row lies on the screen.
    #[track_caller]
    pub fn place(&mut self, name: &str, time: &str) -> (f64, f64) {
        let place = self.browser.value(&format!(
            "(() => {{
                const process = Array.from(app.model.name).findIndex((_, i) => app.model.nameOf(i) === {name:?});
                const box = app.chart.canvas.getBoundingClientRect();
                return [box.x + app.scale.x({time}), box.y + app.chart.y(app.rows.rowOf(process))];
            }})()"
        ));
        (place[0].as_f64().expect("a place"), place[1].as_f64().expect("a place"))
    }
}
