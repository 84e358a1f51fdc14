//! An end that nobody told of has its own time, not that of its reaping.

use super::Traced;
use proctor::event::What;

#[test]
fn zombies_have_been_zombies_since_they_ended() {
    let text = r#"
spawn program exec("sleep", "0.05")
spawn second exec("sleep", "0.05")
spawn third exec("sleep", "0.05")
spawn killed { sleep 100 }
spawn fault exec("sh", "-c", "kill -SEGV $$")
spawn task {
    # Its parent cannot know that it becomes a program.
    exec("sleep", "0.05")
}
sleep 100ms
kill killed
sleep 1
join all
spawn waits { spawn inner exec("true"); sleep 500ms; join inner }
join waits
"#;
    let traced = Traced::new(text);
    let output = traced.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (_, history) = traced.record();
    let main = history.named("main").next().expect("main");
    // The long sleep of main began behind the ends, and each lasted until it was over.
    let sleep = main.events.iter().map(|index| &history.events()[*index]).find(|event| {
        matches!(&event.what, What::Woken { call, .. } if call == "sleep")
            && event.place.is_some_and(|place| place.line == 14)
    });
    let over = sleep.expect("main slept").time;
    for name in ["program", "second", "third", "killed", "fault", "task"] {
        let life = history.named(name).next().expect("it was there");
        let ended = life.ended.expect("it ended");
        assert!(ended < over && life.reaped.is_some_and(|reap| reap.time >= over), "{name}: {life:?}");
    }
    let inner = history.named("inner").next().expect("inner");
    let slept = history.events().iter().find(|event| {
        matches!(&event.what, What::Woken { call, .. } if call == "sleep") && event.pid == inner.ppid
    });
    assert!(inner.ended < slept.map(|event| event.time), "{inner:?}");
}
