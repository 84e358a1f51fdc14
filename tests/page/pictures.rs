//! Pictures of the page, to be looked at.

use crate::event;
use crate::open::open;
use crate::sample;

/// With `PICTURES=FOLDER` they are kept, to be looked at.
#[test]
fn pictures_in_light_and_dark_on_a_desk_and_a_phone() {
    let mut page = open(sample::lesson());
    for (size, width, height, phone) in [("desk", 1360, 820, false), ("phone", 390, 844, true)] {
        page.resize(width, height, phone);
        for scheme in ["light", "dark"] {
            page.prefer(scheme);
            page.key("Escape");
            page.key("End");
            page.key("0");
            page.picture(&format!("{size}-{scheme}"));
            page.value(&format!("app.reveal(app.model.process[{0}], {0})", event("signal", "任务二")));
            page.picture(&format!("{size}-{scheme}-event"));
            page.key("v");
            page.key("0");
            page.value(&format!("app.player.jump({})", event("adopt", "sleep")));
            page.wait_for("app.player.motion() === 1");
            page.picture(&format!("{size}-{scheme}-tree"));
            page.key("v");
        }
    }
    page.assert_quiet();
}
