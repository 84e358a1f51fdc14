//! Any record: few pids and short times, so that much of it hangs together, and now and then something wild.

use proctor::event::{Effect, End, Event, History, What};
use proctor::value::Signal;
use proptest::prelude::*;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[/a-c]{0,4}",
        1 => any::<String>(),
        1 => "[任务\\x00-\\x1f</>&\"'🏳\u{202e}\u{ffff}]{1,30}",
        1 => "[a-z]{60}[0-9]{3}",
    ]
}

fn any_signal() -> impl Strategy<Value = Signal> {
    prop_oneof![Just(Signal(9)), Just(Signal(15)), any::<u8>().prop_map(Signal)]
}

fn any_what() -> impl Strategy<Value = What> {
    let pid = || prop_oneof![8 => 0_i32..6, 1 => any::<i32>()];
    let call = || prop_oneof![Just("join".to_owned()), Just("sleep".to_owned()), Just("acquire".to_owned())];
    prop_oneof![
        3 => (any_text(), any::<bool>()).prop_map(|(name, daemon)| What::Spawned { name, daemon }),
        3 => pid().prop_map(|parent| What::Forked { parent, call: "fork".into() }),
        1 => pid().prop_map(|parent| What::Found { parent, name: "f".into() }),
        2 => (any_text(), any::<bool>()).prop_map(|(path, failed)| What::Executed {
            args: vec![path.clone(), "-c".into()],
            path,
            error: failed.then(|| "ENOENT".into()),
        }),
        3 => (prop_oneof![-20..20, any::<i32>()], any::<bool>())
            .prop_map(|(exitcode, core)| What::Exited { exitcode, core }),
        2 => any_signal().prop_map(|signal| What::Signalled { signal, call: "kill".into(), error: None }),
        1 => any_signal().prop_map(|signal| What::Delivered { signal, effect: Effect::Default }),
        1 => any_signal().prop_map(|signal| What::Stopped { signal }),
        1 => Just(What::Continued),
        2 => (-9..9).prop_map(|exitcode| What::Reaped { exitcode }),
        1 => pid().prop_map(|from| What::Adopted { from, by: "init".into() }),
        3 => call().prop_map(|call| What::Blocked { call, on: "x".into() }),
        3 => (call(), pid()).prop_map(|(call, pid)| What::Woken { call, result: pid.to_string() }),
        1 => Just(What::Opened { fd: 1, pipe: 2, end: End::Read, call: "pipe".into() }),
        1 => Just(What::Closed { fd: 1, pipe: 2, end: End::Write, call: "close".into() }),
        1 => pid().prop_map(|pgid| What::Regrouped { call: "setsid".into(), pgid }),
        1 => (1..=u64::MAX).prop_map(|events| What::Dropped { events }),
        1 => any_text().prop_map(|text| What::Printed { stream: "stdout".into(), bytes: text.len() as u64, text }),
        1 => (any::<bool>(), any_text()).prop_map(|(held, condition)| What::Expected { held, condition }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let pid = || prop_oneof![12 => 1_i32..6, 1 => -1_i32..=0, 1 => any::<i32>()];
    let time = prop_oneof![12 => 0_i64..200, 1 => any::<i64>()];
    (time, pid(), pid(), any_what()).prop_map(|(time, pid, actor, what)| Event {
        time,
        pid,
        actor,
        place: None,
        what,
    })
}

pub fn any_history() -> impl Strategy<Value = History> {
    (proptest::collection::vec(any_event(), 0..120), any::<bool>()).prop_map(|(mut events, sorted)| {
        if sorted {
            events.sort_by_key(|event| event.time);
        }
        History::of(events)
    })
}
